# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is there: the same declarations, read without a plan."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.engine import render
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Resource


def gather(resource: Resource, params: dict, client) -> dict:
    """The resources that the given filters fit.

    A resource that is named by its key or its id is read whole. A list tells what the platform's list tells; with
    ``details``, or where a filter needs more, each element is read as well, which takes requests for each. What is read
    on request only is read where ``include`` names it, of each element.

    Args:
        resource: the declaration.
        params: the filters by field, None where not given; ``details``; ``include``; ``include_secrets``.
        client: the client.

    Returns:
        The result: the resources under the plural of their kind, and ``calls``.

    Raises:
        IotError: a read failed.
    """
    reader = Reader(client, tolerant=True)
    filters = {name: params[name] for name in resource.filters if params.get(name) is not None}
    desired = resource.resolve_references(reader, filters)
    compared = {name: value for name, value in desired.items() if not resource.field(name).lookup}
    if PENDING in compared.values():
        found = []
    elif _is_named(resource, desired):
        one = resource.read(reader, desired, _wanted(resource, params))
        found = [one] if one is not None else []
    else:
        found = list(_listed(resource, reader, desired, compared, params))
    fitting = [values for values in found if _fits(resource, values, compared)]
    shown = [render.values(resource, values, bool(params.get("include_secrets"))) for values in fitting]
    return {"changed": False, resource.plural: shown}


def _is_named(resource: Resource, desired: dict) -> bool:
    identified = all(name in desired for name in resource.identity.values())
    if not resource.listing:
        return identified
    # What has no read of its own is found in the list by its key only.
    return (identified and bool(resource.details)) or all(name in desired for name in resource.key)


def _wanted(resource: Resource, params: dict) -> set:
    """The fields to read: all but those that are read on request and were not asked for."""
    asked = {"", *(params.get("include") or [])}
    return {f.name for f in resource.fields if f.on_request in asked}


def _listed(resource: Resource, reader, desired: dict, compared: dict, params: dict):
    details = params.get("details")
    for row in resource.list_items(reader, desired):
        known = {name: value for name, value in compared.items() if name in row}
        if not _fits(resource, row, known):
            continue
        more = bool(resource.details) and (details or len(known) < len(compared))
        if more or params.get("include"):
            row = resource.read(reader, {**desired, **row}, _wanted(resource, params))
            if row is None:
                continue
        yield row


def _fits(resource: Resource, values: dict, wanted: dict) -> bool:
    return all(resource.field(name).type.matches(values.get(name), value) for name, value in wanted.items())
