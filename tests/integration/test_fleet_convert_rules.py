# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Fleet as code: the playbook convert_rules writes parsers that deliver the same messages as rules."""

from __future__ import annotations

import hmac
import json
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

HERE = Path(__file__).resolve().parent
MODEL = json.loads((HERE / "playbooks/files/light.json").read_text(encoding="utf-8"))
ROLE = {"roleName": "AliyunIOTAccessingMNSRole", "roleArn": "acs:ram::5645:role/aliyuniotaccessingmnsrole"}
CLOUD = {"regionName": "cn-shanghai", "role": ROLE}
REPORT = {"product": "street_light", "short_topic": "+/user/report"}

PRODUCT = {
    "name": "street_light",
    "node_type": "device",
    "thing_model": True,
    "data_format": "alink",
    "net_type": "cellular",
}
#: The fleet that exists before the rules are converted.
FLEET = {
    "products": [PRODUCT],
    "thing_models": [{"product": "street_light", "tsl": MODEL, "published": True}],
    "topics": [{"product": "street_light", "short_name": "user/report", "operation": "pub"}],
    "consumer_groups": [{"name": "console"}, {"name": "errors"}],
    "devices": [{"product": "street_light", "name": name} for name in ("lamp-0001", "lamp-0002")],
}
RULES = [
    {
        "name": "overheat",
        "description": "{{ hot }} lamps",
        **REPORT,
        "select": "deviceName() as name, celsius * 1.8 + 32 as fahrenheit, nanvl(site, '?') as site, topic(4) as kind",
        "where": "celsius > 35 and (site like 'west%' or site = null or celsius in (36, 37))",
        "actions": [
            {"type": "amqp", "configuration": {"groupId": "console"}},
            {"type": "mns", "configuration": {"themeName": "alarms", **CLOUD}},
            {"type": "amqp", "configuration": {"groupId": "errors"}, "error_action": True},
        ],
        "state": "started",
    },
    {
        "name": "dim",
        **REPORT,
        "select": "level as Brightness, to",
        "where": "level >= 0",
        "actions": [
            {
                "type": "republish",
                "configuration": {
                    "topic": "/sys/street_light/${to}/thing/service/property/set",
                    "topicType": 0,
                },
            },
            {"type": "amqp", "configuration": {"groupId": "errors"}, "error_action": True},
        ],
        "state": "started",
    },
    {
        "name": "archive",
        **REPORT,
        "data_type": "binary",
        "select": "*",
        "actions": [{"type": "fc", "configuration": {"serviceName": "lamps", "functionName": "archive", **CLOUD}}],
        "state": "started",
    },
    {
        "name": "old",
        **REPORT,
        "select": "*",
        "actions": [
            {"type": "amqp", "configuration": {"groupId": "console"}},
            {"type": "republish", "configuration": {"topic": "/${key}/lamp-0002/user/report", "topicType": 1}},
        ],
        "state": "stopped",
    },
    {
        "name": "everything",
        "product": "street_light",
        "short_topic": "+/#",
        "topic_type": "custom",
        "select": "*",
        "actions": [{"type": "amqp", "configuration": {"groupId": "errors"}}],
        "state": "stopped",
    },
]
MESSAGES = [
    {"celsius": 40, "site": "west side"},
    {"celsius": 36},
    {"celsius": 50, "site": "east"},
    {"celsius": 20, "site": "west"},
    {"celsius": "hot"},
    {"level": 60, "to": "lamp-0002"},
    {"level": 10, "to": "lamp-9999"},
    {"level": 20},
]


@pytest.fixture
def run(run_playbook):
    """Run a playbook of the collection."""
    return run_playbook


@pytest.fixture
def account(server, tasks):
    """Create the resources of ``FLEET`` and the rules; the second lamp is online and simulated."""
    for plural, kind in (
        ("products", "product"),
        ("thing_models", "thing_model"),
        ("topics", "topic"),
        ("consumer_groups", "consumer_group"),
        ("devices", "device"),
    ):
        for options in FLEET[plural]:
            tasks.run_ok(f"iot_{kind}", **options)
    for rule in RULES:
        tasks.run_ok("iot_rule", **rule)
    lamp = {"product": "street_light", "names": ["lamp-0002"], "online": True, "profile": {}}
    server.control("POST", "devices", lamp)
    return tasks


class HttpDevice:
    """A device that publishes by HTTP."""

    def __init__(self, server, device: dict[str, str]) -> None:
        self._server = server
        self._own = f"{device['ProductKey']}/{device['DeviceName']}"
        members = {
            "productKey": device["ProductKey"],
            "deviceName": device["DeviceName"],
            "clientId": "mac-1",
            "timestamp": str(int(time.time() * 1000)),
        }
        content = "".join(f"{name}{members[name]}" for name in sorted(members))
        sign = hmac.digest(device["DeviceSecret"].encode(), content.encode(), "md5").hex().upper()
        body = {**members, "sign": sign, "signmethod": "hmacmd5", "version": "default"}
        self._token = self._post("/auth", body, "application/json")["info"]["token"]

    def publish(self, content: Any) -> None:
        """Publish on the topic user/report."""
        path = f"/topic/{self._own}/user/report"
        reply = self._post(path, content, "application/octet-stream", password=self._token)
        assert reply["code"] == 0, reply

    def _post(self, path: str, content: Any, media_type: str, **headers: str) -> dict:
        body = json.dumps(content).encode()
        return json.loads(self._server.exchange("POST", path, body, {"Content-Type": media_type, **headers})[2])


class Deliveries:
    """What arrives at consumer groups, at other services and at the second lamp."""

    def __init__(self, server, product_key: str) -> None:
        self._server = server
        self._lamp = {"ProductKey": product_key, "DeviceName": "lamp-0002"}

    def take(self) -> dict[str, Any]:
        """Remove and return the deliveries. Reports about failures have different formats, except for these members."""
        external = self._server.control("GET", "deliveries")["deliveries"]
        self._server.control("DELETE", "deliveries")
        _status, found = self._server.call("QueryDevicePropertyStatus", **self._lamp)
        values = {one["Identifier"]: one.get("Value") for one in found["Data"]["List"]["PropertyStatusInfo"]}
        return {
            "console": [json.loads(text) for text in self._queued("console")],
            "errors": [
                (report["base64OriginalPayload"], report["deviceName"], len(report["failures"]))
                for report in map(json.loads, self._queued("errors"))
            ],
            "external": [
                (one["type"], one["topic"], json.loads(one["payload"]))
                for one in sorted(external, key=lambda one: (one["type"], one["seq"]))
            ],
            "sources": {one["source"] for one in external},
            "brightness": values.get("Brightness"),
        }

    def _queued(self, group: str) -> list[str]:
        body = {"group": group, "client": "test", "take": 100}
        return [one["payload"] for one in self._server.control("POST", "consumers", body)["messages"]]


def write_fleet(folder: Path) -> None:
    folder.mkdir()
    (folder / "lamps.yml").write_text(yaml.safe_dump(FLEET), encoding="utf-8")


def content(folder: Path) -> dict[str, str]:
    """Return the text of all files below a folder."""
    return {str(path.relative_to(folder)): path.read_text("utf-8") for path in sorted(folder.rglob("*.yml"))}


def test_applied_parsers_deliver_the_same_messages_as_the_rules(run, account, server, playbooks, tmp_path):
    fleet, there = tmp_path / "fleet", tmp_path / "fleet/parsers"
    write_fleet(fleet)
    playbooks.pop_writes()
    converted = run("convert_rules", convert_dir=str(there), fleet=str(fleet))
    assert (converted.status, playbooks.pop_writes()) == (0, []), converted.output
    assert "Convert rules: 4 of 5 rules converted, 1 of them in part; 2 parts not converted" in converted.output
    assert "everything, short_topic: a data source does not accept the topic +/#" in converted.output
    files = content(there)
    assert set(files) == {"destinations.yml", *(f"rules/{rule['name']}.yml" for rule in RULES)}
    assert "# Not converted: action republish: a destination has one product, but" in files["rules/old.yml"]
    assert yaml.safe_load(files["rules/everything.yml"]) is None
    (source,) = yaml.safe_load(files["rules/dim.yml"])["data_sources"]
    assert source["topics"] == [{"topic": "/street_light/+/user/report"}]

    validated = run("validate", fleet=str(fleet))
    assert validated.status == 0, validated.output
    applied = run("apply", fleet=str(fleet))
    assert applied.status == 0, applied.output
    planned = run("plan", fleet=str(fleet), plan_dir=str(tmp_path / "out"))
    assert "Plan: 0 to create, 0 to update" in planned.output, (tmp_path / "out/plan.txt").read_text("utf-8")
    # A run after the files were applied writes the same files.
    again = run("convert_rules", convert_dir=str(there), fleet=str(fleet))
    assert (again.status, again.changed, content(there)) == (0, 0, files), again.output

    device = account.run_ok("iot_device_info", product="street_light", name="lamp-0001")["devices"][0]
    _status, found = server.call("QueryDeviceDetail", IotId=device["iot_id"])
    lamp = HttpDevice(server, found["Data"])
    deliveries = Deliveries(server, found["Data"]["ProductKey"])
    deliveries.take()
    for message in MESSAGES:
        lamp.publish(message)
    by_rules = deliveries.take()
    assert len(by_rules["console"]) == 2
    assert len(by_rules["errors"]) == 2
    assert {kind for kind, _topic, _payload in by_rules["external"]} == {"MNS", "FC"}
    assert by_rules["brightness"] == "60"
    account.run_ok("iot_property", product="street_light", devices=["lamp-0002"], properties={"Brightness": 1})
    for rule in RULES:
        account.run_ok("iot_rule", name=rule["name"], state="stopped")
    for rule in ("overheat", "dim", "archive"):
        account.run_ok("iot_parser", name=rule, state="started")
    for message in MESSAGES:
        lamp.publish(message)
    by_parsers = deliveries.take()
    assert (by_rules.pop("sources"), by_parsers.pop("sources")) == ({"rule"}, {"parser"})
    assert by_parsers == by_rules
    # The files keep the parsers running, although the rules are stopped.
    assert convert(account, there)["files"] == [f"rules/{name}.yml" for name in ("archive", "dim", "overheat")]
    assert {name: one["state"] for name, one in parsers(there).items()} == {
        **dict.fromkeys(("archive", "dim", "overheat"), "started"),
        "old": "stopped",
    }


# The other options, without playbooks


def convert(tasks, folder: Path, **options: Any) -> dict[str, Any]:
    return tasks.run_ok("iot_fleet_convert_rules", convert_dir=str(folder), **options)


def parsers(folder: Path) -> dict[str, dict[str, Any]]:
    """Return the declared parsers by name."""
    files = [yaml.safe_load(text) or {} for text in content(folder).values()]
    return {one["name"]: one for file in files for one in file.get("parsers", ())}


def test_selected_rules_are_converted_and_running_parsers_are_started_on_request(account, tmp_path):
    result = convert(account, tmp_path, rules=["overheat", "old"], running=True)
    assert [(one["rule"], one["state"]) for one in result["converted"]] == [("old", "stopped"), ("overheat", "started")]
    assert result["summary"].startswith("Convert rules: 2 of 2 rules converted, 1 of them in part; 1 parts not")
    assert set(parsers(tmp_path)) == {"overheat", "old"}
    assert parsers(tmp_path)["overheat"]["failover_destination"] == "amqp_errors_errors"
    by_text = {one["difference"] for one in result["differences"] if one["rule"] == "overheat"}
    assert len(by_text) == 1
    assert "the report about a failure has the format of parsers" in by_text.pop()
    # Files of rules that are not selected any more are removed.
    again = convert(account, tmp_path, rules=["archive"])
    assert again["files"] == ["destinations.yml", "rules/archive.yml", "rules/old.yml", "rules/overheat.yml"]
    assert set(content(tmp_path)) == {"destinations.yml", "rules/archive.yml"}


def test_unknown_rule_is_an_error(account, tmp_path):
    result = account.run("iot_fleet_convert_rules", convert_dir=str(tmp_path / "there"), rules=["overhaet"])
    assert result["failed"]
    assert "rules: the rule overhaet does not exist" in result["msg"]
    assert not (tmp_path / "there").exists()


def test_check_mode_writes_no_file(account, tmp_path):
    result = account.run("iot_fleet_convert_rules", True, convert_dir=str(tmp_path / "there"))
    assert (result["changed"], "rules/dim.yml" in result["files"]) == (True, True)
    assert not (tmp_path / "there").exists()


def test_changed_file_is_replaced_only_with_overwrite(account, tmp_path):
    convert(account, tmp_path)
    changed = tmp_path / "rules/dim.yml"
    changed.write_text("parsers: []\n", encoding="utf-8")
    refused = account.run("iot_fleet_convert_rules", convert_dir=str(tmp_path))
    assert refused["failed"]
    assert "convert_dir" in refused["msg"]
    assert "rules/dim.yml" in refused["msg"]
    assert convert(account, tmp_path, overwrite=True)["files"] == ["rules/dim.yml"]


def test_names_of_other_resources_are_not_used(account, tmp_path):
    account.run_ok("iot_parser", name="dim", description="something else")
    account.run_ok("iot_data_source", name="archive")
    convert(account, tmp_path / "there")
    found = parsers(tmp_path / "there")
    assert {"dim_2", "archive", "overheat"} <= set(found)
    assert found["archive"]["data_source"] == "archive_2"


def test_declared_destinations_are_used_and_declared_parsers_are_not_converted(account, tmp_path):
    fleet = {
        "destinations": [{"name": "alarms", "type": "amqp", "configuration": {"groupId": "console"}}],
        "parsers": [{"name": "dimmer", "description": "Converted from the rule dim: and changed"}],
        "thing_scripts": [{"product": "old_meter", "type": "javascript", "script": "function f() {}"}],
    }
    external = {"products": ["old_meter"]}
    result = convert(account, tmp_path / "there", fleet=fleet, external=external)
    assert {"rule": "dim", "part": "rule", "reason": "the fleet already declares its parser at "} in [
        {**one, "reason": one["reason"][:41]} for one in result["not_converted"]
    ]
    assert "dim" not in parsers(tmp_path / "there")
    assert parsers(tmp_path / "there")["overheat"]["destinations"] == ["alarms", "mns_alarms"]
    declared = yaml.safe_load((tmp_path / "there/destinations.yml").read_text("utf-8"))["destinations"]
    assert "alarms" not in {one["name"] for one in declared}


def test_account_without_rules_results_in_no_files(tasks, tmp_path):
    result = convert(tasks, tmp_path / "there")
    assert (result["changed"], result["files"], result["converted"]) == (False, [], [])
    assert result["summary"].startswith("Convert rules: 0 of 0 rules converted; 0 parts not converted, 0 differences")


def test_rules_that_cannot_be_read_are_an_error(server, tasks, tmp_path):
    server.control("PUT", "faults", [{"action": "ListRule", "code": "Forbidden.RAM"}])
    result = tasks.run("iot_fleet_convert_rules", convert_dir=str(tmp_path / "there"))
    assert result["failed"]
    assert "rules" in result["msg"]
