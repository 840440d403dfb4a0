# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Fixtures that push speeches to devices."""

from __future__ import annotations

import pytest


@pytest.fixture
def connect(platform):
    """Set a device online or offline."""
    from ansible_collections.iotops.aliyun.emulator.core.context import Account, Context
    from ansible_collections.iotops.aliyun.emulator.routing import connection

    def connect(device, online: bool = True) -> None:
        context = Context(platform.store, platform.clock.now(), Account())
        row = platform.store.one("device", iot_id=device["IotId"])
        if online:
            connection.go_online(context, row, "10.0.0.1")
        else:
            connection.go_offline(context, row)

    return connect


@pytest.fixture
def register_device(api, connect):
    """Register a device of one product, set it online if requested, and return its data."""
    key = api("CreateProduct", ProductName="speakers", NodeType=0)["ProductKey"]

    def register_device(name: str, online: bool = False) -> dict:
        data = api("RegisterDevice", ProductKey=key, DeviceName=name)["Data"]
        if online:
            connect(data)
        return data

    return register_device


@pytest.fixture
def create_speech(api):
    """Create a speech and return its code."""

    def create_speech(biz_code: str = "ZFDZ", **params) -> str:
        params = {"ProjectCode": "p1", "Voice": "Siyue", "BizCode": biz_code, "Text": "支付到账", **params}
        return api("CreateSpeech", **params)["Data"]

    return create_speech


@pytest.fixture
def push_speeches(api):
    """Push speeches to one device, or to the target in the parameters, and return the code of the job."""

    def push_speeches(codes: list[str], device=None, **params) -> str:
        target = {"PushMode": "SINGLE_DEVICE", "IotId": device["IotId"]} if device else {}
        return api("PushSpeech", **{"ProjectCode": "p1", "SpeechCodeList": codes, **target, **params})["Data"]

    return push_speeches


@pytest.fixture
def read_job(api):
    """Read a push job with QuerySpeechPushJob."""

    def read_job(code: str) -> dict:
        [job] = api("QuerySpeechPushJob", ProjectCode="p1", JobCode=code)["Data"]["List"]["Items"]
        return job

    return read_job


@pytest.fixture
def device_statuses(api):
    """Return the status of a push job by device name."""

    def device_statuses(code: str, **params) -> dict[str, str]:
        reply = api("QuerySpeechPushJobDevice", JobCode=code, **params)
        return {device["DeviceName"]: device["Status"] for device in reply["Data"]["List"]["Items"]}

    return device_statuses
