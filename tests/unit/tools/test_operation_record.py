# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The record of the operations that each module sends."""

from __future__ import annotations

import json

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.api.families import FAMILIES
from ansible_collections.iotops.aliyun.plugins.module_utils.client.errors import InvalidRequest

from ...integration import operation_record, option_coverage
from ...integration.operation_record import outdated, read_record, unrecorded, write_record

OPERATIONS = {name for family in FAMILIES for name in family.OPERATIONS}


class FakeClient:
    """A client that knows one operation."""

    def check(self, name, params):
        if name != "QueryProduct":
            raise InvalidRequest(f"unknown operation {name}")

    def call(self, name, params=None):
        return {"name": name, "params": params}


@pytest.fixture
def sent(monkeypatch):
    """Replace the operations of this process with an empty dictionary, and return it."""
    monkeypatch.setattr(operation_record, "SENT", {})
    return operation_record.SENT


def test_operation_of_module_is_recorded_and_called(sent):
    client = operation_record.record_operations(FakeClient(), "iot_product")
    assert client.call("QueryProduct", {"a": 1}) == {"name": "QueryProduct", "params": {"a": 1}}
    assert sent == {"iot_product": {"QueryProduct"}}


def test_operation_with_invalid_parameters_is_not_recorded(sent):
    client = operation_record.record_operations(FakeClient(), "iot_product")
    with pytest.raises(InvalidRequest):
        client.call("Unknown")
    assert sent == {}


@pytest.mark.parametrize("module", ["iot_api", "iot_fleet_plan"])
def test_operation_of_a_module_that_sends_those_of_others_is_not_recorded(sent, module):
    client = operation_record.record_operations(FakeClient(), module)
    assert client.call("QueryProduct")["name"] == "QueryProduct"
    assert sent == {}


def test_record_of_complete_run_is_replaced(tmp_path):
    path = tmp_path / "record.json"
    write_record({"iot_b": {"Z", "A"}, "iot_a": {"M"}}, True, path)
    assert path.read_text(encoding="utf-8") == json.dumps({"iot_a": ["M"], "iot_b": ["A", "Z"]}, indent=2) + "\n"
    write_record({"iot_c": {"X"}}, True, path)
    assert read_record(path) == {"iot_c": {"X"}}


def test_record_of_partial_run_is_extended(tmp_path):
    path = tmp_path / "record.json"
    assert read_record(path) == {}
    write_record({"iot_a": {"M"}}, False, path)
    write_record({"iot_a": {"N"}, "iot_b": {"A"}}, False, path)
    assert read_record(path) == {"iot_a": {"M", "N"}, "iot_b": {"A"}}


def test_unrecorded_operation_is_reported_with_command():
    (line,) = unrecorded({"iot_a": {"M", "N"}, "iot_b": {"A"}}, {"iot_a": {"M"}, "iot_b": {"A"}})
    assert line == "iot_a: recorded_operations.json does not contain N; run `make record-operations`"
    (line,) = unrecorded({"iot_c": {"X", "B"}}, {})
    assert line == "iot_c: recorded_operations.json does not contain B, X; run `make record-operations`"


def test_outdated_operation_is_reported_with_command():
    (line,) = outdated({"iot_a": {"M"}}, {"iot_a": {"M"}, "iot_b": {"A"}})
    assert line == "iot_b: recorded_operations.json contains A, which no test sent; run `make record-operations`"


def test_committed_record_contains_existing_modules_and_operations():
    record = read_record()
    assert set(record) <= set(option_coverage.all_modules()) - set(operation_record.EXCLUDED)
    assert set().union(*record.values()) <= OPERATIONS


def test_committed_record_contains_every_operation():
    assert set().union(*read_record().values()) == OPERATIONS
