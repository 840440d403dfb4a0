# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of named snapshots of the state."""

from __future__ import annotations

import json
import signal
import time

import pytest

from ansible_collections.iotops.aliyun.emulator.http import snapshots
from ansible_collections.iotops.aliyun.emulator.http.snapshots import Snapshots, requested_name

# Starts servers.
pytestmark = pytest.mark.server


def create(server, name: str) -> str:
    status, reply = server.call("CreateProduct", ProductName=name, NodeType=0)
    assert (status, reply["Success"]) == (200, True)
    return reply["ProductKey"]


def names(server) -> set[str]:
    data = server.call("QueryProductList", CurrentPage=1, PageSize=50)[1]["Data"]
    return {product["ProductName"] for product in data["List"]["ProductInfo"]}


def snapshot(server, name: str = "base") -> dict:
    return server.control("POST", "snapshot", {"name": name})


def restore(server, name: str = "base") -> None:
    server.control("POST", "restore", {"name": name})


def tables(server) -> dict:
    return server.control("GET", "state")


def test_restore_returns_to_stored_state_any_number_of_times(server):
    key = create(server, "light")
    server.control("POST", "devices", {"product": key, "count": 20})
    before = tables(server)
    snapshot(server)
    for number in range(3):
        create(server, f"other_{number}")
        server.call("DeleteDevice", ProductKey=key, DeviceName="sim00001")
        assert tables(server) != before
        restore(server)
        assert tables(server) == before


def test_snapshots_are_independent(server):
    create(server, "first")
    snapshot(server, "one")
    create(server, "second")
    snapshot(server, "two")
    for name, expected in (("one", {"first"}), ("two", {"first", "second"}), ("one", {"first"})):
        restore(server, name)
        assert names(server) == expected


def test_snapshot_with_same_name_is_replaced(server):
    snapshot(server)
    create(server, "light")
    snapshot(server)
    server.control("POST", "reset")
    restore(server)
    assert names(server) == {"light"}
    assert len([one for one in server.control("GET", "snapshots")["snapshots"] if one["name"] == "base"]) == 1


def test_restore_resets_everything_that_reset_does(server):
    snapshot(server)
    server.control("PUT", "faults", [{"code": "InternalError"}])
    server.control("PUT", "latency", {"milliseconds": 1})
    server.control("POST", "clock", {"advance": 86400})
    server.call("QueryProductList", CurrentPage=1, PageSize=10)
    seq = server.control("GET", "calls")["calls"][-1]["seq"]
    restore(server)
    assert server.control("GET", "calls")["calls"] == []
    assert server.control("GET", "latency")["milliseconds"] == 0
    assert server.control("POST", "clock", {"advance": 0})["now"] < (time.time() + 3600) * 1000
    assert server.call("QueryProductList", CurrentPage=1, PageSize=10)[0] == 200
    assert server.control("GET", "calls")["calls"][0]["seq"] == seq + 1


def test_restore_returns_clock_to_offset_of_snapshot(server):
    server.control("POST", "clock", {"advance": 86400})
    snapshot(server)
    server.control("POST", "clock", {"advance": 86400})
    restore(server)
    ahead = server.control("POST", "clock", {"advance": 0})["now"] / 1000 - time.time()
    assert 86400 - 600 < ahead < 86400 + 600


def test_job_in_progress_continues_after_restore(server):
    key = create(server, "light")
    server.control("POST", "devices", {"product": key, "count": 2, "profile": {"delay": [3600, 3600]}})
    target = json.dumps({"targetType": "PRODUCT_KEY", "targetProduct": key})
    kind = {"JobName": "check", "Type": "CUSTOM_JOB", "JobDocument": '{"key":"value"}'}
    job_id = server.call("CreateJob", TargetConfig=target, **kind)[1]["JobId"]

    def status() -> str:
        return server.call("QueryJob", JobId=job_id)[1]["Data"]["Status"]

    server.control("POST", "clock", {"advance": 60})
    snapshot(server)
    for _number in range(2):
        assert status() == "IN_PROGRESS"
        server.control("POST", "clock", {"advance": 2 * 3600})
        assert status() == "COMPLETED"
        restore(server)


def test_snapshots_survive_reset_but_are_listed_and_deleted(launch):
    server = launch()
    before = time.time() * 1000
    created = snapshot(server, "a.b-c_1")
    snapshot(server, "other")
    server.control("POST", "reset")
    listed = server.control("GET", "snapshots")["snapshots"]
    assert [one["name"] for one in listed] == ["a.b-c_1", "other"]
    assert listed[0] == created
    assert created["bytes"] > 0
    assert created["at"] >= before - 1
    server.control("DELETE", "snapshots/other")
    assert [one["name"] for one in server.control("GET", "snapshots")["snapshots"]] == ["a.b-c_1"]
    assert server.request("DELETE", "/_emulator/snapshots/other")[0] == 404
    status, body = server.request("POST", "/_emulator/restore", {"name": "other"})
    assert (status, json.loads(body)["message"]) == (404, "the snapshot other does not exist")


@pytest.mark.parametrize("body", [{}, {"name": ""}, {"name": "a/b"}, {"name": 7}, {"name": "x" * 65}, {"nam": "a"}, []])
@pytest.mark.parametrize("path", ["snapshot", "restore"])
def test_invalid_name_is_rejected(server, path, body):
    assert server.request("POST", f"/_emulator/{path}", body)[0] == 400


def test_name_with_newline_is_rejected():
    with pytest.raises(ValueError, match="name must have"):
        requested_name({"name": "base\n"})


def test_number_and_size_of_snapshots_are_limited(monkeypatch):
    monkeypatch.setattr(snapshots, "MAX_SNAPSHOTS", 2)
    monkeypatch.setattr(snapshots, "MAX_BYTES", 10)
    stored = Snapshots()
    stored.add("one", b"1234")
    stored.add("two", b"1234")
    with pytest.raises(ValueError, match="2 snapshots"):
        stored.add("three", b"1")
    with pytest.raises(ValueError, match="the limit is 10"):
        stored.add("two", b"1234567")
    assert (stored.content("one"), stored.content("two")) == (b"1234", b"1234")
    stored.add("two", b"123456")
    assert stored.content("two") == b"123456"


def test_restored_state_in_data_folder_survives_sigkill(launch, tmp_path):
    server = launch("--data", str(tmp_path / "data"))
    create(server, "kept")
    snapshot(server)
    create(server, "dropped")
    restore(server)
    create(server, "later")
    server.end(signal.SIGKILL)
    restarted = launch("--data", str(tmp_path / "data"))
    assert names(restarted) == {"kept", "later"}
    assert restarted.control("GET", "snapshots")["snapshots"] == []
