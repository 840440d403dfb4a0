# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Fleet as code: the report page of an account, and the page of a plan."""

from __future__ import annotations

import functools
import json
from collections import Counter
from pathlib import Path

import pytest

from .tasks import Tasks

MODEL = json.loads((Path(__file__).parent / "playbooks/files/light.json").read_text(encoding="utf-8"))
HOSTILE = "<b>lamps</b> & 'more'"
REPORT_TOPIC = {"product": "street_light", "short_name": "user/report", "operation": "pub"}
#: The resources that the files declare.
FLEET = {
    "products": [
        {
            "name": "street_light",
            "node_type": "device",
            "thing_model": True,
            "data_format": "alink",
            "description": HOSTILE,
        },
        {"name": "home_hub", "node_type": "gateway"},
    ],
    "thing_models": [{"product": "street_light", "tsl": MODEL, "published": True, "version": "1.0.0"}],
    "topics": [REPORT_TOPIC, {**REPORT_TOPIC, "short_name": "user/command", "operation": "sub"}],
    "consumer_groups": [{"name": "console"}],
    "rules": [
        {
            "name": "overheat",
            "product": "street_light",
            "short_topic": "+/user/report",
            "select": "*",
            "actions": [{"type": "amqp", "configuration": {"groupId": "console"}}],
            "state": "started",
        }
    ],
    "device_groups": [{"name": "west"}],
    "device_sets": [
        {
            "product": "street_light",
            "devices": [{"name": f"lamp-{number:05}", "groups": ["west"] if number < 3 else []} for number in range(8)],
        }
    ],
}


@pytest.fixture
def account(server, tasks) -> None:
    """Create an account with the declared resources, with a few others, and with devices in each status."""
    tasks.run_ok("iot_fleet_apply", fleet=FLEET)
    tasks.run_ok("iot_topic", product="street_light", short_name="user/by_hand", operation="pub")
    tasks.run_ok("iot_ota_module", product="street_light", name="modem")
    versions = {"default": "1.2.0", "modem": "7"}
    names = [f"lamp-{number:05}" for number in range(6)]
    body = {"product": "street_light", "names": names, "online": True, "module_versions": versions}
    server.control("POST", "devices", body)
    server.control("POST", "devices", {"product": "street_light", "names": ["intruder"], "online": True})
    server.control("POST", "devices", {"product": "street_light", "names": names[:2], "online": False})
    tasks.run_ok("iot_device", product="street_light", name=names[5], enabled=False)


@pytest.fixture
def run(run_playbook, tmp_path):
    """Run a playbook of the collection with the files of the fleet."""
    folder = tmp_path / "fleet"
    folder.mkdir()
    (folder / "fleet.json").write_text(json.dumps(FLEET), encoding="utf-8")
    return functools.partial(run_playbook, fleet=str(folder))


def sent(server) -> Counter[str]:
    """Return the number of requests by operation since the last call of this function."""
    calls = Counter(call["action"] for call in server.control("GET", "calls")["calls"])
    server.control("DELETE", "calls")
    return calls


def test_report_of_the_playbook_shows_the_account_and_what_no_file_declares(account, run, playbooks, tmp_path):
    playbooks.pop_writes()
    path = tmp_path / "out/fleet.html"
    reported = run("report", report_file=str(path))
    assert (reported.status, reported.changed, playbooks.pop_writes()) == (0, 0, []), reported.output
    assert "Report: 2 products, 9 devices (4 online)" in reported.output
    assert "3 unmanaged" in reported.output
    text = path.read_text(encoding="utf-8")
    for expected in (
        "2 products, 9 devices",
        ">1.0.0<",
        "<span>online: 4</span>",
        "<span>offline: 2</span>",
        "<span>not activated: 2</span>",
        "<span>disabled: 1</span>",
        "<title>topic of street_light user/report → rule overheat (started)</title>",
        "<title>rule overheat (started) → consumer group console</title>",
        "topic of street_light: 2",
        "topics of a product",
        "<li>street_light/user/by_hand</li>",
        "devices of street_light (1)",
        "<li>intruder</li>",
    ):
        assert expected in text, expected


def test_plan_of_the_playbook_writes_a_page(account, run, playbooks, tmp_path):
    folder = tmp_path / "fleet"
    changed = json.loads((folder / "fleet.json").read_text(encoding="utf-8"))
    changed["rules"][0]["where"] = "level > 3"
    again = {"topic": "/street_light/${deviceName()}/user/command", "topicType": 1}
    changed["rules"][0]["actions"] += [{"type": "republish", "configuration": again}]
    changed["topics"][1]["state"] = "absent"
    changed["products"][0]["description"] = "other"
    changed["device_sets"][0]["devices"] += [{"name": "lamp-new"}]
    (folder / "fleet.json").write_text(json.dumps(changed), encoding="utf-8")
    planned = run("plan", plan_dir=str(tmp_path / "out"))
    assert planned.status == 0, planned.output
    text = (tmp_path / "out/plan.html").read_text(encoding="utf-8")
    for expected in (
        "0 to create, 3 to update, 1 to delete",
        "1 resource is deleted: ",
        "topic street_light/user/command</a>",
        "<pre>level &gt; 3</pre>",
        "CreateRuleAction",
        "&lt;b&gt;lamps&lt;/b&gt; &amp; &#x27;more&#x27;",
        "1 created",
        "lamp-new",
        f"{folder}/fleet.json",
        "topic in street_light: 1",
        "<li>user/by_hand</li>",
    ):
        assert expected in text, expected
    assert "<b>" not in text


def test_new_action_of_a_rule_is_a_change_of_the_rule(account, tasks):
    (rule,) = FLEET["rules"]
    again = {"topic": "/street_light/${deviceName()}/user/command", "topicType": 1}
    declared = {**rule, "actions": [*rule["actions"], {"type": "republish", "configuration": again}]}
    fleet = {"rules": [declared]}
    options = {"fleet": fleet, "external": {"products": ["street_light"], "consumer_groups": ["console"]}}
    assert tasks.run_ok("iot_fleet_plan", **options)["plan"]["summary"]["update"] == 1
    (found,) = tasks.run_ok("iot_fleet_drift", **options, unmanaged=False)["drift"]["drift"]
    assert (found["status"], set(found["fields"])) == ("changed", {"actions"})


def test_plan_page_contains_no_secret(tasks, tmp_path):
    tasks.run_ok("iot_fleet_apply", fleet={"products": FLEET["products"]})
    secret = "d" * 31 + "1"
    device = {"name": "imported-1", "device_secret": secret}
    fleet = {**FLEET, "imported_devices": [{"product": "street_light", "devices": [device]}]}
    planned = tasks.run_ok("iot_fleet_plan", fleet=fleet, plan_dir=str(tmp_path))
    assert planned["plan"]["summary"]["create"] > 3
    text = (tmp_path / "plan.html").read_text(encoding="utf-8")
    assert "imported-1" in text
    assert secret not in text


def test_report_sends_requests_for_many_devices_at_a_time(server, tasks, tmp_path):
    tasks.run_ok("iot_product", name="street_light", node_type="device")
    server.control("POST", "devices", {"product": "street_light", "count": 230, "prefix": "lamp-"})
    for name in ("west", "east"):
        tasks.run_ok("iot_device_group", name=name)
    path = tmp_path / "fleet.html"
    sent(server)
    result = tasks.run_ok("iot_fleet_report", report_file=str(path))
    calls = sent(server)
    assert result["report"]["devices"] == {"total": 230, "online": 230}
    assert "unmanaged" not in result["report"]
    assert (calls["QueryDevice"], calls["BatchQueryDeviceDetail"], calls["QueryDeviceStatistics"]) == (5, 3, 2)
    assert result["calls"] == sum(calls.values()) < 60

    server.control("POST", "clock", {"advance": 60})
    result = tasks.run_ok("iot_fleet_report", report_file=str(path), versions=False)
    calls = sent(server)
    assert result["report"]["devices"]["total"] == 230
    assert (calls["QueryDeviceByStatus"], calls["QueryDevice"], calls["BatchQueryDeviceDetail"]) == (4, 0, 0)
    assert "The versions were not read." in path.read_text(encoding="utf-8")


def test_report_of_an_instance_with_search_shows_the_versions_of_all_modules(server, tasks, tmp_path):
    instance = {"iot_instance_id": "iot-060a0bcd"}
    tasks.run_ok("iot_product", name="street_light", node_type="device", **instance)
    versions = {"default": "1.2.0", "modem": "7"}
    body = {"product": "street_light", "count": 60, "prefix": "lamp-", "module_versions": versions}
    server.control("POST", "devices", body)
    sent(server)
    tasks.run_ok("iot_fleet_report", report_file=str(tmp_path / "fleet.html"), **instance)
    calls = sent(server)
    assert (calls["QueryDeviceBySQL"], calls["BatchQueryDeviceDetail"]) == (2, 0)
    text = (tmp_path / "fleet.html").read_text(encoding="utf-8")
    assert "street_light, module modem" in text
    assert "<span>7: 60</span>" in text
    assert "Only versions of the module default" not in text


def test_report_next_to_files_marks_only_what_is_managed_nowhere(account, tasks, tmp_path):
    external = {"topics": ["user/by_hand"], "ota_modules": ["modem"], "devices": ["intruder"]}
    options = {"report_file": str(tmp_path / "fleet.html"), "fleet": FLEET}
    assert tasks.run_ok("iot_fleet_report", **options)["report"]["unmanaged"] == {
        "devices": 1,
        "ota_modules": 1,
        "topics": 1,
    }
    assert tasks.run_ok("iot_fleet_report", **options, external=external)["report"]["unmanaged"] == {}
    refused = tasks.run("iot_fleet_report", **{**options, "fleet": {"topcs": [{}]}})
    assert "topcs is not a kind of resource; did you mean topics?" in refused["msg"]


def test_kind_that_cannot_be_read_is_shown_and_the_others_are_reported(server, tasks, tmp_path):
    tasks.run_ok("iot_consumer_group", name="console")
    server.control("PUT", "faults", [{"action": "ListDestination", "code": "Forbidden.RAM"}])
    result = tasks.run_ok("iot_fleet_report", report_file=str(tmp_path / "fleet.html"))
    (gap,) = result["report"]["not_read"]
    assert gap["kind"] == "destinations"
    text = (tmp_path / "fleet.html").read_text(encoding="utf-8")
    assert "Not read: 1" in text
    assert "Forbidden.RAM" in text
    assert result["report"]["resources"] == {"consumer_groups": 2}


def test_report_to_a_file_that_cannot_be_written_is_an_error(server, tasks: Tasks, tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    refused = tasks.run("iot_fleet_report", report_file=str(tmp_path / "file/fleet.html"))
    assert "report_file cannot be written" in refused["msg"]
