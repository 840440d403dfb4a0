# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Audio and video licenses of products and devices (manual chapter 4.21.3)."""

from __future__ import annotations

from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.api import av_license, device, product
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import member
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.action import ActionEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.choice_action import ActionFailed
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.chunks import chunked
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.collection_types import TextSet
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING, Field
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.report import ReportEntry, rename_members
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Choice, Number
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.waiting import wait
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common.names import DEVICE_NAME
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device.lookup import device_id, read_details
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.product.product import product_key

LICENSES = Choice({"480p": "480P", "720p": "720P"})

#: The maximum number of devices in one request. The manual does not document a limit.
MAX_PER_REQUEST = 100

DONE = 100  # percent

_LICENSE_MEMBERS = {
    "ProductKey": "product_key",
    "ProductName": "product_name",
    "DeviceName": "device_name",
    "IotId": "iot_id",
    "LicenseCode": "license",
    "GmtCreate": "licensed",
    "ExpiryTime": "expires",
}


class License(ActionEntry):
    """Assignment of a license to a product and to devices of it, or removal of the license of a product.

    Custom code: the platform lists the licenses of devices but not of products. Nothing is sent if devices are set
    and all of them have the license. Without devices, every run sends the request for the product.
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

    def perform(self, params: dict, client: Any, check_mode: bool) -> dict:
        if params["state"] == "unbound" and params.get("devices"):
            raise InvalidValue(
                "devices cannot be set with state: unbound, because devices keep their licenses",
                field="devices",
                remedy="Remove devices to remove the license of the product",
            )
        reader = Reader(client, tolerant=check_mode)
        values = self.values(params, reader)
        license_params = {"ProductKey": values["product_key"], "LicenseCode": LICENSES.to_wire(values["license"])}
        missing = self._unlicensed_devices(reader, values, license_params)
        result = {"changed": missing is None or bool(missing), "licensed": list(missing or {})}
        if result["changed"] and not check_mode:
            if values["state"] == "unbound":
                client.call("UnbindLicenseProduct", license_params)
            else:
                client.call("BindLicenseProduct", license_params)
                self._license_devices(client, license_params, missing or {}, values["wait_timeout_in_seconds"])
        if result["changed"] and check_mode:
            result["msg"] = "The product and its devices would be licensed; nothing was done in check mode"
            if values["state"] == "unbound":
                result["msg"] = "The license of the product would be removed; nothing was done in check mode"
        if reader.pending:
            result["pending"] = list(reader.pending)
        return result

    def _unlicensed_devices(self, reader: Reader, values: dict, license_params: dict) -> dict[str, Any] | None:
        """Return the IotIds of the devices without the license, by device name; None if devices is not set."""
        if not values.get("devices"):
            return None
        names = list(dict.fromkeys(values["devices"]))
        if values["product_key"] is PENDING:
            return dict.fromkeys(names, PENDING)
        licensed = {row["DeviceName"] for row in reader.pages("QueryLicenseDeviceList", license_params)}
        names = [name for name in names if name not in licensed]
        details = read_details(reader, values["product_key"], names)
        return {name: details[name]["IotId"] if name in details else reader.not_found("device", name) for name in names}

    def _license_devices(self, client: Any, license_params: dict, iot_ids: dict[str, str], timeout: int) -> None:
        for chunk in chunked(list(iot_ids.values()), MAX_PER_REQUEST):
            started = client.call("BindLicenseDevice", {**license_params, "IotIdList": chunk})
            params = {**license_params, "CheckProgressId": str(member(started, "Data.CheckProgressId"))}
            progress, reason = wait(
                lambda params=params: member(client.call("CheckBindLicenseDeviceProgress", params), "Data"),
                lambda data: int(data["Progress"]) < DONE,
                timeout,
            )
            failed = int(progress.get("FailSum") or 0)
            result = {"failed_count": failed, "failed_file": progress.get("ResultCsvFile", "")}
            if reason:
                raise ActionFailed(f"the licensing of devices has not ended after {timeout} seconds", result)
            if failed:
                raise ActionFailed(f"{failed} devices were not licensed; failed_file has the URL of their list", result)


class LicenseInfo(ReportEntry):
    """The devices that have a license.

    Custom code: product is required together with device.
    """

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

    def perform(self, params: dict, client: Any, check_mode: bool) -> dict:
        if params.get("device") and not params.get("product"):
            raise InvalidValue(
                "product must be set with device, because device names are unique only within a product",
                field="product",
            )
        return super().perform(params, client, check_mode)

    def gather(self, reader: Reader, values: dict) -> dict:
        code = values.get("license")
        params = {
            "ProductKey": values.get("product_key"),
            "IotId": values.get("iot_id"),
            "LicenseCode": LICENSES.to_wire(code) if code else None,
            "StartTime": values.get("licensed_after"),
            "EndTime": values.get("licensed_before"),
        }
        rows = [rename_members(row, _LICENSE_MEMBERS) for row in reader.pages("QueryLicenseDeviceList", params)]
        return {"licenses": [{**row, "license": LICENSES.from_wire(row["license"])} for row in rows]}
