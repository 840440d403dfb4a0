# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of the emulator process: protocol, control endpoints, start and end."""

from __future__ import annotations

import asyncio
import http.client
import json
import re
import signal
import subprocess
import time
from email.utils import parsedate_to_datetime
from xml.etree import ElementTree

import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import TestServer
from yarl import URL

from ansible_collections.iotops.aliyun import emulator
from ansible_collections.iotops.aliyun.emulator.command import main
from ansible_collections.iotops.aliyun.emulator.core import newer_operations, registry
from ansible_collections.iotops.aliyun.emulator.http.auth import Authenticator
from ansible_collections.iotops.aliyun.emulator.http.server import Server

from ....conftest import COMMAND, KEY, environment, signed_query

# Starts servers.
pytestmark = pytest.mark.server

NO_RESPONSE = (http.client.RemoteDisconnected, ConnectionResetError)


def create(server, name: str = "light") -> str:
    status, reply = server.call("CreateProduct", ProductName=name, NodeType=0)
    assert (status, reply["Success"]) == (200, True)
    return reply["ProductKey"]


def total(server) -> int:
    return server.call("QueryProductList", CurrentPage=1, PageSize=10)[1]["Data"]["Total"]


def calls(server, *names: str) -> list[tuple]:
    return [tuple(call[name] for name in names) for call in server.control("GET", "calls")["calls"]]


def test_successful_call_returns_envelope(server):
    status, reply = server.call("CreateProduct", ProductName="light", NodeType=0)
    assert status == 200
    assert reply.keys() == {"RequestId", "Success", "Data", "ProductKey"}
    assert reply["RequestId"] == reply["RequestId"].upper()


def test_business_error_returns_status_200(server):
    status, reply = server.call("QueryProduct", ProductKey="a1nothing00")
    assert status == 200
    assert reply.keys() == {"RequestId", "Success", "Code", "ErrorMessage"}
    assert (reply["Success"], reply["Code"]) == (False, "iot.prod.NotExistedProduct")


def test_call_that_only_the_manual_allows_returns_and_records_a_warning(server):
    key = create(server)
    server.call("UpdateProduct", ProductKey=key, ProductName="lamp")
    server.call("ReleaseProduct", ProductKey=key)
    server.call("UpdateProduct", ProductKey=key, ProductName="other")
    *_others, before, _release, after = server.control("GET", "calls")["calls"]
    assert before["warnings"] == []
    [warned] = after["warnings"]
    assert warned["source"] == "user guide: release a product"
    query = signed_query("POST", {"Action": "UpdateProduct", "ProductKey": key, "ProductName": "again"})
    _status, headers, _content = server.exchange("POST", f"/?{query}")
    assert headers["Warning"] == f'299 - "{warned["message"]} ({warned["source"]})"'


def test_gateway_error_returns_status_and_recommendation(server):
    status, reply = server.call("QueryProduct")
    assert status == 400
    assert reply.keys() == {"RequestId", "HostId", "Code", "Message", "Recommend"}
    assert (reply["Code"], reply["HostId"]) == ("MissingProductKey", server.address)


@pytest.mark.parametrize(
    ("params", "status", "code"),
    [
        ({"Action": "MakeCoffee"}, 404, "InvalidAction.NotFound"),
        ({"Action": "QueryProduct", "Version": "2017-01-01"}, 400, "InvalidVersion"),
        ({"Action": "CreateProduct", "ProductName": "name", "NodeType": "x"}, 400, "InvalidParameter"),
        ({"Action": "QueryProduct", "Timestamp": "2018-07-31T07:43:57Z"}, 400, "InvalidTimeStamp.Expired"),
    ],
)
def test_invalid_request_is_rejected_by_gateway(server, params, status, code):
    response = server.request("GET", "/?" + signed_query("GET", params))
    assert (response[0], json.loads(response[1])["Code"]) == (status, code)


def test_request_without_format_returns_xml(server):
    key = create(server)
    query = signed_query("GET", {"Action": "QueryProduct", "ProductKey": key, "Format": ""})
    root = ElementTree.fromstring(server.request("GET", "/?" + query)[1])
    assert root.tag == "QueryProductResponse"
    assert root.findtext("Data/ProductName") == "light"
    errors = ElementTree.fromstring(server.request("GET", "/")[1])
    assert (errors.tag, errors.findtext("Code")) == ("Error", "MissingAccessKeyId")


def test_request_with_instance_is_accepted(server):
    assert server.call("QueryProductList", CurrentPage=1, PageSize=10, IotInstanceId="iot-060a0bcd")[0] == 200


def test_health_returns_version_and_operations(server):
    health = server.control("GET", "health")
    assert health["status"] == "ok"
    assert health["version"] == emulator.collection_version()
    assert "QueryProduct" in health["operations"]
    assert (
        health["implemented"] == len(health["operations"]) == health["known"] == 277 + len(newer_operations.OPERATIONS)
    )


def test_journal_contains_calls_without_values(server):
    secret = "a-secret-name"
    create(server)
    server.call("CreateProduct", ProductName=secret, NodeType=0)
    server.call("QueryProduct")
    server.call("MakeCoffee")
    assert calls(server, "action", "kind", "status", "code", "throttled") == [
        ("CreateProduct", "create", 200, "", False),
        ("CreateProduct", "create", 200, "iot.prod.InvalidFormattedProductName", False),
        ("QueryProduct", "read", 400, "MissingProductKey", False),
        ("MakeCoffee", "", 404, "InvalidAction.NotFound", False),
    ]
    recorded = server.control("GET", "calls")["calls"]
    assert secret not in json.dumps(recorded)
    assert all(call["milliseconds"] > 0 for call in recorded)
    seq = recorded[1]["seq"]
    assert server.control("GET", f"calls?since={seq}")["calls"] == recorded[2:]
    server.control("DELETE", "calls")
    assert calls(server, "seq") == []
    create(server, "other")
    assert calls(server, "seq") == [(recorded[-1]["seq"] + 1,)]
    assert server.request("GET", "/_emulator/calls?since=x")[0] == 400


def test_state_contains_rows_with_masked_secrets(server):
    key = create(server)
    secret = server.call("QueryProduct", ProductKey=key)[1]["Data"]["ProductSecret"]
    state = server.control("GET", "state")
    assert state["product"][0]["product_key"] == key
    assert state["product"][0]["product_secret"] == "********"
    assert secret not in json.dumps(state)


def test_consumer_client_consumes_messages(launch, tmp_path):
    server = launch("--data", str(tmp_path / "data"))
    key = create(server)
    group = server.call("CreateConsumerGroup", GroupName="billing")[1]["GroupId"]
    relation = {"ProductKey": key, "Type": "AMQP", "ConsumerGroupIds": [group], "DeviceStatusChangeFlag": True}
    assert server.call("CreateSubscribeRelation", **relation)[1]["Success"]
    server.control("POST", "devices", {"product": key, "names": ["lamp"]})
    reply = server.control("POST", "consumers", {"group": "billing", "client": "one", "take": 5})
    (message,) = reply["messages"]
    assert (message["topic"], json.loads(message["payload"])["status"]) == (f"/as/mqtt/status/{key}/lamp", "online")

    def clients(platform) -> list[dict]:
        status = platform.call("QueryConsumerGroupStatus", GroupId=group)[1]
        return status["ClientConnectionStatusList"]["ConsumerGroupClientConnectionInfo"]

    (client,) = clients(server)
    assert client["ClientId"] == "one"
    assert re.fullmatch(r"127\.0\.0\.1:\d+", client["ClientIpPort"])
    for body, message_part in (
        ({"group": "billing"}, "client must be a string"),
        ({"group": "x", "client": "y"}, "consumer group x does not exist"),
    ):
        status, response = server.request("POST", "/_emulator/consumers", body)
        assert (status, message_part in json.loads(response)["message"]) == (400, True)
    # Clients do not stay online after a restart.
    server.end()
    assert clients(launch("--data", str(tmp_path / "data"))) == []


def test_messages_to_other_services_are_listed_without_secrets(server):
    key = create(server)
    role = {"roleName": "role", "roleArn": "acs:ram::5645:role/role"}
    configuration = {"queueName": "queue", "regionName": "cn-shanghai", "role": role, "accessSecret": "hidden-value"}
    relation = {"ProductKey": key, "Type": "MNS", "MnsConfiguration": json.dumps(configuration)}
    assert server.call("CreateSubscribeRelation", **relation, DeviceStatusChangeFlag=True)[1]["Success"]
    server.control("POST", "devices", {"product": key, "names": ["lamp"]})
    (message,) = server.control("GET", "deliveries")["deliveries"]
    assert (message["type"], json.loads(message["payload"])["status"]) == ("MNS", "online")
    assert message["configuration"]["queueName"] == "queue"
    assert message["configuration"]["accessSecret"] == "********"
    assert server.control("GET", "deliveries?type=FC")["deliveries"] == []
    assert server.request("GET", "/_emulator/deliveries?since=x")[0] == 400
    server.control("DELETE", "deliveries")
    assert server.control("GET", "deliveries")["deliveries"] == []


def test_reset_deletes_all_state(server):
    create(server)
    server.control("PUT", "faults", [{"code": "InternalError"}])
    server.control("POST", "clock", {"advance": 86400})
    server.control("POST", "reset")
    assert calls(server, "seq") == []
    assert total(server) == 0
    assert server.control("POST", "clock", {"advance": 0})["now"] < (time.time() + 3600) * 1000


def test_clock_is_advanced_over_http(server):
    now = server.control("POST", "clock", {"advance": 3600.5})["now"]
    assert now > (time.time() + 3600) * 1000
    for body in ({"advance": -1}, {"advance": "x"}, {"advance": True}, {"advance": 1e300}, {}, [1]):
        assert server.request("POST", "/_emulator/clock", body)[0] == 400


def test_date_of_response_follows_clock(server):
    now = server.control("POST", "clock", {"advance": 30 * 24 * 60 * 60})["now"] / 1000
    query = signed_query("POST", {"Action": "QueryProductList", "CurrentPage": "1", "PageSize": "10"})
    _status, headers, _content = server.exchange("POST", f"/?{query}")
    assert parsedate_to_datetime(headers["Date"]).timestamp() >= int(now)


def test_faults_are_returned_instead_of_call(server):
    rules = [
        {"action": "CreateProduct", "code": "ServiceUnavailable", "status": 503, "times": 1},
        {"action": "CreateProduct", "code": "iot.system.SystemException", "times": 1, "message": "again"},
    ]
    server.control("PUT", "faults", rules)
    status, reply = server.call("CreateProduct", ProductName="light", NodeType=0)
    assert (status, reply["Code"]) == (503, "ServiceUnavailable")
    status, reply = server.call("CreateProduct", ProductName="light", NodeType=0)
    assert (status, reply["Code"], reply["ErrorMessage"]) == (200, "iot.system.SystemException", "again")
    assert total(server) == 0
    create(server)
    assert server.request("PUT", "/_emulator/faults", [{"color": "red"}])[0] == 400


def test_fault_delay_delays_response(server):
    server.control("PUT", "faults", [{"delay": 0.1, "times": 1}])
    started = time.monotonic()
    assert total(server) == 0
    assert time.monotonic() - started >= 0.1


@pytest.mark.parametrize(("drop", "total_after"), [("before", 0), ("after", 1)])
def test_fault_drop_closes_connection(server, drop, total_after):
    server.control("PUT", "faults", [{"action": "CreateProduct", "drop": drop, "times": 1}])
    with pytest.raises(NO_RESPONSE):
        create(server)
    assert total(server) == total_after
    assert calls(server, "action", "status")[0] == ("CreateProduct", 0)


def test_exception_in_service_is_internal_error(platform, monkeypatch, caplog):
    def raise_error(ctx, p):
        raise RuntimeError("internal details")

    async def send() -> tuple[int, str]:
        application = Server(platform, Authenticator({KEY: KEY})).application()
        async with TestServer(application) as server, ClientSession() as client:
            query = signed_query("POST", {"Action": "QueryProduct", "ProductKey": "a1"})
            response = await client.post(URL(f"{server.make_url('/')}?{query}", encoded=True))
            return response.status, await response.text()

    monkeypatch.setitem(registry.OPERATIONS, "QueryProduct", registry.Implementation(raise_error, registry.TRUNCATE))
    status, text = asyncio.run(send())
    assert (status, json.loads(text)["Code"]) == (500, "InternalError")
    assert "internal details" not in text
    assert "internal details" in caplog.text


def test_calls_above_quota_are_throttled(launch):
    server = launch()
    key = create(server)
    responses = [server.call("UpdateProduct", ProductKey=key, ProductName="light") for _number in range(15)]
    errors = [reply for status, reply in responses if status == 400]
    assert 1 <= len(errors) <= 5
    assert {reply["Code"] for reply in errors} == {"Throttling.User"}
    assert calls(server, "throttled").count((True,)) == len(errors)


def test_configured_access_keys_are_accepted(launch):
    server = launch("--access-key", "one:first", "--access-key", "two:second")
    for key, secret, status in (("one", "first", 200), ("two", "second", 200), ("two", "first", 400)):
        query = signed_query("GET", {"Action": "QueryProductList", "CurrentPage": "1", "PageSize": "1"}, key, secret)
        assert server.request("GET", "/?" + query)[0] == status
    query = signed_query("GET", {"Action": "QueryProductList"})
    assert server.request("GET", "/?" + query)[0] == 404


def test_acknowledged_write_survives_sigkill(launch, tmp_path):
    server = launch("--data", str(tmp_path / "data"))
    keys = {create(server, f"light_{number}") for number in range(20)}
    server.control("POST", "clock", {"advance": 86400})
    assert server.end(signal.SIGKILL) == -signal.SIGKILL
    restarted = launch("--data", str(tmp_path / "data"))
    products = restarted.call("QueryProductList", CurrentPage=1, PageSize=50)[1]["Data"]["List"]["ProductInfo"]
    assert {product["ProductKey"] for product in products} == keys
    assert restarted.control("POST", "clock", {"advance": 0})["now"] > (time.time() + 80000) * 1000


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_ends_process_cleanly(launch, tmp_path, number):
    server = launch()
    assert server.pid == server.process.pid
    assert list(tmp_path.glob("ready-*"))
    assert server.end(number) == 0
    assert not list(tmp_path.glob("ready-*"))
    assert "Traceback" not in server.process.stderr.read()


def test_data_directory_in_use_is_an_error(launch, tmp_path):
    launch("--data", str(tmp_path / "data"))
    command = [*COMMAND, "--data", str(tmp_path / "data")]
    second = subprocess.run(command, env=environment(), capture_output=True, text=True, timeout=15, check=False)
    assert second.returncode == 1
    assert "another emulator" in second.stderr
    assert "Traceback" not in second.stderr


def test_access_key_without_secret_is_rejected(capsys):
    with pytest.raises(SystemExit):
        main(["--access-key", "half:"])
    assert "ID:SECRET" in capsys.readouterr().err
