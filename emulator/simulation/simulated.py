# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Simulate devices that react to messages of the platform according to a profile.

A profile is a JSON object. All members are optional; by default a device does immediately and successfully what it is
requested to do::

    {
        "delay": 0.5,
        "outcome": "succeed",
        "properties": {"outcome": "succeed", "values": {"Temperature": 21.5}},
        "services": {"reboot": {"outcome": "fail", "delay": [1, 5]}, "*": {"output": {"result": 1}}},
        "rrpc": {"outcome": {"succeed": 0.9, "stall": 0.1}, "payload": "text"},
        "shadow": {"outcome": "stall"},
        "reports": [{"every": 60, "times": 10, "properties": {"Temperature": 21.5}, "events": {"alarm": {"level": 1}}}]
    }

- ``delay`` is the response time of the device in seconds, or ``[least, most]`` to distribute the devices over a range.
- ``outcome`` is ``succeed``, ``fail`` (the device reports a failure) or ``stall`` (the device does not respond); or an
  object with the shares of the devices per outcome. The remaining share succeeds.
- ``delay`` and ``outcome`` apply to everything, or within a section only to this section. They are derived from the
  name of the device, so that every run has the same result.
- ``properties``: how the device sets properties. If it succeeds, it reports the properties that it was requested to
  set. It reports ``values`` every time it connects.
- ``services``: services by identifier (``*`` for all others); ``output`` is the output data.
- ``rrpc``: the device responds with the text ``payload``, or with the request if it is not set.
- ``shadow``: the device reports the desired state of the shadow.
- ``reports``: periodic reports, ``every`` so many seconds, ``times`` times per connection (unlimited if not set).

Services can declare further sections with ``section``.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core import payloads
from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.payloads import Payload
from ansible_collections.iotops.aliyun.emulator.core.registry import when_due
from ansible_collections.iotops.aliyun.emulator.core.store import Row
from ansible_collections.iotops.aliyun.emulator.core.topic_patterns import Patterns

TABLES = """
CREATE TABLE IF NOT EXISTS simulated_device (
    iot_id TEXT PRIMARY KEY REFERENCES device ON DELETE CASCADE,
    profile TEXT NOT NULL,  -- JSON
    module_versions TEXT NOT NULL,  -- JSON: module versions that the device reports when it connects
    beginning INTEGER NOT NULL DEFAULT 0  -- number of connections and changes; reports of an earlier one stop
);
"""

Profile = dict[str, Any]
Reaction = Callable[[Context, Row, Profile, dict[str, str], Any], None]
Check = Callable[[Any], None]

SUCCEED = "succeed"
FAIL = "fail"
STALL = "stall"
OUTCOMES = (SUCCEED, FAIL, STALL)

#: The kind of scheduled work that publishes a message of a simulated device; its handler is in ``uplink``.
PUBLISH_TASK = "simulated_device_publishes"
_REPORTS = "simulated_device_reports"

_MAX_DELAY = 365 * 24 * 3600  # seconds

_REACTIONS: Patterns[tuple[Reaction, bool]] = Patterns()
_SECTIONS: dict[str, Check] = {}


# Functions for services


def reaction(pattern: str, *, raw: bool = False) -> Callable[[Reaction], Reaction]:
    """Register the reaction of simulated devices to messages of the platform on a topic.

    The function takes a context, the row of the device, its profile, the values of the placeholders in the pattern (and
    ``topic``, the whole topic), and the message. It calls ``publish`` for the messages that the device publishes.

    Args:
        pattern: the topic pattern, see ``core.topic_patterns``.
        raw: whether the message is passed as bytes instead of as a JSON object. If it is not set, messages that are not
            a JSON object are ignored.
    """

    def register(function: Reaction) -> Reaction:
        _REACTIONS.add(pattern, (function, raw))
        return function

    return register


def section(name: str) -> Callable[[Check], Check]:
    """Register a section of profiles; the function raises ValueError if the section is not valid."""

    def register(check: Check) -> Check:
        if name in _SECTIONS:
            raise ValueError(f"{name} is declared twice")
        _SECTIONS[name] = check
        return check

    return register


def profile_of(ctx: Context, device: Row) -> Profile | None:
    """Return the profile of a device, which must not be modified; None if the device is not simulated."""
    text = ctx.store.value("SELECT profile FROM simulated_device WHERE iot_id = ?", device["iot_id"])
    return None if text is None else _parsed(text)


def publish(ctx: Context, device: Row, topic: str, payload: Payload, after: int = 0) -> None:
    """Publish a message of a simulated device after ``after`` milliseconds, if it is online then."""
    content = payloads.to_columns(payloads.to_bytes(payload))
    ctx.schedule(ctx.now + after, PUBLISH_TASK, iot_id=device["iot_id"], topic=topic, **content)


def section_of(profile: Profile, *names: str) -> Profile:
    """Return a section of a profile. Delay and outcome default to those of the whole profile.

    Several names select a nested section: ``section_of(profile, "services", "reboot")``. If a section with this name
    does not exist, the section ``*`` is used.
    """
    general = {name: profile[name] for name in ("delay", "outcome") if name in profile}
    found = profile
    for name in names:
        default: Profile = found.get("*", {})
        found = found.get(name, default)
    return general | found


def outcome_of(part: Profile, device: Row, salt: str = "") -> str:
    """Return ``SUCCEED``, ``FAIL`` or ``STALL`` for a device. ``salt`` makes choices independent of each other."""
    outcome = part.get("outcome", SUCCEED)
    if isinstance(outcome, str):
        return outcome
    position = _position(device, f"outcome{salt}")
    for name, share in outcome.items():
        position -= share
        if position < 0:
            return name
    return SUCCEED


def delay_of(part: Profile, device: Row, salt: str = "") -> int:
    """Return the response time of a device in milliseconds."""
    delay = part.get("delay", 0)
    if isinstance(delay, list):
        shortest, longest = delay
        delay = shortest + (longest - shortest) * _position(device, f"delay{salt}")
    return round(delay * 1000)


def set_module_version(ctx: Context, device: Row, module: str, version: str) -> None:
    """Change the module version of a simulated device, without a report to the platform."""
    row = ctx.store.require("simulated_device", iot_id=device["iot_id"])
    versions = {**json.loads(row["module_versions"]), module: version}
    ctx.store.update("simulated_device", {"module_versions": payloads.to_json(versions)}, iot_id=device["iot_id"])


# Functions for the delivery of messages


def react(ctx: Context, device: Row, topic: str, payload: bytes) -> None:
    """Deliver a message to a simulated device. Does nothing if no reaction is registered for the topic."""
    found = _REACTIONS.find(topic, device)
    if found is None:
        return
    (function, raw), match = found
    message = payload if raw else payloads.parse_json_object(payload)
    profile = profile_of(ctx, device)
    if message is not None and profile is not None:
        function(ctx, device, profile, {**match, "topic": topic}, message)


def publish_initial_messages(ctx: Context, device: Row) -> None:
    """Publish the initial messages of a simulated device, after it connected or its profile changed."""
    ctx.store.execute("UPDATE simulated_device SET beginning = beginning + 1 WHERE iot_id = ?", device["iot_id"])
    row = ctx.store.require("simulated_device", iot_id=device["iot_id"])
    own = f"{device['product_key']}/{device['device_name']}"
    for module, version in json.loads(row["module_versions"]).items():
        params = {"version": version, "module": module}
        publish(ctx, device, f"/ota/device/inform/{own}", {"id": "0", "params": params})
    profile = _parsed(row["profile"])
    _publish_properties(ctx, device, profile.get("properties", {}).get("values", {}))
    for number, report in enumerate(profile.get("reports", ())):
        _schedule_report(ctx, row, number, report, report.get("times"))


@when_due(_REPORTS)
def _report(ctx: Context, payload: dict[str, Any]) -> None:
    row = ctx.store.one("simulated_device", iot_id=payload["iot_id"])
    if row is None or row["beginning"] != payload["beginning"]:
        return
    device = ctx.store.require("device", iot_id=payload["iot_id"])
    if not device["online"]:
        return
    report = _parsed(row["profile"])["reports"][payload["number"]]
    _publish_properties(ctx, device, report.get("properties", {}))
    for identifier, output in report.get("events", {}).items():
        topic = f"/sys/{device['product_key']}/{device['device_name']}/thing/event/{identifier}/post"
        _publish_alink(ctx, device, topic, f"thing.event.{identifier}.post", {"value": output})
    _schedule_report(ctx, row, payload["number"], report, payload["left"])


def _schedule_report(ctx: Context, row: Row, number: int, report: Profile, left: int | None) -> None:
    """Schedule the next report, if any are ``left`` (None: unlimited)."""
    if left == 0:
        return
    at = ctx.now + round(report["every"] * 1000)
    remaining = None if left is None else left - 1
    ctx.schedule(at, _REPORTS, iot_id=row["iot_id"], number=number, left=remaining, beginning=row["beginning"])


def _publish_properties(ctx: Context, device: Row, values: dict[str, Any]) -> None:
    if values:
        topic = f"/sys/{device['product_key']}/{device['device_name']}/thing/event/property/post"
        _publish_alink(ctx, device, topic, "thing.event.property.post", values)


def _publish_alink(ctx: Context, device: Row, topic: str, method: str, params: Any) -> None:
    publish(ctx, device, topic, {"id": "0", "version": "1.0", "params": params, "method": method})


def _position(device: Row, salt: str) -> float:
    """Return a number from 0 up to 1 that is fixed for a device and evenly distributed over many devices."""
    return zlib.crc32(f"{salt}/{device['device_name']}/{device['product_key']}".encode()) / 2**32


@lru_cache(maxsize=256)
def _parsed(text: str) -> Profile:
    return json.loads(text)


# Validation of profiles


def check_profile(profile: Any) -> None:
    """Raise ValueError if a profile is not valid."""
    check_section(profile, "the profile", ("delay", "outcome", *_SECTIONS))
    for name, check in _SECTIONS.items():
        if name in profile:
            check(profile[name])


def check_section(part: Any, where: str, members: Iterable[str], outcomes: Iterable[str] = OUTCOMES) -> None:
    """Raise ValueError if ``part`` is not an object, or has unknown members or an invalid delay or outcome."""
    if not isinstance(part, dict):
        raise ValueError(f"{where} must be an object")
    members = tuple(members)
    for name in part:
        if name not in members:
            raise ValueError(f"{where} has the unknown member {name}; it can have {', '.join(members)}")
    if "delay" in part:
        _check_delay(part["delay"], where)
    if "outcome" in part:
        _check_outcome(part["outcome"], where, tuple(outcomes))


def _check_delay(delay: Any, where: str) -> None:
    bounds = delay if isinstance(delay, list) and len(delay) == 2 else [delay]
    if not all(is_number(bound) and 0 <= bound <= _MAX_DELAY for bound in bounds) or bounds[0] > bounds[-1]:
        raise ValueError(f"delay of {where} must be a number of seconds from 0 to {_MAX_DELAY}, or [least, most]")


def _check_outcome(outcome: Any, where: str, outcomes: tuple[str, ...]) -> None:
    shares = outcome if isinstance(outcome, dict) else {outcome: 1} if isinstance(outcome, str) else {"": 1}
    if not all(name in outcomes and is_number(share) and 0 <= share <= 1 for name, share in shares.items()):
        raise ValueError(f"outcome of {where} must be one of {', '.join(outcomes)}, or an object with their shares")
    if sum(shares.values()) > 1 + 1e-9:
        raise ValueError(f"the sum of the shares in outcome of {where} must not exceed 1")


def is_number(value: Any) -> bool:
    """Return whether a member of a profile is a number."""
    return isinstance(value, int | float) and not isinstance(value, bool)


@section("properties")
def _check_properties(part: Any) -> None:
    check_section(part, "properties", ("delay", "outcome", "values"))
    if not isinstance(part.get("values", {}), dict):
        raise ValueError("values of properties must be an object")


@section("services")
def _check_services(part: Any) -> None:
    if not isinstance(part, dict):
        raise ValueError("services must be an object of services by identifier")
    for identifier, service in part.items():
        check_section(service, f"services.{identifier}", ("delay", "outcome", "output"))
        if not isinstance(service.get("output", {}), dict):
            raise ValueError(f"output of services.{identifier} must be an object")


@section("rrpc")
def _check_rrpc(part: Any) -> None:
    check_section(part, "rrpc", ("delay", "outcome", "payload"), (SUCCEED, STALL))
    if not isinstance(part.get("payload", ""), str):
        raise ValueError("payload of rrpc must be a string")


@section("shadow")
def _check_shadow(part: Any) -> None:
    check_section(part, "shadow", ("delay", "outcome"), (SUCCEED, STALL))


@section("reports")
def _check_reports(part: Any) -> None:
    if not isinstance(part, list):
        raise ValueError("reports must be a list")
    for report in part:
        check_section(report, "a report", ("every", "times", "properties", "events"))
        if not (is_number(report.get("every")) and 0.001 <= report["every"] <= _MAX_DELAY):
            raise ValueError(f"every of a report must be a number of seconds from 0.001 to {_MAX_DELAY}")
        times = report.get("times", 1)
        if isinstance(times, bool) or not isinstance(times, int) or times < 1:
            raise ValueError("times of a report must be an integer of at least 1")
        if not all(isinstance(report.get(name, {}), dict) for name in ("properties", "events")):
            raise ValueError("properties and events of a report must be objects")
