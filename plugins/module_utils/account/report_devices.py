# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Count the devices of an account by product, status, group and version, with requests for many devices at a time."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.account.scan import Found
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import member
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.chunks import chunked
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device.status import STATE_NUMBERS
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.concurrency import WorkerPool
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.queries import DETAILS_BATCH
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.read import DeviceSet
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.state import (
    IDENTITY,
    MODULES,
    STATUS,
    DeviceState,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.ota.module import DEFAULT

#: The number of requests of one operation at the same time.
_PARALLEL_REQUESTS = 8

#: The module whose version is the version of the device.
DEFAULT_MODULE = DEFAULT


@dataclass
class ProductDevices:
    """The devices of a product.

    Attributes:
        statuses: The number of devices by status, such as ``online``.
        versions: The number of devices by OTA module and version; an empty version was never reported.
        unmanaged: The names of the devices that no file declares; None if that is not known.
    """

    statuses: Counter[str] = field(default_factory=Counter)
    versions: Counter[tuple[str, str]] = field(default_factory=Counter)
    unmanaged: list[str] | None = None


@dataclass
class GroupDevices:
    """The devices of a group.

    Attributes:
        name: The name of the group.
        kind: ``static`` or ``dynamic``.
        total: The number of devices; None if the platform does not return it.
        online: The number of devices that are online; None for dynamic groups.
    """

    name: str
    kind: str
    total: int | None = None
    online: int | None = None


class DeviceCounts:
    """The devices of an account in numbers.

    Args:
        client: The API client.
        with_versions: Whether to read the versions.
        declared: The names of the declared devices by product; None if no files are compared.
        external: The names of devices that are managed elsewhere.

    Attributes:
        products: The devices by ProductKey.
        groups: The devices of the groups, sorted by name.
        is_complete: Whether the versions of all modules are known; if not, only those of the module ``default`` are.
    """

    def __init__(
        self, client: Any, with_versions: bool, declared: dict[str, set[str]] | None, external: Iterable[str] = ()
    ) -> None:
        self.products: dict[str, ProductDevices] = {}
        self.groups: list[GroupDevices] = []
        self.is_complete = with_versions
        self._client = client
        self._with_versions = with_versions
        self._declared = declared
        self._external = set(external)
        self._workers = WorkerPool(client, _PARALLEL_REQUESTS)
        self._lock = threading.Lock()

    def read(self, products: Iterable[Found], groups: Iterable[Found]) -> None:
        """Count the devices of products and groups.

        Raises:
            IotError: A request failed.
        """
        with_names = self._with_versions or self._declared is not None
        counted = [one for one in products if one.values.get("device_count") != 0]
        for product in counted:
            key = product.values["product_key"]
            devices = self.products[key] = ProductDevices()
            if with_names:
                self._read_devices(product, devices, len(counted) > 1)
            else:
                self._count_by_status(key, devices)
        for group in groups:
            self._count_in_group(group)
        self._workers.wait()
        self.groups.sort(key=lambda group: group.name)

    def _count_by_status(self, key: str, devices: ProductDevices) -> None:
        """Count with the totals of lists that are not read."""

        def count(status: str) -> None:
            params = {"ProductKey": key, "Status": STATE_NUMBERS[status], "CurrentPage": 1, "PageSize": 1}
            total = int(self._workers.read("QueryDeviceByStatus", params).get("Total") or 0)
            with self._lock:
                devices.statuses[status] = total

        for status in STATE_NUMBERS:
            self._workers.submit("QueryDeviceByStatus", lambda status=status: count(status))

    def _read_devices(self, product: Found, devices: ProductDevices, is_one_of_many: bool) -> None:
        key = product.values["product_key"]
        device_set = DeviceSet(self._client, self._workers, key, is_one_of_many)
        facts = {IDENTITY, STATUS, *([MODULES] if self._with_versions else [])}
        device_set.read(facts, one_by_one=False)
        states = device_set.devices
        devices.statuses.update(str(state.status).lower() for state in states.values())
        if self._declared is not None:
            devices.unmanaged = sorted(states.keys() - self._declared.get(product.name, set()) - self._external)
        if not self._with_versions:
            return
        unread = [name for name, state in states.items() if state.modules is None]
        for state in states.values():
            self._add_modules(devices, state)
        if unread:
            self.is_complete = False
            self._read_versions(key, unread, devices)

    @staticmethod
    def _add_modules(devices: ProductDevices, state: DeviceState) -> None:
        if state.modules is not None:
            devices.versions.update(state.modules.items() or [(DEFAULT_MODULE, "")])

    def _read_versions(self, key: str, names: list[str], devices: ProductDevices) -> None:
        """Read the version of the module ``default``, which the details of a device contain."""

        def read(batch: list[str]) -> None:
            reply = self._workers.call("BatchQueryDeviceDetail", {"ProductKey": key, "DeviceName": batch})
            rows = member(reply, "Data.Data") or []
            with self._lock:
                devices.versions.update((DEFAULT_MODULE, row.get("FirmwareVersion") or "") for row in rows)

        for batch in chunked(names, DETAILS_BATCH):
            self._workers.submit("BatchQueryDeviceDetail", lambda batch=batch: read(batch))

    def _count_in_group(self, group: Found) -> None:
        values = group.values
        counts = GroupDevices(group.name, str(values.get("type") or "static"), values.get("device_count"))
        self.groups.append(counts)
        if counts.kind == "static":
            self._workers.submit("QueryDeviceStatistics", lambda: self._read_statistics(values["group_id"], counts))

    def _read_statistics(self, group_id: str, counts: GroupDevices) -> None:
        data = member(self._workers.read("QueryDeviceStatistics", {"GroupId": group_id}), "Data") or {}
        counts.total = int(data.get("deviceCount") or 0)
        counts.online = int(data.get("onlineCount") or 0)
