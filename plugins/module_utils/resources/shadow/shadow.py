# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Device shadows, which store the desired state of a device even while it is offline (manual chapter 4.19)."""

from __future__ import annotations

import json
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.api import product, shadow
from ansible_collections.iotops.aliyun.plugins.module_utils.engine import steps
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.changes import Change, ImplicitCreate
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import Field
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.offline import WARNING
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Detail, Resource
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.steps import Step
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import JsonText, Number
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common.names import DEVICE_NAME
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.product.product import product_key
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model.declared import (
    UsesProperties,
    keys_of,
)

MAX_ATTRIBUTES = 128
MAX_BYTES = 16 * 1024


def _canonical_json(value: Any) -> str:
    """Return JSON text that is equal for equal values. The values true and 1 are different."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


class Attributes(JsonText):
    """The attributes of a shadow: JSON values by name."""

    def check(self, value: dict) -> str:
        if len(value) > MAX_ATTRIBUTES:
            return f"must have at most {MAX_ATTRIBUTES} attributes, not {len(value)}"
        for name, attribute in value.items():
            if name == "" or attribute is None:
                return f"has no value for {name!r}; remove the attribute" if name else "has an attribute without a name"
        size = len(_canonical_json({str(name): attribute for name, attribute in value.items()}).encode())
        return f"must have at most {MAX_BYTES} bytes as JSON, not {size}" if size > MAX_BYTES else ""

    def canonical(self, value: dict | None) -> dict[str, str]:
        return {str(name): _canonical_json(attribute) for name, attribute in (value or {}).items()}

    def merge(self, current: dict | None, requested: dict) -> dict:
        return {**(current or {}), **requested}


class UpdateDesired(Change):
    """Update of the desired state of a shadow.

    Custom code: new and changed attributes are sent as a delta, but to remove an attribute all remaining attributes are
    sent. Each request has a version above that of the shadow. If the device has reported in between, the platform
    rejects the request, because the plan is based on an outdated state.
    """

    fields = ("desired",)

    def steps(self, resource: Resource, desired: dict, current: dict) -> list[Step]:
        changes = self.differences(resource, desired, current)
        if not changes:
            return []
        ((before, after),) = changes.values()
        if not after:
            raise InvalidValue(
                "desired must not be empty: only the device can clear the desired state of its shadow",
                field="desired",
                remedy="Keep at least one attribute",
            )
        old = resource.field("desired").type.canonical(before)
        new = resource.field("desired").type.canonical(after)
        is_delta = set(old) <= set(new)
        sent = {name: value for name, value in after.items() if not is_delta or old.get(str(name)) != new[str(name)]}
        version = int(current.get("version") or 0) + 1
        message = {"method": "update", "state": {"desired": sent}, "version": version}
        params = {**resource.identity_params(), "ShadowMessage": _canonical_json(message), "DeltaUpdate": is_delta}
        return [Step(steps.UPDATE, "UpdateDeviceShadow", params, changes)]


def _parse_message(text: str) -> dict:
    message = json.loads(text or "{}")
    state = message.get("state") or {}
    return {
        "desired": state.get("desired") or {},
        "reported": state.get("reported") or {},
        "version": message.get("version", 0),
        "updated": message.get("timestamp"),
    }


class Shadow(Resource):
    """The shadow of a device. It exists as soon as the device exists.

    Custom code: a shadow is missing only if its device is missing, so the device is reported as missing.
    """

    kind = "shadow"
    references = {"device": ("device",)}
    title = "shadow"
    families = (shadow, product)
    key = ("product_key", "device")
    identity = {"ProductKey": "product_key", "DeviceName": "device"}
    states = {"present": {}}
    fields = (
        Field("product", required=True, lookup=product_key, resolves_to="product_key"),
        Field("product_key", "ProductKey", computed=True),
        Field("device", "DeviceName", DEVICE_NAME, required=True),
        Field("desired", type=Attributes(), initial={}, purge=True),
        Field("reported", type=Attributes(), computed=True),
        Field("version", type=Number(), computed=True),
        Field("updated", type=Number(), computed=True),
    )
    details = (Detail("GetDeviceShadow", "ShadowMessage", parse=_parse_message),)
    create = ImplicitCreate()
    changes = (UpdateDesired(),)
    # A shadow can contain any names; those of the thing model are usual.
    offline_checks = (UsesProperties(keys_of("desired"), level=WARNING),)
    filters = ("product", "device")
    required_filters = ("product", "device")

    def read(self, reader: Reader, desired: dict, fields: set | None = None) -> dict | None:
        current = super().read(reader, desired, fields)
        if current is None and isinstance(desired["product_key"], str):
            reader.not_found("device", desired["device"])
        return current
