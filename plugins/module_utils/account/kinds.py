# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The kinds of resources that fleet files can contain: every kind that a module creates and updates."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.account.declared_kinds import DECLARATIONS
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import Entry, ResourceEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Resource, plural

#: The kinds whose resources an export declares in sets, with the kind of the set.
SETS = {"device": "device_set"}


@lru_cache(maxsize=1)
def kinds() -> dict[str, Entry]:
    """Return the entries that manage resources, by the plural of their kind, in alphabetical order."""
    entries = map(_entry, DECLARATIONS)
    return dict(sorted((plural(entry.kind), entry) for entry in entries))


def unknown_kind(name: str) -> str:
    """Return the message about a kind that does not exist."""
    return f"{name} is not a kind of resource{suggestion(name, kinds())}"


def suggestion(name: str, known: Iterable[str]) -> str:
    """Return the end of a message about an unknown name: the nearest known one, or nothing if none is near."""
    nearest = difflib.get_close_matches(name, list(known), n=1)
    return f"; did you mean {nearest[0]}?" if nearest else ""


def _entry(declaration: Any) -> Entry:
    entry: Entry = ResourceEntry(declaration) if issubclass(declaration, Resource) else declaration()
    return entry
