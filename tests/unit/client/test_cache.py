# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Reads that are not sent twice."""

from __future__ import annotations

import threading
import time

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.client.errors import ApiError

from .conftest import FakeTransport, lost, make_client, ok, refused

PRODUCT = ("QueryProduct", {"ProductKey": "k"})
DEVICE = ("QueryDeviceDetail", {"ProductKey": "k", "DeviceName": "d"})
GROUP = ("QueryDeviceGroupInfo", {"GroupId": "g"})
RENAME_PRODUCT = ("UpdateProduct", {"ProductKey": "k", "ProductName": "n"})
DISABLE_DEVICE = ("DisableThing", {"ProductKey": "k", "DeviceName": "d"})


@pytest.fixture
def transport():
    """A platform that numbers its replies."""
    numbers = iter(range(1, 1000))
    return FakeTransport(lambda request: ok(Number=next(numbers)))


@pytest.fixture
def client(transport):
    return make_client(transport)


def test_the_same_read_is_sent_once(client, transport):
    assert client.read(*PRODUCT) == client.read(*PRODUCT)
    assert transport.actions == ["QueryProduct"]


def test_the_order_of_parameters_makes_no_other_read(client, transport):
    name, params = DEVICE
    client.read(name, params)
    client.read(name, dict(reversed(params.items())))
    assert len(transport.requests) == 1


def test_other_parameters_make_another_read(client):
    first = client.read("QueryProduct", {"ProductKey": "k"})
    assert client.read("QueryProduct", {"ProductKey": "l"}) != first
    assert client.read("QueryProductCertInfo", {"ProductKey": "k"}) != first


def test_a_call_is_always_sent(client, transport):
    client.read(*PRODUCT)
    client.call(*PRODUCT)
    client.call(*PRODUCT)
    assert len(transport.requests) == 3


def test_a_write_drops_what_was_read_of_its_family(client):
    before = client.read(*DEVICE)
    client.call(*DISABLE_DEVICE)
    assert client.read(*DEVICE) != before


def test_a_write_drops_what_was_read_of_other_families(client):
    before = client.read(*GROUP)
    client.call(*DISABLE_DEVICE)
    assert client.read(*GROUP) != before


def test_what_was_read_of_a_product_survives_a_write_to_a_child(client):
    before = client.read(*PRODUCT)
    client.call(*DISABLE_DEVICE)
    assert client.read(*PRODUCT) == before


def test_a_write_to_a_product_drops_everything(client):
    product, device = client.read(*PRODUCT), client.read(*DEVICE)
    client.call(*RENAME_PRODUCT)
    assert client.read(*PRODUCT) != product
    assert client.read(*DEVICE) != device


def test_a_read_drops_nothing(client):
    before = client.read(*DEVICE)
    client.call(*GROUP)
    assert client.read(*DEVICE) == before


@pytest.mark.parametrize("answer", [refused("iot.system.SystemException"), refused("Forbidden.RAM"), lost()])
def test_a_write_that_failed_may_have_changed_something(answer):
    transport = FakeTransport(ok(Number=1), answer, ok(Number=2))
    client = make_client(transport, retries=0)
    client.read(*PRODUCT)
    with pytest.raises(Exception, match="UpdateProduct"):
        client.call(*RENAME_PRODUCT)
    assert client.read(*PRODUCT)["Number"] == 2


def test_a_write_that_was_not_sent_drops_nothing(client):
    before = client.read(*PRODUCT)
    with pytest.raises(Exception, match="must be given"):
        client.call("UpdateProduct", {"ProductKey": "k"})
    assert client.read(*PRODUCT) == before


def test_forgetting(client):
    product, device = client.read(*PRODUCT), client.read(*DEVICE)
    client.clear_cache()
    assert client.read(*PRODUCT) != product
    assert client.read(*DEVICE) != device


def test_a_read_that_failed_is_sent_again():
    client = make_client(FakeTransport(refused("Forbidden.RAM"), ok(Number=1)))
    with pytest.raises(ApiError):
        client.read(*PRODUCT)
    assert client.read(*PRODUCT)["Number"] == 1


def test_an_answer_that_was_overtaken_by_a_write_is_not_kept():
    numbers = iter(range(1, 100))
    meanwhile = [RENAME_PRODUCT]

    def answer(request):
        number = next(numbers)
        if request.action == "QueryProduct" and meanwhile:
            client.call(*meanwhile.pop())
        return ok(Number=number)

    client = make_client(FakeTransport(answer))
    assert client.read(*PRODUCT)["Number"] == 1
    assert client.read(*PRODUCT)["Number"] == 3


def test_a_read_in_the_middle_of_a_write_is_sent_and_not_kept():
    numbers = iter(range(1, 100))
    meanwhile = []

    def answer(request):
        if request.action == "UpdateProduct":
            meanwhile.append(client.read(*PRODUCT)["Number"])
        return ok(Number=next(numbers))

    client = make_client(FakeTransport(answer))
    assert client.read(*PRODUCT)["Number"] == 1
    client.call(*RENAME_PRODUCT)
    assert meanwhile == [2]
    assert client.read(*PRODUCT)["Number"] == 4


def in_threads(number: int, call) -> tuple[list[threading.Thread], list]:
    """Threads that make the same call, started, and the list that their results go to."""
    results: list = []
    threads = [threading.Thread(target=lambda: results.append(call())) for _number in range(number)]
    for thread in threads:
        thread.start()
    return threads, results


def test_concurrent_readers_wait_for_one_request():
    asked, answered = threading.Event(), threading.Event()

    def answer(request):
        asked.set()
        answered.wait(5)
        return ok(Number=1)

    transport = FakeTransport(answer)
    client = make_client(transport)
    threads, results = in_threads(6, lambda: client.read(*PRODUCT)["Number"])
    assert asked.wait(5)
    time.sleep(0.05)  # long enough for the others to ask as well, if they would
    answered.set()
    for thread in threads:
        thread.join(5)
    assert results == [1] * 6
    assert len(transport.requests) == 1


def test_other_reads_and_writes_do_not_wait_for_it():
    asked, answered = threading.Event(), threading.Event()

    def answer(request):
        if request.action == "QueryProduct":
            asked.set()
            answered.wait(5)
        return ok()

    client = make_client(FakeTransport(answer))
    slow, _results = in_threads(1, lambda: client.read(*PRODUCT))
    assert asked.wait(5)
    fast, results = in_threads(1, lambda: (client.read(*DEVICE), client.call(*RENAME_PRODUCT)))
    fast[0].join(2)
    done = len(results)
    answered.set()
    for thread in (*slow, *fast):
        thread.join(5)
    assert done == 1


def test_a_write_is_not_read(client):
    for read in (client.read, client.find):
        with pytest.raises(ValueError, match="UpdateProduct is not a read"):
            read(*RENAME_PRODUCT)
