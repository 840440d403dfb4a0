# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of event listeners, of operations that wait for an event, and of the control endpoint for devices."""

from __future__ import annotations

import asyncio
import base64
import json
import time

import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import TestServer
from yarl import URL

from ansible_collections.iotops.aliyun.emulator.core import registry
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.core.listeners import Listeners
from ansible_collections.iotops.aliyun.emulator.core.registry import PendingReply
from ansible_collections.iotops.aliyun.emulator.http.auth import Authenticator
from ansible_collections.iotops.aliyun.emulator.http.server import Server

from ....conftest import KEY, signed_query

# Starts servers.
pytestmark = pytest.mark.server


def test_listeners_receive_matching_events():
    listeners = Listeners()
    received = []
    listeners.publish(["box/1"])
    listeners.add("box/", lambda text: received.append(("all", text)))
    listeners.add("box/1", lambda text: received.append(("one", text)))
    listeners.publish(["box/1", "box/2", "other/1", "box", "box/"])
    assert sorted(received[:2]) == [("all", "box/1"), ("one", "box/1")]
    assert received[2:] == [("all", "box/2"), ("all", "box/")]


def test_removed_listener_receives_no_events():
    listeners = Listeners()
    received = []
    listeners.add("a", received.append)
    with listeners.listening("a", received.append):
        listeners.publish(["a"])
    listeners.publish(["a"])
    listeners.remove("a", received.append)
    listeners.publish(["a"])
    assert received == ["a"] * 3
    with pytest.raises((KeyError, ValueError)):
        listeners.remove("a", received.append)


def test_event_is_published_after_commit(platform):
    received = []

    def publish_test_event(ctx) -> None:
        ctx.store.insert("clock", id=1, ahead=0)
        ctx.publish_event("test")
        assert received == []

    platform.listeners.add("test", lambda text: received.append((text, platform.store.count("clock"))))
    platform.run(publish_test_event)
    assert received == [("test", 1)]


def test_event_of_rolled_back_transaction_is_not_published(platform):
    received = []
    platform.listeners.add("test", received.append)

    def publish_test_event(ctx) -> None:
        ctx.publish_event("test")
        raise RuntimeError("on purpose")

    with pytest.raises(RuntimeError):
        platform.run(publish_test_event)
    assert received == []


def test_event_of_due_work_is_published(platform, monkeypatch):
    received = []
    platform.listeners.add("test", received.append)
    monkeypatch.setitem(registry.HANDLERS, "publish_test_event", lambda ctx, payload: ctx.publish_event("test"))
    platform.run(lambda ctx: ctx.schedule(ctx.now, "publish_test_event"))
    platform.run_due_work()
    assert received == ["test"]


@pytest.fixture
def pending_query(platform, monkeypatch):
    """Make QueryProduct wait for the event ``test``, which is published after ``after`` milliseconds (None: never)."""

    def pending_query(after: int | None, timeout: int = 1000, finish=None) -> None:
        def wait(ctx, p) -> PendingReply:
            if after is not None:
                ctx.schedule(ctx.now + after, "publish_test_event")
            return PendingReply("test", timeout, finish or (lambda later: {"Data": {"GmtCreate": later.now - ctx.now}}))

        monkeypatch.setitem(registry.HANDLERS, "publish_test_event", lambda ctx, payload: ctx.publish_event("test"))
        monkeypatch.setitem(registry.OPERATIONS, "QueryProduct", registry.Implementation(wait, registry.TRUNCATE))

    return pending_query


def test_direct_call_with_pending_reply_advances_clock(platform, api, pending_query):
    pending_query(after=700)
    started = time.monotonic()
    assert 700 <= api("QueryProduct", ProductKey="a1")["Data"]["GmtCreate"] < 900
    assert time.monotonic() - started < 0.7


def test_direct_call_with_pending_reply_times_out(platform, api, pending_query):
    pending_query(after=1500)
    assert 1000 <= api("QueryProduct", ProductKey="a1")["Data"]["GmtCreate"] < 1200
    assert platform.store.count("due") == 1


def test_pending_reply_finish_without_members_returns_empty_reply(api, pending_query):
    pending_query(after=0, finish=lambda ctx: None)
    assert api("QueryProduct", ProductKey="a1") == {}


def test_pending_reply_finish_with_error_raises_error(api_error, pending_query):
    def finish(ctx):
        raise ApiError("iot.messagebroker.TIMEOUT")

    pending_query(after=0, finish=finish)
    assert api_error("QueryProduct", ProductKey="a1").code == "iot.messagebroker.TIMEOUT"


def call_over_http(platform, *actions: str) -> list[tuple[dict, float]]:
    """Send calls concurrently, and return the responses and the duration of each in seconds."""

    async def send(client: ClientSession, address: URL, action: str) -> tuple[dict, float]:
        started = time.monotonic()
        query = signed_query("POST", {"Action": action, "ProductKey": "a1"})
        response = await client.post(URL(f"{address}?{query}", encoded=True))
        return json.loads(await response.text()), time.monotonic() - started

    async def send_all():
        application = Server(platform, Authenticator({KEY: KEY})).application()
        async with TestServer(application) as server, ClientSession() as client:
            return await asyncio.gather(*(send(client, server.make_url("/"), action) for action in actions))

    return asyncio.run(send_all())


def test_http_call_with_pending_reply_waits_in_real_time(platform, pending_query):
    pending_query(after=300, timeout=8000)
    (reply, seconds) = call_over_http(platform, "QueryProduct")[0]
    assert reply["Success"] is True
    assert 0.3 <= seconds < 5
    assert 300 <= reply["Data"]["GmtCreate"] < 5000


def test_http_call_with_pending_reply_times_out(platform, pending_query):
    pending_query(after=None, timeout=200)
    (reply, seconds) = call_over_http(platform, "QueryProduct")[0]
    assert 0.2 <= seconds < 5
    assert reply["Data"]["GmtCreate"] >= 200


def test_http_call_with_pending_reply_does_not_block_others(platform, pending_query):
    pending_query(after=500, timeout=8000)
    first, second, other = call_over_http(platform, "QueryProduct", "QueryProduct", "ListProductTags")
    assert 0.5 <= min(first[1], second[1]) <= max(first[1], second[1]) < 5
    assert other[1] < min(first[1], second[1])
    assert other[0]["Code"] == "iot.prod.NotExistedProduct"


def test_due_work_without_calls_runs(platform, monkeypatch):
    received = []
    monkeypatch.setitem(registry.HANDLERS, "note", lambda ctx, payload: received.append(time.monotonic()))
    started = time.monotonic()
    platform.run(lambda ctx: ctx.schedule(ctx.now + 150, "note"))

    async def wait() -> None:
        async with TestServer(Server(platform, Authenticator({KEY: KEY})).application()):
            while not received and time.monotonic() - started < 10:
                await asyncio.sleep(0.01)

    asyncio.run(wait())
    # The clock has a resolution of one millisecond, so the work may run up to one millisecond earlier.
    assert 0.149 <= received[0] - started < 5


MODEL = {"properties": [{"identifier": "level", "name": "level", "accessMode": "rw", "required": False,
                         "dataType": {"type": "int", "specs": {"min": "0", "max": "9", "step": "1"}}}],
         "services": [], "events": []}  # fmt: skip


@pytest.fixture
def create_modeled_product(server) -> str:
    kind = {"ProductName": "light", "NodeType": 0, "AliyunCommodityCode": "iothub_senior", "DataFormat": 1}
    key = server.call("CreateProduct", **kind)[1]["ProductKey"]
    assert server.call("ImportThingModelTsl", ProductKey=key, TslStr=json.dumps(MODEL))[1]["Success"]
    assert server.call("PublishThingModel", ProductKey=key)[1]["Success"]
    return key


def test_simulated_devices_respond_over_http(server, create_modeled_product):
    body = {"product": "light", "count": 3, "profile": {"properties": {"values": {"level": 4}}}}
    created = server.control("POST", "devices", body)
    assert created == {"product_key": create_modeled_product, "devices": 3, "registered": 3}
    device = {"ProductKey": create_modeled_product, "DeviceName": "sim00002"}
    status = server.call("QueryDevicePropertyStatus", **device)[1]["Data"]["List"]["PropertyStatusInfo"]
    assert [one["Value"] for one in status] == ["4"]
    listed = server.control("GET", f"devices?product={create_modeled_product}&offset=1&limit=1")
    assert (listed["total"], [one["device_name"] for one in listed["devices"]]) == (3, ["sim00002"])
    assert len(server.control("GET", "devices")["devices"]) == 3
    request = base64.b64encode(b"hello").decode()
    reply = server.call("RRpc", RequestBase64Byte=request, Timeout=2000, **device)[1]
    assert (reply["RrpcCode"], reply["PayloadBase64Byte"]) == ("SUCCESS", request)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "devices", {"product": "nothing", "count": 1}),
        ("POST", "devices", [1]),
        ("GET", "devices?product=nothing", None),
        ("GET", "devices?offset=x", None),
        ("GET", "devices?limit=-1", None),
    ],
)
def test_control_request_with_invalid_body_or_query_is_rejected(server, method, path, body):
    status, content = server.request(method, f"/_emulator/{path}", body)
    assert status == 400
    assert json.loads(content)["message"]
