# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The devices of an account, of one product or of many, with what is wanted to be known of them: never one by one."""

from __future__ import annotations

import json
from collections.abc import Iterator

from ansible_collections.iotops.aliyun.plugins.module_utils.api import device, group, ota, product, thing_model_data
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import member
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import Entry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import ReferenceNotFound
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common import tags
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device.status import STATE_NUMBERS
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.concurrency import Lanes
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.read import Fleet
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.state import (
    GROUPS,
    IDENTITY,
    MODULES,
    NICKNAME,
    STATUS,
    TAGS,
    Known,
)

#: What can be asked for beside what every list tells.
FACTS = (TAGS, GROUPS, MODULES)

STATUSES = tuple(STATE_NUMBERS)


class OverviewEntry(Entry):
    """Tells of devices."""

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

    def perform(self, params: dict, client, check_mode: bool) -> dict:
        calls = client.calls
        overview = Overview(params, client)
        result = {"changed": False, "devices": list(overview.devices())}
        if overview.untold:
            result["warnings"] = [complaint(overview.untold)]
        return {**result, "calls": client.calls - calls}


def complaint(untold: frozenset) -> str:
    """What to say of facts that are not told."""
    return (
        f"{' and '.join(sorted(untold))} of devices are told by a search only, which takes iot_instance_id and an"
        " Enterprise instance, or one by one, which one_by_one allows"
    )


class Overview:
    """The devices that options ask for.

    Args:
        params: the options of ``OverviewEntry``.
        client: the client.

    Attributes:
        untold: the facts that were asked for and that no list tells.
    """

    def __init__(self, params: dict, client):
        self.untold: frozenset = frozenset()
        self._params = params
        self._client = client
        self._lanes = Lanes(client, params["parallel_requests"])

    def devices(self) -> Iterator[dict]:
        """Each device as a dictionary.

        Raises:
            ParentMissing: a product or a group that is named is not there.
            IotError: a request failed.
        """
        params = self._params
        products = self._products()
        group_names = self._group_names()
        chosen = self._chosen(group_names, products)
        facts = {IDENTITY, NICKNAME, STATUS, *params["facts"]}
        statuses = set(params.get("statuses") or STATUSES)
        for key, title in products.items():
            if chosen is not None and not chosen.get(key):
                continue
            fleet = Fleet(self._client, self._lanes, key, shared=len(products) > 1)
            fleet.ask(
                facts,
                chosen and chosen[key],
                # Of a group nobody knows beforehand how many are in it; all of them together tell where a device is.
                groups=dict.fromkeys(group_names, 0),
                other_groups=False,
                one_by_one=params["one_by_one"],
            )
            self.untold |= fleet.untold
            # Requests end in any order, and an inventory should not change with them.
            there = sorted(fleet.devices.values(), key=lambda known: known.name)
            told = [known for known in there if str(known.status).lower() in statuses]
            reported = self._reported(key, told)
            for known in told:
                described = _described(known, key, title, group_names)
                if params.get("properties") is not None:
                    described["properties"] = reported[known.name]
                yield described

    def _reported(self, key: str, told: list) -> dict:
        """What devices reported last of the properties that are asked for, by name: the one thing no list tells."""
        wanted = self._params.get("properties")
        found: dict = {}

        def read(name: str) -> None:
            reply = self._lanes.call("QueryDevicePropertyStatus", {"ProductKey": key, "DeviceName": name})
            rows = member(reply, "Data.List.PropertyStatusInfo") or []
            found[name] = {
                row["Identifier"]: value_of(row) for row in rows if row["Identifier"] in wanted and row.get("Value")
            }

        if wanted is not None:
            for known in told:
                self._lanes.put("QueryDevicePropertyStatus", lambda name=known.name: read(name))
            self._lanes.finish()
        return found

    def _products(self) -> dict:
        rows = {row["ProductKey"]: row["ProductName"] for row in self._client.pages("QueryProductList")}
        if self._params.get("products") is None:
            return rows
        return self._named(rows, self._params["products"], "product")

    def _group_names(self) -> dict:
        if GROUPS not in self._params["facts"] and not self._params.get("device_groups"):
            return {}
        return {row["GroupId"]: row["GroupName"] for row in self._client.pages("QueryDeviceGroupList")}

    def _named(self, rows: dict, names: list, title: str) -> dict:
        """Those of the things by id that are named by their id or their name."""
        missing = [name for name in names if name not in rows and name not in rows.values()]
        if missing:
            raise ReferenceNotFound(f"there is no {title} {missing[0]}", remedy="Check the name")
        return {key: name for key, name in rows.items() if key in names or name in names}

    def _chosen(self, group_names: dict, products: dict) -> dict | None:
        """The names of the devices by product that the groups and tags of the options leave; None without any."""
        lists = []
        if self._params.get("device_groups") is not None:
            groups = self._named(group_names, self._params["device_groups"], "device group")
            members = [self._listed("QueryDeviceListByDeviceGroup", {"GroupId": group}) for group in groups]
            lists.append(set().union(*members))
        for pair in tags.tags().canonical(self._params.get("tags")).items():
            lists.append(self._listed("QueryDeviceByTags", {"Tag": tags.rows([pair])}))
        if self._params["indexed_status"] and self._params.get("statuses") is not None:
            wanted = [
                {"ProductKey": key, "Status": STATE_NUMBERS[status]}
                for key in products
                for status in self._params["statuses"]
            ]
            lists.append(set().union(*(self._listed("QueryDeviceByStatus", one) for one in wanted)))
        if not lists:
            return None
        chosen: dict = {}
        for key, name in set.intersection(*lists):
            chosen.setdefault(key, []).append(name)
        return chosen

    def _listed(self, operation: str, params: dict) -> set:
        return {(row["ProductKey"], row["DeviceName"]) for row in self._client.pages(operation, params)}


def value_of(row: dict):
    """A property's value, which travels as text, as what its data type says it is."""
    if row.get("DataType") in ("text", "date"):
        return row["Value"]
    try:
        return json.loads(row["Value"])
    except ValueError:
        return row["Value"]


def _described(known: Known, key: str, title: str, group_names: dict) -> dict:
    described = {
        "name": known.name,
        "product": title,
        "product_key": key,
        "iot_id": known.iot_id,
        "nickname": known.nickname,
        "status": str(known.status).lower(),
    }
    if known.tags is not None:
        described["tags"] = known.tags
    if known.groups is not None and group_names:
        described["groups"] = sorted(group_names.get(one, one) for one in known.groups)
    if known.modules is not None:
        described["modules"] = known.modules
    return described
