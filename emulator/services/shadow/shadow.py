# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Device shadows: what an application wants of a device, and what the device says it is (manual chapter 4.19).

Every change has a version above the one before; version -1 starts counting anew.
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
    state TEXT NOT NULL,  -- JSON: desired and reported, each an object of attributes, where there are any
    metadata TEXT NOT NULL  -- JSON: the same with when each attribute changed, in seconds
);
"""

#: The length of a shadow, and of a message that changes it, in bytes.
LONGEST = 16 * 1024
#: The attributes in each half of a shadow.
MOST_ATTRIBUTES = 128

DESIRED = "desired"
REPORTED = "reported"

_RESET = -1
# The device's way to say that something is nothing.
_NULL = "null"

_MESSAGE_PREFIX = "iot.messagebroker."


class _Codes(NamedTuple):
    """The error codes for one half of the state."""

    absent: str
    null: str
    no_json: str
    empty: str
    too_many: str
    no_value: str


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
    """A message about its shadow that a device gets back as an error."""

    def __init__(self, code: int, message: str) -> None:
        self.code = code
        self.message = message
        super().__init__(message)


@operation
def get_device_shadow(ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.19.1: version 0 where nothing was ever written."""
    shadow = _shadow_of(ctx, _device(ctx, p))
    document = {"method": "update", **_document(shadow), "version": shadow.version, "timestamp": shadow.at // 1000}
    return {"ShadowMessage": payloads.to_json(document)}


@operation
def update_device_shadow(ctx: Context, p: dict[str, Any]) -> None:
    """Manual section 4.19.2: changes what is desired and tells a device that is connected. Devices alone change what is reported."""
    device = _device(ctx, p)
    shadow = _shadow_of(ctx, device)
    message = _message_given(p["ShadowMessage"])
    desired = _attributes_given(message["state"], DESIRED)
    if REPORTED in message["state"]:
        _attributes_given(message["state"], REPORTED)
    version = _version_given(message, shadow)
    if p.get("DeltaUpdate"):
        desired = {**shadow.state.get(DESIRED, {}), **desired}
    changed = _with(ctx, shadow, DESIRED, desired, version)
    if len(desired) > MOST_ATTRIBUTES:
        raise _refused("TooManyElementInDesire")
    _keep(ctx, device, changed)
    if device["online"]:
        _send(ctx, device, "control", {"status": "success", **_document(changed)}, version=changed.version)


@uplink("/shadow/update/{pk}/{dn}", raw=True)
def _from_device(ctx: Context, device: Row, _match: dict[str, str], payload: bytes) -> None:
    """A device reports, asks or deletes; the answer comes on the topic with ``get``."""
    try:
        message = payloads.parse_json_object(payload)
        if message is None:
            raise _DeviceError(400, "incorrect json format")
        if not message:
            raise _DeviceError(407, "the json is empty")
        method = message.get("method")
        if method is None:
            raise _DeviceError(401, "the json lacks method")
        if method not in _METHODS:
            raise _DeviceError(406, "the method is not valid")
        _METHODS[method](ctx, device, message)
    except _DeviceError as error:
        content = {"errorcode": str(error.code), "errormessage": error.message}
        _send(ctx, device, "reply", {"status": "error", "content": content})


def _report(ctx: Context, device: Row, message: dict[str, Any]) -> None:
    """Attributes that are not in the report stay. ``desired`` of ``null`` says that the device is done with it."""
    state = _device_state(message)
    shadow = _shadow_of(ctx, device)
    version = _device_version(message, shadow)
    reported = state.get(REPORTED)
    if reported is None and state.get(DESIRED) != _NULL:
        raise _DeviceError(404, "the state lacks reported")
    changed = shadow
    if reported is not None:
        if not isinstance(reported, dict) or not reported:
            raise _DeviceError(405, "reported has no attributes")
        merged = {**shadow.state.get(REPORTED, {}), **reported}
        if len(merged) > MOST_ATTRIBUTES:
            raise _DeviceError(408, f"reported has more than {MOST_ATTRIBUTES} attributes")
        changed = _with(ctx, changed, REPORTED, merged, version)
    if state.get(DESIRED) == _NULL:
        changed = _with(ctx, changed, DESIRED, {}, version)
    _keep_of_device(ctx, device, changed)


def _tell(ctx: Context, device: Row, _message: dict[str, Any]) -> None:
    shadow = _shadow_of(ctx, device)
    _send(ctx, device, "reply", {"status": "success", **_document(shadow)}, version=shadow.version)


def _delete(ctx: Context, device: Row, message: dict[str, Any]) -> None:
    """Delete reported attributes whose value is ``null``, or all where ``reported`` is."""
    state = _device_state(message)
    shadow = _shadow_of(ctx, device)
    version = _device_version(message, shadow)
    reported = state.get(REPORTED)
    if reported == _NULL:
        left = {}
    elif isinstance(reported, dict):
        left = {
            name: value
            for name, value in shadow.state.get(REPORTED, {}).items()
            if reported.get(name, name) not in (None, _NULL)
        }
    else:
        raise _DeviceError(404, "the state lacks reported")
    _keep_of_device(ctx, device, _with(ctx, shadow, REPORTED, left, version))


_METHODS = {"update": _report, "get": _tell, "delete": _delete}


def _keep_of_device(ctx: Context, device: Row, shadow: _Shadow) -> None:
    try:
        _keep(ctx, device, shadow)
    except ApiError as error:
        raise _DeviceError(500, error.message) from None
    _send(ctx, device, "reply", {"status": "success", "version": shadow.version})


def _device(ctx: Context, p: dict[str, Any]) -> Row:
    return find_device_by_name(ctx, find_product(ctx, p["ProductKey"])["product_key"], p["DeviceName"])


def _shadow_of(ctx: Context, device: Row) -> _Shadow:
    row = ctx.store.one("device_shadow", iot_id=device["iot_id"])
    if row is None:
        return _Shadow(0, device["created_at"], {}, {})
    return _Shadow(row["version"], row["at"], payloads.from_json(row["state"]), payloads.from_json(row["metadata"]))


def _document(shadow: _Shadow) -> dict[str, Any]:
    return {"state": shadow.state, "metadata": shadow.metadata}


def _with(ctx: Context, shadow: _Shadow, half: str, attributes: dict[str, Any], version: int) -> _Shadow:
    """The shadow with other attributes in one half; those that stay as they are keep their time."""
    before = shadow.state.get(half, {})
    times = shadow.metadata.get(half, {})
    now = {"timestamp": ctx.now // 1000}
    state = {name: part for name, part in shadow.state.items() if name != half}
    metadata = {name: part for name, part in shadow.metadata.items() if name != half}
    if attributes:
        state[half] = attributes
        metadata[half] = {
            name: times[name] if name in times and before[name] == value else now for name, value in attributes.items()
        }
    return _Shadow(version, ctx.now, state, metadata)


def _keep(ctx: Context, device: Row, shadow: _Shadow) -> None:
    """Raises ApiError where the shadow has become too long."""
    state = payloads.to_json(shadow.state)
    if len(state.encode()) > LONGEST:
        raise _refused("ShadowMessageLengthIsLarge")
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


# What an application sends


def _message_given(text: str) -> dict[str, Any]:
    """The message of a call as far as method and state go. Raises ApiError where they are not right."""
    if not text.strip():
        raise _refused("NullShadowMessage")
    if len(text.encode()) > LONGEST:
        raise _refused("ShadowMessageLengthIsLarge")
    message = payloads.parse_json_object(text.encode())
    if message is None:
        raise _refused("ShadowMessageIsNotJson")
    if message.get("method") is None:
        raise _refused("NotFoundMethodInShadowMessage")
    if message["method"] != "update":
        raise _refused("MethodValueIsNotUpdate")
    state = message.get("state")
    if isinstance(state, str):
        # The manual calls it a text, and its example has an object.
        state = payloads.parse_json_object(state.encode())
    if not isinstance(state, dict):
        raise _refused("NotFoundStateInShadowMessage")
    return {**message, "state": state}


def _attributes_given(state: dict[str, Any], half: str) -> dict[str, Any]:
    """The attributes in one half of the state of a call. Raises ApiError where there are none, or wrong ones."""
    codes = _CODES[half]
    if half not in state:
        raise _refused(codes.absent)
    attributes = state[half]
    if attributes in (None, "", _NULL):
        raise _refused(codes.null)
    if not isinstance(attributes, dict):
        raise _refused(codes.no_json)
    if not attributes:
        raise _refused(codes.empty)
    if len(attributes) > MOST_ATTRIBUTES:
        raise _refused(codes.too_many)
    if any(not name or value is None for name, value in attributes.items()):
        raise _refused(codes.no_value)
    return attributes


def _version_given(message: dict[str, Any], shadow: _Shadow) -> int:
    """The version that a call makes of the shadow. Raises ApiError where it is none, or not above the present one."""
    version = message.get("version")
    if version in (None, ""):
        raise _refused("NotFoundVersionOrNullVersionValue")
    following = _following(version, shadow)
    if following is None:
        raise _refused("InvalidVersionValueInShadowMessage")
    return following


def _following(version: Any, shadow: _Shadow) -> int | None:
    """The version after a change that names ``version``, or None where it cannot be."""
    if isinstance(version, bool) or not isinstance(version, int):
        return None
    if version == _RESET:
        return 0
    return version if shadow.version < version < 2**63 else None


def _refused(code: str) -> ApiError:
    return ApiError(_MESSAGE_PREFIX + code)


# What a device sends


def _device_state(message: dict[str, Any]) -> dict[str, Any]:
    state = message.get("state")
    if not isinstance(state, dict):
        raise _DeviceError(402, "the json lacks state")
    return state


def _device_version(message: dict[str, Any], shadow: _Shadow) -> int:
    version = message.get("version")
    if isinstance(version, bool) or not isinstance(version, int) or not _RESET <= version < 2**63:
        raise _DeviceError(403, "the version is not valid")
    following = _following(version, shadow)
    if following is None:
        raise _DeviceError(409, "the version conflicts with that of the shadow")
    return following
