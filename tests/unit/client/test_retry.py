# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The retry policy."""

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

from .conftest import FakeTransport, error_response, make_client, no_response, ok, property_test

#: Failures of a request, and whether the platform may have executed it.
FAILURES = {
    "throttled": (lambda: error_response("Throttling.User", status=400), False),
    "throttled service": (lambda: error_response("iot.system.Throttling", status=429), False),
    "unavailable": (lambda: error_response("ServiceUnavailable", status=503), True),
    "gateway": (lambda: (502, {}), True),
    "system": (lambda: error_response("iot.system.SystemException"), True),
    "refused": (lambda: no_response(ambiguous=False), False),
    "broken": (lambda: no_response(ambiguous=True), True),
}


@pytest.mark.parametrize(
    ("kind", "category", "ambiguous", "retried"),
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
def test_retry_policy_depends_on_kind_category_and_ambiguity(kind, category, ambiguous, retried):
    error = IotError("so", category=category, ambiguous=ambiguous)
    assert RetryPolicy().should_retry(kind, error, 1) is retried


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
def test_create_after_ambiguous_failure_is_never_retried(error, attempts, retries):
    assert not RetryPolicy(retries=retries).should_retry(CREATE, error, attempts)


@property_test
@given(st.lists(st.sampled_from(sorted(FAILURES)), max_size=6), st.integers(0, 6))
def test_create_after_lost_response_is_not_repeated(names, retries):
    failures = [FAILURES[name] for name in names]
    transport = FakeTransport(*[make() for make, _ambiguous in failures], ok())
    client = make_client(transport, retries=retries)
    with contextlib.suppress(IotError):
        client.call("CreateProduct", {"NodeType": 0, "ProductName": "p"})
    ambiguous = [ambiguous for _make, ambiguous in failures]
    # The client retries until an ambiguous failure, until no retries are left, or until the request succeeds.
    until_ambiguous = ambiguous.index(True) + 1 if True in ambiguous else len(failures) + 1
    assert len(transport.requests) == min(until_ambiguous, retries + 1)


@property_test
@given(st.lists(st.sampled_from(sorted(FAILURES)), max_size=6))
def test_set_operation_is_retried_until_it_succeeds(names):
    transport = FakeTransport(*[FAILURES[name][0]() for name in names], ok(Data={"a": 1}))
    client = make_client(transport, retries=6)
    assert client.call("UpdateProduct", {"ProductKey": "k", "ProductName": "p"})["Data"] == {"a": 1}
    assert len(transport.requests) == len(names) + 1


@pytest.mark.parametrize("retries", [0, 1, 4])
def test_attempts_are_limited_by_retries(retries):
    transport = FakeTransport(error_response("ServiceUnavailable", status=503))
    with pytest.raises(ApiError):
        make_client(transport, retries=retries).call("QueryProduct", {"ProductKey": "k"})
    assert len(transport.requests) == retries + 1


def test_retry_has_new_nonce_and_signature():
    transport = FakeTransport(no_response(), no_response(), ok())
    make_client(transport).call("QueryProduct", {"ProductKey": "k"})
    assert len({request.query["SignatureNonce"] for request in transport.requests}) == 3
    assert len({request.query["Signature"] for request in transport.requests}) == 3


def test_retry_waits_for_doubling_delay(monkeypatch):
    slept = []
    monkeypatch.setattr("time.sleep", slept.append)
    client = make_client(FakeTransport(no_response(), no_response(), ok()))
    client._policy = RetryPolicy(retries=3, base_delay=8.0, max_delay=100.0)
    client.call("QueryProduct", {"ProductKey": "k"})
    assert len(slept) == 2
    assert 4 <= slept[0] <= 8 <= slept[1] <= 16


@property_test
@given(st.integers(1, 60))
def test_delay_doubles_up_to_maximum_and_is_random(attempts):
    longest = min(20.0, 0.5 * 2 ** (attempts - 1))
    assert longest / 2 <= RetryPolicy().delay(attempts) <= longest


def test_delays_of_callers_differ():
    assert len({RetryPolicy().delay(3) for _number in range(10)}) > 1


def test_invalid_request_is_not_retried():
    transport = FakeTransport()
    with pytest.raises(InvalidRequest):
        make_client(transport).call("QueryProduct", {})
    assert transport.requests == []


def test_transport_error_is_transient_by_default():
    assert TransportError("so").category == TRANSIENT
    assert IotError("so").category == PERMANENT
