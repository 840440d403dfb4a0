# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Locations of devices and their traces (manual chapter 4.21)."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api.errors import common, device, product
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import READ, Operation

ERRORS = {**common.ERRORS, **device.ERRORS, **product.ERRORS}

OPERATIONS = {
    "GisQueryDeviceLocation": Operation(
        "4.21.5.1", READ, 50,
        "ThingList[DeviceName ProductKey]",
        response=(
            "Data[Adcode:int City CoordinateSystem:int Country DeviceName Ip Latitude:num Longitude:num ProductKey "
            "Province]"
        ),
    ),
    "GisSearchDeviceTrace": Operation(
        "4.21.5.2", READ, 50,
        "DeviceName! EndTime!:int MapMatch!:int ProductKey! StartTime!:int",
        response="Data{DeviceName Points[LocateTime:int Location] ProductKey}",
    ),
}
