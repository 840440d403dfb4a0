# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The names of the resources of an account, and the comparison with those of declared resources."""

from __future__ import annotations

from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.account.graph import Node
from ansible_collections.iotops.aliyun.plugins.module_utils.account.scan import Found, Names
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import ResourceEntry


def label_of(one: Found, names: Names) -> str:
    """Return the name of a resource with that of its parent, such as ``street_light/user/report``.

    Args:
        one: The resource.
        names: The names of the resources of the account.
    """
    return "/".join(str(value) for value in _values(one, names) if value not in (None, ""))


def key_of_found(one: Found, names: Names) -> tuple[str, ...]:
    """Return the kind of a resource, and the values that identify it, in a form in which equivalent ones are equal."""
    return _key(one.plural, one.entry, _values(one, names))


def keys_of_declared(node: Node, names: Names) -> set[tuple[str, ...]]:
    """Return the keys of a declared resource; see ``key_of_found``.

    Declarations can contain IDs in place of names, and a former name.
    """
    if not isinstance(node.entry, ResourceEntry):
        return {node.key}
    values = [_named(node.entry, name, node.params.get(name), names) for name in node.entry.name_options]
    keys = {_key(node.plural, node.entry, values)}
    if node.params.get("renamed_from"):
        keys.add(_key(node.plural, node.entry, [*values[:-1], node.params["renamed_from"]]))
    return keys


def _values(one: Found, names: Names) -> list[Any]:
    """Return the values of the options that identify a resource, with names in place of IDs."""
    values = []
    for name in one.entry.name_options:
        field = one.entry.resource.field(name)
        values.append(_named(one.entry, name, one.values.get(field.resolves_to or name), names))
    return values


def _named(entry: ResourceEntry, option: str, value: Any, names: Names) -> Any:
    return names.replace(value, entry.resource.field(option).referenced_kinds or (entry.resource.kind,))


def _key(plural: str, entry: ResourceEntry, values: list[Any]) -> tuple[str, ...]:
    fields = [entry.resource.field(name) for name in entry.name_options]
    return (plural, *(str(field.type.canonical(value)) for field, value in zip(fields, values)))
