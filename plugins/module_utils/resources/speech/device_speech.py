# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Speeches that are stored on devices, and their distribution to devices (manual section 4.21.1)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.api import device, product, speech
from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import member
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.changes import Delete, ImplicitCreate
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.collection_types import TextSet
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import Field
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

_DEVICE_MEMBERS = {
    "ProductKey": "product_key",
    "DeviceName": "device_name",
    "IotId": "iot_id",
    "Status": "status",
    "AvailableSpace": "available_kilobytes",
    "TotalSpace": "total_kilobytes",
    "SpeechListUpdateTime": "updated",
}
_GROUP_MEMBERS = {
    "GroupId": "group_id",
    "GroupName": "name",
    "GroupDesc": "description",
    "DeviceCount": "device_count",
    "GmtCreate": "created",
    "GmtModified": "modified",
}
_JOB_MEMBERS = {
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
_JOB_DEVICE_MEMBERS = {
    "DeviceName": "device_name",
    "Status": "status",
    "ErrorCode": "error_code",
    "ErrorMessage": "error_message",
    "GmtModified": "modified",
}
_SPEECH_MEMBERS = {"BizCode": "code", "SpeechType": "type", "Text": "text", "Voice": "voice"}


class DeleteFromDevice(Delete):
    """Deletion of a speech from a device.

    Custom code: the operation takes a list of objects with the code and the audio format.
    """

    def steps(self, resource: Resource, current: dict) -> list[Step]:
        (step,) = super().steps(resource, current)
        step.params["DeviceSpeechList"] = [{"AudioFormat": current["audio_format"], "BizCode": current["code"]}]
        return [step]


class DeviceSpeech(Resource):
    """A speech that is stored on a device. It can be read and deleted; ``iot_speech_play`` pushes speeches to devices.

    Custom code: the list does not contain the product and the device.
    """

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
        device_values = {name: desired[name] for name in ("product_key", "iot_id")}
        return ({**device_values, **row} for row in super().list_items(reader, desired))


class DevicesInfo(ReportEntry):
    """A report of the devices of a project that can play speeches, with their available storage, and of device groups.

    Custom code: one device and the devices of a project are read with different operations.
    """

    families = (speech, device, product)
    fields = (
        Field("project_code", type=PROJECT_CODE, required=True),
        Field("name_prefix", type=Text(1)),
        Field("space_is", type=Choice({name: name for name in ("greater", "smaller", "equal")})),
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
            raise InvalidValue("space_is and space_in_kilobytes must be set together", field="space_is")
        if (params.get("device") is None) is not (params.get("product") is None):
            raise InvalidValue("product and device must be set together", field="device")
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
        result = {"devices": [_parse_device(row) for row in found]}
        if values.get("groups") or values.get("group_name"):
            params = {**project, "FuzzyGroupName": values.get("group_name")}
            rows = reader.pages("QuerySolutionDeviceGroupPage", params)
            result["groups"] = [rename_members(row, _GROUP_MEMBERS) for row in rows]
        return result


class VoicesInfo(ReportEntry):
    """A report of the voices that speeches can have."""

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
    """A report of the jobs that push speeches to devices."""

    families = (speech,)
    fields = (
        Field("project_code", type=PROJECT_CODE, required=True),
        Field("job_code", type=Text(1)),
        Field("mode", type=Choice(MODES)),
        Field(
            "statuses",
            type=TextSet(Choice({name: name for name in STATUSES})),
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
            "StatusList": [status.upper() for status in values.get("statuses") or []] or None,
        }
        jobs = []
        for row in reader.pages("QuerySpeechPushJob", params):
            job = rename_members(row, _JOB_MEMBERS)
            job["mode"] = next((name for name, wire in MODES.items() if wire == job["mode"]), job["mode"])
            job["status"] = job["status"].lower()
            job_params = {"JobCode": job["job_code"]}
            if "devices" in values["include"]:
                devices = reader.pages("QuerySpeechPushJobDevice", job_params)
                job["devices"] = [_with_lower_status(rename_members(item, _JOB_DEVICE_MEMBERS)) for item in devices]
            if "speeches" in values["include"]:
                speeches = reader.pages("QuerySpeechPushJobSpeech", job_params)
                job["speeches"] = [rename_members(item, _SPEECH_MEMBERS) for item in speeches]
            jobs.append(job)
        return {"jobs": jobs}


def _parse_device(row: dict) -> dict:
    return _with_lower_status(rename_members(row, _DEVICE_MEMBERS))


def _with_lower_status(values: dict) -> dict:
    return {**values, "status": values["status"].lower()} if "status" in values else values
