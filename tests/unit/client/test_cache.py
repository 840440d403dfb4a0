# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The cache for responses of reads."""

from __future__ import annotations

import threading
import time

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.client.errors import ApiError

from .conftest import FakeTransport, error_response, make_client, no_response, ok

PRODUCT = ("QueryProduct", {"ProductKey": "k"})
DEVICE = ("QueryDeviceDetail", {"ProductKey": "k", "DeviceName": "d"})
GROUP = ("QueryDeviceGroupInfo", {"GroupId": "g"})
RENAME_PRODUCT = ("UpdateProduct", {"ProductKey": "k", "ProductName": "n"})
DISABLE_DEVICE = ("DisableThing", {"ProductKey": "k", "DeviceName": "d"})


@pytest.fixture
def transport():
    """A transport with numbered responses."""
    numbers = iter(range(1, 1000))
    return FakeTransport(lambda request: ok(Number=next(numbers)))


@pytest.fixture
def client(transport):
    return make_client(transport)


def test_same_read_is_sent_once(client, transport):
    assert client.read(*PRODUCT) == client.read(*PRODUCT)
    assert transport.actions == ["QueryProduct"]


def test_read_with_other_parameter_order_is_cached(client, transport):
    name, params = DEVICE
    client.read(name, params)
    client.read(name, dict(reversed(params.items())))
    assert len(transport.requests) == 1


def test_read_with_other_parameters_is_sent(client):
    first = client.read("QueryProduct", {"ProductKey": "k"})
    assert client.read("QueryProduct", {"ProductKey": "l"}) != first
    assert client.read("QueryProductCertInfo", {"ProductKey": "k"}) != first


def test_call_is_always_sent(client, transport):
    client.read(*PRODUCT)
    client.call(*PRODUCT)
    client.call(*PRODUCT)
    assert len(transport.requests) == 3


def test_write_invalidates_reads_of_its_family(client):
    before = client.read(*DEVICE)
    client.call(*DISABLE_DEVICE)
    assert client.read(*DEVICE) != before


def test_write_invalidates_reads_of_other_families(client):
    before = client.read(*GROUP)
    client.call(*DISABLE_DEVICE)
    assert client.read(*GROUP) != before


def test_write_to_child_keeps_reads_of_product(client):
    before = client.read(*PRODUCT)
    client.call(*DISABLE_DEVICE)
    assert client.read(*PRODUCT) == before


def test_write_to_product_invalidates_all_reads(client):
    product, device = client.read(*PRODUCT), client.read(*DEVICE)
    client.call(*RENAME_PRODUCT)
    assert client.read(*PRODUCT) != product
    assert client.read(*DEVICE) != device


def test_read_keeps_other_reads(client):
    before = client.read(*DEVICE)
    client.call(*GROUP)
    assert client.read(*DEVICE) == before


@pytest.mark.parametrize(
    "answer", [error_response("iot.system.SystemException"), error_response("Forbidden.RAM"), no_response()]
)
def test_failed_write_invalidates_reads(answer):
    transport = FakeTransport(ok(Number=1), answer, ok(Number=2))
    client = make_client(transport, retries=0)
    client.read(*PRODUCT)
    with pytest.raises(Exception, match="UpdateProduct"):
        client.call(*RENAME_PRODUCT)
    assert client.read(*PRODUCT)["Number"] == 2


def test_write_that_is_not_sent_keeps_reads(client):
    before = client.read(*PRODUCT)
    with pytest.raises(Exception, match="must be given"):
        client.call("UpdateProduct", {"ProductKey": "k"})
    assert client.read(*PRODUCT) == before


def test_clear_cache_drops_all_reads(client):
    product, device = client.read(*PRODUCT), client.read(*DEVICE)
    client.clear_cache()
    assert client.read(*PRODUCT) != product
    assert client.read(*DEVICE) != device


def test_failed_read_is_not_cached():
    client = make_client(FakeTransport(error_response("Forbidden.RAM"), ok(Number=1)))
    with pytest.raises(ApiError):
        client.read(*PRODUCT)
    assert client.read(*PRODUCT)["Number"] == 1


def test_read_response_after_concurrent_write_is_not_cached():
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


def test_read_during_write_is_sent_and_not_cached():
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
    """Start threads that make the same call, and return them with the list of their results."""
    results: list = []
    threads = [threading.Thread(target=lambda: results.append(call())) for _number in range(number)]
    for thread in threads:
        thread.start()
    return threads, results


def test_concurrent_reads_wait_for_one_request():
    requested, answered = threading.Event(), threading.Event()

    def answer(request):
        requested.set()
        answered.wait(5)
        return ok(Number=1)

    transport = FakeTransport(answer)
    client = make_client(transport)
    threads, results = in_threads(6, lambda: client.read(*PRODUCT)["Number"])
    assert requested.wait(5)
    time.sleep(0.05)  # long enough for the other threads to send a request, if they did
    answered.set()
    for thread in threads:
        thread.join(5)
    assert results == [1] * 6
    assert len(transport.requests) == 1


def test_other_reads_and_writes_do_not_wait_for_slow_read():
    requested, answered = threading.Event(), threading.Event()

    def answer(request):
        if request.action == "QueryProduct":
            requested.set()
            answered.wait(5)
        return ok()

    client = make_client(FakeTransport(answer))
    slow, _results = in_threads(1, lambda: client.read(*PRODUCT))
    assert requested.wait(5)
    fast, results = in_threads(1, lambda: (client.read(*DEVICE), client.call(*RENAME_PRODUCT)))
    fast[0].join(2)
    done = len(results)
    answered.set()
    for thread in (*slow, *fast):
        thread.join(5)
    assert done == 1


def test_read_of_write_operation_raises_value_error(client):
    for read in (client.read, client.find):
        with pytest.raises(ValueError, match="UpdateProduct is not a read"):
            read(*RENAME_PRODUCT)


# Lists


TOPICS = ("QueryProductTopic", {"ProductKey": "k"}, "Data.ProductTopicInfo")
CREATE_TOPIC = ("CreateProductTopic", {"ProductKey": "k", "TopicShortName": "a", "Operation": "PUB"})
GROUPS = "QueryDeviceGroupList"


@pytest.fixture
def listing():
    """A transport that returns one numbered element in each list."""
    numbers = iter(range(1, 1000))

    def answer(request):
        row = {"Id": str(next(numbers))}
        return ok(
            Data={
                "ProductTopicInfo": [row],
                "GroupInfo": [{"GroupId": row["Id"]}],
                "List": {"ProductInfo": [row]},
                "Total": 1,
            },
            TopicId=1,
            Total=1,
        )

    return make_client(FakeTransport(answer))


def test_list_is_read_once(listing):
    assert listing.elements(*TOPICS) == listing.elements(*TOPICS) == [{"Id": "1"}]
    assert list(listing.pages(GROUPS)) == list(listing.pages(GROUPS)) == [{"GroupId": "2"}]
    assert listing.calls == 2


def test_list_whose_iteration_stopped_early_is_not_kept(listing):
    next(listing.pages(GROUPS))
    listing.update_lists(GROUPS, lambda params, elements: [])
    assert list(listing.pages(GROUPS)) == [{"GroupId": "1"}]


def test_write_that_changes_list_drops_it_unless_caller_updates_it(listing):
    listing.elements(*TOPICS)
    listing.call(*CREATE_TOPIC)
    assert listing.elements(*TOPICS) == [{"Id": "3"}]
    listing.call(*CREATE_TOPIC, keep_lists="QueryProductTopic")
    listing.update_lists("QueryProductTopic", lambda params, elements: [*elements, params])
    assert listing.elements(*TOPICS) == [{"Id": "3"}, {"ProductKey": "k"}]
    listing.update_lists("QueryProductTopic", lambda params, elements: None)
    assert listing.elements(*TOPICS) == [{"Id": "5"}]


@pytest.mark.parametrize(
    ("write", "kept"),
    [
        (CREATE_TOPIC, True),
        (DISABLE_DEVICE, True),
        (("SetDeviceGroupTags", {"GroupId": "g"}), True),
        (("UpdateDeviceGroup", {"GroupId": "g"}), False),
        (RENAME_PRODUCT, False),
    ],
)
def test_list_is_dropped_by_writes_that_change_it_only(listing, write, kept):
    before = list(listing.pages(GROUPS))
    listing.call(*write)
    assert (list(listing.pages(GROUPS)) == before) is kept


def test_failed_write_drops_kept_list():
    def answer(request):
        if request.action == "CreateProductTopic":
            return error_response("iot.messagebroker.TopicAlreadyFound")
        return ok(Data={"ProductTopicInfo": [{"Id": str(next(numbers))}]})

    numbers = iter(range(1, 10))
    client = make_client(FakeTransport(answer))
    client.elements(*TOPICS)
    with pytest.raises(ApiError):
        client.call(*CREATE_TOPIC, keep_lists="QueryProductTopic")
    assert client.elements(*TOPICS) == [{"Id": "2"}]


def test_list_that_was_read_during_a_write_is_not_kept():
    numbers = iter(range(1, 100))
    client = make_client(FakeTransport(lambda request: ok(Data={"GroupInfo": [{"Id": next(numbers)}]}, Total=1)))
    elements = client.pages(GROUPS)
    next(elements)
    client.call(*DISABLE_DEVICE)
    assert list(elements) == []
    assert [element["Id"] for element in client.pages(GROUPS)] == [1]
