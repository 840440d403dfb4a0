# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A minimum number of devices with generated names."""

from __future__ import annotations

import csv
import json

import pytest


@pytest.fixture
def stock(account, tmp_path, monkeypatch):
    """A function that runs the module iot_device_stock and returns its result."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))

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


def fail_once(account, operation: str, error: Exception, after: bool = False) -> None:
    """Make the next call of an operation fail, before or after the platform carries it out."""

    def fail(action, params):
        if action == operation:
            account.before = account.after = lambda action, params: None
            raise error

    if after:
        account.after = fail
    else:
        account.before = fail


@pytest.fixture
def no_response():
    from ansible_collections.iotops.aliyun.plugins.module_utils.client.errors import TransportError

    return TransportError("no response", ambiguous=True)


@pytest.fixture
def refused():
    from ansible_collections.iotops.aliyun.plugins.module_utils.client.errors import ApiError

    return ApiError("not authorized", code="Forbidden.RAM", category="auth")


def devices(account) -> int:
    return account.api("QueryDevice", ProductKey=account.key)["Total"]


def test_devices_of_request_with_lost_response_are_found_and_not_requested_again(account, stock, no_response, tmp_path):
    account.devices(["lamp-1"])
    fail_once(account, "BatchRegisterDevice", no_response, after=True)
    path = tmp_path / "stock.csv"
    result = stock(count=6, secrets_file=str(path))
    assert (len(result["created"]), result["existing"], devices(account)) == (5, 1, 6)
    assert "lamp-1" not in result["created"]
    assert account.written() == {"BatchRegisterDevice": 1}
    with open(path, encoding="utf-8", newline="") as file:
        assert sorted(row["device_name"] for row in csv.DictReader(file)) == result["created"]


def test_stock_after_lost_poll_continues_batch_and_saves_its_secrets(account, stock, refused, tmp_path):
    fail_once(account, "QueryBatchRegisterDeviceStatus", refused)
    path = tmp_path / "stock.csv"
    first = stock(count=500, secrets_file=str(path))
    assert (first["failed"], first["changed"]) == (True, True)
    assert "The platform may still register 500 devices: run the task again on this host" in first["msg"]
    in_check_mode = stock(True, count=500)
    assert in_check_mode["changed"]
    assert in_check_mode["diff"]["after"] == {"devices": 500}
    second = stock(count=500, secrets_file=str(path))
    assert (second["changed"], second["existing"], len(second["created"])) == (True, 0, 500)
    assert not account.written()
    assert devices(account) == 500
    with open(path, encoding="utf-8", newline="") as file:
        assert len(list(csv.DictReader(file))) == 500
    assert not stock(count=500)["changed"]


def test_stock_after_lost_poll_registers_only_what_the_batch_lacks(account, stock, refused):
    fail_once(account, "QueryBatchRegisterDeviceStatus", refused)
    assert stock(count=20)["failed"]
    result = stock(count=30)
    assert len(result["created"]) == 30
    assert account.written() == {"BatchRegisterDevice": 1}
    assert devices(account) == 30


def test_stock_requests_batch_again_if_lost_request_was_not_executed(account, stock, no_response, monkeypatch):
    from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set import stock as module

    monkeypatch.setattr(module, "SETTLE_TIMEOUT", 0.0)
    fail_once(account, "BatchRegisterDevice", no_response)
    first = stock(count=5)
    assert first["failed"]
    assert "may still register 5 devices" in first["msg"]
    assert len(stock(count=5)["created"]) == 5
    assert devices(account) == 5


def test_open_batch_that_the_platform_does_not_have_is_forgotten(account, stock, refused, tmp_path):
    fail_once(account, "QueryBatchRegisterDeviceStatus", refused)
    assert stock(count=20)["failed"]
    (path,) = tmp_path.glob("*/batches-*/open.json")
    (batch,) = json.loads(path.read_text())
    path.write_text(json.dumps([{**batch, "apply_id": 7}]))
    assert stock(True, count=20)["diff"]["after"] == {"devices": 20}
    account.advance(60)
    assert stock(count=20)["created"] == []
    assert not path.exists()
    assert devices(account) == 20


def test_damaged_record_of_open_batches_is_ignored(tmp_path):
    from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set import open_batches

    recorded = open_batches.OpenBatches(str(tmp_path), "http://127.0.0.1:1", "pk")
    recorded.add(0, 5)
    (path,) = tmp_path.glob("batches-*/open.json")
    again = open_batches.OpenBatches(str(tmp_path), "http://127.0.0.1:1", "pk")
    with again.lock():
        assert [batch.count for batch in again.batches] == [5]
    for damaged in ("{", '[{"unknown": 1}]', "7"):
        path.write_text(damaged)
        other = open_batches.OpenBatches(str(tmp_path), "http://127.0.0.1:1", "pk")
        other.load()
        assert other.batches == []


def test_without_shared_directory_batches_are_kept_in_memory():
    from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set import open_batches

    recorded = open_batches.OpenBatches(None, "http://127.0.0.1:1", "pk")
    with recorded.lock():
        batch = recorded.add(0, 5)
        assert recorded.batches == [batch]
        recorded.remove(batch)
    assert recorded.batches == []


def test_invalid_options_fail(account, stock):
    assert "count must be 0 or more" in stock(count=-1)["msg"]
    assert "secrets_file must be an absolute path" in stock(count=1, secrets_file="x.csv")["msg"]
    assert "the product none does not exist" in stock(count=1, product="none")["msg"]
    assert stock(True, count=1, product="none")["pending"] == ["the product none does not exist yet"]
