# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The path of a task of an info module: read resources and filter them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.render import render_values
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Resource

if TYPE_CHECKING:
    from ansible_collections.iotops.aliyun.plugins.module_utils.client.client import Client


def gather(resource: Resource, params: dict[str, Any], client: Client) -> dict[str, Any]:
    """Return the resources that match the filters.

    If the filters contain the key or the ID of a resource, all its fields are read. Otherwise the result has the fields
    that the list contains; with ``details``, or if a filter needs other fields, each element is read, which takes
    additional requests for each. Fields with ``on_request`` are read for each element if ``include`` requests them.

    Args:
        resource: The declaration of the resource.
        params: The filters by field (None if not set), ``details``, ``include`` and ``include_secrets``.
        client: The API client.

    Returns:
        The result: the resources, with the plural of their kind as the key.

    Raises:
        IotError: A read failed.
    """
    reader = Reader(client, tolerant=True)
    filters = {name: params[name] for name in resource.filters if params.get(name) is not None}
    desired = resource.resolve_references(reader, filters)
    compared = {name: value for name, value in desired.items() if not resource.field(name).lookup}
    found: list[dict[str, Any]] = []
    if PENDING in compared.values():
        pass
    elif _is_identified(resource, desired):
        values = resource.read(reader, desired, _fields_to_read(resource, params))
        found = [values] if values is not None else []
    else:
        found = list(_list_candidates(resource, reader, desired, compared, params))
    include_secrets = bool(params.get("include_secrets"))
    matching = [values for values in found if _matches(resource, values, compared)]
    return {
        "changed": False,
        resource.plural: [render_values(resource, values, include_secrets) for values in matching],
    }


def _is_identified(resource: Resource, desired: dict[str, Any]) -> bool:
    """Return whether the filters identify one resource that can be read without listing the others."""
    identified = all(name in desired for name in resource.identity.values())
    if not resource.listing:
        return identified
    # A resource without details is found in the list by its key, not by its ID.
    return (identified and bool(resource.details)) or all(name in desired for name in resource.key)


def _fields_to_read(resource: Resource, params: dict[str, Any]) -> set[str]:
    """Return the names of all fields, without those with ``on_request`` that ``include`` does not request."""
    requested = {"", *(params.get("include") or [])}
    return {f.name for f in resource.fields if f.on_request in requested}


def _list_candidates(
    resource: Resource, reader: Reader, desired: dict[str, Any], compared: dict[str, Any], params: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    """Yield the resources in the list that match the filters as far as the list contains the fields."""
    details = params.get("details")
    for row in resource.list_items(reader, desired):
        known = {name: value for name, value in compared.items() if name in row}
        if not _matches(resource, row, known):
            continue
        needs_details = bool(resource.details) and (details or len(known) < len(compared))
        if needs_details or params.get("include"):
            values = resource.read(reader, {**desired, **row}, _fields_to_read(resource, params))
            # The resource may have been deleted since it was listed.
            if values is not None:
                yield values
        else:
            yield row


def _matches(resource: Resource, values: dict[str, Any], filters: dict[str, Any]) -> bool:
    return all(resource.field(name).type.matches(values.get(name), value) for name, value in filters.items())
