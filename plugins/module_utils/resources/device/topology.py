# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The sub-devices of a gateway (the manual's chapter 4.8)."""

from __future__ import annotations

import json

from ansible_collections.iotops.aliyun.plugins.module_utils.api import device, product
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import member
from ansible_collections.iotops.aliyun.plugins.module_utils.engine import steps
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.changes import Change, ImplicitCreate
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.chunks import chunked
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING, Field
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Resource
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.steps import Ref, Step
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Flag, ObjectSet
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common.names import DEVICE_NAME
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device.lookup import read_details
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device.sub_devices import sign_sub_device
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.product.product import (
    product_key,
    with_product_key,
)

GATEWAY = "1"

#: The most sub-devices of one call.
MOST_A_CALL = 10


def _not_removed(reply: dict) -> str:
    return "the device was not removed from its gateway" if reply.get("Data") is False else ""


class SubDevices(Change):
    """Devices come ten at a time, and go one by one.

    RemoveThingTopo is called with a sub-device only: with a gateway it would take all of its sub-devices away.
    """

    fields = ("devices",)

    def steps(self, resource, desired, current):
        if "devices" not in desired or not resource.differs("devices", desired, current):
            return []
        kind = resource.field("devices").type
        state = {kind.identity(one): one for one in current.get("devices") or []}
        after = {kind.identity(one): one for one in desired["devices"]}
        coming = {key: one for key, one in after.items() if key not in state}
        result = []

        def add(action, operation, params, change, verify=None):
            shown = list(state.values())
            change()
            result.append(Step(action, operation, params, {"devices": (shown, list(state.values()))}, verify=verify))

        for key, one in [item for item in state.items() if item[0] not in after]:
            if one["product_key"] in current.get("gateways", ()):
                raise InvalidValue(
                    f"{one['name']} is a gateway itself: to take it away would take away what is behind it",
                    field="devices",
                    remedy="Leave it where it is",
                )
            params = {"ProductKey": one["product_key"], "DeviceName": one["name"]}
            add(steps.UPDATE, "RemoveThingTopo", params, lambda key=key: state.pop(key), _not_removed)
        gateway = {"GwProductKey": Ref("product_key"), "GwDeviceName": Ref("gateway")}
        for items in chunked(list(coming.items()), MOST_A_CALL):
            some = dict(items)
            if desired.get("notify_gateway"):
                listed = [{"productKey": str(one["product_key"]), "deviceName": one["name"]} for one in some.values()]
                call = (steps.CREATE, "NotifyAddThingTopo", {**gateway, "DeviceListStr": json.dumps(listed)})
            else:
                secrets = desired.get("device_secrets") or {}
                items = [sign_sub_device(one["product_key"], one["name"], secrets.get(key, "")) for key, one in some.items()]
                call = (steps.UPDATE, "BatchAddThingTopo", {**gateway, "TopoAddItem": items})
            add(*call, lambda some=some: state.update(some))
        return result


class Topology(Resource):
    """Which devices are behind a gateway. It is there as soon as the gateway is."""

    kind = "topology"
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
        # What sub-devices that are to come sign with.
        Field("device_secrets", computed=True, secret=True, write_only=True),
    )
    create = ImplicitCreate()
    changes = (SubDevices(),)
    filters = ("product", "gateway")
    required_filters = ("product", "gateway")

    @property
    def plural(self):
        return "topologies"

    def resolve_references(self, reader, desired):
        resolved = super().resolve_references(reader, desired)
        if "devices" in desired:
            devices = resolved["devices"]
            kind = self.field("devices").type
            there = self.read(reader, resolved) or {"devices": []}
            present = kind.canonical(there["devices"])
            resolved["device_secrets"] = self._look_at(
                reader, resolved, [one for one in devices if kind.identity(one) not in present]
            )
        return resolved

    def read(self, reader, desired, wanted=None):
        named = {wire: desired[name] for wire, name in self.identity.items()}
        if named["ProductKey"] is PENDING:
            return None
        found = reader.find("QueryDeviceDetail", named)
        if found is None:
            reader.not_found("gateway", named["DeviceName"])
            return None
        if str(member(found, "Data.NodeType")) != GATEWAY:
            raise InvalidValue(f"{named['DeviceName']} is no gateway", field="gateway")
        products = {item["ProductKey"]: item for item in reader.pages("QueryProductList")}
        return {
            "product_key": named["ProductKey"],
            "gateway": named["DeviceName"],
            "devices": [
                {
                    "product": products.get(row["ProductKey"], {}).get("ProductName"),
                    "product_key": row["ProductKey"],
                    "name": row["DeviceName"],
                }
                for row in reader.pages("GetThingTopo", named)
            ],
            "gateways": {key for key, item in products.items() if str(item["NodeType"]) == GATEWAY},
        }

    def _look_at(self, reader, desired: dict, coming: list) -> dict:
        """The secrets of devices that are to come behind the gateway, each of which must be one that can."""
        secrets = {}
        for key in {one["product_key"]: None for one in coming if one["product_key"] is not PENDING}:
            names = [one["name"] for one in coming if one["product_key"] == key]
            details = read_details(reader, key, names)
            for name in names:
                if name not in details:
                    reader.not_found("device", name)
                    continue
                if str(details[name]["NodeType"]) == GATEWAY:
                    raise InvalidValue(f"{name} is a gateway itself, and cannot be behind one", field="devices")
                self._check_free(reader, desired, {"ProductKey": key, "DeviceName": name})
                secrets[key, name] = details[name].get("DeviceSecret") or ""
                if not secrets[key, name] and not desired.get("notify_gateway"):
                    raise InvalidValue(
                        f"{name} has no secret to sign with",
                        field="devices",
                        remedy="Let the gateway add it: notify_gateway: true",
                    )
        return secrets

    def _check_free(self, reader, desired: dict, named: dict) -> None:
        if desired.get("move"):
            return
        gateway = member(reader.find("GetGatewayBySubDevice", named) or {}, "Data")
        if gateway and gateway.get("DeviceName"):
            raise InvalidValue(
                f"{named['DeviceName']} is behind {gateway['DeviceName']}, a gateway of {gateway['ProductName']}",
                field="devices",
                remedy="Take it away there, or let it be moved: move: true",
            )
