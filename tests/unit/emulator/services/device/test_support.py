# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of requests of devices that have no counterpart in the API."""

from __future__ import annotations

import pytest


@pytest.fixture
def ask(publish_as_device, outbox):
    """Return a function that publishes a request as the device, and returns the reply."""

    def ask(method: str, params) -> dict:
        publish_as_device(f"/sys/{{own}}/thing/{method}", {"id": "5", "version": "1.0", "params": params})
        [(topic, reply)] = outbox()
        assert topic == f"/sys/{{own}}/thing/{method}_reply"
        assert reply["id"] == "5"
        return reply

    return ask


@pytest.mark.parametrize("sent", ["1700000000000", 1700000000000])
def test_time_is_returned_in_the_type_of_the_request(platform, publish_as_device, outbox, sent):
    now = platform.clock.now()
    publish_as_device("/ext/ntp/{own}/request", {"deviceSendTime": sent})
    [(topic, reply)] = outbox()
    assert topic == "/ext/ntp/{own}/response"
    assert reply["deviceSendTime"] == sent
    for name in ("serverRecvTime", "serverSendTime"):
        assert type(reply[name]) is type(sent)
        assert abs(int(reply[name]) - now) < 60_000


def test_device_need_not_upload_its_log(ask):
    reply = ask("config/log/get", {"configScope": "device", "getType": "content"})
    assert (reply["code"], reply["data"]) == (200, {"getType": "content", "content": {"mode": 0}})


@pytest.mark.parametrize(("params", "code"), [(["2026-11-01 10:00:00.000 ERROR net 500"], 200), ({}, 460), ("x", 460)])
def test_log_lines_are_accepted(ask, params, code):
    assert ask("log/post", params)["code"] == code


def test_tags_are_returned_by_key(api, device, ask):
    api("SaveDeviceProp", IotId=device["iot_id"], Props='{"mac": "11:22", "room": "seven"}')
    for name in ("attrKeys", "attributeKeys"):
        assert ask("deviceinfo/get", {name: ["mac", "other"]})["data"] == {"mac": "11:22"}
    assert ask("deviceinfo/get", {})["data"] == {"mac": "11:22", "room": "seven"}
    assert ask("deviceinfo/get", {"attrKeys": "mac"})["code"] == 460


def test_thing_model_is_returned(ask):
    data = ask("dsltemplate/get", {})["data"]
    assert "level" in [one["identifier"] for one in data["properties"]]
    assert data["profile"]["productKey"]


def test_parts_of_thing_model_are_returned(ask):
    data = ask("dynamicTsl/get", {"nodes": ["type", "identifier"]})["data"]
    level = next(one for one in data["properties"] if one["identifier"] == "level")
    assert level == {"identifier": "level", "dataType": {"type": "int"}}
    assert ask("dynamicTsl/get", {})["data"] == data
    names = ask("dynamicTsl/get", {"nodes": ["name"]})["data"]
    assert all(one.keys() <= {"name", "inputData", "outputData"} for kind in names.values() for one in kind)
    assert ask("dynamicTsl/get", {"nodes": "x"})["code"] == 460


def test_thing_model_of_product_without_one_is_an_error(api, register, publish_as_device, outbox):
    key = api("CreateProduct", ProductName="plain", NodeType=0)["ProductKey"]
    other = register("plain_1", key)
    publish_as_device("/sys/{own}/thing/dsltemplate/get", {"id": "5", "params": {}}, other)
    assert outbox(other)[0][1]["code"] == 460
