# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Runs with modified responses: nothing is written on the basis of a malformed one. `make bench` runs more of them."""

from __future__ import annotations

import pytest

from .plans import modified
from .responses import check_modified

NUMBER = 324


@pytest.fixture(scope="session")
def recorded() -> dict[str, list[bytes]]:
    """The responses of the runs without faults, by case."""
    return {}


@pytest.mark.parametrize("number", range(NUMBER))
def test_task_with_modified_response_fails_or_is_right(stage, recorded, number):
    case, modification = modified(stage, number, recorded)
    print(f"Run it alone: pytest tests/faults/test_responses.py -k '[{number}]'\n{case.name} {modification}")
    if modification is None:
        # The case has no response with a member of this kind, such as a list.
        assert not case.reference.result.get("failed")
        return
    check_modified(stage, case, modification)
