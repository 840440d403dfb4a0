# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is there: the same declarations, read without a plan."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.engine import render
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Resource
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Mapping


def gather(resource: Resource, params: dict, client) -> dict:
    """The resources that the given filters fit.

    A resource that is named by its key is read whole. A list tells what the platform's list tells; with ``details``, or
    where a filter needs more, each element is read as well, which takes requests for each.

    Args:
        resource: the declaration.
        params: the filters by field, None where not given; ``details``; ``include_secrets``.
        client: the client.

    Returns:
        The result: the resources under the plural of their kind, and ``calls``.

    Raises:
        IotError: a read failed.
    """
    calls = client.calls
    reader = Reader(client, tolerant=True)
    filters = {name: params[name] for name in resource.filters if params.get(name) is not None}
    desired = resource.resolve(reader, filters)
    compared = {name: value for name, value in desired.items() if not resource.field(name).resolve}
    if PENDING in compared.values():
        found = []
    elif all(name in desired for name in (resource.key if resource.listing else resource.identity.values())):
        one = resource.read(reader, desired)
        found = [one] if one is not None else []
    else:
        found = list(_listed(resource, reader, desired, compared, bool(params.get("details"))))
    fitting = [values for values in found if _fits(resource, values, compared)]
    shown = [render.values(resource, values, bool(params.get("include_secrets"))) for values in fitting]
    return {"changed": False, resource.plural: shown, "calls": client.calls - calls}


def _listed(resource: Resource, reader, desired: dict, compared: dict, details: bool):
    for row in resource.rows(reader, desired):
        known = {name: value for name, value in compared.items() if name in row}
        if not _fits(resource, row, known):
            continue
        if resource.details and (details or len(known) < len(compared)):
            row = resource.read(reader, {**desired, **row})
            if row is None:
                continue
        yield row


def _fits(resource: Resource, values: dict, wanted: dict) -> bool:
    return all(_contains(resource.field(name), values.get(name), value) for name, value in wanted.items())


def _contains(field, there, wanted) -> bool:
    if isinstance(field.type, Mapping):
        # A filter of tags asks for these tags among others.
        have = field.type.canonical(there)
        return field.type.canonical(wanted).items() <= have.items()
    return field.same(there, wanted)
