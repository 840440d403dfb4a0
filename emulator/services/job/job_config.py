# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a call asks of a device job: its kind, its devices, its document, its file and its pace (section 4.13.1).

The members of the JSON objects in a call may begin with a small letter or a capital one.
"""

from __future__ import annotations

import json
import re
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core import payloads
from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.core.store import Row
from ansible_collections.iotops.aliyun.emulator.core.text import CHINESE
from ansible_collections.iotops.aliyun.emulator.services.device.device import find_device
from ansible_collections.iotops.aliyun.emulator.services.group.group import STATIC
from ansible_collections.iotops.aliyun.emulator.services.message.message import LONGEST, content_given
from ansible_collections.iotops.aliyun.emulator.services.ota.upload import JOB_FILES
from ansible_collections.iotops.aliyun.emulator.services.product.product import find_product
from ansible_collections.iotops.aliyun.emulator.services.thing_model.formats.values import WrongValue, check_parameters
from ansible_collections.iotops.aliyun.emulator.services.thing_model.thing_model import find_product_with_thing_model
from ansible_collections.iotops.aliyun.emulator.services.thing_model_data.command import find_service, parse_properties
from ansible_collections.iotops.aliyun.emulator.storage import object_storage

#: The types of a job.
INVOKE = "INVOKE_SERVICE"
SET = "SET_PROPERTY"
PUB = "PUB"
CUSTOM = "CUSTOM_JOB"

#: The ways to name the devices of a job.
DEVICES = "DEVICE_LIST"
GROUP = "GROUP_ID"
PRODUCT = "PRODUCT_KEY"

#: The devices that a call can list, and those of a group or a product.
MOST_LISTED = 200
MOST_DEVICES = 100_000

_TYPES = (INVOKE, SET, PUB, CUSTOM)

# A Chinese character counts as one here.
_NAME = re.compile(rf"[{CHINESE}A-Za-z0-9_]{{4,30}}")
_LONGEST_DESCRIPTION = 100
_LONGEST_DOCUMENT = 65_536
_LONGEST_CONFIG = 8192

_RATE = (50, 1000)
_QOS = {"QoS0": 0, "QoS1": 1}
# The least minutes that a task may take, the most, and what it may take where a call does not say.
_TIMEOUTS = {INVOKE: (1, 5, 1), SET: (1, 5, 1), CUSTOM: (1, 3600, 60)}

_MINUTE = 60_000
_SCHEDULE = (10 * _MINUTE, 7 * 24 * 60 * _MINUTE)

_SIGN_METHODS = ("MD5", "SHA256")


def identity_given(p: dict[str, Any]) -> Row:
    """Name and type of a job."""
    if not _NAME.fullmatch(p["JobName"]):
        raise _wrong("JobName has 4 to 30 Chinese characters, letters, digits and _")
    if p["Type"] not in _TYPES:
        raise _wrong(f"Type is one of {', '.join(_TYPES)}")
    return {"job_name": p["JobName"], "type": p["Type"]}


def check_description(description: str | None) -> None:
    """Raise ApiError where a job cannot have this description."""
    if description is not None and len(description) > _LONGEST_DESCRIPTION:
        raise _wrong(f"Description has at most {_LONGEST_DESCRIPTION} characters")


def targets_given(ctx: Context, config: dict[str, Any]) -> tuple[Row, set[str]]:
    """The devices of a job, as it is read, and their products' keys. Raises ApiError where it cannot have them."""
    config = _small(config)
    kind = config.get("targetType")
    if kind == DEVICES:
        devices = _devices_given(ctx, config.get("targetDevices"))
        named = [{"ProductKey": device["product_key"], "DeviceName": device["device_name"]} for device in devices]
        target = {"TargetType": kind, "TargetDevices": {"targetDevices": named}}
        return target, {device["product_key"] for device in devices}
    if kind == PRODUCT:
        product = find_product(ctx, _text(config, "targetProduct"))
        if product["device_count"] > MOST_DEVICES:
            raise _wrong(f"A product whose devices are the target has at most {MOST_DEVICES} of them")
        return {"TargetType": kind, "TargetProduct": product["product_key"]}, {product["product_key"]}
    if kind != GROUP:
        raise _wrong(f"targetType is one of {DEVICES}, {GROUP}, {PRODUCT}")
    group_id = _text(config, "targetGroup")
    if ctx.store.one("device_group", group_id=group_id, group_type=STATIC) is None:
        raise _wrong("There is no static group with the id targetGroup")
    if ctx.store.count("device_group_member", group_id=group_id) > MOST_DEVICES:
        raise _wrong(f"A group whose devices are the target has at most {MOST_DEVICES} of them")
    products = ctx.store.rows(
        "SELECT DISTINCT product_key FROM device JOIN device_group_member USING (iot_id) WHERE group_id = ?", group_id
    )
    return {"TargetType": kind, "TargetGroup": group_id}, {row["product_key"] for row in products}


def check_document(ctx: Context, kind: str, text: str, product_keys: set[str]) -> None:
    """Raise ApiError where a document is not what a job of this type does with devices of these products."""
    if len(text) > _LONGEST_DOCUMENT:
        raise _wrong(f"JobDocument has at most {_LONGEST_DOCUMENT} characters")
    document = payloads.parse_json_object(text.encode(errors="replace"))
    if document is None:
        raise _wrong("JobDocument is a JSON object")
    if kind == PUB:
        _check_publication(document)
    elif kind == INVOKE:
        for product_key in product_keys:
            _check_call(ctx, product_key, document)
    elif kind == SET:
        for product_key in product_keys:
            _check_properties(ctx, product_key, document)


def file_given(ctx: Context, kind: str, config: dict[str, Any] | None) -> Row:
    """The file of a job, if it has one. Raises ApiError where it was not uploaded, or is signed in another way."""
    if not config:
        return {}
    if kind != CUSTOM:
        raise _wrong(f"JobFile is for jobs of the type {CUSTOM}")
    config = _small(config)
    key = _text(config, "fileKey")
    file = object_storage.find_file(ctx, key) if key.startswith(f"{JOB_FILES}/") else None
    if file is None:
        raise ApiError("iot.common.FileNotExist", "The file of JobFile was not uploaded")
    method, sign = config.get("signMethod") or "", config.get("sign") or ""
    if not (isinstance(method, str) and isinstance(sign, str)):
        raise _wrong("signMethod and sign are texts")
    method = method.upper()  # it is read in capitals, however it was written
    if method and method not in _SIGN_METHODS:
        raise _wrong(f"signMethod is one of {', '.join(_SIGN_METHODS)}")
    if sign and sign.lower() != file[(method or _SIGN_METHODS[0]).lower()]:
        raise ApiError("iot.job.JobFileInSecure", "The file does not have this signature")
    return {"file_key": key, "sign_method": method, "sign": sign}


def rollout_given(config: dict[str, Any]) -> Row:
    """At which pace, and how surely, the tasks of a job are sent."""
    config = _checked(config, "RolloutConfig")
    rate = config.get("maximumPerMinute", _RATE[1])
    if not _is_between(rate, *_RATE):
        raise _wrong(f"maximumPerMinute is {_RATE[0]} to {_RATE[1]}")
    qos = config.get("messageQoS", "QoS0")
    if not (isinstance(qos, str) and qos in _QOS):
        raise _wrong(f"messageQoS is one of {', '.join(_QOS)}")
    return {"maximum_per_minute": rate, "qos": _QOS[qos]}


def timeout_given(kind: str, config: dict[str, Any]) -> int | None:
    """How many minutes a task of a job may take; None for a job whose tasks are done when they are sent."""
    config = _checked(config, "TimeoutConfig")
    if kind not in _TIMEOUTS:
        return None
    least, most, usual = _TIMEOUTS[kind]
    minutes = config.get("inProgressTimeoutInMinutes", usual)
    if not _is_between(minutes, least, most):
        raise _wrong(f"inProgressTimeoutInMinutes of {kind} is {least} to {most}")
    return minutes


def schedule_given(ctx: Context, moment: int | None) -> int | None:
    """When a job is to begin; None where it begins at once."""
    if moment is not None and not _SCHEDULE[0] <= moment - ctx.now <= _SCHEDULE[1]:
        raise _wrong("ScheduledTime is 10 minutes to 7 days ahead")
    return moment


def device_given(ctx: Context, entry: Any) -> Row | None:
    """The row of the device that a JSON object in a call means, None where there is none or it does not name one."""
    if not isinstance(entry, dict):
        return None
    entry = {name[:1].upper() + name[1:]: value for name, value in entry.items()}
    if not all(isinstance(value, str) for value in entry.values()):
        return None
    try:
        return find_device(ctx, entry)
    except ApiError:
        return None


def _devices_given(ctx: Context, entries: Any) -> list[Row]:
    if not (isinstance(entries, list) and 1 <= len(entries) <= MOST_LISTED):
        raise ApiError("iot.job.IllegalTargetDevices", f"TargetDevices lists 1 to {MOST_LISTED} devices")
    devices = [device_given(ctx, entry) for entry in entries]
    if None in devices:
        raise ApiError("iot.job.IllegalTargetDevices", f"Device {devices.index(None) + 1} of the list is not there")
    return list({device["iot_id"]: device for device in devices}.values())


def _check_publication(document: dict[str, Any]) -> None:
    topic, content = document.get("topicShortName"), document.get("messageContent")
    if not (isinstance(topic, str) and topic.strip("/") and isinstance(content, str)):
        raise _wrong("JobDocument has topicShortName and messageContent, which is Base64")
    content_given(content, LONGEST)


def _check_call(ctx: Context, product_key: str, document: dict[str, Any]) -> None:
    identifier, arguments = document.get("serviceIdentifier"), document.get("params", {})
    if not (isinstance(identifier, str) and identifier):
        raise ApiError("iot.job.JobInvokeServiceSidError", "JobDocument has no serviceIdentifier")
    if not isinstance(arguments, dict):
        raise _wrong("params in JobDocument is an object")
    product = find_product_with_thing_model(ctx, product_key)
    try:
        service = find_service(ctx, product, identifier)
    except ApiError:
        raise ApiError("iot.job.JobInvokeServiceSidError", f"There is no service {identifier}") from None
    if service is None:
        return
    if service["call_type"] == "sync":
        raise ApiError("iot.job.JobInvokeServiceSidError", f"The service {identifier} is synchronous")
    try:
        check_parameters(service["inputs"], arguments)
    except WrongValue as wrong:
        raise _wrong(str(wrong)) from None


def _check_properties(ctx: Context, product_key: str, document: dict[str, Any]) -> None:
    params = document.get("params")
    find_product_with_thing_model(ctx, product_key)
    if not isinstance(params, dict):
        raise ApiError("iot.job.JobSetPropertyParamsError", "params in JobDocument is an object")
    try:
        parse_properties(ctx, product_key, payloads.to_json(params))
    except ApiError as error:
        raise ApiError("iot.job.JobSetPropertyParamsError", error.message) from None


def _checked(config: dict[str, Any], name: str) -> dict[str, Any]:
    if len(json.dumps(config, ensure_ascii=False)) > _LONGEST_CONFIG:
        raise _wrong(f"{name} has at most {_LONGEST_CONFIG} characters")
    return _small(config)


def _small(config: dict[str, Any]) -> dict[str, Any]:
    return {name[:1].lower() + name[1:]: value for name, value in config.items()}


def _text(config: dict[str, Any], name: str) -> str:
    if not (isinstance(config.get(name), str) and config[name]):
        raise _wrong(f"{name} is missing")
    return config[name]


def _is_between(value: Any, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _wrong(why: str) -> ApiError:
    return ApiError("iot.job.ParamsError", why)
