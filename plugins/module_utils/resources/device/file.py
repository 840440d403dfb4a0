# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Files that devices have uploaded (manual chapter 4.8)."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.iotops.aliyun.plugins.module_utils.api import device, product
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.changes import Delete, ImplicitCreate
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING, Field
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Detail, Listing, Resource
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Number, Text
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device.lookup import device_id
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.product.product import product_key


class DeviceFile(Resource):
    """A file that a device has uploaded. It can be found and deleted; only the device can create it.

    Custom code: a read of a single missing file is an error, so the list shows whether it exists, by name, ID or both.
    """

    kind = "device_file"
    title = "file of a device"
    families = (device, product)
    key = ("name",)
    identity = {"IotId": "iot_id", "FileId": "file_id"}
    states = {"absent": None}
    fields = (
        Field("product", required=True, lookup=product_key, resolves_to="product_key"),
        Field("product_key", computed=True),
        Field("device", required=True, lookup=device_id, depends_on=("product_key",), resolves_to="iot_id"),
        Field("iot_id", "IotId", computed=True),
        Field("name", read="Name", type=Text(1)),
        Field("file_id", "FileId", Text(1)),
        Field("size_in_kilobytes", read="Size", type=Number(), computed=True),
        Field("created", read="UtcCreatedOn", computed=True),
        Field("download_url", read="DownloadUrl", computed=True, secret=True),
    )
    listing = Listing("QueryDeviceFileList", params={"IotId": "iot_id"})
    details = (Detail("QueryDeviceFile", "Data"),)
    create = ImplicitCreate()
    delete = Delete("DeleteDeviceFile")
    filters = ("product", "device", "name", "file_id")
    required_filters = ("product", "device")

    def read(self, reader: Reader, desired: dict, fields: set | None = None) -> dict | None:
        if not {"name", "file_id"} & set(desired):
            raise InvalidValue(
                "name or file_id must be set to select a file of the device", field="name", remedy="Set one of them"
            )
        if desired["iot_id"] is PENDING:
            return None
        # Only the list shows that a file does not exist; a read of a missing file fails like any other failed read.
        row = self.find_in_list(reader, desired)
        return {**row, **super().read(reader, {**desired, **row}, fields)} if row is not None else None

    def matches_key(self, row: dict, desired: dict) -> bool:
        options = [name for name in ("name", "file_id") if name in desired]
        return all(self.field(name).equal(row.get(name), desired[name]) for name in options)

    def list_items(self, reader: Reader, desired: dict) -> Iterator[dict]:
        parents = {name: desired[name] for name in ("product_key", "iot_id")}
        return ({**parents, **row} for row in super().list_items(reader, desired))
