# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Test that the emulator keeps every acknowledged write and every message without acknowledgement when it is killed."""

from __future__ import annotations

import asyncio
import base64
import http.client
import json
import re
import signal
import threading
import time
from pathlib import Path

from ..amqp_client import MinimalClient, credentials, require_proton
from .device_sdk.clients import connect_without_sdk, wait_for_result

CONNECTIONS = 8


def kill_during_writes(launch, data: Path, writes: int) -> tuple[int, int, int]:
    """Kill an emulator when half of the writes are acknowledged, and restart it with the same data.

    Returns:
        The number of acknowledged writes, how many of them were preserved, and how many other writes were found.
    """
    server = launch("--data", str(data), "--no-throttle")
    _status, created = server.call("CreateProduct", ProductName="preserved", NodeType=0)
    key = created["ProductKey"]
    names = iter([f"device-{number:05}" for number in range(writes)])
    acknowledged: list[str] = []
    lock = threading.Lock()

    def write() -> None:
        while True:
            with lock:
                name = next(names, None)
            if name is None:
                return
            try:
                status, reply = server.call("RegisterDevice", ProductKey=key, DeviceName=name)
            except (OSError, http.client.HTTPException):
                return
            if status == 200 and reply.get("Success"):
                with lock:
                    acknowledged.append(name)
                    if len(acknowledged) == writes // 2:
                        server.process.send_signal(signal.SIGKILL)

    threads = [threading.Thread(target=write) for _number in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert server.process.wait(10) == -signal.SIGKILL
    restarted = launch("--data", str(data), "--no-throttle")
    found: set[str] = set()
    page, pages = 1, 1
    while page <= pages:
        _status, reply = restarted.call("QueryDevice", ProductKey=key, PageSize=50, CurrentPage=page)
        found.update(device["DeviceName"] for device in reply["Data"]["DeviceInfo"])
        page, pages = page + 1, reply["PageCount"]
    assert reply["Total"] == len(found)
    preserved = found & set(acknowledged)
    return len(acknowledged), len(preserved), len(found - preserved)


def test_acknowledged_writes_after_sigkill_are_preserved(launch, tmp_path):
    acknowledged, found, _unacknowledged = kill_during_writes(launch, tmp_path / "data", 200)
    assert acknowledged >= 100
    assert found == acknowledged


async def received_names(address: str, group: str, count: int | None = None) -> tuple[list[str], list[str]]:
    """Receive ``count`` messages about new devices, or all until the connection ends.

    Returns:
        The names in the messages that the client acknowledged, and in the last ones that it did not acknowledge.
    """
    client = await MinimalClient.connect(address, *credentials(group))
    client.grant_credit(0)
    names: list[str] = []
    acknowledged = 0
    try:
        while len(names) != count:
            message = await asyncio.wait_for(client.receive(), 30)
            names.append(re.search(rb'"deviceName":"(device-\d+)"', message)[1].decode())
            if len(names) - acknowledged >= 30:
                client.acknowledge(acknowledged, acknowledged + 10)
                acknowledged += 10
                client.grant_credit(len(names))
    except (ConnectionError, asyncio.IncompleteReadError):
        assert count is None, "the connection ended"
    client.writer.close()
    return names[:acknowledged], names[acknowledged:]


def test_messages_without_acknowledgement_after_sigkill_are_delivered(launch, tmp_path):
    require_proton()
    options = ("--data", str(tmp_path / "data"), "--no-throttle", "--amqp-port", "0")
    server = launch(*options)
    group = server.call("CreateConsumerGroup", GroupName="group")[1]["GroupId"]
    key = server.call("CreateProduct", ProductName="product", NodeType=0)[1]["ProductKey"]
    server.call(
        "CreateSubscribeRelation", ProductKey=key, Type="AMQP", ConsumerGroupIds=[group], DeviceLifeCycleFlag=True
    )
    registered: list[str] = []

    def register() -> None:
        for number in range(200):
            name = f"device-{number:05}"
            try:
                reply = server.call("RegisterDevice", ProductKey=key, DeviceName=name)[1]
            except (OSError, http.client.HTTPException):
                return
            if reply.get("Success"):
                registered.append(name)
            if len(registered) == 100:
                server.process.send_signal(signal.SIGKILL)

    thread = threading.Thread(target=register)
    thread.start()
    acknowledged, unacknowledged = asyncio.run(received_names(server.amqp, group))
    thread.join(60)
    assert server.process.wait(10) == -signal.SIGKILL
    assert len(registered) >= 100
    restarted = launch(*options)
    count = restarted.call("QueryConsumerGroupStatus", GroupId=group)[1]["AccumulationCount"]
    received, remaining = asyncio.run(received_names(restarted.amqp, group, count))
    delivered = {*received, *remaining}
    assert len(delivered) == count
    assert unacknowledged
    assert delivered >= set(unacknowledged)
    assert delivered | set(acknowledged) >= set(registered)


def test_reports_with_acknowledgement_after_sigkill_are_preserved(launch, tmp_path):
    options = ("--data", str(tmp_path / "data"), "--no-throttle", "--mqtt-port", "0")
    server = launch(*options)
    credentials = create_device(server)
    client, code = connect_without_sdk(server, *credentials)
    assert code == 0
    acknowledged: dict[int, int] = {}  # packet ID to value
    client.on_publish = lambda _client, _data, packet_id: acknowledged.update({packet_id: sent[packet_id]})
    sent: dict[int, int] = {}
    started = int(time.time() * 1000) - 60_000
    client.max_inflight_messages_set(20)
    for value in range(1, 201):
        # A property has one value for each millisecond.
        report = {"level": {"value": value, "time": started + value}}
        message = json.dumps({"id": str(value), "version": "1.0", "params": report})
        info = client.publish("/sys/{}/{}/thing/event/property/post".format(*credentials), message, qos=1)
        sent[info.mid] = value
    while len(acknowledged) < 100:
        assert client.loop(10) == 0
    server.process.send_signal(signal.SIGKILL)
    assert server.process.wait(10) == -signal.SIGKILL
    while client.loop(1) == 0:  # the acknowledgements that were sent before
        pass

    restarted = launch(*options)
    times = {"StartTime": 0, "EndTime": 4_000_000_000_000, "Asc": 1, "PageSize": 50}
    found: set[int] = set()
    while True:
        reply = restarted.call(
            "QueryDevicePropertyData",
            ProductKey=credentials[0],
            DeviceName=credentials[1],
            Identifier="level",
            **times,
        )[1]["Data"]
        found |= {int(row["Value"]) for row in reply["List"]["PropertyInfo"]}
        if not reply["NextValid"]:
            break
        times["StartTime"] = reply["NextTime"]
    assert len(acknowledged) >= 100
    assert found >= set(acknowledged.values())


def test_messages_to_device_after_sigkill_are_delivered(launch, tmp_path):
    options = ("--data", str(tmp_path / "data"), "--no-throttle", "--mqtt-port", "0")
    server = launch(*options)
    credentials = create_device(server)
    topic = "/{}/{}/user/get".format(*credentials)
    client, _code = connect_without_sdk(server, *credentials, clean=False)
    subscribed: list[int] = []
    client.on_subscribe = lambda _client, _data, packet_id, _codes: subscribed.append(packet_id)
    client.subscribe(topic, qos=1)
    while not subscribed:
        assert client.loop(10) == 0
    client.disconnect()
    device = {"ProductKey": credentials[0], "DeviceName": credentials[1]}
    wait_for_result("OFFLINE", lambda: server.call("GetDeviceStatus", **device)[1]["Data"]["Status"])
    for number in range(10):
        content = base64.b64encode(f"message {number}".encode()).decode()
        reply = server.call("Pub", ProductKey=credentials[0], TopicFullName=topic, MessageContent=content, Qos=1)[1]
        assert reply["Success"]
    server.process.send_signal(signal.SIGKILL)
    assert server.process.wait(10) == -signal.SIGKILL

    restarted = launch(*options)
    received: list[str] = []
    client, _code = connect_without_sdk(restarted, *credentials, clean=False)
    client.on_message = lambda _client, _data, message: received.append(message.payload.decode())
    while len(received) < 10:
        assert client.loop(10) == 0
    client.disconnect()
    assert received == [f"message {number}" for number in range(10)]


def create_device(server) -> tuple[str, str, str]:
    """Create a product with the property ``level`` and a device. Return ProductKey, DeviceName and DeviceSecret."""
    kind = {"NodeType": 0, "AliyunCommodityCode": "iothub_senior", "DataFormat": 1}
    key = server.call("CreateProduct", ProductName="lamps", **kind)[1]["ProductKey"]
    number = {"type": "int", "specs": {"min": "0", "max": "1000", "step": "1"}}
    level = {"identifier": "level", "name": "level", "accessMode": "rw", "required": False, "dataType": number}
    server.call("ImportThingModelTsl", ProductKey=key, TslStr=json.dumps({"properties": [level]}))
    server.call("PublishThingModel", ProductKey=key)
    reply = server.call("RegisterDevice", ProductKey=key, DeviceName="lamp")[1]
    return key, "lamp", reply["Data"]["DeviceSecret"]
