# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Licenses for audio and video (manual chapter 4.21)."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api.errors import common, device, product
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import DELETE, READ, SET, Operation, Pages

ERRORS = {**common.ERRORS, **device.ERRORS, **product.ERRORS}

OPERATIONS = {
    "BindLicenseProduct": Operation(
        "4.21.3.1", SET, 10,
        "LicenseCode! ProductKey!",
        response="Data:bool",
    ),
    "UnbindLicenseProduct": Operation(
        "4.21.3.2", DELETE, 10,
        "LicenseCode! ProductKey!",
        response="Data:bool",
    ),
    "BindLicenseDevice": Operation(
        "4.21.3.3", SET, 10,
        "IotIdList!@[] LicenseCode! ProductKey! DeviceNameList@[]",
        response="Data{CheckProgressId FailSum:int Progress:int ResultCsvFile SuccessSum:int}",
        sdk_only=("DeviceNameList",),
    ),
    "CheckBindLicenseDeviceProgress": Operation(
        "4.21.3.4", READ, 10,
        "CheckProgressId! LicenseCode! ProductKey!",
        response="Data{FailSum:int Progress:int ResultCsvFile SuccessSum:int}",
    ),
    "QueryLicenseDeviceList": Operation(
        "4.21.3.5", READ, 10,
        "EndTime:int IotId LicenseCode PageId:int PageSize:int ProductKey StartTime:int",
        response=(
            "Data{DeviceList{item[DeviceName ExpiryTime:int GmtCreate:int IotId LicenseCode ProductKey ProductName]} "
            "PageId:int PageSize:int Total:int}"
        ),
        pages=Pages("PageId", 100, "Data.DeviceList.item", "Data.Total"),
    ),
}
