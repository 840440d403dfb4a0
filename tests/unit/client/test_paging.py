# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Paged lists."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.iotops.aliyun.plugins.module_utils.client.errors import (
    ApiError,
    InvalidRequest,
    InvalidResponse,
)

from .conftest import FakeTransport, RecordingRateLimiter, Request, error_response, make_client, ok, property_test

PROPERTIES = {"Asc": 1, "StartTime": 0, "EndTime": 1, "Identifier": "i", "PageSize": 100, "IotId": "t"}


def products(number: int, limit: int = 200, total: bool = True):
    """Return a transport with ``number`` products and at most ``limit`` products per page."""

    def answer(request: Request):
        size = min(limit, int(request.query["PageSize"]))
        first = (int(request.query["CurrentPage"]) - 1) * size
        page = [{"ProductKey": str(key)} for key in range(first, min(number, first + size))]
        if not total:
            return ok(ProductInfos={"ProductInfo": page})
        return ok(Data={"List": {"ProductInfo": page}, "Total": number})

    return FakeTransport(answer)


def keys(transport: FakeTransport, name: str = "QueryProductList", **params) -> list[int]:
    return [int(item["ProductKey"]) for item in make_client(transport).pages(name, params)]


@pytest.mark.parametrize(("number", "requests"), [(0, 1), (1, 1), (200, 1), (201, 2), (400, 2), (401, 3)])
def test_pages_with_total_send_no_extra_request(number, requests):
    transport = products(number)
    assert keys(transport) == list(range(number))
    assert len(transport.requests) == requests
    assert {request.query["PageSize"] for request in transport.requests} == {"200"}


@pytest.mark.parametrize(("number", "requests"), [(0, 1), (1, 1), (49, 1), (50, 2), (51, 2), (100, 3)])
def test_pages_without_total_end_at_partial_page(number, requests):
    transport = products(number, total=False)
    assert keys(transport, "ListProductByTags") == list(range(number))
    assert len(transport.requests) == requests


@property_test
@given(st.integers(0, 60), st.integers(1, 12), st.integers(1, 12))
def test_pages_smaller_than_requested_return_all_elements(number, limit, size):
    assert keys(products(number, limit), PageSize=size) == list(range(number))


@property_test
@given(st.integers(0, 60), st.integers(1, 50))
def test_page_size_does_not_change_elements(number, size):
    assert keys(products(number, total=False), "ListProductByTags", PageSize=size) == list(range(number))


def test_pages_of_shrinking_list_end():
    transport = FakeTransport(
        ok(Data={"List": {"ProductInfo": [{"ProductKey": "1"}]}, "Total": 3}),
        ok(Data={"List": {"ProductInfo": []}, "Total": 3}),
    )
    assert keys(transport) == [1]
    assert len(transport.requests) == 2


@pytest.mark.parametrize("reply", [{}, {"Data": None}, {"Data": {"List": ""}}, {"Data": {"List": {}, "Total": None}}])
def test_response_without_list_is_an_error(reply):
    transport = FakeTransport(ok(**reply))
    with pytest.raises(InvalidResponse, match="QueryProductList: the response does not match the API: Data"):
        keys(transport)
    assert len(transport.requests) == 1


def test_response_without_list_and_with_total_zero_has_no_elements():
    assert keys(FakeTransport(ok(Data={"Total": 0}))) == []


def test_pages_that_repeat_are_an_error():
    page = ok(Data={"List": {"ProductInfo": [{"ProductKey": "1"}]}, "Total": 1_000_000_000})
    transport = FakeTransport(page, page, page)
    with pytest.raises(InvalidResponse, match="page 2 is the same as the page before"):
        keys(transport)
    assert len(transport.requests) == 2


def test_pages_are_requested_lazily():
    transport = products(1000)
    elements = make_client(transport).pages("QueryProductList")
    assert transport.requests == []
    for _number in range(200):
        next(elements)
    assert len(transport.requests) == 1
    next(elements)
    assert len(transport.requests) == 2


@pytest.mark.parametrize("page", [3, "3"])
def test_pages_start_at_requested_page(page):
    assert keys(products(50), CurrentPage=page, PageSize=10) == list(range(20, 50))


def test_other_parameters_are_sent_with_every_page():
    transport = products(401)
    given = {"ResourceGroupId": "g"}
    client = make_client(transport)
    assert len(list(client.pages("QueryProductList", given))) == 401
    assert {request.query["ResourceGroupId"] for request in transport.requests} == {"g"}
    assert given == {"ResourceGroupId": "g"}


def test_pages_with_token_return_all_elements():
    transport = FakeTransport(
        ok(Data={"List": {"PropertyInfo": [{"Value": "1"}]}, "nextPageToken": "t/2"}),
        ok(Data={"List": {"PropertyInfo": [{"Value": "2"}]}, "nextPageToken": "t/3"}),
        ok(Data={"List": {"PropertyInfo": [{"Value": "3"}]}}),
    )
    client = make_client(transport)
    assert [item["Value"] for item in client.pages("QueryDeviceOriginalPropertyData", PROPERTIES)] == ["1", "2", "3"]
    assert [request.query.get("NextPageToken") for request in transport.requests] == [None, "t/2", "t/3"]


def test_pages_with_token_end_at_empty_page():
    transport = FakeTransport(
        ok(Data={"List": {"PropertyInfo": [{"Value": "1"}]}, "nextPageToken": "t"}),
        ok(Data={"List": {"PropertyInfo": []}, "nextPageToken": "u"}),
    )
    client = make_client(transport)
    assert [item["Value"] for item in client.pages("QueryDeviceOriginalPropertyData", PROPERTIES)] == ["1"]
    assert len(transport.requests) == 2


def test_pages_with_repeated_token_end():
    transport = FakeTransport(ok(Data={"List": {"PropertyInfo": [{"Value": "1"}]}, "nextPageToken": "t"}))
    elements = make_client(transport).pages("QueryDeviceOriginalPropertyData", PROPERTIES)
    assert len(list(itertools.islice(elements, 10))) == 2
    assert len(transport.requests) == 2


def test_failed_page_raises_api_error():
    transport = FakeTransport(
        ok(Data={"List": {"ProductInfo": [{}] * 200}, "Total": 300}), error_response("Forbidden.RAM")
    )
    elements = make_client(transport).pages("QueryProductList")
    with pytest.raises(ApiError, match="Forbidden"):
        list(elements)


def test_list_is_cached():
    transport = products(401)
    client = make_client(transport)
    assert list(client.pages("QueryProductList")) == list(client.pages("QueryProductList"))
    assert len(transport.requests) == 3


def test_deep_pages_use_lower_quota():
    rate_limiter = RecordingRateLimiter()
    client = make_client(products(0), rate_limiter)
    for page, size in ((499, 200), (500, 200), ("1000", "100"), (1, 200)):
        client.call("QueryProductList", {"CurrentPage": page, "PageSize": size})
    assert [qps for _name, qps in rate_limiter.waits] == [50, 2, 2, 50]


def test_pages_of_operation_without_pages_raise_value_error():
    with pytest.raises(ValueError, match="QueryProduct has no pages"):
        list(make_client(FakeTransport()).pages("QueryProduct", {"ProductKey": "k"}))
    with pytest.raises(InvalidRequest, match="unknown operation MakeCoffee"):
        list(make_client(FakeTransport()).pages("MakeCoffee"))


def test_numbered_pages_carry_token():
    transport = FakeTransport(
        ok(Data={"DeviceInfo": [{"DeviceName": "1"}]}, NextToken="t/2", Total=3),
        ok(Data={"DeviceInfo": [{"DeviceName": "2"}]}, NextToken="t/3", Total=3),
        ok(Data={"DeviceInfo": [{"DeviceName": "3"}]}, Total=3),
    )
    devices = make_client(transport).pages("QueryDevice", {"ProductKey": "p"})
    assert [item["DeviceName"] for item in devices] == ["1", "2", "3"]
    requested = [(request.query["CurrentPage"], request.query.get("NextToken")) for request in transport.requests]
    assert requested == [("1", None), ("2", "t/2"), ("3", "t/3")]
