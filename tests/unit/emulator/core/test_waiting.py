# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Who hears what happens on the platform, and operations that wait for it."""

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


def test_listeners_hear_what_they_listen_for():
    listeners = Listeners()
    heard = []
    listeners.tell(["box/1"])
    listeners.add("box/", lambda text: heard.append(("all", text)))
    listeners.add("box/1", lambda text: heard.append(("one", text)))
    listeners.tell(["box/1", "box/2", "other/1", "box", "box/"])
    assert sorted(heard[:2]) == [("all", "box/1"), ("one", "box/1")]
    assert heard[2:] == [("all", "box/2"), ("all", "box/")]


def test_listeners_can_stop():
    listeners = Listeners()
    heard = []
    listeners.add("a", heard.append)
    with listeners.listening("a", heard.append):
        listeners.tell(["a"])
    listeners.tell(["a"])
    listeners.remove("a", heard.append)
    listeners.tell(["a"])
    assert heard == ["a"] * 3
    with pytest.raises((KeyError, ValueError)):
        listeners.remove("a", heard.append)


def test_what_is_announced_is_heard_when_it_is_kept(platform):
    heard = []

    def announce(ctx) -> None:
        ctx.store.insert("clock", id=1, ahead=0)
        ctx.publish_event("test")
        assert heard == []

    platform.listeners.add("test", lambda text: heard.append((text, platform.store.count("clock"))))
    platform.run(announce)
    assert heard == [("test", 1)]


def test_what_is_rolled_back_nobody_hears(platform):
    heard = []
    platform.listeners.add("test", heard.append)

    def announce(ctx) -> None:
        ctx.publish_event("test")
        raise RuntimeError("on purpose")

    with pytest.raises(RuntimeError):
        platform.run(announce)
    assert heard == []


def test_due_work_announces_as_well(platform, monkeypatch):
    heard = []
    platform.listeners.add("test", heard.append)
    monkeypatch.setitem(registry.HANDLERS, "announce", lambda ctx, payload: ctx.publish_event("test"))
    platform.run(lambda ctx: ctx.schedule(ctx.now, "announce"))
    platform.run_due_work()
    assert heard == ["test"]


@pytest.fixture
def waiting(platform, monkeypatch):
    """Let QueryProduct wait for ``test``, which is announced after so many milliseconds (or never)."""

    def waiting(after: int | None, timeout: int = 1000, finish=None) -> None:
        def wait(ctx, p) -> PendingReply:
            if after is not None:
                ctx.schedule(ctx.now + after, "announce")
            return PendingReply("test", timeout, finish or (lambda later: {"Data": {"GmtCreate": later.now - ctx.now}}))

        monkeypatch.setitem(registry.HANDLERS, "announce", lambda ctx, payload: ctx.publish_event("test"))
        monkeypatch.setitem(registry.OPERATIONS, "QueryProduct", registry.Implementation(wait, registry.TRUNCATE))

    return waiting


def test_without_a_wire_the_clock_moves_on(platform, api, waiting):
    waiting(after=700)
    started = time.monotonic()
    assert 700 <= api("QueryProduct", ProductKey="a1")["Data"]["GmtCreate"] < 900
    assert time.monotonic() - started < 0.7


def test_without_a_wire_time_is_over(platform, api, waiting):
    waiting(after=1500)
    assert 1000 <= api("QueryProduct", ProductKey="a1")["Data"]["GmtCreate"] < 1200
    assert platform.store.count("due") == 1


def test_the_end_may_be_no_reply(api, waiting):
    waiting(after=0, finish=lambda ctx: None)
    assert api("QueryProduct", ProductKey="a1") == {}


def test_the_end_may_be_an_error(api_error, waiting):
    def finish(ctx):
        raise ApiError("iot.messagebroker.TIMEOUT")

    waiting(after=0, finish=finish)
    assert api_error("QueryProduct", ProductKey="a1").code == "iot.messagebroker.TIMEOUT"


def over_the_wire(platform, *actions: str) -> list[tuple[dict, float]]:
    """The replies to calls that are made at the same time, and how many seconds each took."""

    async def ask(client: ClientSession, address: URL, action: str) -> tuple[dict, float]:
        started = time.monotonic()
        query = signed_query("POST", {"Action": action, "ProductKey": "a1"})
        response = await client.post(URL(f"{address}?{query}", encoded=True))
        return json.loads(await response.text()), time.monotonic() - started

    async def ask_all():
        application = Server(platform, Authenticator({KEY: KEY})).application()
        async with TestServer(application) as server, ClientSession() as client:
            return await asyncio.gather(*(ask(client, server.make_url("/"), action) for action in actions))

    return asyncio.run(ask_all())


def test_over_the_wire_time_passes(platform, waiting):
    waiting(after=300, timeout=8000)
    (reply, seconds) = over_the_wire(platform, "QueryProduct")[0]
    assert reply["Success"] is True
    assert 0.3 <= seconds < 5
    assert 300 <= reply["Data"]["GmtCreate"] < 5000


def test_over_the_wire_time_is_over(platform, waiting):
    waiting(after=None, timeout=200)
    (reply, seconds) = over_the_wire(platform, "QueryProduct")[0]
    assert 0.2 <= seconds < 5
    assert reply["Data"]["GmtCreate"] >= 200


def test_who_waits_keeps_nobody_waiting(platform, waiting):
    waiting(after=500, timeout=8000)
    first, second, other = over_the_wire(platform, "QueryProduct", "QueryProduct", "ListProductTags")
    assert 0.5 <= min(first[1], second[1]) <= max(first[1], second[1]) < 5
    assert other[1] < min(first[1], second[1])
    assert other[0]["Code"] == "iot.prod.NotExistedProduct"


def test_a_platform_that_nobody_calls_does_its_work(platform, monkeypatch):
    heard = []
    monkeypatch.setitem(registry.HANDLERS, "note", lambda ctx, payload: heard.append(time.monotonic()))
    started = time.monotonic()
    platform.run(lambda ctx: ctx.schedule(ctx.now + 150, "note"))

    async def wait() -> None:
        async with TestServer(Server(platform, Authenticator({KEY: KEY})).application()):
            while not heard and time.monotonic() - started < 10:
                await asyncio.sleep(0.01)

    asyncio.run(wait())
    # The platform's clock has whole milliseconds, of which one had begun.
    assert 0.149 <= heard[0] - started < 5


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


def test_simulated_devices_over_the_wire(server, create_modeled_product):
    body = {"product": "light", "count": 3, "profile": {"properties": {"values": {"level": 4}}}}
    made = server.control("POST", "devices", body)
    assert made == {"product_key": create_modeled_product, "devices": 3, "registered": 3}
    device = {"ProductKey": create_modeled_product, "DeviceName": "sim00002"}
    status = server.call("QueryDevicePropertyStatus", **device)[1]["Data"]["List"]["PropertyStatusInfo"]
    assert [one["Value"] for one in status] == ["4"]
    listed = server.control("GET", f"devices?product={modelled}&offset=1&limit=1")
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
def test_what_the_control_address_refuses(server, method, path, body):
    status, content = server.request(method, f"/_emulator/{path}", body)
    assert status == 400
    assert json.loads(content)["message"]
