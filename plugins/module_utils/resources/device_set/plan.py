# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What has to be done for the devices of a fleet to become what is wanted: a pure function, and its result."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.desired import Wanted
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.state import Known


@dataclass
class Work:
    """All that is to be done, by what does it.

    Attributes:
        register: the devices that are to be made.
        rename: the nickname by name; empty takes it away.
        untag: tags to remove, as pairs of name and key.
        tag: tags to set, by name.
        leave, join: the names by GroupId.
        detach: the names of devices that are taken away from their gateways.
        attach: the names by gateway.
        enable, disable, delete: names.
        changes: what changes, by name: the field with what it was and what it becomes; of a device that goes away it is
            ``name``.
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

    def note(self, name: str, fact: str, before, after) -> None:
        """Notes a change of a device."""
        self.changes.setdefault(name, {})[fact] = (before, after)

    def parts(self, size: int) -> list:
        """What is to be changed of devices that are there, and then of new ones, batch by batch of that size."""
        batches = [self.register[start : start + size] for start in range(0, len(self.register), size)]
        result = [Work(register=batch) for batch in ([], *batches)]
        of = {one.name: part for part in result for one in part.register}
        first = result[0]
        for name, nickname in self.rename.items():
            of.get(name, first).rename[name] = nickname
        for name, tags in self.tag.items():
            of.get(name, first).tag[name] = tags
        for group, names in self.join.items():
            for name in names:
                of.get(name, first).join.setdefault(group, []).append(name)
        for gateway, names in self.attach.items():
            for name in names:
                of.get(name, first).attach.setdefault(gateway, []).append(name)
        return result


def work_of(wanted: Iterable[Wanted], known: dict, purge_tags: bool, purge_groups: bool) -> Work:
    """What makes devices what is wanted.

    Args:
        wanted: what is wanted; groups are GroupIds.
        known: what is known, by name.
        purge_tags, purge_groups: whether tags and groups that are not wanted are taken away.
    """
    work = Work()
    for one in wanted:
        there = known.get(one.name)
        if there is None:
            there = Known(one.name, nickname=one.nickname)
            there.tags, there.groups, there.gateway = {}, (), ()
            work.register.append(one)
            work.note(one.name, "name", None, one.name)
            if one.nickname:
                work.note(one.name, "nickname", None, one.nickname)
        _nickname(work, one, there)
        _tags(work, one, there, purge_tags)
        _groups(work, one, there, purge_groups)
        _gateway(work, one, there)
        if one.enabled is not None and one.enabled != there.enabled:
            (work.enable if one.enabled else work.disable).append(one.name)
            work.note(one.name, "enabled", there.enabled, one.enabled)
    return work


def deletion_of(names: Iterable[str]) -> Work:
    """What takes devices away."""
    work = Work()
    for name in names:
        work.delete.append(name)
        work.note(name, "name", name, None)
    return work


def _nickname(work: Work, one: Wanted, there: Known) -> None:
    if one.nickname is not None and one.nickname != (there.nickname or ""):
        work.rename[one.name] = one.nickname
        work.note(one.name, "nickname", there.nickname, one.nickname)


def _tags(work: Work, one: Wanted, there: Known, purge: bool) -> None:
    if one.tags is None:
        return
    before = there.tags or {}
    missing = {key: text for key, text in one.tags.items() if before.get(key) != text}
    extra = [key for key in before if key not in one.tags] if purge else []
    if missing:
        work.tag[one.name] = missing
    work.untag.extend((one.name, key) for key in extra)
    if missing or extra:
        kept = before if not purge else {}
        work.note(one.name, "tags", before, {**kept, **one.tags})


def _groups(work: Work, one: Wanted, there: Known, purge: bool) -> None:
    if one.groups is None:
        return
    before = there.groups or ()
    joining = [group for group in one.groups if group not in before]
    leaving = [group for group in before if group not in one.groups] if purge else []
    for group in joining:
        work.join.setdefault(group, []).append(one.name)
    for group in leaving:
        work.leave.setdefault(group, []).append(one.name)
    if joining or leaving:
        after = [group for group in before if group not in leaving] + joining
        work.note(one.name, "groups", list(before), after)


def _gateway(work: Work, one: Wanted, there: Known) -> None:
    if one.gateway is None or one.gateway == there.gateway:
        return
    if one.gateway:
        work.attach.setdefault(one.gateway, []).append(one.name)
    else:
        work.detach.append(one.name)
    work.note(one.name, "gateway", there.gateway, one.gateway)
