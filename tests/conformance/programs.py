# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Handle missing programs that a few tests need."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def stop_without_program(message: str) -> NoReturn:
    """Skip the test because a program is not installed, or fail it in CI, which must have all of them."""
    stop = pytest.fail if os.environ.get("CI", "").lower() not in ("", "0", "false") else pytest.skip
    stop(message)
