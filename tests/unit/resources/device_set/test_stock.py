# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A minimum number of devices with generated names."""

from __future__ import annotations

import csv

import pytest


@pytest.fixture
def stock(account):
    """A function that runs the module iot_device_stock and returns its result."""

    def stock(check_mode: bool = False, **options) -> dict:
        from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

        from ansible_collections.iotops.aliyun.plugins.module_utils.engine.runner import execute
        from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.stock import StockEntry

        entry = StockEntry()
        validated = ArgumentSpecValidator(entry.argument_spec()).validate({"product": "lamps", **options})
        assert not validated.error_messages, validated.error_messages
        account.sent.clear()
        client = account.client(entry.families)
        return execute(entry, validated.validated_parameters, check_mode, lambda *_args: client)

    return stock


def test_missing_devices_are_registered_once(account, stock, tmp_path):
    account.devices(["lamp-1", "lamp-2"])
    in_check_mode = stock(True, count=60)
    assert not account.written()
    assert (in_check_mode["changed"], in_check_mode["diff"]["after"]) == (True, {"devices": 60})
    path = tmp_path / "stock.csv"
    result = stock(count=60, secrets_file=str(path))
    assert len(set(result["created"])) == 58
    with open(path, encoding="utf-8", newline="") as file:
        assert sorted(row["device_name"] for row in csv.DictReader(file)) == result["created"]
    assert in_check_mode["estimate"]["operations"] == {
        "BatchRegisterDevice": 1,
        "QueryBatchRegisterDeviceStatus": 1,
        "QueryPageByApplyId": 2,
    }
    assert account.sent["QueryPageByApplyId"] == 2
    for count in (60, 10, 0):
        assert stock(count=count)["changed"] is False
        assert not account.written()
    assert account.api("QueryDevice", ProductKey=account.key)["Total"] == 60


def test_many_missing_devices_are_registered_in_several_batches(account, stock):
    assert len(stock(count=2300)["created"]) == 2300
    assert account.written() == {"BatchRegisterDevice": 3}


def test_registration_with_lost_response_fails_and_is_not_repeated(account, stock):
    def lose(action, params):
        if action == "BatchRegisterDevice":
            from ansible_collections.iotops.aliyun.plugins.module_utils.client.errors import TransportError

            account.after = lambda action, params: None
            raise TransportError("no response", ambiguous=True)

    account.after = lose
    result = stock(count=5)
    assert result["failed"] is True
    assert "Run the task again" in result["msg"]
    account.advance(60)
    assert stock(count=5)["changed"] is False


def test_invalid_options_fail(account, stock):
    assert "count must be 0 or more" in stock(count=-1)["msg"]
    assert "secrets_file must be an absolute path" in stock(count=1, secrets_file="x.csv")["msg"]
    assert "the product none does not exist" in stock(count=1, product="none")["msg"]
    assert stock(True, count=1, product="none")["pending"] == ["the product none does not exist yet"]
