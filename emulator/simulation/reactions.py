# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Simulate responses to property and service commands, RRPC requests and shadow updates."""

from __future__ import annotations

from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.store import Row
from ansible_collections.iotops.aliyun.emulator.simulation.simulated import (
    FAIL,
    STALL,
    SUCCEED,
    Profile,
    delay_of,
    outcome_of,
    publish,
    reaction,
    section_of,
)

#: The shortest response time of a device, in milliseconds. Without it, a rule that forwards reports of a device as
#: property commands to the same device would create an endless loop without any time passing.
MIN_DELAY = 10

_SUCCESS = 200
_FAILURE = 400


@reaction("/sys/{pk}/{dn}/thing/service/property/set")
def _set_properties(ctx: Context, device: Row, profile: Profile, match: dict[str, str], message: Row) -> None:
    """Respond and then report the properties, as a real device does."""
    if _respond(ctx, device, section_of(profile, "properties"), f"{match['topic']}_reply", message) != SUCCEED:
        return
    topic = f"/sys/{device['product_key']}/{device['device_name']}/thing/event/property/post"
    report = {
        "id": "0",
        "version": "1.0",
        "params": message.get("params", {}),
        "method": "thing.event.property.post",
    }
    publish(ctx, device, topic, report, _delay(section_of(profile, "properties"), device))


@reaction("/sys/{pk}/{dn}/thing/service/{service}")
def _run_service(ctx: Context, device: Row, profile: Profile, match: dict[str, str], message: Row) -> None:
    part = section_of(profile, "services", match["service"])
    _respond(ctx, device, part, f"{match['topic']}_reply", message)


@reaction("/ext/rrpc/{request}/sys/{pk}/{dn}/thing/service/{service}")
def _run_service_synchronously(
    ctx: Context, device: Row, profile: Profile, match: dict[str, str], message: Row
) -> None:
    """Respond to a synchronous service call on the topic of the call."""
    _respond(ctx, device, section_of(profile, "services", match["service"]), match["topic"], message)


@reaction("/sys/{pk}/{dn}/rrpc/request/{request}", raw=True)
def _respond_to_rrpc(ctx: Context, device: Row, profile: Profile, match: dict[str, str], message: bytes) -> None:
    topic = f"/sys/{device['product_key']}/{device['device_name']}/rrpc/response/{match['request']}"
    _echo(ctx, device, profile, topic, message)


@reaction("/ext/rrpc/{request}/{path*}", raw=True)
def _respond_to_custom_rrpc(ctx: Context, device: Row, profile: Profile, match: dict[str, str], message: bytes) -> None:
    _echo(ctx, device, profile, match["topic"], message)


@reaction("/shadow/get/{pk}/{dn}")
def _apply_desired(ctx: Context, device: Row, profile: Profile, _match: dict[str, str], message: Row) -> None:
    """Report the desired state of the shadow as the reported state."""
    part = section_of(profile, "shadow")
    desired = message["payload"].get("state", {}).get("desired")
    if message["method"] != "control" or not desired or outcome_of(part, device) != SUCCEED:
        return
    state = {"reported": desired, "desired": "null"}
    update = {"method": "update", "state": state, "version": message["version"] + 1}
    topic = f"/shadow/update/{device['product_key']}/{device['device_name']}"
    publish(ctx, device, topic, update, _delay(part, device))


def _respond(ctx: Context, device: Row, part: Profile, topic: str, message: Row) -> str:
    """Respond to a message of the thing model, and return the outcome."""
    outcome = outcome_of(part, device)
    if outcome != STALL:
        failed = outcome == FAIL
        response = {
            "id": message.get("id", ""),
            "code": _FAILURE if failed else _SUCCESS,
            "data": {} if failed else part.get("output", {}),
            "message": "failed" if failed else "success",
            "version": "1.0",
        }
        publish(ctx, device, topic, response, _delay(part, device))
    return outcome


def _echo(ctx: Context, device: Row, profile: Profile, topic: str, message: bytes) -> None:
    """Respond to an RRPC request with the payload of the profile, or with the request itself."""
    part = section_of(profile, "rrpc")
    if outcome_of(part, device) == SUCCEED:
        publish(ctx, device, topic, part.get("payload", message), _delay(part, device))


def _delay(part: Profile, device: Row) -> int:
    return max(MIN_DELAY, delay_of(part, device))
