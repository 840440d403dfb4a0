# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tables of calls: thing models, their data, and shadows."""

from __future__ import annotations

from .call_parts import ACTIVE_PROFILE, LAMP, SCRIPT, TSL, device, product, product_with_thing_model
from .steps import AdvanceClock, Json, Step, call, devices

BLOCK = {"FunctionBlockId": "battery", "FunctionBlockName": "battery"}

CHARGE = {
    "identifier": "charge",
    "name": "charge",
    "required": False,
    "rwFlag": "READ_WRITE",
    "dataType": "INT",
    "custom": True,
    "dataSpecs": {"dataType": "INT", "min": "0", "max": "100", "step": "1", "custom": True},
}

THING_MODEL: list[Step] = [
    product(),
    product("copied", "copy"),
    product("bytes", "raw", DataFormat=0),
    call("ListThingTemplates"),
    call("GetThingTemplate", CategoryKey="Lighting"),
    call("ImportThingModelTsl", ProductKey="<key>", TslStr=Json(TSL)),
    call("CreateThingModel", ProductKey="<key>", ThingModelJson=Json({"properties": [CHARGE]}), **BLOCK),
    call(
        "UpdateThingModel",
        ProductKey="<key>",
        Identifier="charge",
        FunctionBlockId="battery",
        ThingModelJson=Json({"properties": [{**CHARGE, "name": "load"}]}),
    ),
    call("QueryThingModel", ProductKey="<key>"),
    call("QueryThingModel", ProductKey="<key>", FunctionBlockId="battery"),
    call("GetThingModelTsl", ProductKey="<key>", Simple=False),
    call("QueryThingModelExtendConfig", ProductKey="<key>"),
    call("PublishThingModel", ProductKey="<key>", ModelVersion="v1.0.0", Description="the first"),
    call("ListThingModelVersion", ProductKey="<key>"),
    call("QueryThingModelPublished", ProductKey="<key>", ModelVersion="v1.0.0"),
    call("GetThingModelTslPublished", ProductKey="<key>", Simple=True),
    call("QueryThingModelExtendConfigPublished", ProductKey="<key>"),
    call("CopyThingModel", SourceProductKey="<key>", SourceModelVersion="v1.0.0", TargetProductKey="<copy>"),
    call("DeleteThingModel", ProductKey="<key>", PropertyIdentifier=["level"]),
    call("CreateThingScript", ProductKey="<raw>", ScriptContent=SCRIPT, ScriptType="JavaScript"),
    call("UpdateThingScript", ProductKey="<raw>", ScriptContent=f"{SCRIPT} // 2", ScriptType="JavaScript"),
    call("GetThingScript", ProductKey="<raw>"),
]

TIME_RANGE = {"StartTime": "<hour_ago>", "EndTime": "<day_ahead>", "PageSize": 10, "Asc": 1}

THING_MODEL_DATA: list[Step] = [
    *product_with_thing_model(),
    devices("<key>", "lamp-0001", profile=ACTIVE_PROFILE),
    AdvanceClock(5),
    call("SetDeviceProperty", Items='{"level":7}', **LAMP),
    call("SetDevicesProperty", ProductKey="<key>", DeviceName=["lamp-0001"], Items='{"level":8}'),
    call("InvokeThingService", Identifier="reboot", Args='{"after":3}', **LAMP),
    call("InvokeThingService", Identifier="measure", Args="{}", **LAMP),
    call("InvokeThingsService", ProductKey="<key>", DeviceName=["lamp-0001"], Identifier="reboot", Args='{"after":4}'),
    call("SetDeviceDesiredProperty", Items='{"temperature":25}', Versions='{"temperature":0}', **LAMP),
    AdvanceClock(5),
    call("QueryDeviceDesiredProperty", Identifier=["temperature"], **LAMP),
    call("QueryDevicePropertyStatus", **LAMP),
    call("QueryDevicePropertyData", Identifier="level", **TIME_RANGE, **LAMP),
    call("QueryDevicePropertiesData", Identifier=["level", "temperature"], **TIME_RANGE, **LAMP),
    call("QueryDeviceEventData", Identifier="alarm", EventType="alert", **TIME_RANGE, **LAMP),
    call("QueryDeviceServiceData", Identifier="reboot", **TIME_RANGE, **LAMP),
    call("QueryDeviceOriginalPropertyStatus", Asc=1, PageSize=2, **LAMP),
    call("QueryDeviceOriginalPropertyData", Identifier="level", **TIME_RANGE, **LAMP),
    call("QueryDeviceOriginalEventData", Identifier="alarm", **TIME_RANGE, **LAMP),
    call("QueryDeviceOriginalServiceData", Identifier="reboot", **TIME_RANGE, **LAMP),
]

SHADOW: list[Step] = [
    product(),
    device(),
    call(
        "UpdateDeviceShadow",
        ShadowMessage=Json({"method": "update", "state": {"desired": {"color": "green"}}, "version": 1}),
        **LAMP,
    ),
    call("GetDeviceShadow", **LAMP),
]
