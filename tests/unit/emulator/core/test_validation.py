# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the API's data alone says of a request."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.emulator.core import registry, validation
from ansible_collections.iotops.aliyun.emulator.core.catalogue import OPERATIONS, find_operation_name, operation_kind
from ansible_collections.iotops.aliyun.emulator.core.dispatch import find_operation
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError, GatewayError
from ansible_collections.iotops.aliyun.emulator.core.registry import TRUNCATE, Implementation


def test_a_missing_parameter_is_named(platform):
    for values in ({}, {"ProductKey": ""}):
        with pytest.raises(GatewayError) as caught:
            platform.call("QueryProduct", values)
        assert (caught.value.status, caught.value.code) == (400, "MissingProductKey")
        assert caught.value.message == "ProductKey is mandatory for this action."


def test_a_missing_list_is_named(platform):
    with pytest.raises(GatewayError, match="MissingProductTagKey"):
        platform.call("DeleteProductTags", {"ProductKey": "a1"})


def test_unknown_parameters_are_ignored(api):
    with pytest.raises(ApiError, match="NotExistedProduct"):
        api("QueryProduct", ProductKey="a1", Colour="red")


def test_a_list_that_is_too_long():
    operation = OPERATIONS["DeleteProductTags"]
    values = {"ProductKey": "a1", **{f"ProductTagKey.{number}": f"k{number}" for number in range(1, 12)}}
    with pytest.raises(ApiError, match="IllegalRequest: ProductTagKey takes at most 10"):
        validation.parse_parameters(operation, find_operation("DeleteProductTags")[1], values)
    cut = validation.parse_parameters(operation, Implementation(print, TRUNCATE), values)
    assert cut["ProductTagKey"] == [f"k{number}" for number in range(1, 11)]


def test_an_operation_that_the_api_does_not_have():
    with pytest.raises(GatewayError) as caught:
        find_operation("MakeCoffee")
    assert (caught.value.status, caught.value.code) == (404, "InvalidAction.NotFound")


def test_an_operation_that_no_service_has(monkeypatch):
    monkeypatch.delitem(registry.OPERATIONS, "QueryProduct")
    with pytest.raises(GatewayError) as caught:
        find_operation("QueryProduct")
    assert (caught.value.status, caught.value.code) == (501, "NotImplemented")


def test_operations_by_the_name_of_a_function():
    assert find_operation_name("query_device_by_sql") == "QueryDeviceBySQL"
    assert (operation_kind("CreateProduct"), operation_kind("MakeCoffee")) == ("create", "")


def test_a_function_must_be_named_after_an_operation():
    def make_coffee(ctx, p):
        """No operation."""

    def query_product(ctx, p):
        """Another one."""

    with pytest.raises(ValueError, match="no operation"):
        registry.operation(make_coffee)
    with pytest.raises(ValueError, match="twice"):
        registry.operation(query_product)
