# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The state of a whole account, for the report page. Nothing is written to the account."""

from __future__ import annotations

import datetime
from collections import Counter
from dataclasses import dataclass
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.account.exported_devices import declared_devices
from ansible_collections.iotops.aliyun.plugins.module_utils.account.graph import Node
from ansible_collections.iotops.aliyun.plugins.module_utils.account.kinds import SETS, kinds
from ansible_collections.iotops.aliyun.plugins.module_utils.account.parents import parent_of
from ansible_collections.iotops.aliyun.plugins.module_utils.account.plan import account_of
from ansible_collections.iotops.aliyun.plugins.module_utils.account.report_devices import DeviceCounts
from ansible_collections.iotops.aliyun.plugins.module_utils.account.report_flow import FlowGraph, flow_of
from ansible_collections.iotops.aliyun.plugins.module_utils.account.report_quotas import Usage, usages
from ansible_collections.iotops.aliyun.plugins.module_utils.account.resource_names import (
    key_of_found,
    keys_of_declared,
    label_of,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.account.scan import Found, Gap, Names, Scan
from ansible_collections.iotops.aliyun.plugins.module_utils.account.unmanaged import is_built_in
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import ResourceEntry

#: The kind of devices in the plural.
_DEVICES = "devices"


@dataclass
class FleetReport:
    """The state of an account.

    Attributes:
        account: Identifies the account without disclosing the AccessKey; see ``plan.account_of``.
        endpoint: The URL of the endpoint.
        instance: The ID of the instance; empty for the old public instance.
        time: When the account was read.
        found: The resources by plural, without devices.
        names: The names of the resources.
        devices: The devices in numbers.
        quotas: The use of the quotas, the most used first.
        flow: The flow of messages.
        unlisted: The kinds in the plural of which the API has no list, so that the report does not contain them.
        gaps: What could not be read.
        unmanaged: The names of the resources that no file declares by plural, without devices; None if the account was
            not compared with files.
        calls: The number of requests that were sent.
    """

    account: str
    endpoint: str
    instance: str
    time: datetime.datetime
    found: dict[str, list[Found]]
    names: Names
    devices: DeviceCounts
    quotas: list[Usage]
    flow: FlowGraph
    unlisted: list[str]
    gaps: list[Gap]
    unmanaged: dict[str, list[str]] | None = None
    unmanaged_ids: frozenset[int] = frozenset()
    calls: int = 0

    @property
    def device_total(self) -> int:
        """The number of devices."""
        return sum(self.statuses.values())

    @property
    def statuses(self) -> Counter[str]:
        """The number of devices by status."""
        counts: Counter[str] = Counter()
        for devices in self.devices.products.values():
            counts.update(devices.statuses)
        return counts

    @property
    def unmanaged_devices(self) -> dict[str, list[str]]:
        """The names of the devices that no file declares by the name of their product."""
        products = self.names.of_kind("product")
        return {
            products.get(key, key): devices.unmanaged
            for key, devices in self.devices.products.items()
            if devices.unmanaged
        }

    @property
    def unmanaged_count(self) -> int:
        """The number of resources and devices that no file declares."""
        return sum(map(len, (*(self.unmanaged or {}).values(), *self.unmanaged_devices.values())))

    def to_dict(self) -> dict[str, Any]:
        """Return the numbers of the report."""
        result: dict[str, Any] = {
            "account": self.account,
            "time": self.time.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "resources": {plural: len(found) for plural, found in sorted(self.found.items()) if found},
            "devices": {"total": self.device_total, **dict(sorted(self.statuses.items()))},
            "quotas": [
                {"title": one.title, "used": one.used, "maximum": one.maximum, "where": one.where, "source": one.source}
                for one in self.quotas
            ],
            "not_read": [gap.to_dict() for gap in self.gaps],
        }
        if self.unmanaged is not None:
            counts = {plural: len(names) for plural, names in self.unmanaged.items() if names}
            devices = sum(map(len, self.unmanaged_devices.values()))
            result["unmanaged"] = {**counts, **({"devices": devices} if devices else {})}
        return result


def read_report(
    client: Any, nodes: list[Node] | None, external: dict[str, list[str]], with_versions: bool = True
) -> FleetReport:
    """Read an account.

    Args:
        client: The API client. Its cache is shared by all reads.
        nodes: The declared resources with which the account is compared; None if it is not compared.
        external: The names of resources that are managed elsewhere, by the plural of their kind.
        with_versions: Whether to read the versions of devices, which takes one request for 100 devices.

    Raises:
        IotError: The devices cannot be read.
    """
    before, time = client.calls, datetime.datetime.now(datetime.timezone.utc)
    # The report shows lists, so kinds without one are not read.
    scan = Scan(client, {plural: [] for plural in kinds()})
    scan.run(lambda _found: True)
    names = Names(scan.found)
    declared = None if nodes is None else declared_devices(nodes)
    devices = DeviceCounts(client, with_versions, declared, external.get(_DEVICES, ()))
    devices.read(scan.found.get("products", []), scan.found.get("device_groups", []))
    unmanaged, ids = _unmanaged(scan.found, names, nodes, external)
    connection = client.connection
    return FleetReport(
        account_of(client),
        connection.endpoint,
        connection.iot_instance_id or "",
        time,
        scan.found,
        names,
        devices,
        usages(scan.found),
        flow_of(scan.found, ids),
        _unlisted(),
        sorted(scan.gaps, key=lambda gap: (gap.kind, gap.name)),
        unmanaged,
        ids,
        client.calls - before,
    )


def _unmanaged(
    found: dict[str, list[Found]], names: Names, nodes: list[Node] | None, external: dict[str, list[str]]
) -> tuple[dict[str, list[str]] | None, frozenset[int]]:
    """Return the names of the resources that no file declares by plural, and their IDs (``id``).

    Kinds without a list, such as thing models, belong to another resource.
    """
    if nodes is None:
        return None, frozenset()
    declared = {key for node in nodes for key in keys_of_declared(node, names)}
    result: dict[str, list[str]] = {}
    ids = set()
    for plural, resources in sorted(found.items()):
        known = set(external.get(plural, ()))
        unmanaged = [
            one
            for one in resources
            if one.entry.resource.listing
            and key_of_found(one, names) not in declared
            and one.name not in known
            and not is_built_in(one.entry.resource, one.values)
        ]
        result[plural] = sorted(label_of(one, names) for one in unmanaged)
        ids.update(id(one) for one in unmanaged)
    return result, frozenset(ids)


def _unlisted() -> list[str]:
    """Return the kinds in the plural of which the API has no list."""
    return [
        plural
        for plural, entry in kinds().items()
        if isinstance(entry, ResourceEntry)
        and entry.kind not in SETS
        and not entry.resource.listing
        and not parent_of(entry.resource)
    ]
