# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What simulated devices do that are to take speeches, to speak or to print.

They do so according to the sections ``speech`` and ``print`` of their profile::

    {
        "speech": {"outcome": {"fail": 0.1, "stall": 0.1}, "error": {"code": "2", "message": "download failed"}},
        "print": {"outcome": "fail", "error": {"code": "3", "message": "paper jam"}}
    }

``error`` is what a device says that fails; without it that is what such devices say most of the time. One that stalls
says nothing, and has not done it either. How long a device takes cannot be said: the platform's own time is all it has.
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

#: The sections.
SPEECH = "speech"
PRINT = "print"


class DeviceError(NamedTuple):
    """An error that a device reports."""

    code: str
    message: str


class Done(NamedTuple):
    """What a device did: an outcome of ``simulated``, and the error that it reports where it failed."""

    outcome: str
    error: DeviceError | None


def perform(ctx: Context, device: Row, name: str, usual: DeviceError) -> Done:
    """What a device does that is told to do something; ``usual`` is its error where its profile has none.

    ``name`` is a section. A device that is not simulated is believed to do all that it is told.
    """
    profile = profile_of(ctx, device)
    return Done(SUCCEED, None) if profile is None else perform_simulated(profile, device, name, usual)


def perform_simulated(profile: Profile, device: Row, name: str, usual: DeviceError) -> Done:
    """As ``done``, of a simulated device."""
    part = section_of(profile, name)
    outcome = outcome_of(part, device, name)
    if outcome != FAIL:
        return Done(outcome, None)
    return Done(outcome, DeviceError(**part["error"]) if "error" in part else usual)


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
    if not (isinstance(error, dict) and set(error) == members and all(isinstance(it, str) for it in error.values())):
        raise ValueError(f"error of {name} is an object with the texts code and message")
