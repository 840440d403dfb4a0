# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Audio and video licences of products and devices (the manual's chapter 4.21.3)."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api import av_license, device, product
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import member
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.action import ActionEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.choice_action import ActionFailed
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.chunks import chunked
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.desired import check_values
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING, Field, resolve_references
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.report import ReportEntry, rename_members
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Choice, Number, TextSet
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.waiting import wait
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common.names import DEVICE_NAME
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device.lookup import read_details, device_id
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.product.product import product_key

LICENSES = Choice({"480p": "480P", "720p": "720P"})

#: The devices of one call; the manual names no limit.
MOST_A_CALL = 100

DONE = 100  # per cent

_OF_DEVICE = {
    "ProductKey": "product_key",
    "ProductName": "product_name",
    "DeviceName": "device_name",
    "IotId": "iot_id",
    "LicenseCode": "license",
    "GmtCreate": "licensed",
    "ExpiryTime": "expires",
}


class License(ActionEntry):
    """Licenses a product and devices of it, or takes the licence away from the product.

    Which devices have a licence the platform tells, and which products have one it does not: where devices are named,
    nothing is done that is done already, and otherwise the product is licensed each time.
    """

    families = (av_license, device, product)
    fields = (
        Field("state", type=Choice({"bound": "bound", "unbound": "unbound"}), argument={"default": "bound"}),
        Field("product", required=True, lookup=product_key, resolves_to="product_key"),
        Field("product_key", computed=True),
        Field("license", type=LICENSES, required=True),
        Field("devices", type=TextSet(DEVICE_NAME)),
        Field("wait_timeout_in_seconds", type=Number(1, 86400), argument={"default": 300}),
    )

    def perform(self, params, client, check_mode):
        given = {f.name: params[f.name] for f in self.fields if f.is_option and params.get(f.name) is not None}
        check_values(self, given)
        if given["state"] == "unbound" and given.get("devices"):
            raise InvalidValue(
                "devices keep the licences that they have",
                field="devices",
                remedy="Leave devices out to take the licence away from the product",
            )
        reader = Reader(client, tolerant=check_mode)
        values = resolve_references(self.fields, reader, given)
        of = {"ProductKey": values["product_key"], "LicenseCode": LICENSES.to_wire(values["license"])}
        coming = self._coming(reader, values, of)
        result = {"changed": coming is None or bool(coming), "licensed": list(coming or {}), "calls": 0}
        if result["changed"] and not check_mode:
            if values["state"] == "unbound":
                client.call("UnbindLicenseProduct", of)
            else:
                client.call("BindLicenseProduct", of)
                self._license(client, of, coming or {}, values["wait_timeout_in_seconds"])
        if result["changed"] and check_mode:
            result["msg"] = "The product and its devices would be licensed; nothing was done in check mode"
            if values["state"] == "unbound":
                result["msg"] = "The product would lose its licence; nothing was done in check mode"
        if reader.pending:
            result["pending"] = list(reader.pending)
        return result

    def _coming(self, reader: Reader, values: dict, of: dict):
        """The IotIds of the devices that have no licence yet, by their names; None where no devices are named."""
        if not values.get("devices"):
            return None
        names = list(dict.fromkeys(values["devices"]))
        if values["product_key"] is PENDING:
            return dict.fromkeys(names, PENDING)
        licensed = {row["DeviceName"] for row in reader.pages("QueryLicenseDeviceList", of)}
        names = [name for name in names if name not in licensed]
        details = read_details(reader, values["product_key"], names)
        return {name: details[name]["IotId"] if name in details else reader.not_found("device", name) for name in names}

    def _license(self, client, of: dict, coming: dict, timeout: int) -> None:
        for ids in chunked(list(coming.values()), MOST_A_CALL):
            begun = client.call("BindLicenseDevice", {**of, "IotIdList": ids})
            named = {**of, "CheckProgressId": str(member(begun, "Data.CheckProgressId"))}
            progress, reason = wait(
                lambda named=named: member(client.call("CheckBindLicenseDeviceProgress", named), "Data"),
                lambda data: int(data["Progress"]) < DONE,
                timeout,
            )
            failed = int(progress.get("FailSum") or 0)
            told = {"failed_count": failed, "failed_file": progress.get("ResultCsvFile", "")}
            if reason:
                raise ActionFailed(f"devices are still being licensed after {timeout} seconds", told)
            if failed:
                raise ActionFailed(f"{failed} devices were not licensed; failed_file says which", told)


class LicenseInfo(ReportEntry):
    """Tells which devices have a licence."""

    families = (av_license, device, product)
    fields = (
        Field("product", lookup=product_key, resolves_to="product_key"),
        Field("product_key", computed=True),
        Field("device", lookup=device_id, depends_on=("product_key",), resolves_to="iot_id"),
        Field("iot_id", computed=True),
        Field("license", type=LICENSES),
        Field("licensed_after", type=Number(0)),
        Field("licensed_before", type=Number(0)),
    )
    empty_result = {"licenses": []}

    def perform(self, params, client, check_mode):
        if params.get("device") and not params.get("product"):
            raise InvalidValue("product must be given with device, which is named within it", field="product")
        return super().perform(params, client, check_mode)

    def gather(self, reader, values):
        code = values.get("license")
        params = {
            "ProductKey": values.get("product_key"),
            "IotId": values.get("iot_id"),
            "LicenseCode": LICENSES.to_wire(code) if code else None,
            "StartTime": values.get("licensed_after"),
            "EndTime": values.get("licensed_before"),
        }
        rows = [rename_members(row, _OF_DEVICE) for row in reader.pages("QueryLicenseDeviceList", params)]
        return {"licenses": [{**row, "license": LICENSES.from_wire(row["license"])} for row in rows]}
