# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What simulated devices do when they are told to set properties, to run services, and when they are asked."""

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

#: What a device takes for an answer at least, in milliseconds. Without it a rule that lets a device's report set the
#: properties of the same device would keep it busy for ever at one moment.
SHORTEST_DELAY = 10

_SUCCESS = 200
_FAILURE = 400


@reaction("/sys/{pk}/{dn}/thing/service/property/set")
def _set_properties(ctx: Context, device: Row, profile: Profile, match: dict[str, str], message: Row) -> None:
    """Answers and then reports the properties, as a real device does."""
    if _answer(ctx, device, section_of(profile, "properties"), f"{match['topic']}_reply", message) != SUCCEED:
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
    _answer(ctx, device, part, f"{match['topic']}_reply", message)


@reaction("/ext/rrpc/{request}/sys/{pk}/{dn}/thing/service/{service}")
def _run_service_at_once(ctx: Context, device: Row, profile: Profile, match: dict[str, str], message: Row) -> None:
    """A synchronous service is answered on the topic on which it was called."""
    _answer(ctx, device, section_of(profile, "services", match["service"]), match["topic"], message)


@reaction("/sys/{pk}/{dn}/rrpc/request/{request}", raw=True)
def _answer_rrpc(ctx: Context, device: Row, profile: Profile, match: dict[str, str], message: bytes) -> None:
    topic = f"/sys/{device['product_key']}/{device['device_name']}/rrpc/response/{match['request']}"
    _answer_question(ctx, device, profile, topic, message)


@reaction("/ext/rrpc/{request}/{asked*}", raw=True)
def _answer_custom_rrpc(ctx: Context, device: Row, profile: Profile, match: dict[str, str], message: bytes) -> None:
    _answer_question(ctx, device, profile, match["topic"], message)


@reaction("/shadow/get/{pk}/{dn}")
def _take_over_desired(ctx: Context, device: Row, profile: Profile, _match: dict[str, str], message: Row) -> None:
    """What the shadow wants becomes what the device reports."""
    part = section_of(profile, "shadow")
    desired = message["payload"].get("state", {}).get("desired")
    if message["method"] != "control" or not desired or outcome_of(part, device) != SUCCEED:
        return
    state = {"reported": desired, "desired": "null"}
    update = {"method": "update", "state": state, "version": message["version"] + 1}
    topic = f"/shadow/update/{device['product_key']}/{device['device_name']}"
    publish(ctx, device, topic, update, _delay(part, device))


def _answer(ctx: Context, device: Row, part: Profile, topic: str, message: Row) -> str:
    """Answer a message of the thing model, and return what the device did."""
    outcome = outcome_of(part, device)
    if outcome != STALL:
        failed = outcome == FAIL
        answer = {
            "id": message.get("id", ""),
            "code": _FAILURE if failed else _SUCCESS,
            "data": {} if failed else part.get("output", {}),
            "message": "failed" if failed else "success",
            "version": "1.0",
        }
        publish(ctx, device, topic, answer, _delay(part, device))
    return outcome


def _answer_question(ctx: Context, device: Row, profile: Profile, topic: str, message: bytes) -> None:
    part = section_of(profile, "rrpc")
    if outcome_of(part, device) == SUCCEED:
        publish(ctx, device, topic, part.get("payload", message), _delay(part, device))


def _delay(part: Profile, device: Row) -> int:
    return max(SHORTEST_DELAY, delay_of(part, device))
