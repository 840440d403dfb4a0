# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which failures are worth another try."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import (
    CREATE,
    DELETE,
    EXISTS,
    NOT_FOUND,
    PERMANENT,
    READ,
    SET,
    THROTTLED,
    TRANSIENT,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.client.errors import (
    ApiError,
    InvalidRequest,
    IotError,
    TransportError,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.client.retry import RetryPolicy

from .conftest import FakeTransport, lost, make_client, ok, property_test, refused

#: The answers and losses that a call may meet, and whether it may have been carried out all the same.
FAILURES = {
    "throttled": (lambda: refused("Throttling.User", status=400), False),
    "throttled service": (lambda: refused("iot.system.Throttling", status=429), False),
    "unavailable": (lambda: refused("ServiceUnavailable", status=503), True),
    "gateway": (lambda: (502, {}), True),
    "system": (lambda: refused("iot.system.SystemException"), True),
    "refused": (lambda: lost(ambiguous=False), False),
    "broken": (lambda: lost(ambiguous=True), True),
}


@pytest.mark.parametrize(
    ("kind", "category", "ambiguous", "again"),
    [
        (READ, THROTTLED, False, True),
        (READ, TRANSIENT, False, True),
        (READ, TRANSIENT, True, True),
        (READ, PERMANENT, False, False),
        (READ, PERMANENT, True, False),
        (READ, NOT_FOUND, False, False),
        (READ, EXISTS, False, False),
        (SET, THROTTLED, False, True),
        (SET, TRANSIENT, False, True),
        (SET, TRANSIENT, True, True),
        (SET, PERMANENT, False, False),
        (SET, PERMANENT, True, False),
        (SET, NOT_FOUND, False, False),
        (SET, EXISTS, False, False),
        (DELETE, THROTTLED, False, True),
        (DELETE, TRANSIENT, False, True),
        (DELETE, TRANSIENT, True, True),
        (DELETE, PERMANENT, False, False),
        (DELETE, PERMANENT, True, False),
        (DELETE, NOT_FOUND, False, False),
        (DELETE, EXISTS, False, False),
        (CREATE, THROTTLED, False, True),
        (CREATE, TRANSIENT, False, True),
        (CREATE, TRANSIENT, True, False),
        (CREATE, PERMANENT, False, False),
        (CREATE, PERMANENT, True, False),
        (CREATE, NOT_FOUND, False, False),
        (CREATE, EXISTS, False, False),
    ],
)
def test_the_policy(kind, category, ambiguous, again):
    error = IotError("so", category=category, ambiguous=ambiguous)
    assert RetryPolicy().should_retry(kind, error, 1) is again


@property_test
@given(
    st.builds(
        IotError,
        st.text(),
        category=st.sampled_from([THROTTLED, TRANSIENT, PERMANENT, NOT_FOUND, EXISTS]),
        ambiguous=st.just(True),
    ),
    st.integers(1, 100),
    st.integers(0, 100),
)
def test_a_create_is_never_repeated_that_may_have_been_carried_out(error, tried, retries):
    assert not RetryPolicy(retries=retries).should_retry(CREATE, error, tried)


@property_test
@given(st.lists(st.sampled_from(sorted(FAILURES)), max_size=6), st.integers(0, 6))
def test_no_create_is_sent_after_an_ambiguous_failure(names, retries):
    failures = [FAILURES[name] for name in names]
    transport = FakeTransport(*[make() for make, _ambiguous in failures], ok())
    client = make_client(transport, retries=retries)
    with contextlib.suppress(IotError):
        client.call("CreateProduct", {"NodeType": 0, "ProductName": "p"})
    ambiguous = [ambiguous for _make, ambiguous in failures]
    # It goes on until an ambiguous failure, or until the tries are used up, or until it succeeds.
    until_ambiguous = ambiguous.index(True) + 1 if True in ambiguous else len(failures) + 1
    assert len(transport.requests) == min(until_ambiguous, retries + 1)


@property_test
@given(st.lists(st.sampled_from(sorted(FAILURES)), max_size=6))
def test_what_leaves_the_same_state_is_sent_until_it_succeeds(names):
    transport = FakeTransport(*[FAILURES[name][0]() for name in names], ok(Data={"a": 1}))
    client = make_client(transport, retries=6)
    assert client.call("UpdateProduct", {"ProductKey": "k", "ProductName": "p"})["Data"] == {"a": 1}
    assert len(transport.requests) == len(names) + 1


@pytest.mark.parametrize("retries", [0, 1, 4])
def test_as_many_tries_as_allowed(retries):
    transport = FakeTransport(refused("ServiceUnavailable", status=503))
    with pytest.raises(ApiError):
        make_client(transport, retries=retries).call("QueryProduct", {"ProductKey": "k"})
    assert len(transport.requests) == retries + 1


def test_every_try_is_a_request_of_its_own():
    transport = FakeTransport(lost(), lost(), ok())
    make_client(transport).call("QueryProduct", {"ProductKey": "k"})
    assert len({request.query["SignatureNonce"] for request in transport.requests}) == 3
    assert len({request.query["Signature"] for request in transport.requests}) == 3


def test_between_tries_it_waits(monkeypatch):
    slept = []
    monkeypatch.setattr("time.sleep", slept.append)
    client = make_client(FakeTransport(lost(), lost(), ok()))
    client._policy = RetryPolicy(retries=3, base_delay=8.0, max_delay=100.0)
    client.call("QueryProduct", {"ProductKey": "k"})
    assert len(slept) == 2
    assert 4 <= slept[0] <= 8 <= slept[1] <= 16


@property_test
@given(st.integers(1, 60))
def test_the_wait_doubles_up_to_a_limit_and_is_spread(tried):
    longest = min(20.0, 0.5 * 2 ** (tried - 1))
    assert longest / 2 <= RetryPolicy().delay(tried) <= longest


def test_two_callers_do_not_wait_equally_long():
    assert len({RetryPolicy().delay(3) for _number in range(10)}) > 1


def test_what_was_not_sent_is_not_tried_again():
    transport = FakeTransport()
    with pytest.raises(InvalidRequest):
        make_client(transport).call("QueryProduct", {})
    assert transport.requests == []


def test_a_loss_is_worth_another_try_by_itself():
    assert TransportError("so").category == TRANSIENT
    assert IotError("so").category == PERMANENT
