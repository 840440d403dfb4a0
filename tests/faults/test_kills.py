# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A few killed and interrupted tasks; `make bench` runs more of them."""

from __future__ import annotations

import signal

import pytest

from .kills import check_signal

CASES = [("product", "change"), ("rule", "create"), ("parser", "delete"), ("devices", "create")]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT], ids=["SIGKILL", "SIGINT"])
@pytest.mark.parametrize("case", CASES, ids="-".join)
def test_task_that_gets_a_signal_converges_in_the_next_run(stage, case, number):
    for seed in range(2):
        check_signal(stage, stage.case(*case), seed, number)
