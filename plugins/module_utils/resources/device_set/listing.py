# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The devices of an account, of one or more products, with the requested facts.

Devices are read page by page. They are read one by one only for properties, or if ``one_by_one`` is set.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.api import device, group, ota, product, thing_model_data
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import member
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import Entry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import ReferenceNotFound
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common import tags
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device.status import STATE_NUMBERS
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.concurrency import WorkerPool
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.read import DeviceSet
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.state import (
    GROUPS,
    IDENTITY,
    MODULES,
    NICKNAME,
    STATUS,
    TAGS,
    DeviceState,
)

#: The facts that can be requested in addition to those that all lists of devices contain.
FACTS = (TAGS, GROUPS, MODULES)

STATUSES = tuple(STATE_NUMBERS)


class ListingEntry(Entry):
    """Return the devices of an account."""

    families = (device, group, product, ota, thing_model_data)

    def options(self) -> dict:
        return {
            "products": {"type": "list", "elements": "str"},
            "device_groups": {"type": "list", "elements": "str"},
            "tags": {"type": "dict"},
            "statuses": {"type": "list", "elements": "str", "choices": list(STATUSES)},
            "indexed_status": {"type": "bool", "default": False},
            "facts": {"type": "list", "elements": "str", "choices": list(FACTS), "default": []},
            "properties": {"type": "list", "elements": "str"},
            "one_by_one": {"type": "bool", "default": False},
            "parallel_requests": {"type": "int", "default": 8},
        }

    def perform(self, params: dict, client: Any, check_mode: bool) -> dict:
        listing = Listing(params, client)
        result = {"changed": False, "devices": list(listing.devices())}
        if listing.unknown:
            result["warnings"] = [unknown_facts_warning(listing.unknown)]
        return result


def unknown_facts_warning(unknown: frozenset) -> str:
    """Return the warning for facts that were requested, but not read."""
    return (
        f"{' and '.join(sorted(unknown))} of the devices were not read. Set iot_instance_id to an Enterprise instance"
        " with device search, or set one_by_one: true to send one request for each device"
    )


class Listing:
    """The devices that the options select.

    Args:
        params: The options of ``ListingEntry``.
        client: The client.

    Attributes:
        unknown: The requested facts that no allowed query provides.
    """

    def __init__(self, params: dict, client: Any) -> None:
        self.unknown: frozenset = frozenset()
        self._params = params
        self._client = client
        self._workers = WorkerPool(client, params["parallel_requests"])

    def devices(self) -> Iterator[dict]:
        """Yield each device as a dictionary.

        Raises:
            ReferenceNotFound: If a product or a group of the options does not exist.
            IotError: If a request fails.
        """
        params = self._params
        products = self._products()
        group_names = self._group_names()
        selected = self._selected_names(group_names, products)
        facts = {IDENTITY, NICKNAME, STATUS, *params["facts"]}
        statuses = set(params.get("statuses") or STATUSES)
        for key, product_name in products.items():
            if selected is not None and not selected.get(key):
                continue
            device_set = DeviceSet(self._client, self._workers, key, is_one_of_many=len(products) > 1)
            device_set.read(
                facts,
                selected and selected[key],
                # All groups are read, because other_groups is false. The number of their members is not known yet.
                desired_groups=dict.fromkeys(group_names, 0),
                other_groups=False,
                one_by_one=params["one_by_one"],
            )
            self.unknown |= device_set.unknown
            # Requests finish in any order; sorting gives each run the same result.
            states = sorted(device_set.devices.values(), key=lambda state: state.name)
            states = [state for state in states if str(state.status).lower() in statuses]
            properties = self._properties(key, states)
            for state in states:
                row = _to_result(state, key, product_name, group_names)
                if params.get("properties") is not None:
                    row["properties"] = properties[state.name]
                yield row

    def _properties(self, key: str, states: list[DeviceState]) -> dict[str, dict]:
        """Return the last reported values of the requested properties by device name: one request for each device."""
        identifiers = self._params.get("properties")
        result: dict[str, dict] = {}

        def read_device(name: str) -> None:
            reply = self._workers.call("QueryDevicePropertyStatus", {"ProductKey": key, "DeviceName": name})
            rows = member(reply, "Data.List.PropertyStatusInfo") or []
            result[name] = {
                row["Identifier"]: property_value(row)
                for row in rows
                if row["Identifier"] in identifiers and row.get("Value")
            }

        if identifiers is not None:
            for state in states:
                self._workers.submit("QueryDevicePropertyStatus", lambda name=state.name: read_device(name))
            self._workers.wait()
        return result

    def _products(self) -> dict[str, str]:
        """Return the names of the selected products by ProductKey."""
        names = {row["ProductKey"]: row["ProductName"] for row in self._client.pages("QueryProductList")}
        if self._params.get("products") is None:
            return names
        return self._select(names, self._params["products"], "product")

    def _group_names(self) -> dict[str, str]:
        """Return the names of all groups by GroupId, if the task needs them."""
        if GROUPS not in self._params["facts"] and not self._params.get("device_groups"):
            return {}
        return {row["GroupId"]: row["GroupName"] for row in self._client.pages("QueryDeviceGroupList")}

    def _select(self, names: dict[str, str], references: list[str], title: str) -> dict[str, str]:
        """Return the entries of ``names``, which has IDs as keys, that are referenced by ID or by name."""
        missing = [reference for reference in references if reference not in names and reference not in names.values()]
        if missing:
            raise ReferenceNotFound(f"the {title} {missing[0]} does not exist", remedy="Check the name")
        return {key: name for key, name in names.items() if key in references or name in references}

    def _selected_names(self, group_names: dict[str, str], products: dict[str, str]) -> dict[str, list[str]] | None:
        """Return the device names by ProductKey that match all filters for groups, tags and the status index.

        Returns:
            None if no such filter is set.
        """
        matches: list[set] = []
        if self._params.get("device_groups") is not None:
            groups = self._select(group_names, self._params["device_groups"], "device group")
            members = [self._list_devices("QueryDeviceListByDeviceGroup", {"GroupId": group}) for group in groups]
            matches.append(set().union(*members))
        for pair in tags.tags().canonical(self._params.get("tags")).items():
            matches.append(self._list_devices("QueryDeviceByTags", {"Tag": tags.to_rows([pair])}))
        if self._params["indexed_status"] and self._params.get("statuses") is not None:
            filters = [
                {"ProductKey": key, "Status": STATE_NUMBERS[status]}
                for key in products
                for status in self._params["statuses"]
            ]
            matches.append(set().union(*(self._list_devices("QueryDeviceByStatus", one) for one in filters)))
        if not matches:
            return None
        selected: dict[str, list[str]] = {}
        for key, name in set.intersection(*matches):
            selected.setdefault(key, []).append(name)
        return selected

    def _list_devices(self, operation: str, params: dict) -> set[tuple[str, str]]:
        return {(row["ProductKey"], row["DeviceName"]) for row in self._client.pages(operation, params)}


def property_value(row: dict) -> Any:
    """Return the value of a property, which the platform returns as text, as a value of its data type."""
    if row.get("DataType") in ("text", "date"):
        return row["Value"]
    try:
        return json.loads(row["Value"])
    except ValueError:
        return row["Value"]


def _to_result(state: DeviceState, key: str, product_name: str, group_names: dict[str, str]) -> dict:
    row = {
        "name": state.name,
        "product": product_name,
        "product_key": key,
        "iot_id": state.iot_id,
        "nickname": state.nickname,
        "status": str(state.status).lower(),
    }
    if state.tags is not None:
        row["tags"] = state.tags
    if state.groups is not None and group_names:
        row["groups"] = sorted(group_names.get(group, group) for group in state.groups)
    if state.modules is not None:
        row["modules"] = state.modules
    return row
