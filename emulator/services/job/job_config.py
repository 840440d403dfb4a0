# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Validate the parameters of a device job: type, targets, document, file, rollout and timeout (manual section 4.13.1).

The members of the JSON objects in a request can start with a lowercase or an uppercase letter.
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
from ansible_collections.iotops.aliyun.emulator.services.message.message import MAX_MESSAGE_BYTES, decode_content
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

#: The target types.
DEVICES = "DEVICE_LIST"
GROUP = "GROUP_ID"
PRODUCT = "PRODUCT_KEY"

#: The maximum number of devices in a device list, and in a group or a product.
MAX_LISTED_DEVICES = 200
MAX_DEVICES = 100_000

_TYPES = (INVOKE, SET, PUB, CUSTOM)

# A Chinese character counts as one character here.
_NAME = re.compile(rf"[{CHINESE}A-Za-z0-9_]{{4,30}}")
_MAX_DESCRIPTION_LENGTH = 100
_MAX_DOCUMENT_LENGTH = 65_536
_MAX_CONFIG_LENGTH = 8192

_RATE_RANGE = (50, 1000)
_QOS = {"QoS0": 0, "QoS1": 1}
# The timeout of a task in minutes by job type: minimum, maximum and default.
_TIMEOUTS = {INVOKE: (1, 5, 1), SET: (1, 5, 1), CUSTOM: (1, 3600, 60)}

_MINUTE = 60_000
_SCHEDULE_RANGE = (10 * _MINUTE, 7 * 24 * 60 * _MINUTE)

_SIGN_METHODS = ("MD5", "SHA256")


def parse_identity(p: dict[str, Any]) -> Row:
    """Return the name and the type of a job. Raise ApiError if they are invalid."""
    if not _NAME.fullmatch(p["JobName"]):
        raise _params_error("JobName must be 4 to 30 Chinese characters, letters, digits and _")
    if p["Type"] not in _TYPES:
        raise _params_error(f"Type must be one of {', '.join(_TYPES)}")
    return {"job_name": p["JobName"], "type": p["Type"]}


def check_description(description: str | None) -> None:
    """Raise ApiError if the description of a job is too long."""
    if description is not None and len(description) > _MAX_DESCRIPTION_LENGTH:
        raise _params_error(f"Description must not be longer than {_MAX_DESCRIPTION_LENGTH} characters")


def parse_targets(ctx: Context, config: dict[str, Any]) -> tuple[Row, set[str]]:
    """Validate TargetConfig.

    Args:
        ctx: The context of the call.
        config: TargetConfig of the request.

    Returns:
        TargetConfig in the format of API responses, and the product keys of the target devices.

    Raises:
        ApiError: The target type is invalid, the target does not exist, or it has too many devices.
    """
    config = _lowercase_keys(config)
    kind = config.get("targetType")
    if kind == DEVICES:
        devices = _find_target_devices(ctx, config.get("targetDevices"))
        device_names = [
            {"ProductKey": device["product_key"], "DeviceName": device["device_name"]} for device in devices
        ]
        target = {"TargetType": kind, "TargetDevices": {"targetDevices": device_names}}
        return target, {device["product_key"] for device in devices}
    if kind == PRODUCT:
        product = find_product(ctx, _text(config, "targetProduct"))
        if product["device_count"] > MAX_DEVICES:
            raise _params_error(f"The target product must not have more than {MAX_DEVICES} devices")
        return {"TargetType": kind, "TargetProduct": product["product_key"]}, {product["product_key"]}
    if kind != GROUP:
        raise _params_error(f"targetType must be one of {DEVICES}, {GROUP}, {PRODUCT}")
    group_id = _text(config, "targetGroup")
    if ctx.store.one("device_group", group_id=group_id, group_type=STATIC) is None:
        raise _params_error("targetGroup must be the id of a static group")
    if ctx.store.count("device_group_member", group_id=group_id) > MAX_DEVICES:
        raise _params_error(f"The target group must not have more than {MAX_DEVICES} devices")
    products = ctx.store.rows(
        "SELECT DISTINCT product_key FROM device JOIN device_group_member USING (iot_id) WHERE group_id = ?", group_id
    )
    return {"TargetType": kind, "TargetGroup": group_id}, {row["product_key"] for row in products}


def check_document(ctx: Context, kind: str, text: str, product_keys: set[str]) -> None:
    """Validate the document of a job.

    Args:
        ctx: The context of the call.
        kind: The job type.
        text: The document.
        product_keys: The products of the target devices. The document must fit their thing models.

    Raises:
        ApiError: The document is invalid for the job type or for one of the products.
    """
    if len(text) > _MAX_DOCUMENT_LENGTH:
        raise _params_error(f"JobDocument must not be longer than {_MAX_DOCUMENT_LENGTH} characters")
    document = payloads.parse_json_object(text.encode(errors="replace"))
    if document is None:
        raise _params_error("JobDocument must be a JSON object")
    if kind == PUB:
        _check_publication(document)
    elif kind == INVOKE:
        for product_key in product_keys:
            _check_call(ctx, product_key, document)
    elif kind == SET:
        for product_key in product_keys:
            _check_properties(ctx, product_key, document)


def parse_file(ctx: Context, kind: str, config: dict[str, Any] | None) -> Row:
    """Return the columns for the file of a job. Raise ApiError if it was not uploaded or has another signature."""
    if not config:
        return {}
    if kind != CUSTOM:
        raise _params_error(f"JobFile is only allowed for jobs of the type {CUSTOM}")
    config = _lowercase_keys(config)
    key = _text(config, "fileKey")
    file = object_storage.find_file(ctx, key) if key.startswith(f"{JOB_FILES}/") else None
    if file is None:
        raise ApiError("iot.common.FileNotExist", "The file of JobFile was not uploaded")
    method, sign = config.get("signMethod") or "", config.get("sign") or ""
    if not (isinstance(method, str) and isinstance(sign, str)):
        raise _params_error("signMethod and sign must be strings")
    method = method.upper()  # returned in uppercase, regardless of the case in the request
    if method and method not in _SIGN_METHODS:
        raise _params_error(f"signMethod must be one of {', '.join(_SIGN_METHODS)}")
    if sign and sign.lower() != file[(method or _SIGN_METHODS[0]).lower()]:
        raise ApiError("iot.job.JobFileInSecure", "sign does not match the signature of the file")
    return {"file_key": key, "sign_method": method, "sign": sign}


def parse_rollout(config: dict[str, Any]) -> Row:
    """Return the rate and the QoS for sending the tasks of a job. Raise ApiError if they are invalid."""
    config = _check_length(config, "RolloutConfig")
    rate = config.get("maximumPerMinute", _RATE_RANGE[1])
    if not _is_between(rate, *_RATE_RANGE):
        raise _params_error(f"maximumPerMinute must be {_RATE_RANGE[0]} to {_RATE_RANGE[1]}")
    qos = config.get("messageQoS", "QoS0")
    if not (isinstance(qos, str) and qos in _QOS):
        raise _params_error(f"messageQoS must be one of {', '.join(_QOS)}")
    return {"maximum_per_minute": rate, "qos": _QOS[qos]}


def parse_timeout(kind: str, config: dict[str, Any]) -> int | None:
    """Return the timeout of a task in minutes, or None for a job type whose tasks finish when they are sent."""
    config = _check_length(config, "TimeoutConfig")
    if kind not in _TIMEOUTS:
        return None
    minimum, maximum, default = _TIMEOUTS[kind]
    minutes = config.get("inProgressTimeoutInMinutes", default)
    if not _is_between(minutes, minimum, maximum):
        raise _params_error(f"inProgressTimeoutInMinutes of {kind} must be {minimum} to {maximum}")
    return minutes


def parse_schedule(ctx: Context, scheduled_at: int | None) -> int | None:
    """Return the start time of a job, or None if it starts immediately. Raise ApiError if it is out of range."""
    if scheduled_at is not None and not _SCHEDULE_RANGE[0] <= scheduled_at - ctx.now <= _SCHEDULE_RANGE[1]:
        raise _params_error("ScheduledTime must be 10 minutes to 7 days in the future")
    return scheduled_at


def find_target_device(ctx: Context, entry: Any) -> Row | None:
    """Return the row of the device that a JSON object in a request identifies, or None if there is none."""
    if not isinstance(entry, dict):
        return None
    entry = {name[:1].upper() + name[1:]: value for name, value in entry.items()}
    if not all(isinstance(value, str) for value in entry.values()):
        return None
    try:
        return find_device(ctx, entry)
    except ApiError:
        return None


def _find_target_devices(ctx: Context, entries: Any) -> list[Row]:
    if not (isinstance(entries, list) and 1 <= len(entries) <= MAX_LISTED_DEVICES):
        raise ApiError("iot.job.IllegalTargetDevices", f"TargetDevices must list 1 to {MAX_LISTED_DEVICES} devices")
    devices: dict[str, Row] = {}
    for number, entry in enumerate(entries, 1):
        device = find_target_device(ctx, entry)
        if device is None:
            raise ApiError("iot.job.IllegalTargetDevices", f"Device {number} of the list does not exist")
        devices[device["iot_id"]] = device
    return list(devices.values())


def _check_publication(document: dict[str, Any]) -> None:
    topic, content = document.get("topicShortName"), document.get("messageContent")
    if not (isinstance(topic, str) and topic.strip("/") and isinstance(content, str)):
        raise _params_error("JobDocument must have topicShortName and messageContent (Base64)")
    decode_content(content, MAX_MESSAGE_BYTES)


def _check_call(ctx: Context, product_key: str, document: dict[str, Any]) -> None:
    identifier, arguments = document.get("serviceIdentifier"), document.get("params", {})
    if not (isinstance(identifier, str) and identifier):
        raise ApiError("iot.job.JobInvokeServiceSidError", "JobDocument has no serviceIdentifier")
    if not isinstance(arguments, dict):
        raise _params_error("params in JobDocument must be an object")
    product = find_product_with_thing_model(ctx, product_key)
    try:
        service = find_service(ctx, product, identifier)
    except ApiError:
        raise ApiError("iot.job.JobInvokeServiceSidError", f"The thing model has no service {identifier}") from None
    if service is None:
        return
    if service["call_type"] == "sync":
        raise ApiError(
            "iot.job.JobInvokeServiceSidError",
            f"The service {identifier} is synchronous. Only asynchronous services are allowed",
        )
    try:
        check_parameters(service["inputs"], arguments)
    except WrongValue as error:
        raise _params_error(str(error)) from None


def _check_properties(ctx: Context, product_key: str, document: dict[str, Any]) -> None:
    params = document.get("params")
    find_product_with_thing_model(ctx, product_key)
    if not isinstance(params, dict):
        raise ApiError("iot.job.JobSetPropertyParamsError", "params in JobDocument must be an object")
    try:
        parse_properties(ctx, product_key, payloads.to_json(params))
    except ApiError as error:
        raise ApiError("iot.job.JobSetPropertyParamsError", error.message) from None


def _check_length(config: dict[str, Any], name: str) -> dict[str, Any]:
    if len(json.dumps(config, ensure_ascii=False)) > _MAX_CONFIG_LENGTH:
        raise _params_error(f"{name} must not be longer than {_MAX_CONFIG_LENGTH} characters")
    return _lowercase_keys(config)


def _lowercase_keys(config: dict[str, Any]) -> dict[str, Any]:
    return {name[:1].lower() + name[1:]: value for name, value in config.items()}


def _text(config: dict[str, Any], name: str) -> str:
    if not (isinstance(config.get(name), str) and config[name]):
        raise _params_error(f"{name} is missing")
    return config[name]


def _is_between(value: Any, minimum: int, maximum: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and minimum <= value <= maximum


def _params_error(message: str) -> ApiError:
    return ApiError("iot.job.ParamsError", message)
