# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Devices of an MQTT cloud gateway, imported with the secrets that they have already (the manual's chapter 4.8)."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api import device, product
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import member
from ansible_collections.iotops.aliyun.plugins.module_utils.engine import steps
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.changes import Change, Delete, ImplicitCreate
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.chunks import chunked
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import ImmutableField, InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING, Field
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Resource
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.steps import Step
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Mapping, Number, ObjectSet, Text
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common.names import DEVICE_NAME
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device.lookup import read_details
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.product.product import product_key

_SECRET = Text(1, 32, pattern=r"[A-Za-z0-9_@.:-]+")
_SERIAL_NUMBER = Text(1, 64, pattern=r"[A-Za-z0-9_]+", hint="letters, digits and _")
_NICKNAME = Text(
    1,
    64,
    wide_char_width=2,
    pattern="[A-Za-z0-9_\u4e00-\u9fff]+",
    hint="Chinese and English letters, digits and _",
    clearable=True,
)
_TYPES = {"name": DEVICE_NAME, "serial_number": _SERIAL_NUMBER, "nickname": _NICKNAME}

#: The most devices of one call, and so of one task: it is what one ApplyId stands for.
MOST = 10_000
#: The most nicknames of one call.
MOST_NICKNAMES = 100
#: How many of the devices that cannot be imported a message names.
MOST_NAMED = 5


class Imports(ObjectSet):
    """Devices to import, each with its secret."""

    def __init__(self):
        super().__init__(("name",), ("name",), maximum=MOST)
        self.argument = {
            "type": "list",
            "elements": "dict",
            "options": {
                "name": {"type": "str", "required": True},
                "device_secret": {"type": "str", "no_log": True},
                "serial_number": {"type": "str"},
                "nickname": {"type": "str"},
            },
        }

    def check(self, value) -> str:
        if not value:
            return "must name a device"
        for one in value:
            for name, kind in _TYPES.items():
                complaint = kind.check(one[name]) if one.get(name) is not None else ""
                if complaint:
                    return f"has a device {one['name']} whose {name} {complaint}"
            if one.get("device_secret") is not None and _SECRET.check(one["device_secret"]):
                return f"has a device {one['name']} whose device_secret is not of 1 to 32 letters, digits and - _ @ . :"
        if len(self.canonical(value)) < len(value):
            return "names a device twice"
        return super().check(value)


def _cannot_be(reply: dict) -> str:
    details = member(reply, "Data.InvalidDetailList") or []
    named = [f"{row.get('DeviceName')} ({row.get('ErrorMsg')})" for row in details]
    more = f" and {len(named) - MOST_NAMED} more" if len(named) > MOST_NAMED else ""
    return f"not possible for {', '.join(named[:MOST_NAMED])}{more}" if named else ""


class Import(Change):
    """Several devices are imported at once, after the platform has looked at them all; nicknames come one by one."""

    fields = ("devices",)

    def steps(self, resource, desired, current):
        state = {one["name"]: one for one in current.get("devices") or []}
        secrets = desired.get("given_secrets")
        self._refuse(desired, state, secrets, current.get("device_secrets") or {})
        coming = {one["name"]: one for one in desired.get("devices", ()) if one["name"] not in state}
        renamed = {
            one["name"]: one
            for one in desired.get("devices", ())
            if one["name"] in state and one.get("nickname", state[one["name"]].get("nickname", "")) is not None
            if one.get("nickname", state[one["name"]].get("nickname")) != state[one["name"]].get("nickname")
        }
        result = []

        def add(action, operation, params, some, outputs=None):
            shown = list(state.values())
            state.update(some)
            changes = {"devices": (shown, list(state.values()))}
            result.append(Step(action, operation, params, changes, outputs=outputs or {}))

        wire = {name: self._wire(one, (secrets or {}).get(name, "")) for name, one in coming.items()}
        alone = [name for name, one in coming.items() if one.get("nickname")]
        together = {name: one for name, one in coming.items() if name not in alone}
        if len(together) > 1:
            params = {**resource.identity_params(), "DeviceList": [wire[name] for name in together]}
            result.append(Step(steps.UPDATE, "BatchCheckImportDevice", params, verify=_cannot_be))
            add(steps.CREATE, "BatchImportDevice", params, together, {"apply_id": "Data.ApplyId"})
        else:
            alone += together
        for name in alone:
            params = {**resource.identity_params(), **wire[name], "Nickname": coming[name].get("nickname")}
            add(steps.CREATE, "ImportDevice", params, {name: coming[name]})
        for items in chunked(list(renamed.items()), MOST_NICKNAMES):
            some = dict(items)
            rows = [
                {**resource.identity_params(), "DeviceName": name, "Nickname": one["nickname"] or None}
                for name, one in some.items()
            ]
            add(steps.UPDATE, "BatchUpdateDeviceNickname", {"DeviceNicknameInfo": rows}, some)
        return result

    def _refuse(self, desired, state, secrets, there) -> None:
        if secrets is None:
            return
        lacking = [one["name"] for one in desired["devices"] if one["name"] not in {**state, **secrets}]
        if lacking:
            raise InvalidValue(f"device_secret must be given to import {', '.join(lacking)}", field="devices")
        others = [name for name in state if name in secrets and there.get(name) not in (None, secrets[name])]
        if others:
            raise ImmutableField(
                f"device_secret of {', '.join(others)} cannot be changed: the platform has another one",
                field="devices",
                remedy="Take the device away with state: absent and import it again, or leave its device_secret out",
            )

    def _wire(self, one: dict, secret: str) -> dict:
        return {"DeviceName": one["name"], "DeviceSecret": secret, "Sn": one.get("serial_number")}


class DeleteEach(Delete):
    """Devices go one by one."""

    def steps(self, resource, current):
        state = {one["name"]: one for one in current.get("devices") or []}
        result = []
        for name in list(state):
            shown = list(state.values())
            del state[name]
            params = {**resource.identity_params(), "DeviceName": name}
            result.append(Step(steps.DELETE, self.operation, params, {"devices": (shown, list(state.values()))}))
        return result


class ImportedDevices(Resource):
    """Some devices of a product. Only those that a task names are looked at."""

    kind = "imported_devices"
    title = "set of imported devices"
    families = (device, product)
    key = ("product_key",)
    identity = {"ProductKey": "product_key"}
    fields = (
        Field("product", required=True, lookup=product_key, resolves_to="product_key"),
        Field("product_key", "ProductKey", computed=True),
        Field("devices", type=Imports(), required=True, initial=[]),
        Field("apply_id", "ApplyId", Number(), computed=True),
        Field("device_secrets", type=Mapping(Text(), Text()), computed=True, secret=True),
        # What a task says of devices beside what is shown of them, and which ones it names.
        Field("given_secrets", computed=True, secret=True, write_only=True),
        Field("named", computed=True, write_only=True),
    )
    create = ImplicitCreate()
    changes = (Import(),)
    delete = DeleteEach("DeleteDevice")
    filters = ("apply_id",)
    required_filters = ("apply_id",)

    @property
    def plural(self):
        return self.kind

    def resolve_references(self, reader, desired):
        resolved = super().resolve_references(reader, desired)
        if "devices" in desired:
            # What is shown of a device is without its secret.
            given = [{name: text for name, text in one.items() if text is not None} for one in desired["devices"]]
            resolved["given_secrets"] = {one["name"]: one["device_secret"] for one in given if "device_secret" in one}
            resolved["named"] = [one["name"] for one in given]
            resolved["devices"] = [{name: one[name] for name in _TYPES if name in one} for one in given]
        return resolved

    def read(self, reader, desired, wanted=None):
        key = desired["product_key"]
        if key is PENDING:
            return None
        found = read_details(reader, key, list(desired["named"]))
        rows = [found[name] for name in desired["named"] if name in found]
        there = {
            "product_key": key,
            "devices": [{"name": row["DeviceName"], "nickname": row.get("Nickname") or ""} for row in rows],
            "device_secrets": {row["DeviceName"]: row.get("DeviceSecret") for row in rows},
            "apply_id": desired.get("apply_id"),
        }
        return there if rows else None

    def list_items(self, reader, desired):
        params = {"ApplyId": desired["apply_id"]}
        first = {**params, "PageNo": 1, "PageSize": self.operation("QueryImportedDeviceByApplyId").pages.max_size}
        found = reader.find("QueryImportedDeviceByApplyId", first)
        if found is None:
            return
        rows = list(reader.pages("QueryImportedDeviceByApplyId", params))
        yield {
            "product_key": found.get("ProductKey"),
            "apply_id": desired["apply_id"],
            "devices": [{"name": row["DeviceName"], "serial_number": row.get("Sn") or ""} for row in rows],
            "device_secrets": {row["DeviceName"]: row.get("DeviceSecret") for row in rows},
        }
