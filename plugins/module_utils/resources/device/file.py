# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Files that devices have uploaded (the manual's chapter 4.8)."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api import device, product
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.changes import Delete, ImplicitCreate
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING, Field
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Detail, Listing, Resource
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Number, Text
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device.lookup import device_id
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.product.product import product_key


class DeviceFile(Resource):
    """A file of a device. Only the device can make one: here it can be found and taken away."""

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

    def read(self, reader, desired, wanted=None):
        if not {"name", "file_id"} & set(desired):
            raise InvalidValue("name or file_id must be given to say which file", field="name")
        if desired["iot_id"] is PENDING:
            return None
        # The list tells what is not there; a read of one file that is not there is an error like others.
        row = self.find_in_list(reader, desired)
        return {**row, **super().read(reader, {**desired, **row}, wanted)} if row is not None else None

    def matches_key(self, row, desired):
        given = [name for name in ("name", "file_id") if name in desired]
        return all(self.field(name).equal(row.get(name), desired[name]) for name in given)

    def list_items(self, reader, desired):
        of = {name: desired[name] for name in ("product_key", "iot_id")}
        return ({**of, **row} for row in super().list_items(reader, desired))
