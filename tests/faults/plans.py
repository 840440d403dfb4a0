# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The numbered schedules and modifications: consecutive numbers go through all cases, and all kinds for each."""

from __future__ import annotations

from . import responses
from .responses import Modification, modify, record_responses
from .schedules import KINDS, Schedule, is_possible, make_schedule
from .stage import Case, Stage


def numbered(stage: Stage, number: int) -> Schedule:
    """Return the schedule of a number, which is also its seed."""
    names = stage.names()
    case = stage.case(*names[number % len(names)])
    turn = number // len(names)
    # Neighboring cases get different kinds, so that any range of numbers has all kinds.
    first = (number % len(names)) * 5 + turn
    kind = next(
        kind for kind in (KINDS[(first + step) % len(KINDS)] for step in range(len(KINDS))) if is_possible(case, kind)
    )
    return make_schedule(number, case, kind)


def modified(stage: Stage, number: int, recorded: dict[str, list[bytes]]) -> tuple[Case, Modification | None]:
    """Return the case and the modification of a number, which is also its seed; None if the case has no such member.

    Args:
        stage: The stage.
        number: The number.
        recorded: The responses of earlier cases, by case; those of this case are added.
    """
    names = stage.names()
    case = stage.case(*names[number % len(names)])
    if case.name not in recorded:
        recorded[case.name] = record_responses(stage, case)
    kind = responses.KINDS[(number + number // len(names)) % len(responses.KINDS)]
    return case, modify(number, case, kind, recorded[case.name])
