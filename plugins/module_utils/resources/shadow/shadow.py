# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Device shadows: what is desired of a device, whether it is connected or not (the manual's chapter 4.19)."""

from __future__ import annotations

import json

from ansible_collections.iotops.aliyun.plugins.module_utils.api import product, shadow
from ansible_collections.iotops.aliyun.plugins.module_utils.engine import steps
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.changes import Change, ImplicitCreate
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import Field
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Detail, Resource
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.steps import Step
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import JsonText, Number
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common.names import DEVICE_NAME
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.product.product import product_key

MOST_ATTRIBUTES = 128
MOST_BYTES = 16 * 1024


def _text(value) -> str:
    """JSON that is the same for two values that mean the same: true and 1 do not."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


class Attributes(JsonText):
    """Attributes of a shadow: any JSON by name."""

    def check(self, value) -> str:
        if len(value) > MOST_ATTRIBUTES:
            return f"takes at most {MOST_ATTRIBUTES} attributes, not {len(value)}"
        for name, attribute in value.items():
            if name == "" or attribute is None:
                return (
                    f"has no value for {name!r}; leave the attribute out" if name else "has an attribute without name"
                )
        size = len(_text({str(name): attribute for name, attribute in value.items()}).encode())
        return f"takes at most {MOST_BYTES} bytes as JSON, not {size}" if size > MOST_BYTES else ""

    def canonical(self, value):
        return {str(name): _text(attribute) for name, attribute in (value or {}).items()}

    def merge(self, current, given):
        return {**(current or {}), **given}


class Desire(Change):
    """Attributes are sent alone where none goes, and all together where one does.

    Each message has a version above that of the shadow. Where the device has reported in between, the platform refuses
    it: what was planned is not what is there any more.
    """

    fields = ("desired",)

    def steps(self, resource, desired, current):
        changes = self.differences(resource, desired, current)
        if not changes:
            return []
        ((before, after),) = changes.values()
        if not after:
            raise InvalidValue(
                "what is desired of a device cannot be cleared here: the platform lets only the device do that",
                field="desired",
                remedy="Leave one attribute at least",
            )
        there = resource.field("desired").type.canonical(before)
        wanted = resource.field("desired").type.canonical(after)
        adds = set(there) <= set(wanted)
        sent = {name: value for name, value in after.items() if not adds or there.get(str(name)) != wanted[str(name)]}
        version = int(current.get("version") or 0) + 1
        message = {"method": "update", "state": {"desired": sent}, "version": version}
        params = {**resource.identity_params(), "ShadowMessage": _text(message), "DeltaUpdate": adds}
        return [Step(steps.UPDATE, "UpdateDeviceShadow", params, changes)]


def _of_message(text: str) -> dict:
    message = json.loads(text or "{}")
    state = message.get("state") or {}
    return {
        "desired": state.get("desired") or {},
        "reported": state.get("reported") or {},
        "version": message.get("version", 0),
        "updated": message.get("timestamp"),
    }


class Shadow(Resource):
    """The shadow of a device. It is there as soon as the device is."""

    kind = "shadow"
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
    details = (Detail("GetDeviceShadow", "ShadowMessage", parse=_of_message),)
    create = ImplicitCreate()
    changes = (Desire(),)
    filters = ("product", "device")
    required_filters = ("product", "device")

    def read(self, reader, desired, wanted=None):
        there = super().read(reader, desired, wanted)
        if there is None and isinstance(desired["product_key"], str):
            reader.not_found("device", desired["device"])
        return there
