# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Fixtures for MQTT tests: a product and a device.

Imports from the collection are inside functions, for the reason given in the conftest.py of the parent folder.
"""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def product(api) -> dict[str, Any]:
    """Create a product and return the response of QueryProduct."""
    key = api("CreateProduct", ProductName="light", NodeType=0)["ProductKey"]
    return api("QueryProduct", ProductKey=key)["Data"]


@pytest.fixture
def lamp(api, product) -> dict[str, Any]:
    """Register a device and return the response of RegisterDevice."""
    return api("RegisterDevice", ProductKey=product["ProductKey"], DeviceName="lamp")["Data"]


@pytest.fixture
def device(platform, lamp) -> dict[str, Any]:
    """Connect the device and return its row."""
    from ansible_collections.iotops.aliyun.emulator.routing.connection import connect

    row = platform.store.one("device", iot_id=lamp["IotId"])
    return platform.run(lambda ctx: connect(ctx, row, "10.0.0.1"))
