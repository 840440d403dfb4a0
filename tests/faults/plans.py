# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The numbered schedules: consecutive numbers go through all cases, and through all kinds of faults for each case."""

from __future__ import annotations

from .schedules import KINDS, Schedule, is_possible, make_schedule
from .stage import Stage


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
