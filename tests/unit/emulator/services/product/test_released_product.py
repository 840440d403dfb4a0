# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of calls that the manual allows and the user guide does not."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.emulator.core.dispatch import Platform, find_operation
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError

CALLS = [
    ("UpdateProduct", {"ProductName": "other"}),
    ("DeleteProduct", {}),
]


def create(platform: Platform, released: bool = True) -> str:
    key = platform.call("CreateProduct", {"ProductName": "light", "NodeType": "0"})["ProductKey"]
    if released:
        platform.store.update("product", {"status": "RELEASE_STATUS"}, product_key=key)
    return key


def warnings_of(platform: Platform, action: str, params: dict) -> list[str]:
    warnings: list = []
    platform.execute(*find_operation(action), params, warnings)
    return [f"{warned.message} ({warned.source})" for warned in warnings]


@pytest.mark.parametrize(("action", "params"), CALLS)
def test_change_of_released_product_is_executed_with_a_warning(platform, action, params):
    [text] = warnings_of(platform, action, {"ProductKey": create(platform), **params})
    assert text == (
        "A released product cannot be changed or deleted. Call CancelReleaseProduct first "
        "(user guide: release a product)"
    )


@pytest.mark.parametrize(("action", "params"), CALLS)
def test_change_of_product_in_development_gives_no_warning(platform, action, params):
    assert warnings_of(platform, action, {"ProductKey": create(platform, released=False), **params}) == []


@pytest.mark.parametrize(("action", "params"), CALLS)
def test_strict_emulator_refuses_change_of_released_product(action, params):
    platform = Platform(strict=True)
    key = create(platform)
    with pytest.raises(ApiError, match="UpdateProductFailed: A released product"):
        platform.call(action, {"ProductKey": key, **params})
    assert platform.store.require("product", product_key=key)["product_name"] == "light"
    platform.close()
