# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Speeches on devices, and how they come there (manual chapter 4.21.1)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.api import device, product, speech
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import member
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.changes import Delete, ImplicitCreate
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.collection_types import TextSet
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import PENDING, Field
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.report import ReportEntry, rename_members
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.resource import Listing, Resource
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.steps import Step
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Choice, Flag, Text, Type
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device.lookup import device_id
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.product.product import product_key
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.speech.speech import (
    ANY_BIZ_CODE,
    FORMATS,
    PROJECT_CODE,
)

MODES = {"all": "ALL", "device": "SINGLE_DEVICE", "group": "GROUP_DEVICE"}
STATUSES = ("running", "cancel", "success", "timeout")

_OF_DEVICE = {
    "ProductKey": "product_key",
    "DeviceName": "device_name",
    "IotId": "iot_id",
    "Status": "status",
    "AvailableSpace": "available_kilobytes",
    "TotalSpace": "total_kilobytes",
    "SpeechListUpdateTime": "updated",
}
_OF_GROUP = {
    "GroupId": "group_id",
    "GroupName": "name",
    "GroupDesc": "description",
    "DeviceCount": "device_count",
    "GmtCreate": "created",
    "GmtModified": "modified",
}
_OF_JOB = {
    "Code": "job_code",
    "PushMode": "mode",
    "Status": "status",
    "ProductKey": "product_key",
    "DeviceName": "device_name",
    "IotId": "iot_id",
    "GroupId": "group_id",
    "GroupName": "group_name",
    "SpeechNum": "speech_count",
    "SpeechStatus": "complete",
    "TotalDeviceNum": "device_count",
    "SuccessDeviceNum": "succeeded",
    "FailDeviceNum": "failed",
    "RunningDeviceNum": "running",
    "CreatedTime": "created",
    "ExpiredTime": "expires",
}
_OF_JOB_DEVICE = {
    "DeviceName": "device_name",
    "Status": "status",
    "ErrorCode": "error_code",
    "ErrorMessage": "error_message",
    "GmtModified": "modified",
}
_OF_SPEECH = {"BizCode": "code", "SpeechType": "type", "Text": "text", "Voice": "voice"}


class DeleteFromDevice(Delete):
    """A speech on a device is named by its code and its format."""

    def steps(self, resource: Resource, current: dict) -> list[Step]:
        (step,) = super().steps(resource, current)
        step.params["DeviceSpeechList"] = [{"AudioFormat": current["audio_format"], "BizCode": current["code"]}]
        return [step]


class DeviceSpeech(Resource):
    """A speech on a device. It comes there by a push: here it can be found and taken away."""

    kind = "device_speech"
    title = "speech of a device"
    families = (speech, device, product)
    key = ("code", "audio_format")
    identity = {"IotId": "iot_id"}
    states = {"absent": None}
    fields = (
        Field("product", required=True, lookup=product_key, resolves_to="product_key"),
        Field("product_key", computed=True),
        Field("device", required=True, lookup=device_id, depends_on=("product_key",), resolves_to="iot_id"),
        Field("iot_id", "IotId", computed=True),
        Field("code", read="BizCode", type=ANY_BIZ_CODE, required=True),
        Field("audio_format", read="AudioFormat", type=FORMATS, required=True),
        Field("size_in_kilobytes", read="Size", type=Type(), computed=True),
    )
    listing = Listing("QueryDeviceSpeech", params={"IotId": "iot_id"})
    create = ImplicitCreate()
    delete = DeleteFromDevice("DeleteDeviceSpeech")
    filters = ("product", "device", "code", "audio_format")
    required_filters = ("product", "device")

    @property
    def plural(self) -> str:
        return "device_speeches"

    def list_items(self, reader: Reader, desired: dict) -> Iterator[dict]:
        of = {name: desired[name] for name in ("product_key", "iot_id")}
        return (
            ({**of, **row} for row in super().list_items(reader, desired)) if of["iot_id"] is not PENDING else iter(())
        )


class DevicesInfo(ReportEntry):
    """Tells which devices of a project can speak, and how much space they have left."""

    families = (speech, device, product)
    fields = (
        Field("project_code", type=PROJECT_CODE, required=True),
        Field("name_prefix", type=Text(1)),
        Field("space_is", type=Choice({word: word for word in ("greater", "smaller", "equal")})),
        Field("space_in_kilobytes", type=Type(), argument={"type": "float"}),
        Field("product", lookup=product_key, resolves_to="product_key"),
        Field("product_key", computed=True),
        Field("device", lookup=device_id, depends_on=("product_key",), resolves_to="iot_id"),
        Field("iot_id", computed=True),
        Field("groups", type=Flag(), argument={"default": False}),
        Field("group_name", type=Text(1)),
    )
    empty_result = {"devices": []}

    def perform(self, params: dict, client: Any, check_mode: bool) -> dict:
        if (params.get("space_is") is None) is not (params.get("space_in_kilobytes") is None):
            raise InvalidValue("space_is and space_in_kilobytes go together", field="space_is")
        if (params.get("device") is None) is not (params.get("product") is None):
            raise InvalidValue("product and device go together", field="device")
        return super().perform(params, client, check_mode)

    def gather(self, reader: Reader, values: dict) -> dict:
        project = {"ProjectCode": values["project_code"]}
        if "iot_id" in values:
            found = [member(reader.read("GetSpeechDeviceDetail", {"IotId": values["iot_id"]}), "Data") or {}]
        else:
            space = values.get("space_in_kilobytes")
            params = {
                **project,
                "DeviceName": values.get("name_prefix"),
                "AvailableSpaceScope": values.get("space_is"),
                "AvailableSpace": None if space is None else f"{space:g}",
            }
            found = reader.pages("QuerySpeechDevice", params)
        told = {"devices": [_device(row) for row in found]}
        if values.get("groups") or values.get("group_name"):
            params = {**project, "FuzzyGroupName": values.get("group_name")}
            rows = reader.pages("QuerySolutionDeviceGroupPage", params)
            told["groups"] = [rename_members(row, _OF_GROUP) for row in rows]
        return told


class VoicesInfo(ReportEntry):
    """Tells the voices that speeches can have."""

    families = (speech,)

    def gather(self, reader: Reader, values: dict) -> dict:
        scenes = member(reader.read("GetSpeechVoice"), "Data.Items") or []
        voices = [
            {"voice": voice["Value"], "label": voice["Label"], "scene": scene["Value"], "scene_label": scene["Label"]}
            for scene in scenes
            for voice in member(scene, "VoiceList.Items") or []
        ]
        return {"voices": voices}


class PushesInfo(ReportEntry):
    """Tells how pushes of speeches to devices go."""

    families = (speech,)
    fields = (
        Field("project_code", type=PROJECT_CODE, required=True),
        Field("job_code", type=Text(1)),
        Field("mode", type=Choice(MODES)),
        Field(
            "statuses",
            type=TextSet(Choice({word: word for word in STATUSES})),
            argument={"choices": list(STATUSES)},
        ),
        Field(
            "include",
            type=TextSet(Choice({"devices": "devices", "speeches": "speeches"})),
            argument={"choices": ["devices", "speeches"], "default": []},
        ),
    )

    def gather(self, reader: Reader, values: dict) -> dict:
        mode = values.get("mode")
        params = {
            "ProjectCode": values["project_code"],
            "JobCode": values.get("job_code"),
            "PushMode": MODES[mode] if mode else None,
            "StatusList": [word.upper() for word in values.get("statuses") or []] or None,
        }
        jobs = []
        for row in reader.pages("QuerySpeechPushJob", params):
            job = rename_members(row, _OF_JOB)
            job["mode"] = next((word for word, wire in MODES.items() if wire == job["mode"]), job["mode"])
            job["status"] = job["status"].lower()
            of = {"JobCode": job["job_code"]}
            if "devices" in values["include"]:
                rows = reader.pages("QuerySpeechPushJobDevice", of)
                job["devices"] = [_lower(rename_members(one, _OF_JOB_DEVICE)) for one in rows]
            if "speeches" in values["include"]:
                job["speeches"] = [
                    rename_members(one, _OF_SPEECH) for one in reader.pages("QuerySpeechPushJobSpeech", of)
                ]
            jobs.append(job)
        return {"jobs": jobs}


def _device(row: dict) -> dict:
    return _lower(rename_members(row, _OF_DEVICE))


def _lower(told: dict) -> dict:
    return {**told, "status": told["status"].lower()} if "status" in told else told
