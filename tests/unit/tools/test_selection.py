# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A session is complete only if it runs all integration tests."""

from __future__ import annotations

import pytest

from ...integration.selection import HERE, Selection

FILES = {path.name for path in HERE.glob("test_*.py")}


@pytest.mark.parametrize(
    ("selection", "complete"),
    [
        (Selection(FILES), True),
        (Selection(FILES | {"test_other.py"}), True),
        (Selection(FILES - {"test_actions.py"}), False),
        (Selection(FILES, deselected=True), False),
        (Selection(FILES, single=True), False),
        (Selection(), False),
    ],
)
def test_selection_is_complete_with_all_files_and_tests(selection, complete):
    assert selection.complete is complete


def test_selection_of_worker_is_merged():
    selection = Selection()
    selection.merge(Selection({"test_actions.py"}, deselected=True).as_dict())
    assert selection == Selection({"test_actions.py"}, deselected=True)
