# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Devices of an MQTT cloud gateway, imported with their existing secrets (manual chapter 4.8)."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.iotops.aliyun.plugins.module_utils.api import device, product
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import member
from ansible_collections.iotops.aliyun.plugins.module_utils.engine import steps
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.changes import Change, Delete, ImplicitCreate
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.chunks import chunked
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.collection_types import Mapping, ObjectSet
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import ImmutableField, InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING, Field
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.offline import Member
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Resource
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.steps import Step
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Number, Text
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common.names import DEVICE_NAME
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device.lookup import (
    check_updated_nickname,
    read_details,
)
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

#: The maximum number of devices in one request, which have one ApplyId, and so the maximum of one task.
MAX_DEVICES = 10_000
#: The maximum number of nicknames in one request.
MAX_NICKNAMES_PER_REQUEST = 100
#: The maximum number of invalid devices that an error message names.
MAX_REPORTED_DEVICES = 5


class Imports(ObjectSet):
    """Devices to import, each with its secret."""

    def __init__(self) -> None:
        super().__init__(("name",), ("name",), maximum=MAX_DEVICES)
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

    def check(self, value: list[dict]) -> str:
        if not value:
            return "must have at least one device"
        for item in value:
            for name, kind in _TYPES.items():
                error = kind.check(item[name]) if item.get(name) is not None else ""
                if error:
                    return f"has a device {item['name']} whose {name} {error}"
            if item.get("device_secret") is not None and _SECRET.check(item["device_secret"]):
                return (
                    f"has a device {item['name']} whose device_secret is invalid; it must have 1 to 32 characters: "
                    "letters, digits and - _ @ . :"
                )
        if len(self.canonical(value)) < len(value):
            return "contains a device twice"
        return super().check(value)


def _invalid_devices(response: dict) -> str:
    details = member(response, "Data.InvalidDetailList") or []
    names = [f"{row.get('DeviceName')} ({row.get('ErrorMsg')})" for row in details]
    more = f" and {len(names) - MAX_REPORTED_DEVICES} more" if len(names) > MAX_REPORTED_DEVICES else ""
    return f"cannot import {', '.join(names[:MAX_REPORTED_DEVICES])}{more}" if names else ""


class ImportDevices(Change):
    """Import of devices, and update of their nicknames.

    Custom code: several devices are imported in one request after the platform has validated them. A device with a
    nickname needs a request of its own.
    """

    fields = ("devices",)

    def steps(self, resource: Resource, desired: dict, current: dict) -> list[Step]:
        state = {item["name"]: item for item in current.get("devices") or []}
        secrets = desired.get("given_secrets")
        self._check_secrets(desired, state, secrets, current.get("device_secrets") or {})
        added = {item["name"]: item for item in desired.get("devices", ()) if item["name"] not in state}
        renamed = {
            item["name"]: item
            for item in desired.get("devices", ())
            if item["name"] in state and item.get("nickname", state[item["name"]].get("nickname", "")) is not None
            if item.get("nickname", state[item["name"]].get("nickname")) != state[item["name"]].get("nickname")
        }
        for name, item in renamed.items():
            check_updated_nickname(item["nickname"], f"devices has a device {name} whose nickname", "devices")
        result = []

        def add_step(
            action: str, operation: str, params: dict, devices: dict[str, dict], outputs: dict | None = None
        ) -> None:
            before = list(state.values())
            state.update(devices)
            changes = {"devices": (before, list(state.values()))}
            result.append(Step(action, operation, params, changes, outputs=outputs or {}))

        wire = {name: self._wire(item, (secrets or {}).get(name, "")) for name, item in added.items()}
        single = [name for name, item in added.items() if item.get("nickname")]
        batch = {name: item for name, item in added.items() if name not in single}
        if len(batch) > 1:
            params = {**resource.identity_params(), "DeviceList": [wire[name] for name in batch]}
            result.append(Step(steps.UPDATE, "BatchCheckImportDevice", params, verify=_invalid_devices))
            add_step(steps.CREATE, "BatchImportDevice", params, batch, {"apply_id": "Data.ApplyId"})
        else:
            single += batch
        for name in single:
            params = {**resource.identity_params(), **wire[name], "Nickname": added[name].get("nickname")}
            add_step(steps.CREATE, "ImportDevice", params, {name: added[name]})
        for items in chunked(list(renamed.items()), MAX_NICKNAMES_PER_REQUEST):
            chunk = dict(items)
            rows = [
                {**resource.identity_params(), "DeviceName": name, "Nickname": item["nickname"] or None}
                for name, item in chunk.items()
            ]
            add_step(steps.UPDATE, "BatchUpdateDeviceNickname", {"DeviceNicknameInfo": rows}, chunk)
        return result

    def _check_secrets(self, desired: dict, state: dict, secrets: dict | None, current_secrets: dict) -> None:
        if secrets is None:
            return
        missing = [item["name"] for item in desired["devices"] if item["name"] not in {**state, **secrets}]
        if missing:
            raise InvalidValue(
                f"device_secret must be set to import {', '.join(missing)}",
                field="devices",
                remedy="Set device_secret of these devices",
            )
        changed = [name for name in state if name in secrets and current_secrets.get(name) not in (None, secrets[name])]
        if changed:
            raise ImmutableField(
                f"device_secret of {', '.join(changed)} cannot be changed: the platform has another one",
                field="devices",
                remedy="Delete the device with state: absent and import it again, or remove its device_secret",
            )

    def _wire(self, item: dict, secret: str) -> dict:
        return {"DeviceName": item["name"], "DeviceSecret": secret, "Sn": item.get("serial_number")}


class DeleteEach(Delete):
    """Deletion of the devices.

    Custom code: the operation deletes one device per request.
    """

    def steps(self, resource: Resource, current: dict) -> list[Step]:
        state = {item["name"]: item for item in current.get("devices") or []}
        result = []
        for name in list(state):
            before = list(state.values())
            del state[name]
            params = {**resource.identity_params(), "DeviceName": name}
            result.append(Step(steps.DELETE, self.operation, params, {"devices": (before, list(state.values()))}))
        return result


class ImportedDevices(Resource):
    """Imported devices of a product. Only the devices in the task are read and changed.

    Custom code: the devices in the task select what is read, and are declared by it, secrets are kept apart from the
    displayed devices, and a batch of imported devices is listed by its ApplyId.
    """

    kind = "imported_devices"
    contains = ("device",)
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
        # The secrets of the devices in the task, apart from the displayed devices, and the names of the devices.
        Field("given_secrets", computed=True, secret=True, write_only=True),
        Field("selected_names", computed=True, write_only=True),
    )
    create = ImplicitCreate()
    changes = (ImportDevices(),)
    delete = DeleteEach("DeleteDevice")
    member_options = ("devices",)
    filters = ("apply_id",)
    required_filters = ("apply_id",)

    @property
    def plural(self) -> str:
        return self.kind

    def contents(self, options: dict) -> Iterator[Member]:
        # Other resources can manage the devices after the import.
        for item in options.get("devices") or []:
            yield Member("device", {"product": options["product"], "name": item["name"]}, is_managed=False)

    def resolve_references(self, reader: Reader, desired: dict) -> dict:
        resolved = super().resolve_references(reader, desired)
        if "devices" in desired:
            # The displayed value of a device does not contain its secret.
            items = [{key: text for key, text in item.items() if text is not None} for item in desired["devices"]]
            resolved["given_secrets"] = {
                item["name"]: item["device_secret"] for item in items if "device_secret" in item
            }
            resolved["selected_names"] = [item["name"] for item in items]
            resolved["devices"] = [{key: item[key] for key in _TYPES if key in item} for item in items]
        return resolved

    def read(self, reader: Reader, desired: dict, fields: set | None = None) -> dict | None:
        key = desired["product_key"]
        if key is PENDING:
            return None
        found = read_details(reader, key, list(desired["selected_names"]))
        rows = [found[name] for name in desired["selected_names"] if name in found]
        if not rows:
            return None
        return {
            "product_key": key,
            "devices": [{"name": row["DeviceName"], "nickname": row.get("Nickname") or ""} for row in rows],
            "device_secrets": {row["DeviceName"]: row.get("DeviceSecret") for row in rows},
            "apply_id": desired.get("apply_id"),
        }

    def list_items(self, reader: Reader, desired: dict) -> Iterator[dict]:
        params = {"ApplyId": desired["apply_id"]}
        # The first page is read on its own as well, because only the response as a whole has the ProductKey.
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
