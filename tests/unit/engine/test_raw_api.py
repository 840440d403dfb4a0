# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of calls of any operation."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.client.errors import InvalidRequest
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.raw_api import RawApiEntry, hide_secrets
from ansible_collections.iotops.aliyun.tests.unit.engine.fakes import FakeClient

ENTRY = RawApiEntry()


def call(client, operation, check_mode=False, all_pages=False, include_secrets=False, **params) -> dict:
    options = {"operation": operation, "params": params, "all_pages": all_pages, "include_secrets": include_secrets}
    return ENTRY.run(options, client, check_mode)


def test_raw_api_catalogue_has_all_operations():
    assert len(list(ENTRY.catalogue())) == 277


def test_raw_api_read_is_unchanged_and_sent_in_check_mode():
    for check_mode in (False, True):
        result = call(FakeClient({}), "QueryBox", check_mode, BoxId="box-1")
        assert (result["changed"], result["calls"]) == (False, 1)
        assert result["reply"]["Data"]["BoxName"] == "b1"


def test_raw_api_write_is_changed():
    client = FakeClient({})
    assert call(client, "LockBox", BoxId="box-1") == {"changed": True, "reply": {}, "calls": 1}
    assert client.box()["Locked"]


def test_raw_api_write_in_check_mode_is_not_sent():
    client = FakeClient({})
    client.read_only = True
    result = call(client, "LockBox", check_mode=True, BoxId="box-1")
    assert result == {
        "changed": True,
        "msg": "LockBox changes the account and was not called in check mode",
        "calls": 0,
    }


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize("params", [{}, {"BoxId": "box-1", "Lid": 1}, {"BoxId": ["box-1"]}])
def test_raw_api_invalid_parameters_fail(params, check_mode):
    client = FakeClient({})
    with pytest.raises(InvalidRequest):
        call(client, "LockBox", check_mode, **params)
    assert client.log == []


def test_raw_api_all_pages_returns_one_list():
    client = FakeClient({"name": "b1"}, {"name": "b2"}, {"name": "b3"})
    result = call(client, "ListBoxes", all_pages=True)
    assert [box["BoxName"] for box in result["elements"]] == ["b1", "b2", "b3"]
    assert result["calls"] == 2
    assert "reply" not in result


def test_raw_api_all_pages_of_unpaged_operation_fails():
    with pytest.raises(InvalidValue, match=r"^all_pages cannot be used: QueryBox is not paged\. Remove it$") as caught:
        call(FakeClient({}), "QueryBox", all_pages=True, BoxId="box-1")
    assert caught.value.field == "all_pages"


def test_raw_api_secrets_are_hidden_unless_requested(monkeypatch):
    response = {
        "Data": {"List": [{"DeviceSecret": "s3cret", "Name": "d1"}, {"DeviceSecret": ""}]},
        "ProductSecret": "s3cret",
    }
    hidden = {"Data": {"List": [{"DeviceSecret": "(hidden)", "Name": "d1"}, {"DeviceSecret": ""}]}}
    assert hide_secrets(response) == {**hidden, "ProductSecret": "(hidden)"}
    monkeypatch.setattr(FakeClient, "_QueryBox", lambda self, BoxId: response)
    assert call(FakeClient(), "QueryBox", BoxId="x")["reply"] == hide_secrets(response)
    assert call(FakeClient(), "QueryBox", include_secrets=True, BoxId="x")["reply"] == response
