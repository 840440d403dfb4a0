# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The manifest of the last apply: which resources a fleet has applied, so that prune finds those that left the files.

The manifest contains names and IDs, and no other values. A resource stays in it until it is deleted, also while prune
is off.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.account.apply import DONE, UNCHANGED, Outcome
from ansible_collections.iotops.aliyun.plugins.module_utils.account.findings import Finding
from ansible_collections.iotops.aliyun.plugins.module_utils.account.kinds import kinds
from ansible_collections.iotops.aliyun.plugins.module_utils.account.plan import facts_of
from ansible_collections.iotops.aliyun.plugins.module_utils.account.source import Source
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import ResourceEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import EngineError, InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.offline import Violation
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import plural

#: The version of the format. The first number changes with every incompatible change.
FORMAT_VERSION = "1.0"


@dataclass
class AppliedResource:
    """A resource that the fleet has applied.

    Attributes:
        kind: The kind.
        options: The options that identify it among those of its kind.
        identity: The IDs by field that the platform has given it, by which another resource of the same name is
            recognized; empty if they are not known.
        quarantined: When prune put it out of use, if its kind has no tags; empty otherwise.
    """

    kind: str
    options: dict[str, str]
    identity: dict[str, str] = field(default_factory=dict)
    quarantined: str = ""

    @property
    def key(self) -> tuple[str, ...]:
        """The kind in the plural and the name, as ``Node.key``."""
        return (plural(self.kind), *self.options.values())

    def to_dict(self) -> dict[str, Any]:
        """Return the resource as the manifest contains it."""
        members: dict[str, Any] = {"kind": self.kind, "options": self.options, "identity": self.identity}
        return {**members, **({"quarantined": self.quarantined} if self.quarantined else {})}


class LastApplied:
    """The manifest of a fleet in an account.

    Args:
        path: The path of the file.
        account: What identifies the account; see ``plan.account_of``.
        fleet: The name of the fleet.
    """

    def __init__(self, path: str, account: str, fleet: str) -> None:
        self.path = path
        self.account = account
        self.fleet = fleet
        self.resources: dict[tuple[str, ...], AppliedResource] = {}
        self._updated: set[tuple[str, ...]] = set()
        self._text = ""

    def read(self) -> Iterator[Finding]:
        """Read the file, and yield what is wrong with it. A file that does not exist is empty."""
        try:
            with open(self.path, encoding="utf-8") as file:
                self._text = file.read()
            content = json.loads(self._text)
        except FileNotFoundError:
            return
        except (OSError, ValueError) as error:
            yield self._finding(f"last_applied cannot be read: {error}")
            return
        if not isinstance(content, dict) or not isinstance(content.get("resources"), list):
            yield self._finding("last_applied is not a manifest of iotops.aliyun.apply")
            return
        version = str(content.get("format_version"))
        if version.partition(".")[0] != FORMAT_VERSION.partition(".")[0]:
            yield self._finding(f"last_applied has the format {version}, this version reads {FORMAT_VERSION}")
            return
        if content.get("fleet") != self.fleet:
            yield self._finding(f"last_applied is the manifest of the fleet {content.get('fleet')}, not {self.fleet}")
        if content.get("account") != self.account:
            yield self._finding(
                f"last_applied is the manifest of another account, endpoint or instance; this one is {self.account}"
            )
        entries = {entry.kind: entry for entry in kinds().values()}
        for index, row in enumerate(content["resources"]):
            resource = _parse(row, entries)
            if resource is None:
                yield self._finding(f"last_applied: resources[{index}] is not a resource of a known kind")
            else:
                self.resources[resource.key] = resource

    def update(self, outcomes: Iterable[Outcome], client: Any) -> None:
        """Add the resources that exist after apply.

        Args:
            outcomes: What happened to the declared resources.
            client: The API client, which reads the IDs of resources in sets.
        """
        reader = Reader(client, tolerant=True)
        for outcome in outcomes:
            is_applied = outcome.status in (DONE, UNCHANGED)
            if outcome.node.is_absent:
                if is_applied:
                    self.resources.pop(outcome.node.key, None)
            elif is_applied or outcome.result.get("changed"):
                # Of a resource that failed after its creation, the manifest keeps the IDs that it has.
                for resource in _applied(outcome, reader):
                    before = self.resources.get(resource.key)
                    if before is not None and not resource.identity:
                        resource.identity = before.identity
                    self.resources[resource.key] = resource
                    self._updated.add(resource.key)

    def forget(self, keys: Iterable[tuple[str, ...]]) -> None:
        """Remove resources that did not exist before apply, unless apply has created them."""
        for key in keys:
            if key not in self._updated:
                self.resources.pop(key, None)

    def write(self) -> None:
        """Write the file, if it changes. It is replaced as a whole, so that an interrupt leaves no half of it.

        Raises:
            InvalidValue: The file cannot be written.
        """
        head = {"format_version": FORMAT_VERSION, "account": self.account, "fleet": self.fleet}
        rows = [resource.to_dict() for _key, resource in sorted(self.resources.items())]
        # One line for each resource, so that a comparison of two manifests is readable.
        lines = ",\n".join(f"    {json.dumps(row, ensure_ascii=False)}" for row in rows)
        start = json.dumps(head, indent=2, ensure_ascii=False)[:-2]
        text = f'{start},\n  "resources": [\n{lines}\n  ]\n}}\n' if rows else f'{start},\n  "resources": []\n}}\n'
        if text == self._text:
            return
        try:
            folder = os.path.dirname(os.path.abspath(self.path))
            os.makedirs(folder, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=folder, prefix=".last_applied_")
            try:
                with open(handle, "w", encoding="utf-8") as file:
                    file.write(text)
                    file.flush()
                    os.fsync(file.fileno())
                os.replace(temporary, self.path)
            except BaseException:
                os.unlink(temporary)
                raise
        except OSError as error:
            raise InvalidValue(f"last_applied cannot be written: {error}", field="last_applied") from error
        self._text = text

    def check_writable(self) -> Iterator[Finding]:
        """Yield a finding if the file cannot be written, before apply changes anything."""
        folder = os.path.dirname(os.path.abspath(self.path))
        while not os.path.exists(folder):
            folder = os.path.dirname(folder)
        if os.path.isdir(self.path) or not os.path.isdir(folder) or not os.access(folder, os.W_OK):
            yield self._finding(f"last_applied cannot be written: {folder} is not a folder that can be written")

    def _finding(self, message: str) -> Finding:
        return Finding("last-applied", message, Source(self.path))


def _parse(row: Any, entries: dict[str, Any]) -> AppliedResource | None:
    """Return a resource of the file; None if it is invalid."""
    if not isinstance(row, dict) or not isinstance(row.get("options"), dict):
        return None
    entry, identity = entries.get(row.get("kind", "")), row.get("identity", {})
    if not isinstance(entry, ResourceEntry) or not isinstance(identity, dict):
        return None
    if not row["options"] or not set(row["options"]) <= set(entry.name_options):
        return None
    options = {name: str(row["options"][name]) for name in entry.name_options if name in row["options"]}
    known = {str(name): str(value) for name, value in identity.items()}
    return AppliedResource(row["kind"], options, known, str(row.get("quarantined") or ""))


def _applied(outcome: Outcome, reader: Reader) -> Iterator[AppliedResource]:
    """Yield the resources of a declaration: itself, or those in a set."""
    node = outcome.node
    if not node.entry.contains and isinstance(node.entry, ResourceEntry):
        facts = facts_of(node, outcome.result)
        identity = {name: facts[name] for name in node.entry.resource.identity.values() if name in facts}
        yield _resource(node.entry, node.params, identity)
        return
    failed = {failure["name"] for failure in outcome.result.get("failures", ())}
    entries = {entry.kind: entry for entry in kinds().values()}
    resolved: dict[tuple[str, ...], dict[str, Any]] = {}
    for member in node.entry.contents(node.params):
        entry = entries[member.kind] if not isinstance(member, Violation) else None
        if not isinstance(entry, ResourceEntry) or not member.is_managed:
            continue
        resource = entry.resource
        parents = {name: str(member.options[name]) for name in entry.name_options[:-1]}
        known = tuple(parents.values())
        if known not in resolved:
            resolved[known] = _resolved(resource, reader, parents)
        name = member.options[entry.name_options[-1]]
        if name in failed:
            continue
        values = {**resolved[known], resource.key[-1]: name}
        identity = {field: values[field] for field in resource.identity.values() if field in values}
        yield _resource(entry, member.options, identity if len(identity) == len(resource.identity) else {})


def _resolved(resource: Any, reader: Reader, parents: dict[str, str]) -> dict[str, Any]:
    try:
        values = resource.resolve_references(reader, dict(parents))
    except EngineError:
        return {}
    return {name: value for name, value in values.items() if value is not PENDING}


def _resource(entry: ResourceEntry, params: dict[str, Any], identity: dict[str, Any]) -> AppliedResource:
    options = {name: str(params[name]) for name in entry.name_options if params.get(name) is not None}
    return AppliedResource(entry.kind, options, {name: str(value) for name, value in identity.items()})
