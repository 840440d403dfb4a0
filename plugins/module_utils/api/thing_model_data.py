# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Properties, events and services of devices (manual chapter 4.12)."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.api.errors import common, device, product
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import CREATE, READ, SET, Operation, Pages

ERRORS = {**common.ERRORS, **device.ERRORS, **product.ERRORS}

OPERATIONS = {
    "SetDeviceProperty": Operation(
        "4.12.1", SET, 500,
        "Items! DeviceName IotId ProductKey Qos:int",
        response="Data{MessageId}",
        sdk_only=("Qos",),
    ),
    "SetDevicesProperty": Operation(
        "4.12.2", SET, 10,
        "DeviceName![] Items! ProductKey! Qos:int",
        limits={"DeviceName": 100},
        sdk_only=("Qos",),
    ),
    "InvokeThingService": Operation(
        "4.12.3", CREATE, 500,
        "Args! Identifier! DeviceName IotId ProductKey Qos:int",
        response="Data{MessageId Result}",
        sdk_only=("Qos",),
    ),
    "InvokeThingsService": Operation(
        "4.12.4", CREATE, 10,
        "Args! DeviceName![] Identifier! ProductKey! Qos:int",
        limits={"DeviceName": 100},
        sdk_only=("Qos",),
    ),
    "QueryDevicePropertyData": Operation(
        "4.12.5", READ, 50,
        "Asc!:int EndTime!:int Identifier! PageSize!:int StartTime!:int DeviceName IotId ProductKey",
        response="Data{List{PropertyInfo[Time Value]} NextTime:int NextValid:bool}",
    ),
    "QueryDevicePropertiesData": Operation(
        "4.12.6", READ, 10,
        "Asc!:int EndTime!:int Identifier![] PageSize!:int StartTime!:int DeviceName IotId ProductKey",
        response=(
            "NextTime:int NextValid:bool PropertyDataInfos{PropertyDataInfo[Identifier List{PropertyInfo[Time:int "
            "Value]}]}"
        ),
        limits={"Identifier": 10},
    ),
    "QueryDeviceEventData": Operation(
        "4.12.7", READ, 50,
        "EndTime!:int StartTime!:int Asc:int DeviceName EventType Identifier IotId PageSize:int ProductKey",
        response="Data{List{EventInfo[EventType Identifier Name OutputData Time]} NextTime:int NextValid:bool}",
    ),
    "QueryDeviceServiceData": Operation(
        "4.12.8", READ, 500,
        "EndTime!:int StartTime!:int Asc:int DeviceName Identifier IotId PageSize:int ProductKey",
        response="Data{List{ServiceInfo[Identifier InputData Name OutputData Time]} NextTime:int NextValid:bool}",
    ),
    "SetDeviceDesiredProperty": Operation(
        "4.12.9", SET, 50,
        "Items! Versions! DeviceName IotId ProductKey",
        response="Data{MessageId Versions}",
    ),
    "QueryDeviceDesiredProperty": Operation(
        "4.12.10", READ, 50,
        "DeviceName FunctionBlockId Identifier[] IotId ProductKey",
        response="Data{List{DesiredPropertyInfo[DataType Identifier Name Time Unit Value Version:int]}}",
        limits={"Identifier": 10},
    ),
    "QueryDevicePropertyStatus": Operation(
        "4.12.11", READ, 200,
        "DeviceName FunctionBlockId IotId ProductKey",
        response="Data{List{PropertyStatusInfo[DataType Identifier Name Time Unit Value]}}",
    ),
    "QueryDeviceOriginalPropertyStatus": Operation(
        "4.12.12", READ, 50,
        "Asc!:int PageSize!:int DeviceName IotId NextPageToken ProductKey",
        response="Data{List{PropertyStatusDataInfo[Identifier Time:int Value]} NextPageToken NextValid:bool}",
        pages=Pages("NextPageToken", 50, "Data.List.PropertyStatusDataInfo", token="Data.NextPageToken"),
    ),
    "QueryDeviceOriginalPropertyData": Operation(
        "4.12.13", READ, 50,
        "Asc!:int EndTime!:int Identifier! PageSize!:int StartTime!:int DeviceName IotId NextPageToken ProductKey",
        response="Data{List{PropertyInfo[Time Value]} NextValid:bool nextPageToken}",
        pages=Pages("NextPageToken", 100, "Data.List.PropertyInfo", token="Data.nextPageToken"),
    ),
    "QueryDeviceOriginalEventData": Operation(
        "4.12.14", READ, 50,
        "Asc!:int EndTime!:int Identifier! PageSize!:int StartTime!:int DeviceName IotId NextPageToken ProductKey",
        response="Data{List{EventInfo[EventType Identifier Name OutputData Time]} NextPageToken NextValid:bool}",
        pages=Pages("NextPageToken", 50, "Data.List.EventInfo", token="Data.NextPageToken"),
    ),
    "QueryDeviceOriginalServiceData": Operation(
        "4.12.15", READ, 50,
        "Asc!:int EndTime!:int Identifier! PageSize!:int StartTime!:int DeviceName IotId NextPageToken ProductKey",
        response="Data{List{ServiceInfo[Identifier InputData Name OutputData Time]} NextPageToken NextValid:bool}",
        pages=Pages("NextPageToken", 50, "Data.List.ServiceInfo", token="Data.NextPageToken"),
    ),
}
