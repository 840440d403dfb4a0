# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Single devices (manual chapter 4.8)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.api import device, group, job, product, thing_model_data
from ansible_collections.iotops.aliyun.plugins.module_utils.engine import steps
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.changes import (
    Batch,
    Change,
    Create,
    Delete,
    Entries,
    Switch,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.collection_types import TextSet
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import Field
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.protection import ProtectedIfActive, ProtectedWhen
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Detail, Listing, Resource
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.steps import Derived, Ref, Step
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Choice, Flag, Text
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common import tags
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common.names import DEVICE_NAME
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device.gateway_job import wait_for_gateway_job
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device.lookup import (
    NICKNAME,
    GatewayRef,
    check_updated_nickname,
    device_id,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device.memberships import (
    GROUPS,
    MEMBERSHIPS,
    find_group,
    parse_groups,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device.status import STATES
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device.sub_devices import sign_sub_device
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.product.product import (
    check_node_types,
    has_certificates,
    product_key,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model.declared import (
    UsesProperties,
    keys_of,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model_data.desired_properties import (
    DesiredProperties,
    Values,
    parse_desired_properties,
)

CERTIFICATE_STATUS = Choice({"generating": 0, "failed": 1, "generated": 2})


class UpdateNickname(Change):
    """Update of the nickname of a device.

    Custom code: the operation takes a list of devices, and clears the nickname of a device that has none in the list.
    """

    fields = ("nickname",)

    def steps(self, resource: Resource, desired: dict, current: dict) -> list[Step]:
        changes = self.differences(resource, desired, current)
        if not changes:
            return []
        check_updated_nickname(desired["nickname"], "nickname", "nickname")
        row = {**resource.identity_params(), "Nickname": desired["nickname"] or None}
        return [Step(steps.UPDATE, "BatchUpdateDeviceNickname", {"DeviceNicknameInfo": [row]}, changes)]


class UpdateGateway(Change):
    """Attachment of a device to a gateway, move to another gateway, or detachment from its gateway.

    Custom code: attaching needs a signature made with the DeviceSecret, and detaching uses another operation.
    """

    fields = ("gateway",)

    def steps(self, resource: Resource, desired: dict, current: dict) -> list[Step]:
        changes = self.differences(resource, desired, current)
        if not changes:
            return []
        if current.get("node_type") == "gateway":
            # For a gateway, RemoveThingTopo would detach all of its sub-devices.
            raise InvalidValue(
                "gateway cannot be set for a device that is a gateway itself", field="gateway", remedy="Remove gateway"
            )
        gateway = desired["gateway"]
        if not gateway.get("name"):
            return [Step(steps.UPDATE, "RemoveThingTopo", resource.identity_params(), changes)]
        params = {
            "GwProductKey": gateway.get("product_key"),
            "GwDeviceName": gateway["name"],
            "TopoAddItem": [Derived(sign_sub_device, ("product_key", "name", "device_secret"))],
        }
        return [Step(steps.UPDATE, "BatchAddThingTopo", params, changes)]


class DeleteClientIds(Change):
    """Deletion of all client IDs of a device.

    Custom code: a device gets its client IDs when it registers itself; the API can only delete all of them at once.
    """

    fields = ("client_ids",)

    def steps(self, resource: Resource, desired: dict, current: dict) -> list[Step]:
        changes = self.differences(resource, desired, current)
        if not changes:
            return []
        if desired["client_ids"]:
            raise InvalidValue(
                "client_ids must be an empty list: client IDs can be deleted, all at once, but not created",
                field="client_ids",
                remedy="To set one of several client IDs as the valid one, use iot_device_client_id",
            )
        return [Step(steps.UPDATE, "DeleteClientIds", {"IotId": Ref("iot_id")}, changes)]


def _parse_gateway(data: dict | None) -> dict:
    if not data or not data.get("DeviceName"):
        return {"gateway": {}}
    return {
        "gateway": {
            "product": data.get("ProductName"),
            "product_key": data["ProductKey"],
            "name": data["DeviceName"],
        }
    }


def _parse_certificate(data: dict | None) -> dict:
    data = data or {}
    return {
        "certificate": data.get("Certificate"),
        "certificate_id": data.get("CertSN"),
        "certificate_status": CERTIFICATE_STATUS.from_wire(data.get("Status")),
        "certificate_private_key": data.get("PrivateKey"),
    }


def _parse_client_ids(rows: list[dict] | None) -> dict:
    return {"client_ids": [row["ClientId"] for row in rows or []]}


class Device(Resource):
    """A device.

    Custom code: desired properties that are not set stay unchanged, a gateway is looked up by product and name, a
    disabled device has no status except ``DISABLE``, and devices with certain tags have a list of their own.
    """

    kind = "device"
    references = {"gateway": ("product", "device")}
    title = "device"
    families = (device, group, job, product, thing_model_data)
    key = ("name",)
    identity = {"ProductKey": "product_key", "DeviceName": "name"}
    fields = (
        Field("product", required=True, lookup=product_key, resolves_to="product_key"),
        Field("product_key", "ProductKey", computed=True),
        Field("name", "DeviceName", DEVICE_NAME, required=True),
        Field("iot_id", read="IotId", computed=True),
        Field("nickname", "Nickname", NICKNAME, initial=""),
        Field("tags", type=tags.tags(value=Text(1, 128, wide_char_width=2)), initial={}, purge=True),
        Field(
            "groups",
            type=GROUPS,
            lookup_each=find_group,
            element="group",
            initial=[],
            purge=True,
            on_request="groups",
        ),
        Field("desired_properties", type=Values(), initial={}, on_request="desired_properties"),
        # The versions on which an update of the desired properties is based.
        Field("desired_versions", type=Values(), computed=True, write_only=True),
        Field("enabled", type=Flag(), initial=True),
        Field("gateway", type=GatewayRef(), initial={}, on_request="gateway"),
        Field("client_ids", type=TextSet(Text(1)), initial=[], on_request="client_ids"),
        Field("status", read="Status", type=STATES, computed=True),
        Field("node_type", read="NodeType", type=Choice({"device": 0, "gateway": 1}), computed=True),
        Field("firmware_version", read="FirmwareVersion", computed=True),
        Field("ip_address", read="IpAddress", computed=True),
        Field("created", read="UtcCreate", computed=True),
        Field("activated", read="UtcActive", computed=True),
        Field("last_online", read="UtcOnline", computed=True),
        Field("certificate", computed=True, on_request="certificate"),
        Field("certificate_id", computed=True, on_request="certificate"),
        Field("certificate_status", type=CERTIFICATE_STATUS, computed=True, on_request="certificate"),
        Field("certificate_private_key", computed=True, secret=True, on_request="certificate"),
        Field("device_secret", read="DeviceSecret", computed=True, secret=True),
    )
    listing = Listing("QueryDevice", params={"ProductKey": "product_key"}, bulk=True)
    details = (
        Detail("QueryDeviceDetail", "Data"),
        Detail("QueryDeviceProp", "Props", only_for=("tags",), parse=lambda text: {"tags": json.loads(text or "{}")}),
        Detail(
            "GetGatewayBySubDevice",
            "Data",
            only_for=("gateway",),
            parse=_parse_gateway,
            if_not_found={"gateway": {}},
            is_optional=True,
        ),
        Detail("QueryDeviceGroupByDevice", "GroupInfos.GroupInfo", only_for=("groups",), parse=parse_groups),
        Detail(
            "QueryDeviceDesiredProperty",
            "Data.List.DesiredPropertyInfo",
            only_for=("desired_properties",),
            parse=parse_desired_properties,
        ),
        Detail(
            "QueryClientIds",
            "Data.DynamicRegClientIds",
            only_for=("client_ids",),
            parse=_parse_client_ids,
            identity={"IotId": "iot_id"},
            is_optional=True,
        ),
        Detail(
            "QueryDeviceCert",
            "DeviceCertInfo",
            only_for=("certificate", "certificate_id", "certificate_status", "certificate_private_key"),
            parse=_parse_certificate,
            condition=lambda reader, current: has_certificates(reader, current["product_key"]),
        ),
    )
    create = Create("RegisterDevice", outputs={"iot_id": "Data.IotId", "device_secret": "Data.DeviceSecret"})
    changes = (
        UpdateNickname(),
        Entries(
            "tags",
            add=Batch(
                "SaveDeviceProp",
                lambda entries: {"Props": tags.device_tags_to_wire(entries)},
                split=tags.chunk_device_tags,
            ),
            remove=Batch("DeleteDeviceProp", lambda entries: {"PropKey": entries[0][0]}, size=1),
        ),
        MEMBERSHIPS,
        DesiredProperties(),
        UpdateGateway(),
        DeleteClientIds(),
        Switch("enabled", {True: "EnableThing", False: "DisableThing"}, wait_for_gateway_job),
    )
    delete = Delete("DeleteDevice", wait_for=wait_for_gateway_job)
    offline_checks = (UsesProperties(keys_of("desired_properties")),)
    protections = (
        ProtectedWhen("status", "online", "it is online"),
        ProtectedIfActive("last_online", "it was online at"),
    )
    quarantine = {"enabled": False}
    filters = ("product", "name", "nickname", "status", "enabled", "tags")
    required_filters = ("product",)

    def differs(self, name: str, desired: dict, current: dict) -> bool:
        if name == "desired_properties":
            before = current.get(name) or {}
            return any(before.get(identifier) != value for identifier, value in desired[name].items())
        return super().differs(name, desired, current)

    def resolve_references(self, reader: Reader, desired: dict) -> dict:
        resolved = super().resolve_references(reader, desired)
        gateway = desired.get("gateway") or {}
        if gateway.get("name"):
            key = product_key(reader, gateway["product"])
            check_node_types(reader, resolved["product_key"], key, "gateway")
            device_id(reader, gateway["name"], key)
            resolved["gateway"] = {**gateway, "product_key": key}
        elif "gateway" in desired:
            resolved["gateway"] = {}
        return resolved

    def list_items(self, reader: Reader, desired: dict) -> Iterator[dict]:
        if not desired.get("tags") or "product_key" in desired:
            yield from super().list_items(reader, desired)
            return
        pairs = self.field("tags").type.canonical(desired["tags"])
        for item in reader.pages("QueryDeviceByTags", {"Tag": tags.to_rows(list(pairs.items()))}):
            yield {"product_key": item["ProductKey"], "name": item["DeviceName"]}

    def parse(self, item: dict) -> dict[str, Any]:
        # Lists return the status as DeviceStatus. A disabled device has no other status.
        status = item.get("Status") or item.get("DeviceStatus")
        return {**super().parse({**item, "Status": status}), "enabled": status != "DISABLE"}
