# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Simulated devices: what the platform sends them they react to, according to a profile.

A profile is a JSON object. All of it may be absent: then a device does at once, and rightly, what it is asked for::

    {
        "delay": 0.5,
        "outcome": "succeed",
        "properties": {"outcome": "succeed", "values": {"Temperature": 21.5}},
        "services": {"reboot": {"outcome": "fail", "delay": [1, 5]}, "*": {"output": {"result": 1}}},
        "rrpc": {"outcome": {"succeed": 0.9, "stall": 0.1}, "payload": "text"},
        "shadow": {"outcome": "stall"},
        "reports": [{"every": 60, "times": 10, "properties": {"Temperature": 21.5}, "events": {"alarm": {"level": 1}}}]
    }

``delay`` is how many seconds the device takes for an answer, or ``[least, most]`` between which devices spread.
``outcome`` is ``succeed``, ``fail`` (it says that it failed) or ``stall`` (it says nothing), or which share of the
devices does which; what is left of the shares succeeds. A device's name settles which delay and which outcome it has,
so that a second run goes like the first. Both stand for everything, or in a section for that alone.

``properties`` is how it sets them: a device that succeeds reports what it was told to set; ``values`` it reports
whenever it connects. ``services`` are by identifier (``*`` is any other); ``output`` is what they give back. ``rrpc``
answers with the text ``payload``, or with what was asked. ``shadow`` takes over what is desired. ``reports`` are made
again and again: ``every`` so many seconds, ``times`` times for each connection (for ever without it). Further sections
belong to the services that declare them with ``section``.
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
    module_versions TEXT NOT NULL,  -- JSON: what the device says of its modules when it connects
    beginning INTEGER NOT NULL DEFAULT 0  -- counts connections and changes, so that reports of one end with it
);
"""

Profile = dict[str, Any]
Reaction = Callable[[Context, Row, Profile, dict[str, str], Any], None]
Check = Callable[[Any], None]

SUCCEED = "succeed"
FAIL = "fail"
STALL = "stall"
OUTCOMES = (SUCCEED, FAIL, STALL)

#: The kind of due work with which a simulated device publishes: ``uplink`` does it.
PUBLISH_TASK = "simulated_device_publishes"
_REPORTS = "simulated_device_reports"

_LONGEST_DELAY = 365 * 24 * 3600  # seconds

_REACTIONS: Patterns[tuple[Reaction, bool]] = Patterns()
_SECTIONS: dict[str, Check] = {}


# What other services declare and call


def reaction(pattern: str, *, raw: bool = False) -> Callable[[Reaction], Reaction]:
    """Declare what simulated devices do when the platform sends them something on a topic (see ``shared.patterns``).

    The function takes a context, the device's row, its profile, what stood for the names in the pattern (and
    ``topic``, which is the whole topic), and the message: a JSON object (what is none the device overhears), or with
    ``raw`` bytes. It calls ``publish`` for what the device then publishes.
    """

    def register(function: Reaction) -> Reaction:
        _REACTIONS.add(pattern, (function, raw))
        return function

    return register


def section(name: str) -> Callable[[Check], Check]:
    """Declare a section of profiles: the function raises ValueError, with a text that says why, where it is wrong."""

    def register(check: Check) -> Check:
        if name in _SECTIONS:
            raise ValueError(f"{name} is declared twice")
        _SECTIONS[name] = check
        return check

    return register


def profile_of(ctx: Context, device: Row) -> Profile | None:
    """A device's profile, which is not to be changed, or None where it is no simulated device."""
    text = ctx.store.value("SELECT profile FROM simulated_device WHERE iot_id = ?", device["iot_id"])
    return None if text is None else _parsed(text)


def publish(ctx: Context, device: Row, topic: str, payload: Payload, after: int = 0) -> None:
    """Let a simulated device publish in ``after`` milliseconds, if it is connected then."""
    content = payloads.to_columns(payloads.to_bytes(payload))
    ctx.schedule(ctx.now + after, PUBLISH_TASK, iot_id=device["iot_id"], topic=topic, **content)


def section_of(profile: Profile, *names: str) -> Profile:
    """A section of a profile, with the delay and the outcome of the whole profile where it has none of its own.

    Of several names each is a section in the one before: ``section_of(profile, "services", "reboot")``. Where there is
    none of a name, that of ``*`` takes its place.
    """
    general = {name: profile[name] for name in ("delay", "outcome") if name in profile}
    found = profile
    for name in names:
        found = found.get(name, found.get("*", {}))
    return general | found


def outcome_of(part: Profile, device: Row, salt: str = "") -> str:
    """``SUCCEED``, ``FAIL`` or ``STALL``: what this device does. Another ``salt`` makes another choice."""
    outcome = part.get("outcome", SUCCEED)
    if isinstance(outcome, str):
        return outcome
    place = _place(device, f"outcome{salt}")
    for name, share in outcome.items():
        place -= share
        if place < 0:
            return name
    return SUCCEED


def delay_of(part: Profile, device: Row, salt: str = "") -> int:
    """How many milliseconds this device takes."""
    delay = part.get("delay", 0)
    if isinstance(delay, list):
        least, most = delay
        delay = least + (most - least) * _place(device, f"delay{salt}")
    return round(delay * 1000)


def set_module_version(ctx: Context, device: Row, module: str, version: str) -> None:
    """A simulated device runs another version of a module from now on; it does not tell the platform by this."""
    row = ctx.store.one("simulated_device", iot_id=device["iot_id"])
    versions = {**json.loads(row["module_versions"]), module: version}
    ctx.store.update("simulated_device", {"module_versions": payloads.to_json(versions)}, iot_id=device["iot_id"])


# What the platform's way to devices calls


def react(ctx: Context, device: Row, topic: str, payload: bytes) -> None:
    """Let a simulated device have a message. Nothing happens where no reaction is declared for the topic."""
    found = _REACTIONS.find(topic, device)
    if found is None:
        return
    (function, raw), match = found
    message = payload if raw else payloads.parse_json_object(payload)
    if message is not None:
        function(ctx, device, profile_of(ctx, device), {**match, "topic": topic}, message)


def publish_initial_messages(ctx: Context, device: Row) -> None:
    """A simulated device has connected, or its profile is another: it says what it has to say by itself."""
    ctx.store.execute("UPDATE simulated_device SET beginning = beginning + 1 WHERE iot_id = ?", device["iot_id"])
    row = ctx.store.one("simulated_device", iot_id=device["iot_id"])
    own = f"{device['product_key']}/{device['device_name']}"
    for module, version in json.loads(row["module_versions"]).items():
        params = {"version": version, "module": module}
        publish(ctx, device, f"/ota/device/inform/{own}", {"id": "0", "params": params})
    profile = _parsed(row["profile"])
    _publish_properties(ctx, device, profile.get("properties", {}).get("values", {}))
    for number, report in enumerate(profile.get("reports", ())):
        _put_off(ctx, row, number, report, report.get("times"))


@when_due(_REPORTS)
def _report(ctx: Context, payload: dict[str, Any]) -> None:
    row = ctx.store.one("simulated_device", iot_id=payload["iot_id"])
    device = ctx.store.one("device", iot_id=payload["iot_id"])
    if row is None or row["beginning"] != payload["beginning"] or not device["online"]:
        return
    report = _parsed(row["profile"])["reports"][payload["number"]]
    _publish_properties(ctx, device, report.get("properties", {}))
    for identifier, output in report.get("events", {}).items():
        topic = f"/sys/{device['product_key']}/{device['device_name']}/thing/event/{identifier}/post"
        _publish_alink(ctx, device, topic, f"thing.event.{identifier}.post", {"value": output})
    _put_off(ctx, row, payload["number"], report, payload["left"])


def _put_off(ctx: Context, row: Row, number: int, report: Profile, left: int | None) -> None:
    """Put a report off until it is its time, if any are ``left`` (None: without end)."""
    if left == 0:
        return
    at = ctx.now + round(report["every"] * 1000)
    following = None if left is None else left - 1
    ctx.schedule(at, _REPORTS, iot_id=row["iot_id"], number=number, left=following, beginning=row["beginning"])


def _publish_properties(ctx: Context, device: Row, values: dict[str, Any]) -> None:
    if values:
        topic = f"/sys/{device['product_key']}/{device['device_name']}/thing/event/property/post"
        _publish_alink(ctx, device, topic, "thing.event.property.post", values)


def _publish_alink(ctx: Context, device: Row, topic: str, method: str, params: Any) -> None:
    publish(ctx, device, topic, {"id": "0", "version": "1.0", "params": params, "method": method})


def _place(device: Row, salt: str) -> float:
    """A number from 0 up to 1 that a device always has; those of many devices are spread evenly."""
    return zlib.crc32(f"{salt}/{device['device_name']}/{device['product_key']}".encode()) / 2**32


@lru_cache(maxsize=256)
def _parsed(text: str) -> Profile:
    return json.loads(text)


# Profiles that people write


def check_profile(profile: Any) -> None:
    """Raise ValueError, with a text that says why, where it is no profile."""
    check_section(profile, "the profile", ("delay", "outcome", *_SECTIONS))
    for name, check in _SECTIONS.items():
        if name in profile:
            check(profile[name])


def check_section(part: Any, where: str, members: Iterable[str], outcomes: Iterable[str] = OUTCOMES) -> None:
    """Raise ValueError where ``part`` is no object, has other members, or a delay or an outcome that cannot be."""
    if not isinstance(part, dict):
        raise ValueError(f"{where} is an object")
    members = tuple(members)
    for name in part:
        if name not in members:
            raise ValueError(f"{where} has no {name}: it has {', '.join(members)}")
    if "delay" in part:
        _check_delay(part["delay"], where)
    if "outcome" in part:
        _check_outcome(part["outcome"], where, tuple(outcomes))


def _check_delay(delay: Any, where: str) -> None:
    bounds = delay if isinstance(delay, list) and len(delay) == 2 else [delay]
    if not all(is_number(bound) and 0 <= bound <= _LONGEST_DELAY for bound in bounds) or bounds[0] > bounds[-1]:
        raise ValueError(f"delay of {where} is a number of seconds, or [least, most]")


def _check_outcome(outcome: Any, where: str, outcomes: tuple[str, ...]) -> None:
    shares = outcome if isinstance(outcome, dict) else {outcome: 1} if isinstance(outcome, str) else {"": 1}
    if not all(name in outcomes and is_number(share) and 0 <= share <= 1 for name, share in shares.items()):
        raise ValueError(f"outcome of {where} is one of {', '.join(outcomes)}, or an object of their shares")
    if sum(shares.values()) > 1 + 1e-9:
        raise ValueError(f"the shares in outcome of {where} are more than 1 in all")


def is_number(value: Any) -> bool:
    """Whether a member of a profile is a number."""
    return isinstance(value, int | float) and not isinstance(value, bool)


@section("properties")
def _check_properties(part: Any) -> None:
    check_section(part, "properties", ("delay", "outcome", "values"))
    if not isinstance(part.get("values", {}), dict):
        raise ValueError("values of properties is an object")


@section("services")
def _check_services(part: Any) -> None:
    if not isinstance(part, dict):
        raise ValueError("services is an object of services by identifier")
    for identifier, service in part.items():
        check_section(service, f"services.{identifier}", ("delay", "outcome", "output"))
        if not isinstance(service.get("output", {}), dict):
            raise ValueError(f"output of services.{identifier} is an object")


@section("rrpc")
def _check_rrpc(part: Any) -> None:
    check_section(part, "rrpc", ("delay", "outcome", "payload"), (SUCCEED, STALL))
    if not isinstance(part.get("payload", ""), str):
        raise ValueError("payload of rrpc is a text")


@section("shadow")
def _check_shadow(part: Any) -> None:
    check_section(part, "shadow", ("delay", "outcome"), (SUCCEED, STALL))


@section("reports")
def _check_reports(part: Any) -> None:
    if not isinstance(part, list):
        raise ValueError("reports is a list")
    for report in part:
        check_section(report, "a report", ("every", "times", "properties", "events"))
        if not (is_number(report.get("every")) and 0.001 <= report["every"] <= _LONGEST_DELAY):
            raise ValueError("every of a report is a number of seconds")
        times = report.get("times", 1)
        if isinstance(times, bool) or not isinstance(times, int) or times < 1:
            raise ValueError("times of a report is a number from 1")
        if not all(isinstance(report.get(name, {}), dict) for name in ("properties", "events")):
            raise ValueError("properties and events of a report are objects")
