# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Simulate devices that receive speech, play speech or print.

The behavior is defined in the sections ``speech`` and ``print`` of the profile::

    {
        "speech": {"outcome": {"fail": 0.1, "stall": 0.1}, "error": {"code": "2", "message": "download failed"}},
        "print": {"outcome": "fail", "error": {"code": "3", "message": "paper jam"}}
    }

``error`` is the error that a failing device reports; if not set, the most common error of such devices. A stalling
device does not respond and does not perform the action. A delay cannot be set: only the processing time of the platform
applies.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.store import Row
from ansible_collections.iotops.aliyun.emulator.simulation.simulated import (
    FAIL,
    SUCCEED,
    Profile,
    check_section,
    outcome_of,
    profile_of,
    section,
    section_of,
)

#: Names of the sections.
SPEECH = "speech"
PRINT = "print"


class DeviceError(NamedTuple):
    """An error that a device reports."""

    code: str
    message: str


class ActionResult(NamedTuple):
    """The result of an action: an outcome of ``simulated``, and the error that the device reports if it failed."""

    outcome: str
    error: DeviceError | None


def perform(ctx: Context, device: Row, name: str, default_error: DeviceError) -> ActionResult:
    """Return the result of an action of a device. A device that is not simulated always succeeds.

    Args:
        ctx: the context.
        device: the row of the device.
        name: the section of the profile.
        default_error: the error of a failing device whose profile has no error.
    """
    profile = profile_of(ctx, device)
    if profile is None:
        return ActionResult(SUCCEED, None)
    return perform_simulated(profile, device, name, default_error)


def perform_simulated(profile: Profile, device: Row, name: str, default_error: DeviceError) -> ActionResult:
    """Return the result of an action of a simulated device; see ``perform``."""
    part = section_of(profile, name)
    outcome = outcome_of(part, device, name)
    if outcome != FAIL:
        return ActionResult(outcome, None)
    return ActionResult(outcome, DeviceError(**part["error"]) if "error" in part else default_error)


@section(SPEECH)
def _check_speech(part: Any) -> None:
    _check(part, SPEECH)


@section(PRINT)
def _check_print(part: Any) -> None:
    _check(part, PRINT)


def _check(part: Any, name: str) -> None:
    check_section(part, name, ("outcome", "error"))
    error = part.get("error", {"code": "", "message": ""})
    members = set(DeviceError._fields)
    if not (
        isinstance(error, dict) and set(error) == members and all(isinstance(text, str) for text in error.values())
    ):
        raise ValueError(f"error of {name} must be an object with the strings code and message")
