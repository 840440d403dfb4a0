# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The plan of a device set: a pure function of the desired and the current state, and its result."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.chunks import chunked
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device.lookup import check_updated_nickname
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.desired import DesiredDevice
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.state import DeviceState


@dataclass
class Plan:
    """All planned changes, by the kind of operation that applies them.

    Attributes:
        register: The devices to register, as ``DesiredDevice``.
        rename: The new nickname by device name; an empty nickname clears it.
        untag: The tags to remove, as pairs of device name and key.
        tag: The tags to set, by device name.
        leave, join: The names of the devices to remove from or add to a group, by GroupId.
        detach: The names of the devices to detach from their gateways.
        attach: The names of the devices to attach to a gateway, by gateway.
        enable, disable, delete: Device names.
        changes: The changes by device name: for each field the value before and after. A device that is registered or
            deleted has a change of the field ``name``.
    """

    register: list = field(default_factory=list)
    rename: dict = field(default_factory=dict)
    untag: list = field(default_factory=list)
    tag: dict = field(default_factory=dict)
    leave: dict = field(default_factory=dict)
    join: dict = field(default_factory=dict)
    detach: list = field(default_factory=list)
    attach: dict = field(default_factory=dict)
    enable: list = field(default_factory=list)
    disable: list = field(default_factory=list)
    delete: list = field(default_factory=list)
    changes: dict = field(default_factory=dict)

    def add_change(self, name: str, fact: str, before: Any, after: Any) -> None:
        """Add a change of a field of a device to ``changes``."""
        self.changes.setdefault(name, {})[fact] = (before, after)

    def split(self, batch_size: int) -> list[Plan]:
        """Split the changes of nicknames, tags, groups and gateways by the batches in which devices are registered.

        Returns:
            A plan for the existing devices, and then a plan for each batch of up to ``batch_size`` new devices.
        """
        result = [Plan(register=batch) for batch in ([], *chunked(self.register, batch_size))]
        plan_of = {device.name: plan for plan in result for device in plan.register}
        existing = result[0]
        for name, nickname in self.rename.items():
            plan_of.get(name, existing).rename[name] = nickname
        for name, tags in self.tag.items():
            plan_of.get(name, existing).tag[name] = tags
        for group, names in self.join.items():
            for name in names:
                plan_of.get(name, existing).join.setdefault(group, []).append(name)
        for gateway, names in self.attach.items():
            for name in names:
                plan_of.get(name, existing).attach.setdefault(gateway, []).append(name)
        return result


def plan_changes(
    desired: Iterable[DesiredDevice], current: dict[str, DeviceState], purge_tags: bool, purge_groups: bool
) -> Plan:
    """Return the changes that bring devices to their desired state.

    Args:
        desired: The desired state of the devices, with GroupIds as groups.
        current: The current state by name.
        purge_tags, purge_groups: Whether to remove tags and groups that are not desired.

    Raises:
        InvalidValue: The platform would reject a change of a device.
    """
    plan = Plan()
    for device in desired:
        state = current.get(device.name)
        if state is None:
            state = DeviceState(device.name, nickname=device.nickname)
            state.tags, state.groups, state.gateway = {}, (), ()
            plan.register.append(device)
            plan.add_change(device.name, "name", None, device.name)
            if device.nickname:
                plan.add_change(device.name, "nickname", None, device.nickname)
        _plan_nickname(plan, device, state)
        _plan_tags(plan, device, state, purge_tags)
        _plan_groups(plan, device, state, purge_groups)
        _plan_gateway(plan, device, state)
        if device.enabled is not None and device.enabled != state.enabled:
            (plan.enable if device.enabled else plan.disable).append(device.name)
            plan.add_change(device.name, "enabled", state.enabled, device.enabled)
    return plan


def plan_deletion(names: Iterable[str]) -> Plan:
    """Return the plan that deletes devices."""
    plan = Plan()
    for name in names:
        plan.delete.append(name)
        plan.add_change(name, "name", name, None)
    return plan


def _plan_nickname(plan: Plan, device: DesiredDevice, state: DeviceState) -> None:
    if device.nickname is not None and device.nickname != (state.nickname or ""):
        check_updated_nickname(device.nickname, f"device {device.name}: nickname", "devices")
        plan.rename[device.name] = device.nickname
        plan.add_change(device.name, "nickname", state.nickname, device.nickname)


def _plan_tags(plan: Plan, device: DesiredDevice, state: DeviceState, purge: bool) -> None:
    if device.tags is None:
        return
    before = state.tags or {}
    missing = {key: text for key, text in device.tags.items() if before.get(key) != text}
    extra = [key for key in before if key not in device.tags] if purge else []
    if missing:
        plan.tag[device.name] = missing
    plan.untag.extend((device.name, key) for key in extra)
    if missing or extra:
        kept = before if not purge else {}
        plan.add_change(device.name, "tags", before, {**kept, **device.tags})


def _plan_groups(plan: Plan, device: DesiredDevice, state: DeviceState, purge: bool) -> None:
    if device.groups is None:
        return
    before = state.groups or ()
    joining = [group for group in device.groups if group not in before]
    leaving = [group for group in before if group not in device.groups] if purge else []
    for group in joining:
        plan.join.setdefault(group, []).append(device.name)
    for group in leaving:
        plan.leave.setdefault(group, []).append(device.name)
    if joining or leaving:
        after = [group for group in before if group not in leaving] + joining
        plan.add_change(device.name, "groups", list(before), after)


def _plan_gateway(plan: Plan, device: DesiredDevice, state: DeviceState) -> None:
    if device.gateway is None or device.gateway == state.gateway:
        return
    if device.gateway:
        plan.attach.setdefault(device.gateway, []).append(device.name)
    else:
        plan.detach.append(device.name)
    plan.add_change(device.name, "gateway", state.gateway, device.gateway)
