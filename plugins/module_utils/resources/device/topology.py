# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The sub-devices of a gateway (manual chapter 4.8)."""

from __future__ import annotations

import json
from typing import Callable

from ansible_collections.iotops.aliyun.plugins.module_utils.api import device, product
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import member
from ansible_collections.iotops.aliyun.plugins.module_utils.engine import steps
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.changes import Change, ImplicitCreate
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.chunks import chunked
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.collection_types import ObjectSet
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING, Field
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Resource
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.steps import Ref, Step
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Flag
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common.names import DEVICE_NAME
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device.lookup import read_details
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device.sub_devices import sign_sub_device
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.product.product import (
    product_key,
    with_product_key,
)

GATEWAY = "1"

#: The maximum number of sub-devices in one request.
MAX_PER_REQUEST = 10


def _detach_failure(response: dict) -> str:
    return "the device was not detached from its gateway" if response.get("Data") is False else ""


class UpdateSubDevices(Change):
    """Attachment of up to ten devices per request, and detachment of one device per request.

    Custom code: devices are attached with signatures or by a notification of the gateway. RemoveThingTopo must not be
    called with a gateway, because it would detach all sub-devices of the gateway.
    """

    fields = ("devices",)

    def steps(self, resource: Resource, desired: dict, current: dict) -> list[Step]:
        if "devices" not in desired or not resource.differs("devices", desired, current):
            return []
        kind = resource.field("devices").type
        state = {kind.identity(item): item for item in current.get("devices") or []}
        after = {kind.identity(item): item for item in desired["devices"]}
        added = {key: item for key, item in after.items() if key not in state}
        result = []

        def add_step(
            action: str, operation: str, params: dict, update_state: Callable, verify: Callable | None = None
        ) -> None:
            before = list(state.values())
            update_state()
            changes = {"devices": (before, list(state.values()))}
            result.append(Step(action, operation, params, changes, verify=verify))

        for key, item in [(key, item) for key, item in state.items() if key not in after]:
            if item["product_key"] in current.get("gateways", ()):
                raise InvalidValue(
                    f"{item['name']} cannot be detached: it is a gateway itself, and its own sub-devices would be "
                    f"detached as well",
                    field="devices",
                    remedy="Keep it in devices",
                )
            params = {"ProductKey": item["product_key"], "DeviceName": item["name"]}
            add_step(steps.UPDATE, "RemoveThingTopo", params, lambda key=key: state.pop(key), _detach_failure)
        for items in chunked(list(added.items()), MAX_PER_REQUEST):
            chunk = dict(items)
            add_step(*_attach_request(desired, chunk), lambda chunk=chunk: state.update(chunk))
        return result


def _attach_request(desired: dict, devices: dict[tuple, dict]) -> tuple[str, str, dict]:
    """Return action, operation and parameters of the request that attaches the devices, by their identities."""
    gateway = {"GwProductKey": Ref("product_key"), "GwDeviceName": Ref("gateway")}
    if desired.get("notify_gateway"):
        names = [{"productKey": str(item["product_key"]), "deviceName": item["name"]} for item in devices.values()]
        return steps.CREATE, "NotifyAddThingTopo", {**gateway, "DeviceListStr": json.dumps(names)}
    secrets = desired.get("device_secrets") or {}
    items = [sign_sub_device(item["product_key"], item["name"], secrets.get(key, "")) for key, item in devices.items()]
    return steps.UPDATE, "BatchAddThingTopo", {**gateway, "TopoAddItem": items}


class Topology(Resource):
    """The sub-devices of a gateway. It exists as soon as the gateway exists.

    Custom code: devices must be checked before they are attached, because the API moves a device of another gateway
    without an error, and their secrets must be read, because the signatures need them.
    """

    kind = "topology"
    references = {"gateway": ("device",)}
    title = "topology"
    families = (device, product)
    key = ("product_key", "gateway")
    identity = {"ProductKey": "product_key", "DeviceName": "gateway"}
    states = {"present": {}}
    fields = (
        Field("product", required=True, lookup=product_key, resolves_to="product_key"),
        Field("product_key", "ProductKey", computed=True),
        Field("gateway", "DeviceName", DEVICE_NAME, required=True),
        Field(
            "devices",
            type=ObjectSet(("product", "name"), ("product_key", "name")),
            lookup_each=with_product_key,
            element="device",
            initial=[],
            purge=True,
        ),
        Field("move", type=Flag(), write_only=True),
        Field("notify_gateway", type=Flag(), write_only=True),
        # The secrets that sign the devices to attach.
        Field("device_secrets", computed=True, secret=True, write_only=True),
    )
    create = ImplicitCreate()
    changes = (UpdateSubDevices(),)
    filters = ("product", "gateway")
    required_filters = ("product", "gateway")

    @property
    def plural(self) -> str:
        return "topologies"

    def resolve_references(self, reader: Reader, desired: dict) -> dict:
        resolved = super().resolve_references(reader, desired)
        if "devices" in desired:
            devices = resolved["devices"]
            kind = self.field("devices").type
            current = self.read(reader, resolved) or {"devices": []}
            attached = kind.canonical(current["devices"])
            resolved["device_secrets"] = self._read_secrets(
                reader, resolved, [item for item in devices if kind.identity(item) not in attached]
            )
        return resolved

    def read(self, reader: Reader, desired: dict, fields: set | None = None) -> dict | None:
        params = {wire: desired[name] for wire, name in self.identity.items()}
        if params["ProductKey"] is PENDING:
            return None
        found = reader.find("QueryDeviceDetail", params)
        if found is None:
            reader.not_found("gateway", params["DeviceName"])
            return None
        if str(member(found, "Data.NodeType")) != GATEWAY:
            raise InvalidValue(
                f"gateway must be the name of a gateway; {params['DeviceName']} is not a gateway", field="gateway"
            )
        products = {item["ProductKey"]: item for item in reader.pages("QueryProductList")}
        return {
            "product_key": params["ProductKey"],
            "gateway": params["DeviceName"],
            "devices": [
                {
                    "product": products.get(row["ProductKey"], {}).get("ProductName"),
                    "product_key": row["ProductKey"],
                    "name": row["DeviceName"],
                }
                for row in reader.pages("GetThingTopo", params)
            ],
            "gateways": {key for key, item in products.items() if str(item["NodeType"]) == GATEWAY},
        }

    def _read_secrets(self, reader: Reader, desired: dict, added: list[dict]) -> dict[tuple, str]:
        """Return the secrets of the devices to attach, after checking that each of them can be a sub-device."""
        secrets = {}
        for key in {item["product_key"]: None for item in added if item["product_key"] is not PENDING}:
            names = [item["name"] for item in added if item["product_key"] == key]
            details = read_details(reader, key, names)
            for name in names:
                if name not in details:
                    reader.not_found("device", name)
                    continue
                if str(details[name]["NodeType"]) == GATEWAY:
                    raise InvalidValue(
                        f"{name} cannot be attached to a gateway: it is a gateway itself",
                        field="devices",
                        remedy="Remove it from devices",
                    )
                self._check_not_attached(reader, desired, {"ProductKey": key, "DeviceName": name})
                secrets[key, name] = details[name].get("DeviceSecret") or ""
                if not secrets[key, name] and not desired.get("notify_gateway"):
                    raise InvalidValue(
                        f"{name} cannot be attached with a signature: it has no DeviceSecret",
                        field="devices",
                        remedy="Set notify_gateway: true, and the gateway adds the device",
                    )
        return secrets

    def _check_not_attached(self, reader: Reader, desired: dict, params: dict) -> None:
        if desired.get("move"):
            return
        gateway = member(reader.find("GetGatewayBySubDevice", params) or {}, "Data")
        if gateway and gateway.get("DeviceName"):
            raise InvalidValue(
                f"{params['DeviceName']} is already attached to {gateway['DeviceName']}, a gateway of "
                f"{gateway['ProductName']}",
                field="devices",
                remedy="Detach it from that gateway, or set move: true to move it",
            )
