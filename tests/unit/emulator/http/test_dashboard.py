# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of the addresses that the dashboard reads."""

from __future__ import annotations

import base64
import hashlib
import json
import re

import pytest

from ansible_collections.iotops.aliyun.emulator.http import dashboard
from ansible_collections.iotops.aliyun.emulator.http.masking import MASK, masked

# Starts servers.
pytestmark = pytest.mark.server


def create(server, name: str = "street_light") -> str:
    return server.call("CreateProduct", ProductName=name, NodeType=0)[1]["ProductKey"]


def publish(server, key: str, content: bytes) -> None:
    encoded = base64.b64encode(content).decode()
    topic = f"/{key}/lamp-1/user/get"
    assert server.call("Pub", ProductKey=key, TopicFullName=topic, MessageContent=encoded)[1]["Success"]


@pytest.fixture
def rows(server):
    """Return the rows of a list."""

    def rows(name: str) -> list[dict]:
        return server.control("GET", f"dashboard/{name}")["rows"]

    return rows


def test_page_allows_only_its_own_script_and_style(server):
    status, headers, body = server.exchange("GET", "/_emulator/")
    assert (status, headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert policy.pop("default-src") == "'none'"
    assert {policy.pop(name) for name in ("base-uri", "form-action", "frame-ancestors")} == {"'none'"}
    assert (policy.pop("connect-src"), policy.pop("img-src")) == ("'self'", "data:")
    text = body.decode()
    for kind in ("script", "style"):
        (content,) = re.findall(f"<{kind}>(.*?)</{kind}>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert policy.pop(f"{kind}-src") == f"'sha256-{digest}'"
    assert policy == {}
    assert "://" not in text
    assert not re.search(r'(?:src|href)="(?!#|data:,)', text)


def test_address_without_slash_redirects_to_page(server):
    status, headers, _body = server.exchange("GET", "/_emulator")
    assert (status, headers["Location"]) == (302, "/_emulator/")


@pytest.mark.parametrize("path", ["", "dashboard", "dashboard/devices", "dashboard/calls"])
def test_dashboard_rejects_requests_of_web_pages_and_other_hosts(server, path):
    for headers, expected in (({"Origin": "http://page.example"}, 403), ({"Host": "page.example"}, 421)):
        assert server.exchange("GET", f"/_emulator/{path}", None, headers)[0] == expected


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
@pytest.mark.parametrize("path", ["", "dashboard", "dashboard/devices", "dashboard/calls"])
def test_dashboard_is_read_only(server, method, path):
    assert server.exchange(method, f"/_emulator/{path}", None)[0] == 405


def test_token_is_needed_for_data_but_not_for_page(launch, tmp_path):
    server = launch("--host", "0.0.0.0")
    (ready,) = tmp_path.glob("ready-*.json")
    headers = {"Authorization": f"Bearer {json.loads(ready.read_text())['token']}"}
    assert server.exchange("GET", "/_emulator/")[0] == 200
    for path in ("dashboard", "dashboard/devices", "dashboard/calls", "state"):
        assert server.exchange("GET", f"/_emulator/{path}")[0] == 401
        assert server.exchange("GET", f"/_emulator/{path}", None, headers)[0] == 200


def test_summary_returns_numbers_and_settings(server):
    key = create(server)
    server.control("POST", "devices", {"product": key, "count": 3})
    server.call("DisableThing", ProductKey=key, DeviceName="sim00002")
    server.control("PUT", "faults", [{"code": "InternalError", "action": "QueryDevice"}])
    server.control("PUT", "latency", {"milliseconds": 1})
    server.control("POST", "clock", {"advance": 60})
    summary = server.control("GET", "dashboard")
    assert summary["devices"] == {"ONLINE": 2, "DISABLE": 1}
    assert (summary["counts"]["product"], summary["calls"], summary["faults"], summary["ahead"]) == (1, 2, 1, 60_000)
    assert (summary["latency"]["milliseconds"], summary["throttled"]) == (1, False)


def test_devices_are_paged_and_filtered(server):
    first, second = create(server), create(server, "sensor")
    server.control("POST", "devices", {"product": first, "count": 7, "prefix": "lamp-"})
    server.control("POST", "devices", {"product": second, "count": 3, "prefix": "spot-", "online": False})

    def names(query: str) -> tuple[int, list[str]]:
        page = server.control("GET", f"dashboard/devices?{query}")
        return page["total"], [row["device_name"] for row in page["rows"]]

    assert names("limit=4") == (10, ["spot-00003", "spot-00002", "spot-00001", "lamp-00007"])
    assert names("limit=4&offset=8") == (10, ["lamp-00002", "lamp-00001"])
    assert names("offset=10") == (10, [])
    assert names(f"product={second}&status=UNACTIVE&limit=1") == (3, ["spot-00003"])
    assert names(f"product={first}&status=UNACTIVE") == (0, [])
    assert names("status=ONLINE")[0] == 7
    assert names("status='%20OR%201=1") == (0, [])


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", "offset=-1", "offset=x", "offset=9999999999"])
@pytest.mark.parametrize("name", ["devices", "calls"])
def test_invalid_page_is_rejected(server, name, query):
    assert server.request("GET", f"/_emulator/dashboard/{name}?{query}")[0] == 400


def test_unknown_list_is_not_found(server):
    status, body = server.request("GET", "/_emulator/dashboard/product_secret")
    assert status == 404
    assert "products, devices" in json.loads(body)["message"]


def test_messages_are_masked_and_shortened(server, rows):
    key = create(server)
    server.call("RegisterDevice", ProductKey=key, DeviceName="lamp-1")
    for content in (
        json.dumps({"deviceSecret": "d-secret", "list": [{"token": "t-secret"}], "n": 1}).encode(),
        json.dumps({"a": "x" * 2000, "deviceSecret": "e-secret"}).encode(),
        b"\xff\xfe",
        b"[" * 3000,
        b"{ not JSON",
    ):
        publish(server, key, content)
    broken, deep, binary, long, short = rows("messages")
    assert json.loads(short["content"]) == {"deviceSecret": MASK, "list": [{"token": MASK}], "n": 1}
    assert len(long["content"]) == dashboard.MAX_TEXT + 1
    assert long["characters"] > 2000
    assert (binary["is_base64"], deep["content"]) == (1, "[" * dashboard.MAX_TEXT + "…")
    assert broken["content"] == "{ not JSON"
    assert isinstance(short["id"], str)


def test_lists_contain_no_secret(server):
    key = create(server)
    product_secret = server.call("QueryProduct", ProductKey=key)[1]["Data"]["ProductSecret"]
    device_secret = server.call("RegisterDevice", ProductKey=key, DeviceName="lamp-1")[1]["Data"]["DeviceSecret"]
    for name in ("", *(f"/{name}" for name in (*dashboard.LISTS, "calls"))):
        text = json.dumps(server.control("GET", f"dashboard{name}"))
        assert not any(secret in text for secret in (product_secret, device_secret, "emulator-secret-2018"))


def test_job_has_number_of_tasks_by_status(server, rows):
    key = create(server)
    server.control("POST", "devices", {"product": key, "count": 4})
    profile = {"jobs": {"outcome": "stall"}}
    server.control("POST", "devices", {"product": key, "names": ["stall-1"], "profile": profile})
    target = json.dumps({"targetType": "PRODUCT_KEY", "targetProduct": key})
    kind = {"JobName": "restart_lamps", "Type": "CUSTOM_JOB", "JobDocument": '{"key":"value"}'}
    server.call("CreateJob", TargetConfig=target, **kind)
    now = server.control("POST", "clock", {"advance": 60})["now"]
    server.call("CreateJob", TargetConfig=target, ScheduledTime=now + 3_600_000, **kind)
    planned, job = rows("jobs")
    assert (job["job_name"], job["status"], job["total"], job["finished"]) == ("restart_lamps", "IN_PROGRESS", 5, 4)
    assert sum(job["tasks"].values()) == 5
    assert job["tasks"]["SUCCEEDED"] == 4
    assert (planned["total"], planned["finished"]) == (0, 0)


def test_rules_and_products_are_listed(server, rows):
    key = create(server)
    server.call("CreateRule", Name="forward", Select="a", ShortTopic="/+/user/update", TopicType=1, ProductKey=key)
    (rule,) = rows("rules")
    assert (rule["rule_name"], rule["select_text"], rule["actions"]) == ("forward", "a", 0)
    (product,) = rows("products")
    assert (product["product_key"], product["product_name"], product["device_count"]) == (key, "street_light", 0)


def test_calls_are_listed_newest_first(server):
    for name in ("MakeTea", "MakeCoffee", "MakeCocoa"):
        server.call(name)
    page = server.control("GET", "dashboard/calls?limit=2&offset=1")
    assert (page["total"], [call["action"] for call in page["rows"]]) == (3, ["MakeCoffee", "MakeTea"])


def test_masked_leaves_other_values():
    assert masked({"product_key": "a", "DeviceSecret": "s", "secret": "", "n": [1, None]}) == {
        "product_key": "a",
        "DeviceSecret": MASK,
        "secret": "",
        "n": [1, None],
    }
