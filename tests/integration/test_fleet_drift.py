# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Fleet as code: drift between the files and the account, rules that ignore it, and unmanaged resources in plans."""

from __future__ import annotations

import functools
import json
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pytest

from .conftest import ROOT
from .tasks import Tasks

FILES = {
    "lamps.yml": """
products:
  - {name: street_light, node_type: device, description: lamps}
topics:
  - {product: street_light, short_name: user/report, operation: pub}
  - product: street_light
    short_name: user/command
    description: commands
    operation: sub
rules:
  - {name: overheat, product: street_light, short_topic: +/user/report, select: "*"}
device_groups:
  - {name: west, description: the west}
devices:
  - {product: street_light, name: gate}
""",
    "devices/lamps.yml": """
device_sets:
  - {product: street_light, devices_file: lamps.csv}
""",
    "devices/lamps.csv": "name,nickname\nlamp-0001,first_lamp\nlamp-0002,\n",
}


@pytest.fixture
def fleet(tmp_path) -> Path:
    """Write the files of a fleet, and return the folder."""
    folder = tmp_path / "fleet"
    (folder / "devices").mkdir(parents=True)
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def run(run_playbook, fleet):
    """Run a playbook of the collection with the fleet."""
    return functools.partial(run_playbook, fleet=str(fleet))


@pytest.fixture
def drift(run, playbooks, tmp_path):
    """Run the playbook drift, assert that it writes nothing to the account, and return its status and its report."""

    def compare(**variables: str):
        playbooks.pop_writes()
        compared = run("drift", drift_dir=str(tmp_path / "out"), **variables)
        assert playbooks.pop_writes() == []
        assert (tmp_path / "out/drift.json").exists(), compared.output
        report = json.loads((tmp_path / "out/drift.json").read_text(encoding="utf-8"))
        schema = json.loads((ROOT / "docs/fleet_drift.schema.json").read_text(encoding="utf-8"))
        jsonschema.validate(report, schema)
        return compared.status, report

    return compare


@pytest.fixture
def applied(run, playbooks) -> Tasks:
    """Apply the fleet, and return the tasks that change the account afterwards."""
    run_of_apply = run("apply")
    assert run_of_apply.status == 0, run_of_apply.output
    return Tasks(playbooks.server)


def by_label(report: dict, section: str = "drift") -> dict:
    return {f"{one['kind']} {one['name']}": one for one in report[section]}


def test_account_after_apply_has_no_drift(applied, drift, fleet, tmp_path):
    status, report = drift()
    assert (status, report["drift"], report["unmanaged"]) == (0, [], [])
    assert report["summary"]["in_sync"] == 7
    suite = ElementTree.parse(tmp_path / "out/drift.xml").getroot()
    assert (suite.attrib["tests"], suite.attrib["failures"]) == ("7", "0")
    assert json.loads((tmp_path / "out/drift.sarif").read_text(encoding="utf-8"))["runs"][0]["results"] == []


def test_changes_of_the_account_are_drift_by_field_with_the_place_in_the_files(applied, drift, fleet, tmp_path):
    topic = {"product": "street_light", "short_name": "user/command"}
    applied.run_ok("iot_topic", **topic, operation="all")
    applied.run_ok("iot_topic", product="street_light", short_name="user/by_hand", operation="pub")
    applied.run_ok("iot_topic", product="street_light", short_name="user/report", state="absent")
    applied.run_ok("iot_device_group", name="west", description="changed by hand")
    applied.run_ok("iot_device", product="street_light", name="lamp-0001", nickname="other_lamp")
    applied.run_ok("iot_device", product="street_light", name="lamp-0002", state="absent")
    for name in ("intruder-2", "intruder-1"):
        applied.run_ok("iot_device", product="street_light", name=name)
    applied.run_ok("iot_product", name="by_hand", node_type="device")
    (fleet / "more.yml").write_text("rules: [{name: by_hand, state: absent}]\n", encoding="utf-8")
    applied.run_ok("iot_rule", name="by_hand")

    status, report = drift()
    assert status == 2
    found = by_label(report)
    assert {label: one["status"] for label, one in found.items()} == {
        "topic street_light/user/command": "changed",
        "topic street_light/user/report": "missing",
        "device_group west": "changed",
        "device street_light/lamp-0001": "changed",
        "device street_light/lamp-0002": "missing",
        "rule by_hand": "unwanted",
    }
    changed = found["topic street_light/user/command"]
    assert changed["fields"] == {"operation": {"before": "all", "after": "sub"}}
    assert changed["source"] == f"{fleet}/lamps.yml:9:5"
    group = found["device_group west"]
    assert group["fields"] == {"description": {"before": "changed by hand", "after": "the west"}}
    assert group["timestamps"]["created"]
    lamp = found["device street_light/lamp-0001"]
    assert lamp["fields"] == {"nickname": {"before": "other_lamp", "after": "first_lamp"}}
    assert lamp["source"] == f"{fleet}/devices/lamps.yml:3:5"
    unmanaged = {(one["kind"], one["parent"]): one for one in report["unmanaged"]}
    assert {key: one["names"] for key, one in unmanaged.items()} == {
        ("topic", "street_light"): ["user/by_hand"],
        ("device", "street_light"): ["intruder-1", "intruder-2"],
        ("product", ""): ["by_hand"],
    }
    assert unmanaged["product", ""]["timestamps"]["by_hand"]["created"]

    markdown = (tmp_path / "out/drift.md").read_text(encoding="utf-8")
    assert "! topic street_light/user/command differs" in markdown
    assert '    operation: "all" -> "sub"' in markdown
    suite = ElementTree.parse(tmp_path / "out/drift.xml").getroot()
    assert (suite.attrib["tests"], suite.attrib["failures"]) == ("12", "9")
    results = json.loads((tmp_path / "out/drift.sarif").read_text(encoding="utf-8"))["runs"][0]["results"]
    places = {
        one["message"]["text"]: one["locations"][0]["physicalLocation"]["region"]["startLine"]
        for one in results
        if one["ruleId"] == "drift-changed"
    }
    assert places['topic street_light/user/command differs: operation: "all" -> "sub"'] == 9
    assert all(one["locations"] for one in results)


def test_rules_ignore_intended_drift_and_are_reported_if_unused_or_expired(applied, drift, run, fleet, tmp_path):
    applied.run_ok("iot_topic", product="street_light", short_name="user/command", operation="all", description="x")
    applied.run_ok("iot_device_group", name="west", description="changed by hand")
    for name in ("guest-1", "guest-2"):
        applied.run_ok("iot_device", product="street_light", name=name)
    rules = fleet / "drift_ignore.yml"
    rules.write_text(
        "- {kind: topic, name: street_light/*, fields: [description], reason: edited in the console}\n"
        "- {kind: devices, name: street_light/guest-*, reason: devices of guests, until: 2999-12-31}\n"
        "- {kind: rule, name: overheat, reason: nothing}\n"
        "- {kind: device_group, name: west, reason: until the move, until: 2020-01-31}\n",
        encoding="utf-8",
    )
    status, report = drift()
    assert (status, report["unmanaged"]) == (2, [])
    found = by_label(report)
    assert {label: set(one["fields"]) for label, one in found.items()} == {
        "topic street_light/user/command": {"operation"},
        "device_group west": {"description"},
    }
    ignored = by_label(report, "ignored")
    assert {label: one["reason"] for label, one in ignored.items()} == {
        "topic street_light/user/command": "edited in the console",
        "device street_light/guest-1": "devices of guests",
        "device street_light/guest-2": "devices of guests",
    }
    states = [(one["state"], one["count"]) for one in report["rules"]]
    assert states == [("used", 1), ("used", 2), ("unused", 0), ("expired", 0)]
    assert f"{rules}:3:3: rule overheat is unused" in (tmp_path / "out/drift.md").read_text(encoding="utf-8")

    more = tmp_path / "more.yml"
    more.write_text("drift_ignore: [{kind: '*', reason: 'all of {{ fleet }}'}]\n", encoding="utf-8")
    status, report = drift(ignore_file=str(more))
    assert (status, report["drift"]) == (0, [])
    assert by_label(report, "ignored")["device_group west"]["reason"] == f"all of {fleet}"

    rules.write_text(
        "- {kind: topc, name: a, until: soon}\n- {kind: topic, reason: a, feilds: [b]}\n", encoding="utf-8"
    )
    refused = run("validate")
    assert refused.status == 2
    for expected in (
        f"{rules}:1:3: reason is missing",
        f"{rules}:1:4: topc is not a kind of resource; did you mean topic?",
        f"{rules}:1:25: until must be a date such as 2030-12-31, not soon",
        f"{rules}:2:28: feilds is not an option of a rule; did you mean fields?",
    ):
        assert expected in refused.output


def test_rules_in_a_task_ignore_drift_of_resources_in_the_task(applied):
    product = {"name": "street_light", "node_type": "device", "description": "by the task"}
    rules = [
        {"kind": "product", "name": "street_*", "fields": ["description"], "reason": "known", "until": "2999-12-31"},
        {"kind": "*", "reason": "declared in files"},
    ]
    options = {"fleet": {"products": [product]}, "unmanaged": True, "external": {"rules": ["overheat"]}}
    compared = applied.run_ok("iot_fleet_drift", **options, ignore=rules)
    assert (compared["has_drift"], compared["drift"]["drift"], compared["drift"]["unmanaged"]) == (False, [], [])
    assert set(by_label(compared["drift"], "ignored")["product street_light"]["fields"]) == {"description"}
    assert "rule overheat" not in by_label(compared["drift"], "ignored")
    assert applied.run_ok("iot_fleet_drift", **options)["has_drift"]
    refused = applied.run("iot_fleet_drift", **options, ignore=[{"kind": "prodct", "reason": "x"}])
    assert "ignore[0]: prodct is not a kind of resource; did you mean product?" in refused["msg"]


def test_differences_that_apply_cannot_remove_are_drift_with_a_note(applied, drift, fleet):
    path = fleet / "lamps.yml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("node_type: device", "node_type: gateway"), encoding="utf-8"
    )
    status, report = drift(unmanaged="false", external=json.dumps({}))
    assert status == 2
    assert "unmanaged" not in report
    (one,) = report["drift"]
    assert one["fields"] == {"node_type": {"before": "device", "after": "gateway"}}
    assert "node_type of the product cannot be changed" in one["note"]


def test_plan_of_many_devices_lists_them_only_if_some_are_unmanaged(run, playbooks, fleet, tmp_path):
    names = [f"lamp-{number:04}" for number in range(230)]
    (fleet / "devices/lamps.csv").write_text("name\n" + "\n".join(names) + "\n", encoding="utf-8")
    assert run("apply").status == 0

    def plan() -> tuple[dict, Counter]:
        playbooks.server.control("DELETE", "calls")
        planned = run("plan", plan_dir=str(tmp_path / "out"))
        assert planned.status == 0, planned.output
        sent = Counter(call["action"] for call in playbooks.server.control("GET", "calls")["calls"])
        return json.loads((tmp_path / "out/plan.json").read_text(encoding="utf-8")), sent

    planned, sent = plan()
    assert planned["unmanaged"] == []
    # One page says how many devices there are; the details are read in batches of 100.
    assert (sent["QueryDevice"], sent["BatchQueryDeviceDetail"]) == (1, 3)
    assert max(count for name, count in sent.items() if name.startswith("List")) == 1

    Tasks(playbooks.server).run_ok("iot_device", product="street_light", name="unknown-1")
    planned, sent = plan()
    assert planned["unmanaged"] == [{"kind": "device", "parent": "street_light", "count": 1, "names": ["unknown-1"]}]
    assert sent["QueryDevice"] == 5  # all pages of 232 devices, each one once
    text = (tmp_path / "out/plan.txt").read_text(encoding="utf-8")
    assert "  device in street_light (1): unknown-1" in text
    assert ", 1 unmanaged;" in text


def test_search_for_unmanaged_resources_requests_only_lists_that_the_plan_has_not_read(applied, run, playbooks):
    sent = {}
    for choice in ("false", "true"):
        playbooks.server.control("DELETE", "calls")
        assert run("plan", unmanaged=choice).status == 0
        sent[choice] = Counter(call["action"] for call in playbooks.server.control("GET", "calls")["calls"])
    lists = {
        "ListDestination",
        "ListJob",
        "ListOTAFirmware",
        "ListOTAModuleByProduct",
        "ListParser",
        "ListParserDataSource",
        "QueryConsumerGroupList",
        "QueryDevice",
        "QuerySoundCodeList",
        "QuerySoundCodeScheduleList",
    }
    # Static and dynamic groups have separate lists, of which the plan has read that of static groups.
    assert sent["true"] - sent["false"] == Counter(dict.fromkeys((*lists, "QueryDeviceGroupList"), 1))
    assert (sum(sent["true"].values()), sum(sent["false"].values())) == (20, 9)
