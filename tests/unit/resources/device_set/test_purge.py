# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The deletion of devices that the task does not list."""

from __future__ import annotations

import pytest

from .conftest import NAMES, rows


def test_purge_within_limit_deletes_unlisted_devices(account):
    account.devices(NAMES[:20])
    result = account.run(devices=rows(NAMES[:18]), purge=True)
    assert result["deleted"] == NAMES[18:20]
    assert account.run(devices=rows(NAMES[:18]), purge=True)["changed"] is False


@pytest.mark.parametrize("limit", ["10%", "2", "0"])
def test_purge_above_limit_fails_before_write(account, limit):
    account.devices(NAMES[:20])
    result = account.run(devices=rows(["lamp-new", *NAMES[:17]]), purge=True, purge_limit=limit)
    assert result["failed"] is True
    assert "3 devices are not listed and would be deleted" in result["msg"]
    assert not account.written()


def test_purge_with_limit_of_100_percent_deletes_all_devices(account):
    account.devices(NAMES[:20])
    result = account.run(devices=[], purge=True, purge_limit="100%")
    assert result["counts"]["deleted"] == 20


def test_purge_does_not_delete_devices_of_other_products(account):
    other = account.api("CreateProduct", ProductName="others", NodeType=0)["Data"]["ProductKey"]
    account.api("RegisterDevice", ProductKey=other, DeviceName=NAMES[5])
    account.devices(NAMES[:2])
    account.run(devices=[], purge=True, purge_limit="100%")
    assert account.api("QueryDevice", ProductKey=other)["Total"] == 1
