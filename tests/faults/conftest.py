# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The account against which all schedules of a process run."""

from __future__ import annotations

import pytest

from .account import Account, FakeTime, replace_time
from .stage import Stage


@pytest.fixture(scope="session")
def stage(tmp_path_factory):
    """The cases of all samples, in an account whose clock advances when a task sleeps."""
    file = tmp_path_factory.mktemp("faults") / "lamp.bin"
    file.write_bytes(b"firmware")
    account = Account()
    patch = pytest.MonkeyPatch()
    time = FakeTime(account)
    replace_time(time, patch.setattr)
    yield Stage(account, time, str(file))
    patch.undo()
    account.close()
