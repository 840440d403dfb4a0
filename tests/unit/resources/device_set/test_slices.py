# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Slices of a device set."""

from __future__ import annotations

import pytest

from .conftest import NAMES, rows


def test_slices_together_create_all_devices(account):
    results = [account.run(devices=rows(tags={"a": "1"}), slice=f"{number}/5") for number in range(1, 6)]
    created = [name for result in results for name in result["created"]]
    assert sorted(created) == NAMES
    assert all(10 < len(result["created"]) < 40 for result in results)
    assert account.run(devices=rows(tags={"a": "1"}))["changed"] is False


def test_purge_with_slice_deletes_only_devices_of_the_slice(account):
    account.devices(NAMES)
    kept = rows(NAMES[:100])
    deleted = [account.run(devices=kept, purge=True, purge_limit="50%", slice=f"{n}/3")["deleted"] for n in (1, 2, 3)]
    assert sorted(name for part in deleted for name in part) == NAMES[100:]
    assert all(deleted)


@pytest.mark.parametrize("slice_", ["0/5", "6/5", "5", "1/0", "a/b", "1/5/7", "-1/5"])
def test_slice_with_invalid_value_fails(account, slice_):
    assert "slice must be the number of a part" in account.run(devices=[], slice=slice_)["msg"]
