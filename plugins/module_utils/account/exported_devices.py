# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Export the devices of products: a device set with a CSV file for each product.

The state of the devices of one product at a time is in memory; the rows are written one by one.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.account.graph import Node
from ansible_collections.iotops.aliyun.plugins.module_utils.account.scan import Found, Gap
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import EngineError
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common.names import DEVICE_NAME
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common.tags import (
    DISABLED,
    QUARANTINE,
    without_quarantine,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.concurrency import WorkerPool
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.csv_file import (
    GROUP_SEPARATOR,
    TAG_PREFIX,
    read_rows,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.desired import FIELD_TYPES
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.read import DeviceSet
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.state import (
    GROUPS,
    IDENTITY,
    NICKNAME,
    SECRET,
    STATUS,
    TAGS,
    DeviceState,
)

#: The kind in the plural, for gaps.
DEVICE_SETS = "device_sets"

#: The number of requests of one operation at the same time.
_PARALLEL_REQUESTS = 8


class DeviceExport:
    """The devices of an account, product by product.

    Args:
        client: The API client.
        groups: The device groups of the account.
        products: The exported products.
        with_secrets: Whether the secrets of the devices are read.
        one_by_one: Whether facts may be read that take one request for each device.
        names: Returns the names of the exported devices of a product; None for all.

    Attributes:
        gaps: What the files do not contain.
        groups: The names of the groups of the devices that were written, by the name of the product.
    """

    def __init__(
        self,
        client: Any,
        groups: Iterable[Found],
        products: list[Found],
        with_secrets: bool = False,
        one_by_one: bool = True,
        names: Callable[[Found], set[str] | None] = lambda _product: None,
    ) -> None:
        self._names = names
        self.gaps: list[Gap] = []
        self.groups: dict[str, set[str]] = {}
        self._client = client
        self._one_by_one = one_by_one
        self._workers = WorkerPool(client, _PARALLEL_REQUESTS)
        static = [one.values for one in groups if one.values.get("type") != "dynamic"]
        self._group_names = {values["group_id"]: values["name"] for values in static}
        self._group_sizes = {values["group_id"]: int(values.get("device_count") or 0) for values in static}
        # The sub-devices of gateways are known before the devices of other products are written.
        self._products = sorted(products, key=lambda one: (one.values.get("node_type") != "gateway", one.name))
        self._facts = {IDENTITY, NICKNAME, STATUS, TAGS, GROUPS, *([SECRET] if with_secrets else [])}
        self._gateways: dict[tuple[str, str], tuple[str, str]] = {}

    def products(self) -> Iterator[tuple[Found, list[DeviceState]]]:
        """Yield each product that has devices with its devices, sorted by name."""
        has_sub_devices = any(one.values.get("node_type") != "gateway" for one in self._products)
        for one in self._products:
            if one.values.get("device_count") == 0:
                continue
            key = one.values["product_key"]
            device_set = DeviceSet(self._client, self._workers, key, is_one_of_many=len(self._products) > 1)
            names = self._names(one)
            device_set.read(
                self._facts,
                None if names is None else sorted(names),
                desired_groups=self._group_sizes,
                other_groups=False,
                one_by_one=self._one_by_one,
            )
            if device_set.unknown:
                facts = " and ".join(sorted(device_set.unknown))
                self.gaps.append(Gap(DEVICE_SETS, one.name, facts, "one request for each device would be needed"))
            if SECRET in self._facts:
                device_set.read_secrets(device_set.devices)
            states = sorted(device_set.devices.values(), key=lambda state: state.name)
            if one.values.get("node_type") == "gateway" and has_sub_devices and self._one_by_one:
                self._read_sub_devices(one, states)
            if states:
                yield one, states

    def write(self, path: str, product: Found, states: list[DeviceState], declared: set[str]) -> list[str]:
        """Write the CSV file of a product, without devices that are declared elsewhere; return the names in it."""
        kept = [state for state in states if state.name not in declared]
        tag_keys = sorted({tag for state in kept for tag in _tags(state)})
        columns = ["name"]
        if any(state.nickname for state in kept):
            columns.append("nickname")
        if any(not _is_enabled(state) for state in kept):
            columns.append("enabled")
        if any(self.groups_of(state) for state in kept):
            columns.append("groups")
        if any(self.gateway_of(product, state) for state in kept):
            columns += ["gateway_product", "gateway"]
        columns += [TAG_PREFIX + tag for tag in tag_keys]
        written: list[str] = []
        with open(path, "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(columns)
            for state in kept:
                row = self._row(product, state)
                if row is not None:
                    writer.writerow([row.get(column, "") for column in columns])
                    written.append(state.name)
        return written

    def gateway_of(self, product: Found, state: DeviceState) -> tuple[str, str] | None:
        """Return product and name of the gateway that a device is attached to; None if it is not attached."""
        return self._gateways.get((product.values["product_key"], state.name))

    def groups_of(self, state: DeviceState) -> list[str] | None:
        """Return the names of the static groups of a device; None if they were not read."""
        if state.groups is None:
            return None
        return sorted(self._group_names[key] for key in state.groups if key in self._group_names)

    def _read_sub_devices(self, product: Found, states: list[DeviceState]) -> None:
        def read(name: str) -> None:
            params = {"ProductKey": product.values["product_key"], "DeviceName": name}
            for row in self._client.pages("GetThingTopo", params):
                self._gateways[row["ProductKey"], row["DeviceName"]] = (product.name, name)

        for state in states:
            self._workers.submit("GetThingTopo", lambda name=state.name: read(name))
        self._workers.wait()

    def _row(self, product: Found, state: DeviceState) -> dict[str, str] | None:
        """Return the cells of a device by column; None if it cannot be declared."""
        name = f"{product.name}/{state.name}"
        problem = DEVICE_NAME.check(state.name)
        if problem:
            self.gaps.append(Gap(DEVICE_SETS, name, "", f"the name {problem}"))
            return None
        cells = {"name": state.name, "enabled": "" if _is_enabled(state) else "false"}
        values: dict[str, Any] = {"nickname": state.nickname or ""}
        values["tags"] = {tag: text for tag, text in _tags(state).items() if self._is_cell(name, tag, text)}
        values["groups"] = [group for group in self.groups_of(state) or () if self._is_cell(name, "groups", group)]
        for option, value in values.items():
            problem = FIELD_TYPES[option].check(value) if value else ""
            if not problem and isinstance(value, str) and value != value.strip():
                problem = "starts or ends with white space"
            if problem:
                self.gaps.append(Gap(DEVICE_SETS, name, option, f"{option} {problem}"))
                values[option] = type(value)()
        cells["nickname"] = values["nickname"]
        cells["groups"] = GROUP_SEPARATOR.join(values["groups"])
        cells.update({TAG_PREFIX + tag: text for tag, text in values["tags"].items()})
        self.groups.setdefault(product.name, set()).update(values["groups"])
        gateway = self.gateway_of(product, state)
        if gateway:
            cells["gateway_product"], cells["gateway"] = gateway
        return cells

    def _is_cell(self, name: str, option: str, text: str) -> bool:
        """Return whether a text keeps its meaning in a cell; report it otherwise."""
        problem = ""
        if not text or text != text.strip():
            problem = f"{text!r} is empty, or starts or ends with white space"
        elif option == "groups" and GROUP_SEPARATOR in text:
            problem = f"{text!r} contains {GROUP_SEPARATOR!r}"
        if problem:
            self.gaps.append(Gap(DEVICE_SETS, name, option, f"a cell of a CSV file cannot contain it: {problem}"))
        return not problem


def _tags(state: DeviceState) -> dict[str, str]:
    return without_quarantine(state.tags or {})


def _is_enabled(state: DeviceState) -> bool:
    """Return whether a device can connect, or could before its quarantine."""
    return state.enabled or (state.tags or {}).get(QUARANTINE) == DISABLED


def declared_devices(nodes: Iterable[Node]) -> dict[str, set[str]]:
    """Return the names of the devices that files declare, by product.

    Raises:
        EngineError: A file with devices cannot be read.
    """
    found: dict[str, set[str]] = {}
    for node in nodes:
        names = found.setdefault(str(node.params.get("product")), set())
        if node.entry.kind == "device":
            names.add(node.params["name"])
        elif node.entry.kind == "device_set":
            path = node.params.get("devices_file")
            try:
                rows = read_rows(path) if path else node.params.get("devices") or ()
                names.update(row["name"] for row in rows)
            except EngineError as error:
                error.field = "fleet"
                raise
    return found
