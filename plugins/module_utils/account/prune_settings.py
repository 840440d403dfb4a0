# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The options of prune, and the manifest of the last apply."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.account.findings import Finding
from ansible_collections.iotops.aliyun.plugins.module_utils.account.last_applied import LastApplied
from ansible_collections.iotops.aliyun.plugins.module_utils.account.plan import account_of
from ansible_collections.iotops.aliyun.plugins.module_utils.account.source import Source
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common.tags import KEYS, WORDS

#: The options of plan and apply.
OPTIONS: dict[str, Any] = {
    "prune": {"type": "bool", "default": False},
    "prune_tag": {"type": "dict", "default": {}, "no_log": False},
    "prune_named": {"type": "list", "elements": "str", "default": []},
    "prune_limit": {"type": "int", "default": 100},
    "prune_limit_percent": {"type": "int", "default": 30},
    "prune_active_days": {"type": "int", "default": 30},
    "prune_quarantine": {"type": "dict", "options": {"days": {"type": "int", "required": True}}},
    "last_applied": {"type": "path"},
    "fleet_name": {"type": "str"},
}

#: The folder of exports beside the manifest, if ``prune_export_dir`` is not set.
EXPORT_FOLDER = "pruned"


@dataclass
class PruneSettings:
    """How to prune.

    Attributes:
        tag: The tag, or the tags, of the resources of the fleet; empty if it has none.
        named: The resources that are deleted although they are protected, as ``kind name``.
        limit: Maximum number of resources to delete.
        limit_percent: The same as a share of the resources of the fleet.
        active_days: A device that was online within this number of days is protected.
        quarantine_days: The days between quarantine and deletion; None to delete without quarantine.
        export_dir: The folder in which each prune writes an export of what it deletes.
        manifest: The manifest of the last apply; None if there is none.
    """

    tag: dict[str, str] = field(default_factory=dict)
    named: frozenset[str] = frozenset()
    limit: int = 100
    limit_percent: int = 30
    active_days: int = 30
    quarantine_days: int | None = None
    export_dir: str = ""
    manifest: LastApplied | None = None


def read_settings(params: dict[str, Any], client: Any) -> tuple[PruneSettings, list[Finding]]:
    """Return the options of prune, with the manifest, and all problems with them."""
    findings: list[Finding] = []
    manifest = None
    path = params.get("last_applied")
    if path:
        if not params.get("fleet_name"):
            findings.append(_finding("fleet_name", "fleet_name must be set with last_applied"))
        manifest = LastApplied(path, account_of(client), params.get("fleet_name") or "")
        findings += [*manifest.read(), *manifest.check_writable()]
    export_dir = params.get("prune_export_dir") or ""
    if not export_dir and path:
        export_dir = os.path.join(os.path.dirname(os.path.abspath(path)), EXPORT_FOLDER)
    quarantine = params.get("prune_quarantine")
    settings = PruneSettings(
        {str(key): str(value) for key, value in params["prune_tag"].items()},
        frozenset(" ".join(name.split()) for name in params["prune_named"]),
        params["prune_limit"],
        params["prune_limit_percent"],
        params["prune_active_days"],
        quarantine["days"] if quarantine else None,
        export_dir,
        manifest,
    )
    if params["prune"]:
        findings += _problems(settings, "prune_export_dir" in params)
    return settings, findings


def _problems(settings: PruneSettings, is_apply: bool) -> Iterator[Finding]:
    for key, value in settings.tag.items():
        for type_, text in ((KEYS, key), (WORDS, value)):
            problem = type_.check(text)
            if problem:
                yield _finding("prune_tag", f"prune_tag: {text!r} {problem}")
    numbers = {
        "prune_limit": (settings.limit, None),
        "prune_limit_percent": (settings.limit_percent, 100),
        "prune_active_days": (settings.active_days, None),
        "prune_quarantine": (settings.quarantine_days or 0, None),
    }
    for name, (number, maximum) in numbers.items():
        if number < 0 or (maximum is not None and number > maximum):
            range_text = f"0 to {maximum}" if maximum is not None else "0 or more"
            yield _finding(name, f"{name} must be {range_text}, not {number}")
    if is_apply and settings.tag and not settings.export_dir:
        yield _finding(
            "prune_export_dir",
            "prune_export_dir must be set with prune_tag: deleted resources are exported to it; with last_applied, it "
            f"is the folder {EXPORT_FOLDER} beside the manifest by default",
        )


def _finding(option: str, message: str) -> Finding:
    return Finding("prune", message, Source(option))
