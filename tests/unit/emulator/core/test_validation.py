# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of request validation with the API data, and of the lookup of operations."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.emulator.core import registry, validation
from ansible_collections.iotops.aliyun.emulator.core.catalogue import OPERATIONS, find_operation_name, operation_kind
from ansible_collections.iotops.aliyun.emulator.core.dispatch import find_operation
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError, GatewayError
from ansible_collections.iotops.aliyun.emulator.core.registry import TRUNCATE, Implementation


def test_missing_parameter_is_named_in_error(platform):
    for values in ({}, {"ProductKey": ""}):
        with pytest.raises(GatewayError) as caught:
            platform.call("QueryProduct", values)
        assert (caught.value.status, caught.value.code) == (400, "MissingProductKey")
        assert caught.value.message == "ProductKey is mandatory for this action."


def test_missing_list_is_named_in_error(platform):
    with pytest.raises(GatewayError, match="MissingProductTagKey"):
        platform.call("DeleteProductTags", {"ProductKey": "a1"})


def test_unknown_parameters_are_ignored(api):
    with pytest.raises(ApiError, match="NotExistedProduct"):
        api("QueryProduct", ProductKey="a1", Color="red")


def test_list_above_limit_is_rejected_or_truncated():
    operation = OPERATIONS["DeleteProductTags"]
    values = {"ProductKey": "a1", **{f"ProductTagKey.{number}": f"k{number}" for number in range(1, 12)}}
    with pytest.raises(ApiError, match="IllegalRequest: ProductTagKey accepts at most 10"):
        validation.parse_parameters(operation, find_operation("DeleteProductTags")[1], values)
    truncated = validation.parse_parameters(operation, Implementation(print, TRUNCATE), values)
    assert truncated["ProductTagKey"] == [f"k{number}" for number in range(1, 11)]


def test_unknown_operation_is_not_found():
    with pytest.raises(GatewayError) as caught:
        find_operation("MakeCoffee")
    assert (caught.value.status, caught.value.code) == (404, "InvalidAction.NotFound")


def test_operation_without_service_is_not_implemented(monkeypatch):
    monkeypatch.delitem(registry.OPERATIONS, "QueryProduct")
    with pytest.raises(GatewayError) as caught:
        find_operation("QueryProduct")
    assert (caught.value.status, caught.value.code) == (501, "NotImplemented")


def test_operation_name_is_found_by_function_name():
    assert find_operation_name("query_device_by_sql") == "QueryDeviceBySQL"
    assert (operation_kind("CreateProduct"), operation_kind("MakeCoffee")) == ("create", "")


def test_operation_function_with_unknown_or_registered_name_is_rejected():
    def make_coffee(ctx, p):
        """A function without an operation of this name."""

    def query_product(ctx, p):
        """A second implementation of an operation."""

    with pytest.raises(ValueError, match="no operation"):
        registry.operation(make_coffee)
    with pytest.raises(ValueError, match="twice"):
        registry.operation(query_product)
