# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The module iot_devices: desired state, current state, plan, (check mode stops here), apply, result."""

from __future__ import annotations

import gc
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.api import device, group, job, ota, product
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import Entry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import EngineError, InvalidValue, IotError
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.offline import Member, Violation
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.vault import Vault
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set import (
    desired,
    gateways,
    report,
    secrets_file,
    write,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.concurrency import WorkerPool
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.csv_file import read_rows
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.declared import declared_contents
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.estimate import estimate
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.plan import (
    Plan,
    plan_changes,
    plan_deletion,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.purge import (
    PurgeLimit,
    devices_to_purge,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.read import DeviceSet
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.slices import Slice, slice_selector
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.state import (
    ALL_DEVICES,
    GROUPS,
    IDENTITY,
    NICKNAME,
    SECRET,
    STATUS,
    TAGS,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.product.product import (
    check_node_types,
    product_key,
)

_DEFAULTS_OPTIONS = {name: option for name, option in desired.OPTIONS.items() if name in desired.DEFAULTS_FIELDS}

_MAX_PARALLEL_REQUESTS = 64


class DevicesEntry(Entry):
    """Bring many devices of a product to their desired state."""

    families = (device, group, job, product, ota)
    kind = "device_set"
    contains = ("device",)

    def references(self) -> dict:
        kinds = ("product", "device", "device_group", "ota_module")
        return {"product": ("product",), "devices": kinds, "defaults": kinds}

    def contents(self, params: dict) -> Iterator[Member | Violation]:
        return declared_contents(params, check_options)

    def planned_steps(self, result: dict) -> list[dict]:
        operations = result["estimate"]["writes"]["operations"]
        return [{"operation": name, "requests": count} for name, count in operations.items()]

    def name_of(self, params: dict) -> tuple[str, ...]:
        # Several sets can manage devices of the same product: different files, or slices. A file is relative to the
        # current folder, because plans are also applied in other checkouts.
        file = str(params.get("devices_file") or "")
        relative = os.path.relpath(file) if file else ""
        name = file if relative.startswith(os.pardir) else relative
        return (str(params.get("product")), name or str(params.get("slice") or "devices"))

    def options(self) -> dict:
        return {
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "product": {"type": "str", "required": True},
            "devices": {"type": "list", "elements": "dict", "options": desired.OPTIONS},
            "devices_file": {"type": "path"},
            "defaults": {"type": "dict", "options": _DEFAULTS_OPTIONS, "default": {}},
            "purge": {"type": "bool", "default": False},
            "purge_limit": {"type": "str", "default": "10%"},
            "purge_tags": {"type": "bool", "default": True},
            "purge_groups": {"type": "bool", "default": True},
            "move": {"type": "bool", "default": False},
            "slice": Slice.argument,
            **secrets_file.OPTIONS,
            "secrets_of": {"type": "str", "choices": ["new", "all"], "default": "new", "no_log": False},
            "warn_above_in_seconds": {"type": "int", "default": 3600},
            "parallel_requests": {"type": "int", "default": 8},
        }

    def perform(self, params: dict, client: Any, check_mode: bool) -> dict:
        with _no_search_for_cycles():
            return DeviceSetTask(params, client, check_mode, self.vault).perform()

    def plan(self, params: dict, client: Any) -> dict:
        with _no_search_for_cycles():
            task = DeviceSetTask(params, client, True, self.vault)
            return {**task.perform(), **task.members()}


@contextmanager
def _no_search_for_cycles() -> Iterator[None]:
    """Pause the collection of reference cycles: it visits all devices again and again, and a task creates no cycles."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


class DeviceSetTask:
    """One task of the module.

    Args:
        params: The options.
        client: The client. The result contains the number of its requests during the task.
        check_mode: Whether to stop before the first write.
        vault: Encrypts the secrets file.
    """

    def __init__(self, params: dict, client: Any, check_mode: bool, vault: Vault | None = None) -> None:
        check_options(params)
        self._vault = vault
        self._params = params
        self._client = client
        self._check_mode = check_mode
        self._is_absent = params["state"] == "absent"
        self._workers = WorkerPool(client, params["parallel_requests"])
        self._reader = Reader(client, tolerant=check_mode or self._is_absent)
        self._is_in_slice = slice_selector(params.get("slice"))
        self._group_names: dict[str, str] = {}
        self._secrets_file: secrets_file.SecretsFile | None = None
        self._names: frozenset[str] = frozenset()
        self._device_set: DeviceSet | None = None

    def members(self) -> dict[str, Any]:
        """Return the names of the devices of the task and, as far as they were read, of those of the product."""
        found: dict[str, Any] = {"members": self._names, "existing": set()}
        if self._device_set is not None:
            existing, others = self._device_set.devices.keys(), self._device_set.unlisted
            found["existing"] = set(existing)
            if len(existing) + len(others) == self._device_set.total:
                found["others"] = others
        return found

    def perform(self) -> dict:
        """Perform the task, and return the result.

        Raises:
            EngineError: If the options are invalid. No write request was sent.
            report.DeviceSetIncomplete: If changes were started and not all of them succeeded.
            IotError: If a read request fails.
        """
        params = self._params
        devices = self._desired_devices()
        self._secrets_file = secrets_file.open_secrets_file(params, self._vault)
        key = product_key(self._reader, params["product"])
        self._resolve_references(devices)
        device_set = DeviceSet(self._client, self._workers, key)
        self._names = frozenset(one.name for one in devices)
        if key is not PENDING:
            self._read(device_set, devices)
            self._device_set = device_set
        plan = self._plan(device_set, devices)
        # A device signs with its secret when it is attached to a gateway.
        device_set.read_secrets(
            [name for names in plan.attach.values() for name in names if name in device_set.devices]
        )
        result = {"product_key": str(key), "estimate": self._estimate(device_set, plan)}
        report.add_plan(result, devices, device_set, plan, self._group_names)
        if self._reader.pending and not self._is_absent:
            result["pending"] = list(self._reader.pending)
        seconds, limit = result["estimate"]["seconds"], params["warn_above_in_seconds"]
        if seconds > limit:
            warning = f"the task takes at least {seconds:.0f} seconds because of the quotas of the platform"
            result["warnings"] = [f"{warning}, which is more than warn_above_in_seconds: {limit}"]
        if not self._check_mode:
            self._execute(device_set, plan, key, result)
        return result

    def _estimate(self, device_set: DeviceSet, plan: Plan) -> dict:
        reads = device_set.planned_requests
        writes = write.planned_requests(plan, with_secrets=bool(self._params.get("secrets_file")))
        return {
            **estimate(self._client, [*reads, *writes]),
            "reads": estimate(self._client, reads),
            "writes": estimate(self._client, writes),
        }

    # Desired state

    def _desired_devices(self) -> list[desired.DesiredDevice]:
        params = self._params
        rows = read_rows(params["devices_file"]) if params.get("devices_file") else params.get("devices") or []
        if self._is_absent:
            rows = ({"name": row["name"]} for row in rows)
        defaults = {} if self._is_absent else params["defaults"]
        return list(desired.desired_devices(rows, defaults, self._is_in_slice))

    def _resolve_references(self, devices: list[desired.DesiredDevice]) -> None:
        """Replace the names of groups and gateway products by GroupIds and ProductKeys."""
        names = {name for one in devices for name in one.groups or ()}
        # With purge_groups the diff can contain other groups, so their names are needed even if no group is desired.
        if names or (self._params["purge_groups"] and any(one.groups is not None for one in devices)):
            rows = list(self._reader.pages("QueryDeviceGroupList"))
            self._group_names = {row["GroupId"]: row["GroupName"] for row in rows}
        ids = {name: group_id for group_id, name in self._group_names.items()}
        ids.update({group_id: group_id for group_id in self._group_names})
        for name in sorted(names - ids.keys()):
            self._reader.not_found("device group", name)
            ids[name] = name
        keys = {
            one.gateway[0]: product_key(self._reader, one.gateway[0])
            for one in {one.gateway: one for one in devices if one.gateway}.values()
        }
        for key in dict.fromkeys(keys.values()):
            check_node_types(self._reader, product_key(self._reader, self._params["product"]), key, "gateway")
        for one in devices:
            if one.groups:
                one.groups = tuple(dict.fromkeys(ids[name] for name in one.groups))
            if one.gateway:
                one.gateway = (keys[one.gateway[0]], one.gateway[1])

    # Current state

    def _read(self, device_set: DeviceSet, devices: list[desired.DesiredDevice]) -> None:
        params = self._params
        tagged = {one.name for one in devices if one.tags is not None}
        grouped = {one.name for one in devices if one.groups is not None}
        needed = {
            IDENTITY: True,
            NICKNAME: any(one.nickname is not None for one in devices),
            STATUS: any(one.enabled is not None for one in devices),
            SECRET: bool(params.get("secrets_file")) and params["secrets_of"] == "all",
            TAGS: bool(tagged),
            GROUPS: bool(grouped),
            ALL_DEVICES: params["purge"],
        }
        tag_counts = Counter(pair for one in devices for pair in (one.tags or {}).items())
        group_counts = Counter(
            group_id for one in devices for group_id in one.groups or () if group_id in self._group_names
        )
        device_set.read(
            {fact for fact, is_needed in needed.items() if is_needed},
            [one.name for one in devices],
            desired_tags=None if params["purge_tags"] else dict(tag_counts),
            desired_groups=dict(group_counts),
            other_groups=params["purge_groups"],
            relevant={TAGS: tagged, GROUPS: grouped},
        )
        desired_gateways = {one.name: one.gateway for one in devices if one.gateway is not None}
        if desired_gateways:
            gateways.read_gateways(device_set, self._workers, self._reader, desired_gateways)
            if not params["move"]:
                gateways.reject_moves(device_set, desired_gateways)

    # Plan and apply

    def _plan(self, device_set: DeviceSet, devices: list[desired.DesiredDevice]) -> Plan:
        params = self._params
        if self._is_absent:
            return plan_deletion(one.name for one in devices if one.name in device_set.devices)
        plan = plan_changes(devices, device_set.devices, params["purge_tags"], params["purge_groups"])
        if params["purge"]:
            deletion = plan_deletion(devices_to_purge(device_set, self._is_in_slice, params["purge_limit"]))
            plan.delete += deletion.delete
            plan.changes.update(deletion.changes)
        return plan

    def _execute(self, device_set: DeviceSet, plan: Plan, key: str, result: dict) -> None:
        secrets = {name: state.secret for name, state in device_set.devices.items() if state.secret}
        save_secrets = None
        if self._secrets_file is not None:
            if self._params["secrets_of"] == "all":
                self._secrets_file.add(key, secrets)
            save_secrets = partial(self._secrets_file.add, key)
        executor = write.PlanExecutor(self._workers, key, secrets, save_secrets)
        error = None
        try:
            try:
                executor.execute(plan)
            finally:
                # Also after a failure: the secrets of new devices are read only once.
                if self._secrets_file is not None:
                    self._secrets_file.close()
        except (IotError, EngineError) as caught:
            error = caught
        report.add_outcome(result, plan, executor, is_stopped=error is not None)
        if error is not None:
            cause = error if isinstance(error, IotError) else None
            raise report.DeviceSetIncomplete(
                f"the task did not finish: {error}", result, cause, remedy="Run the task again to continue"
            ) from error
        if executor.failed:
            raise report.DeviceSetIncomplete(report.failure_message(executor.failed, len(result["failures"])), result)


def check_options(params: dict) -> None:
    """Check the options that depend on each other.

    Raises:
        InvalidValue: If an option is invalid.
    """
    if (params.get("devices") is None) is (params.get("devices_file") is None):
        raise InvalidValue("either devices or devices_file must be set", field="devices")
    if params["state"] == "absent" and params["purge"]:
        raise InvalidValue(
            "purge: true requires state: present",
            field="purge",
            remedy="Remove purge; state: absent deletes only the listed devices",
        )
    for name, kind in (("slice", Slice()), ("purge_limit", PurgeLimit())):
        complaint = kind.check(params[name]) if params.get(name) is not None else ""
        if complaint:
            raise InvalidValue(f"{name} {complaint}", field=name)
    if not 1 <= params["parallel_requests"] <= _MAX_PARALLEL_REQUESTS:
        raise InvalidValue(
            f"parallel_requests must be 1 to {_MAX_PARALLEL_REQUESTS}, not {params['parallel_requests']}",
            field="parallel_requests",
        )
    secrets_file.check_options(params)
    path = params.get("devices_file")
    if path and not path.startswith("/"):
        raise InvalidValue(
            f"devices_file must be an absolute path such as {{{{ playbook_dir }}}}/{path}, not {path}",
            field="devices_file",
        )
