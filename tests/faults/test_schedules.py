# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Runs with faults: each one converges or reports correctly what it did. `make bench` runs more of them."""

from __future__ import annotations

import pytest

from .checks import check_schedule
from .plans import numbered

NUMBER = 204


@pytest.mark.parametrize("number", range(NUMBER))
def test_task_with_faults_reports_what_it_did_and_converges(stage, number):
    schedule = numbered(stage, number)
    print(f"Run this schedule alone: pytest tests/faults/test_schedules.py -k '[{number}]'\n{schedule}")
    check_schedule(stage, schedule)
