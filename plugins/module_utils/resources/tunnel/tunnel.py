# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Secure tunnels to devices (the manual's chapter 4.9)."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api import device, product, tunnel
from ansible_collections.iotops.aliyun.plugins.module_utils.engine import steps
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.changes import Change, Create, Delete
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import Field
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Detail, Resource
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.steps import Step
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Choice, Text
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device.lookup import device_id
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.product.product import product_key

CONNECTION = Choice({"connected": "CONNECTED", "disconnected": "DISCONNECTED"})


class Open(Create):
    """A tunnel is opened to a device; one whose id is known has been, or is about to be."""

    def steps(self, resource, desired):
        if "tunnel_id" in desired:
            return []
        if "iot_id" not in desired:
            raise InvalidValue(
                "product and device must be given to open a tunnel",
                field="device",
                remedy="Give the device, or with tunnel_id a tunnel that is there",
            )
        return super().steps(resource, desired)


class Close(Change):
    """An open tunnel can be closed, and a closed one is never open again."""

    fields = ("status",)

    def steps(self, resource, desired, current):
        changes = self.differences(resource, desired, current)
        if not changes:
            return []
        if desired["status"] == "open":
            raise InvalidValue(
                "a tunnel that is closed cannot be opened again",
                field="state",
                remedy="Leave tunnel_id out to open another one",
            )
        return [Step(steps.UPDATE, "CloseDeviceTunnel", resource.identity_params(), changes)]


class DeleteClosed(Delete):
    """A tunnel is closed before it goes."""

    def steps(self, resource, current):
        closing = Close().steps(resource, {"status": "closed"}, current)
        closed = {**current, "status": "closed"}
        return [*closing, *super().steps(resource, closed)]


class Tunnel(Resource):
    """A tunnel to a device. The platform lists none: it is known by its id only."""

    kind = "tunnel"
    title = "tunnel"
    families = (tunnel, device, product)
    key = ("tunnel_id",)
    identity = {"TunnelId": "tunnel_id"}
    states = {"open": {"status": "open"}, "closed": {"status": "closed"}, "absent": None}
    fields = (
        Field("tunnel_id", "TunnelId", Text(1)),
        Field("product", lookup=product_key, resolves_to="product_key"),
        Field("product_key", "ProductKey", computed=True),
        Field("device", lookup=device_id, depends_on=("product_key",), resolves_to="iot_id"),
        Field("device_name", read="DeviceName", computed=True),
        Field("iot_id", "IotId", computed=True),
        Field("description", "Description", Text(0, 1024)),
        Field("udi", "Udi", Text(0, 4096)),
        Field(
            "status",
            read="TunnelState",
            type=Choice({"open": "OPEN", "closed": "CLOSED"}),
            option=False,
            initial="open",
        ),
        Field("source_connection", read="SourceConnState", type=CONNECTION, computed=True),
        Field("device_connection", read="DeviceConnState", type=CONNECTION, computed=True),
        Field("created", read="UtcCreated", computed=True),
        Field("closed", read="UtcClosed", computed=True),
        Field("source_uri", computed=True, returned_once=True),
        Field("source_access_token", computed=True, secret=True, returned_once=True),
    )
    details = (Detail("QueryDeviceTunnel", "Data"),)
    create = Open(
        "CreateDeviceTunnel",
        outputs={
            "tunnel_id": "Data.TunnelId",
            "source_uri": "Data.SourceURI",
            "source_access_token": "Data.SourceAccessToken",
        },
    )
    changes = (Close(),)
    delete = DeleteClosed("DeleteDeviceTunnel")
    filters = ("tunnel_id",)
    required_filters = ("tunnel_id",)
    remedy = "Leave tunnel_id out to open another one, or leave the option as it is"

    def resolve_references(self, reader, desired):
        if "tunnel_id" not in desired and desired.get("status") != "open":
            raise InvalidValue("tunnel_id must be given to say which tunnel", field="tunnel_id")
        if "device" in desired and "product" not in desired:
            raise InvalidValue(
                "product must be given with device: a device is named within its product", field="product"
            )
        return super().resolve_references(reader, desired)

    def read(self, reader, desired, wanted=None):
        if "tunnel_id" not in desired:
            return None
        there = super().read(reader, desired, wanted)
        if there is None:
            reader.not_found("tunnel", desired["tunnel_id"], "Leave tunnel_id out to open one")
        return there
