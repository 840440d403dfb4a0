# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Manage device shadows: the desired state from applications and the state that devices report (manual chapter 4.19).

Every update must have a version higher than the current one. Version -1 resets the version to 0.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ansible_collections.iotops.aliyun.emulator.core import payloads
from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.core.registry import Reply, operation
from ansible_collections.iotops.aliyun.emulator.core.store import Row
from ansible_collections.iotops.aliyun.emulator.outbox import downlink
from ansible_collections.iotops.aliyun.emulator.routing.uplink import uplink
from ansible_collections.iotops.aliyun.emulator.services.device.device import find_device_by_name
from ansible_collections.iotops.aliyun.emulator.services.product.product import find_product

TABLES = """
CREATE TABLE IF NOT EXISTS device_shadow (
    iot_id TEXT PRIMARY KEY REFERENCES device ON DELETE CASCADE,
    version INTEGER NOT NULL,
    at INTEGER NOT NULL,
    state TEXT NOT NULL,  -- JSON: desired and reported, each an object of attributes; absent if there are none
    metadata TEXT NOT NULL  -- JSON: the same structure with the time of the last change of each attribute, in seconds
);
"""

#: The maximum length of a shadow, and of a message that updates it, in bytes.
MAX_SHADOW_BYTES = 16 * 1024
#: The maximum number of attributes in each section (desired, reported) of a shadow.
MAX_ATTRIBUTES = 128

DESIRED = "desired"
REPORTED = "reported"

_RESET = -1
# Devices send this string instead of a JSON null.
_NULL = "null"

_MESSAGE_PREFIX = "iot.messagebroker."


class _Codes(NamedTuple):
    """The error codes for one section of the state."""

    missing: str
    null: str
    not_json: str
    empty: str
    too_many: str
    null_attribute: str


_CODES = {
    DESIRED: _Codes(
        "NotFoundDesireInShadowMessage",
        "DesireValueIsNullInShadowMessage",
        "DesireInfoInShadowMessageIsNotJson",
        "NoneElementInDesire",
        "TooManyElementInDesire",
        "ElementKeyOrValueIsNullInDesire",
    ),
    REPORTED: _Codes(
        "NotFoundReportInShadowMessage",
        "NotFoundReportInShadowMessage",
        "ReportInShadowMessageIsNotJson",
        "NoneElementInReport",
        "TooManyElementInReport",
        "ElementKeyOrValueIsNullInReport",
    ),
}


class _Shadow(NamedTuple):
    version: int
    at: int
    state: dict[str, dict[str, Any]]
    metadata: dict[str, dict[str, Any]]


class _DeviceError(Exception):
    """An error that is sent to the device in reply to its message."""

    def __init__(self, code: int, message: str) -> None:
        self.code = code
        self.message = message
        super().__init__(message)


@operation
def get_device_shadow(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.19.1: return the shadow. Its version is 0 if it was never updated."""
    shadow = _find_shadow(ctx, _device(ctx, p))
    document = {"method": "update", **_document(shadow), "version": shadow.version, "timestamp": shadow.at // 1000}
    return {"ShadowMessage": payloads.to_json(document)}


@operation
def update_device_shadow(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.19.2: update the desired state and send it to the device if it is online.

    Only devices can update the reported state.
    """
    device = _device(ctx, p)
    shadow = _find_shadow(ctx, device)
    message = _parse_message(p["ShadowMessage"])
    desired = _parse_attributes(message["state"], DESIRED)
    if REPORTED in message["state"]:
        _parse_attributes(message["state"], REPORTED)
    version = _new_version(message, shadow)
    if p.get("DeltaUpdate"):
        desired = {**shadow.state.get(DESIRED, {}), **desired}
    updated = _with_attributes(ctx, shadow, DESIRED, desired, version)
    if len(desired) > MAX_ATTRIBUTES:
        raise _api_error("TooManyElementInDesire")
    _save(ctx, device, updated)
    if device["online"]:
        _send(ctx, device, "control", {"status": "success", **_document(updated)}, version=updated.version)


@uplink("/shadow/update/{pk}/{dn}", raw=True)
def _from_device(ctx: Context, device: Row, _match: dict[str, str], payload: bytes) -> None:
    """Handle a message of a device: update, get or delete. The reply is sent on the ``/shadow/get`` topic."""
    try:
        message = payloads.parse_json_object(payload)
        if message is None:
            raise _DeviceError(400, "incorrect json format")
        if not message:
            raise _DeviceError(407, "the json is empty")
        method = message.get("method")
        if method is None:
            raise _DeviceError(401, "the json has no method")
        if method not in _METHODS:
            raise _DeviceError(406, "the method is not valid")
        _METHODS[method](ctx, device, message)
    except _DeviceError as error:
        content = {"errorcode": str(error.code), "errormessage": error.message}
        _send(ctx, device, "reply", {"status": "error", "content": content})


def _report(ctx: Context, device: Row, message: dict[str, Any]) -> None:
    """Merge the reported attributes. With ``desired`` set to ``null``, the device clears the desired state."""
    state = _device_state(message)
    shadow = _find_shadow(ctx, device)
    version = _device_version(message, shadow)
    reported = state.get(REPORTED)
    if reported is None and state.get(DESIRED) != _NULL:
        raise _DeviceError(404, "the state has no reported")
    updated = shadow
    if reported is not None:
        if not isinstance(reported, dict) or not reported:
            raise _DeviceError(405, "reported has no attributes")
        merged = {**shadow.state.get(REPORTED, {}), **reported}
        if len(merged) > MAX_ATTRIBUTES:
            raise _DeviceError(408, f"reported has more than {MAX_ATTRIBUTES} attributes")
        updated = _with_attributes(ctx, updated, REPORTED, merged, version)
    if state.get(DESIRED) == _NULL:
        updated = _with_attributes(ctx, updated, DESIRED, {}, version)
    _save_and_reply(ctx, device, updated)


def _send_shadow(ctx: Context, device: Row, _message: dict[str, Any]) -> None:
    shadow = _find_shadow(ctx, device)
    _send(ctx, device, "reply", {"status": "success", **_document(shadow)}, version=shadow.version)


def _delete(ctx: Context, device: Row, message: dict[str, Any]) -> None:
    """Delete the reported attributes whose value is ``null``, or all of them if ``reported`` is ``null``."""
    state = _device_state(message)
    shadow = _find_shadow(ctx, device)
    version = _device_version(message, shadow)
    reported = state.get(REPORTED)
    if reported == _NULL:
        remaining = {}
    elif isinstance(reported, dict):
        remaining = {
            name: value
            for name, value in shadow.state.get(REPORTED, {}).items()
            if reported.get(name, name) not in (None, _NULL)
        }
    else:
        raise _DeviceError(404, "the state has no reported")
    _save_and_reply(ctx, device, _with_attributes(ctx, shadow, REPORTED, remaining, version))


_METHODS = {"update": _report, "get": _send_shadow, "delete": _delete}


def _save_and_reply(ctx: Context, device: Row, shadow: _Shadow) -> None:
    try:
        _save(ctx, device, shadow)
    except ApiError as error:
        raise _DeviceError(500, error.message) from None
    _send(ctx, device, "reply", {"status": "success", "version": shadow.version})


def _device(ctx: Context, p: dict[str, Any]) -> Row:
    return find_device_by_name(ctx, find_product(ctx, p["ProductKey"])["product_key"], p["DeviceName"])


def _find_shadow(ctx: Context, device: Row) -> _Shadow:
    row = ctx.store.one("device_shadow", iot_id=device["iot_id"])
    if row is None:
        return _Shadow(0, device["created_at"], {}, {})
    return _Shadow(row["version"], row["at"], payloads.from_json(row["state"]), payloads.from_json(row["metadata"]))


def _document(shadow: _Shadow) -> dict[str, Any]:
    return {"state": shadow.state, "metadata": shadow.metadata}


def _with_attributes(ctx: Context, shadow: _Shadow, section: str, attributes: dict[str, Any], version: int) -> _Shadow:
    """Return the shadow with new attributes in one section. Unchanged attributes keep their timestamp."""
    before = shadow.state.get(section, {})
    times = shadow.metadata.get(section, {})
    now = {"timestamp": ctx.now // 1000}
    state = {name: part for name, part in shadow.state.items() if name != section}
    metadata = {name: part for name, part in shadow.metadata.items() if name != section}
    if attributes:
        state[section] = attributes
        metadata[section] = {
            name: times[name] if name in times and before[name] == value else now for name, value in attributes.items()
        }
    return _Shadow(version, ctx.now, state, metadata)


def _save(ctx: Context, device: Row, shadow: _Shadow) -> None:
    """Store the shadow. Raise ApiError if it is too long."""
    state = payloads.to_json(shadow.state)
    if len(state.encode()) > MAX_SHADOW_BYTES:
        raise _api_error("ShadowMessageLengthIsLarge")
    ctx.store.put(
        "device_shadow",
        ("iot_id",),
        iot_id=device["iot_id"],
        version=shadow.version,
        at=shadow.at,
        state=state,
        metadata=payloads.to_json(shadow.metadata),
    )


def _send(ctx: Context, device: Row, method: str, payload: dict[str, Any], **members: Any) -> None:
    topic = f"/shadow/get/{device['product_key']}/{device['device_name']}"
    message = {"method": method, "payload": payload, **members, "timestamp": ctx.now // 1000}
    downlink.send(ctx, device, topic, message, qos=0, traced=method != "reply")


# Messages of applications


def _parse_message(text: str) -> dict[str, Any]:
    """Parse the message in a request and validate its method and state. Raise ApiError if they are invalid."""
    if not text.strip():
        raise _api_error("NullShadowMessage")
    if len(text.encode()) > MAX_SHADOW_BYTES:
        raise _api_error("ShadowMessageLengthIsLarge")
    message = payloads.parse_json_object(text.encode())
    if message is None:
        raise _api_error("ShadowMessageIsNotJson")
    if message.get("method") is None:
        raise _api_error("NotFoundMethodInShadowMessage")
    if message["method"] != "update":
        raise _api_error("MethodValueIsNotUpdate")
    state = message.get("state")
    if isinstance(state, str):
        # According to the manual this is a string, but its example contains an object.
        state = payloads.parse_json_object(state.encode())
    if not isinstance(state, dict):
        raise _api_error("NotFoundStateInShadowMessage")
    return {**message, "state": state}


def _parse_attributes(state: dict[str, Any], section: str) -> dict[str, Any]:
    """Return the attributes in one section of the state. Raise ApiError if they are missing or invalid."""
    codes = _CODES[section]
    if section not in state:
        raise _api_error(codes.missing)
    attributes = state[section]
    if attributes in (None, "", _NULL):
        raise _api_error(codes.null)
    if not isinstance(attributes, dict):
        raise _api_error(codes.not_json)
    if not attributes:
        raise _api_error(codes.empty)
    if len(attributes) > MAX_ATTRIBUTES:
        raise _api_error(codes.too_many)
    if any(not name or value is None for name, value in attributes.items()):
        raise _api_error(codes.null_attribute)
    return attributes


def _new_version(message: dict[str, Any], shadow: _Shadow) -> int:
    """Return the version after the update. Raise ApiError if it is invalid or not higher than the current one."""
    version = message.get("version")
    if version in (None, ""):
        raise _api_error("NotFoundVersionOrNullVersionValue")
    new_version = _next_version(version, shadow)
    if new_version is None:
        raise _api_error("InvalidVersionValueInShadowMessage")
    return new_version


def _next_version(version: Any, shadow: _Shadow) -> int | None:
    """Return the version after an update that requests ``version``, or None if that is not allowed."""
    if isinstance(version, bool) or not isinstance(version, int):
        return None
    if version == _RESET:
        return 0
    return version if shadow.version < version < 2**63 else None


def _api_error(code: str) -> ApiError:
    return ApiError(_MESSAGE_PREFIX + code)


# Messages of devices


def _device_state(message: dict[str, Any]) -> dict[str, Any]:
    state = message.get("state")
    if not isinstance(state, dict):
        raise _DeviceError(402, "the json has no state")
    return state


def _device_version(message: dict[str, Any], shadow: _Shadow) -> int:
    version = message.get("version")
    if isinstance(version, bool) or not isinstance(version, int) or not _RESET <= version < 2**63:
        raise _DeviceError(403, "the version is not valid")
    new_version = _next_version(version, shadow)
    if new_version is None:
        raise _DeviceError(409, "the version conflicts with that of the shadow")
    return new_version
