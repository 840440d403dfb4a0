# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Cached lists that stay valid although this client creates, updates or deletes resources.

Without this, each write of a loop makes the next item read the list again, and the platform limits lists to a few
requests per second. The response of a write does not contain the list, but it is known what the write changes: a create
adds an element with the parameters of the request and the ID of the response, an update changes members of an element,
and a delete removes an element. If that is not certain, the list is dropped and read again.

Changes by other clients are noticed as late as without writes. They do not lead to duplicates, because this is only
done for resources whose names the platform keeps unique: if it rejects a create because the resource exists, the list
is read again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ansible_collections.iotops.aliyun.plugins.module_utils.engine import steps as step_module
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING, Field
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.steps import Step

if TYPE_CHECKING:
    from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import Params
    from ansible_collections.iotops.aliyun.plugins.module_utils.client.client import Client
    from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Resource


def kept_operation(resource: Resource) -> str:
    """Return the operation whose cached lists are updated instead of dropped; an empty string if there is none."""
    listing = resource.listing
    return listing.operation if listing and listing.keep and resource.unique_names else ""


def update(client: Client, resource: Resource, done: Step, facts: dict[str, Any]) -> None:
    """Update the cached lists of a resource after a step.

    Args:
        client: The API client.
        resource: The declaration of the resource.
        done: The step, which the platform has executed.
        facts: The values by field, with the outputs of the step.
    """
    operation = kept_operation(resource)
    if operation:
        client.update_lists(operation, lambda params, elements: _updated(resource, done, facts, params, elements))


def drop(client: Client, resource: Resource) -> None:
    """Drop the cached lists of a resource after a step that failed, because its effect is unknown."""
    operation = kept_operation(resource)
    if operation:
        client.update_lists(operation, lambda _params, _elements: None)


def _updated(resource: Resource, done: Step, facts: dict[str, Any], params: Params, elements: list) -> list | None:
    """Return a list after a step, or None if it must be read again."""
    contains = _contains(resource, facts, params)
    if contains is None:
        return None
    if not contains:
        return elements
    concerns_key = not done.changes.keys().isdisjoint(resource.key)
    if concerns_key and done.action == step_module.CREATE:
        # Another operation than the declared one may create a resource that another list contains.
        is_declared = done.operation == getattr(resource.create, "operation", "")
        created = _created(resource, done, facts) if is_declared else None
        return None if created is None else [*elements, created]
    if concerns_key and done.action == step_module.DELETE:
        return [element for element in elements if not _is_element(resource, facts, element)]
    return _with_changes(resource, done, facts, elements)


def _contains(resource: Resource, facts: dict[str, Any], params: Params) -> bool | None:
    """Return whether the list with these parameters contains the resource; None if that is not certain.

    The parents of the resource decide that. The platform does not define exactly which names a search finds.
    """
    listed_by = resource.listing.params if resource.listing else {}
    parents = {wire: name for wire, name in listed_by.items() if name not in resource.key}
    if set(params) - set(parents):
        return None
    return all(
        resource.field(parents[wire]).equal(resource.field(parents[wire]).type.from_wire(value), facts[parents[wire]])
        for wire, value in params.items()
    )


def _created(resource: Resource, done: Step, facts: dict[str, Any]) -> dict[str, Any] | None:
    """Return the element of a resource that was created, or None if the list contains more than what is known."""
    listed_by = resource.listing.params if resource.listing else {}
    names = {*done.changes, *done.outputs, *resource.identity.values(), *listed_by.values()}
    element: dict[str, Any] = {}
    for field in resource.fields:
        is_listed = field.name in names and field.member and not (field.write_only or field.secret)
        is_known = is_listed and facts.get(field.name) is not None
        if is_known and not _set(resource, element, field, facts[field.name]):
            return None
    if not resource.details and _unknown_fields(resource, element):
        return None
    return element


def _with_changes(resource: Resource, done: Step, facts: dict[str, Any], elements: list) -> list | None:
    """Return a list in which the element of a resource has the changes of a step; None if they are not certain."""
    result = []
    for element in elements:
        changed = _changed(resource, done, element) if _is_element(resource, facts, element) else element
        if changed is None:
            return None
        result.append(changed)
    return result


def _is_element(resource: Resource, facts: dict[str, Any], element: dict[str, Any]) -> bool:
    fields = [resource.field(name) for name in resource.identity.values()]
    # A step before the create, such as a request for an upload form, has no identity.
    return all(field.name in facts for field in fields) and all(
        field.equal(field.type.from_wire(element.get(field.member)), facts[field.name]) for field in fields
    )


def _changed(resource: Resource, done: Step, element: dict[str, Any]) -> dict[str, Any] | None:
    """Return an element with the changes of a step, or None if it has members that only the platform knows."""
    if not resource.details and any(
        field.computed and field.name not in resource.identity.values() and not _is_parent(resource, field)
        for field in resource.fields
        if field.member
    ):
        return None
    result = dict(element)
    for name, (_before, after) in done.changes.items():
        field = resource.field(name)
        is_listed = field.member in element or resource.defaults_to_empty(field, element)
        if field.member and not field.write_only and is_listed and not _set(resource, result, field, after):
            return None
    return result


def _is_parent(resource: Resource, field: Field) -> bool:
    return resource.listing is not None and field.name in resource.listing.params.values()


def _unknown_fields(resource: Resource, element: dict[str, Any]) -> list[str]:
    """Return the names of the fields that a list without details contains and an element does not."""
    known = resource.parse(element)
    return [f.name for f in resource.fields if f.member and not f.write_only and f.name not in known]


def _set(resource: Resource, element: dict[str, Any], field: Field, value: Any) -> bool:
    """Set a member of an element; return whether it is read back as the same value."""
    if value is PENDING or value is None:
        return False
    wire = field.type.to_wire(value)
    if wire is None:
        # The parameter was omitted. The platform decides what the list contains.
        element.pop(field.member, None)
        return True
    element[field.member] = wire
    return field.equal(resource.parse(element).get(field.name), value)
