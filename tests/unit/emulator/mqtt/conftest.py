# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A product and a device of it.

Imports from the collection are inside of functions, as in the file of this name one level up.
"""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def product(api) -> dict[str, Any]:
    """A product as QueryProduct shows it."""
    key = api("CreateProduct", ProductName="light", NodeType=0)["ProductKey"]
    return api("QueryProduct", ProductKey=key)["Data"]


@pytest.fixture
def lamp(api, product) -> dict[str, Any]:
    """A device as RegisterDevice answers it."""
    return api("RegisterDevice", ProductKey=product["ProductKey"], DeviceName="lamp")["Data"]


@pytest.fixture
def device(platform, lamp) -> dict[str, Any]:
    """The row of that device, which is connected."""
    from ansible_collections.iotops.aliyun.emulator.routing.connection import connect

    row = platform.store.one("device", iot_id=lamp["IotId"])
    return platform.run(lambda ctx: connect(ctx, row, "10.0.0.1"))
