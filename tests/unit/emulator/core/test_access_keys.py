# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Test the AccessKeys of the emulated account."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.emulator.core.access_keys import TOLERANCE, AccessKeys

NOW = 1_700_000_000


def test_secret_of_unknown_key_is_none():
    keys = AccessKeys({"id": "secret"})
    assert (keys.secret("id"), keys.secret("other"), keys.secret("")) == ("secret", None, None)


@pytest.mark.parametrize(
    ("difference", "is_current"),
    [(0, True), (TOLERANCE, True), (-TOLERANCE, True), (TOLERANCE + 1, False), (-TOLERANCE - 1, False)],
)
def test_timestamp_is_current_within_tolerance(difference, is_current):
    assert AccessKeys({}, clock=lambda: NOW).is_current(NOW + difference) is is_current
