# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The parents of kinds: the resources for which the resources of a kind are listed, such as the product of topics."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Resource


def scope_fields(resource: Resource) -> list[str]:
    """Return the names of the fields without which the resources of a kind cannot be listed.

    A parameter of the list with a part of the key is a search, and not required.
    """
    if resource.listing:
        return [name for name in resource.listing.params.values() if name not in resource.key]
    resolved = {f.name: f.resolves_to for f in resource.fields if f.lookup}
    return [resolved.get(name, name) for name in resource.required_filters]


def parent_field(resource: Resource) -> str:
    """Return the field with the parent for which a list is read; an empty string if there is no such list."""
    return next(iter(scope_fields(resource)), "") if resource.listing else ""


def parent_of(resource: Resource) -> tuple[str, str] | None:
    """Return the field and the kind of the resources that the resources of a kind are listed by; None for others."""
    names = scope_fields(resource)
    lookups = {f.resolves_to: f.referenced_kinds for f in resource.fields if f.lookup}
    if len(names) == 1 and len(lookups.get(names[0], ())) == 1:
        return names[0], lookups[names[0]][0]
    return None
