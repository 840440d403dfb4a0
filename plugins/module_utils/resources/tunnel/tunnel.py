# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Secure tunnels to devices (manual chapter 4.9)."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api import device, product, tunnel
from ansible_collections.iotops.aliyun.plugins.module_utils.engine import steps
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.changes import Change, Create, Delete
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import Field
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Detail, Resource
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.steps import Step
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Choice, Text
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device.lookup import device_id
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.product.product import product_key

CONNECTION = Choice({"connected": "CONNECTED", "disconnected": "DISCONNECTED"})


class OpenTunnel(Create):
    """Creation of a tunnel to a device.

    Custom code: a task with a tunnel ID refers to an existing tunnel, or to one that an earlier task will create, and
    must not create another.
    """

    def steps(self, resource: Resource, desired: dict) -> list[Step]:
        if "tunnel_id" in desired:
            return []
        if "iot_id" not in desired:
            raise InvalidValue(
                "product and device must be set to open a tunnel",
                field="device",
                remedy="Set product and device, or set tunnel_id to use an existing tunnel",
            )
        return super().steps(resource, desired)


class CloseTunnel(Change):
    """Closing of a tunnel.

    Custom code: a closed tunnel cannot be opened again.
    """

    fields = ("status",)

    def steps(self, resource: Resource, desired: dict, current: dict) -> list[Step]:
        changes = self.differences(resource, desired, current)
        if not changes:
            return []
        if desired["status"] == "open":
            raise InvalidValue(
                "a closed tunnel cannot be opened again",
                field="state",
                remedy="Remove tunnel_id to open another tunnel",
            )
        return [Step(steps.UPDATE, "CloseDeviceTunnel", resource.identity_params(), changes)]


class DeleteTunnel(Delete):
    """Deletion of a tunnel.

    Custom code: an open tunnel must be closed first.
    """

    def steps(self, resource: Resource, current: dict) -> list[Step]:
        closing = CloseTunnel().steps(resource, {"status": "closed"}, current)
        closed = {**current, "status": "closed"}
        return [*closing, *super().steps(resource, closed)]


class Tunnel(Resource):
    """A tunnel to a device, which is known only by its ID.

    Custom code: the API has no list of tunnels, so a task without a tunnel ID always opens a tunnel, and a task with an
    unknown tunnel ID must not open one.
    """

    kind = "tunnel"
    title = "tunnel"
    unique_names = False
    is_found_after_create = False
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
    create = OpenTunnel(
        "CreateDeviceTunnel",
        outputs={
            "tunnel_id": "Data.TunnelId",
            "source_uri": "Data.SourceURI",
            "source_access_token": "Data.SourceAccessToken",
        },
    )
    changes = (CloseTunnel(),)
    delete = DeleteTunnel("DeleteDeviceTunnel")
    filters = ("tunnel_id",)
    required_filters = ("tunnel_id",)
    remedy = "Remove tunnel_id to open another tunnel, or keep the current value"

    def resolve_references(self, reader: Reader, desired: dict) -> dict:
        if "tunnel_id" not in desired and desired.get("status") != "open":
            raise InvalidValue("tunnel_id must be set to close or delete a tunnel", field="tunnel_id")
        if "device" in desired and "product" not in desired:
            raise InvalidValue(
                "product must be set with device, because device names are unique only within a product",
                field="product",
            )
        return super().resolve_references(reader, desired)

    def read(self, reader: Reader, desired: dict, fields: set | None = None) -> dict | None:
        if "tunnel_id" not in desired:
            return None
        current = super().read(reader, desired, fields)
        if current is None:
            reader.not_found("tunnel", desired["tunnel_id"], "Remove tunnel_id to open a tunnel")
        return current
