# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Fleet as code: the playbook export writes an account as files that plan as unchanged."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from ansible_collections.iotops.aliyun.plugins.module_utils.account.kinds import kinds

HERE = Path(__file__).resolve().parent
MODEL = json.loads((HERE / "playbooks/files/light.json").read_text(encoding="utf-8"))
TEMPLATE = "{{ lookup('pipe', 'false') }}"
PROJECT = "Md3ZiTl888K9lXdy7890"
ROLE = {"roleName": "AliyunIOTAccessingMNSRole", "roleArn": "acs:ram::5645:role/aliyuniotaccessingmnsrole"}
LAMP = {"product": "street_light", "name": "lamp-0001"}

#: An account with resources of every kind: the kind, and the options of a task.
ACCOUNT = [
    (
        "product",
        {
            "name": "street_light",
            "node_type": "device",
            "thing_model": True,
            "data_format": "alink",
            "net_type": "cellular",
            "description": TEMPLATE,
            "tags": {"site": "west"},
        },
    ),
    ("product", {"name": "home_hub", "node_type": "gateway"}),
    (
        "product",
        {"name": "old_meter", "node_type": "device", "thing_model": True, "data_format": "custom", "status": "released"},
    ),
    ("thing_model", {"product": "street_light", "tsl": MODEL, "published": True}),
    ("thing_script", {"product": "old_meter", "type": "javascript", "script": "function f() {\n  return '灯';\n}\n"}),
    ("topic", {"product": "street_light", "short_name": "user/report", "operation": "pub", "description": TEMPLATE}),
    ("topic", {"product": "street_light", "short_name": "user/near", "operation": "sub"}),
    ("device_group", {"name": "west", "description": "{% endraw %}{{ 1 }}", "tags": {"site": "west"}}),
    ("device_group", {"name": "gate", "super_group": "west"}),
    ("device", {**LAMP, "nickname": "gate_lamp", "tags": {"floor": "1"}, "groups": ["west", "gate"]}),
    ("device", {**LAMP, "name": "lamp-0002", "enabled": False}),
    ("device", {"product": "home_hub", "name": "hub-west"}),
    (
        "topology",
        {"product": "home_hub", "gateway": "hub-west", "devices": [{"product": "street_light", "name": "lamp-0002"}]},
    ),
    ("shadow", {"product": "street_light", "device": "lamp-0001", "desired": {"color": TEMPLATE, "on": True}}),
    ("consumer_group", {"name": "console"}),
    ("subscription", {"product": "street_light", "type": "amqp", "consumer_groups": ["console"], "device_data": True}),
    (
        "subscription",
        {
            "product": "street_light",
            "type": "mns",
            "mns_configuration": {"queueName": "upgrades", "regionName": "cn-shanghai", "role": ROLE},
            "ota_event": True,
        },
    ),
    (
        "rule",
        {
            "name": "overheat",
            "product": "street_light",
            "short_topic": "+/user/report",
            "select": "*",
            "where": "level > 3",
            "actions": [
                {"type": "amqp", "configuration": {"groupId": "console"}},
                {"type": "republish", "configuration": {"topic": "/street_light/${deviceName()}/user/near", "topicType": 1}},
            ],
            "state": "started",
        },
    ),
    (
        "data_source",
        {
            "name": "lamps",
            "topics": [
                {"topic": "/street_light/+/user/report"},
                {"topic": "/as/mqtt/status/street_light/+"},
                {"topic": "/KEY/+/user/near", "product": "street_light"},
            ],
        },
    ),
    ("destination", {"name": "to_console", "type": "amqp", "configuration": {"groupId": "console"}}),
    ("destination", {"name": "again", "type": "republish", "configuration": {"productKey": "street_light"}}),
    (
        "parser",
        {
            "name": "forward",
            "data_source": "lamps",
            "destinations": ["to_console"],
            "failover_destination": "again",
            "script": "// {{ not a template }}\nwriteAmqp(1000, payload('json'), 'lamps');\n",
            "state": "stopped",
        },
    ),
    ("ota_module", {"product": "street_light", "name": "modem", "alias": "cellular"}),
    (
        "ota_firmware",
        {
            "name": "modem_2",
            "product": "street_light",
            "module": "modem",
            "version": "2",
            "file": str(HERE / "playbooks/files/light.json"),
            "needs_verification": False,
        },
    ),
    ("ota_job", {"name": "june", "firmware": "modem_2", "type": "dynamic", "source_versions": ["1"]}),
    ("job", {"name": "calibrate", "type": "custom", "document": {"sensor": "light"}, "product": "street_light"}),
    ("sound_code", {"name": "gate_west", "content": "www.example.com", "duration_in_seconds": 2}),
    (
        "sound_code_schedule",
        {
            "name": "opening_hours",
            "start_date": "2030-01-01",
            "end_date": "2030-12-31",
            "start_time": "06:00",
            "periods": [
                {"description": "morning", "content": "breakfast", "start_time": "06:00", "end_time": "10:59"}
            ],
        },
    ),
    ("sound_code_label", {"schedule": "opening_hours", "label": "table_1"}),
    ("sound_code_label_batch", {"schedule": "opening_hours", "description": "ground floor", "labels": ["table_2"]}),
    ("speech", {"project_code": PROJECT, "code": "ZFDZ", "text": "payment received", "voice": "Siyue"}),
    ("speech", {"project_code": PROJECT, "type": "number", "voice": "Siyue"}),
]
#: What cannot be listed without a hint.
FILTERS = {
    "speeches": [{"project_code": PROJECT}],
    "shadows": [{"product": "street_light", "device": "lamp-0001"}],
    "topologies": [{"product": "home_hub", "gateway": "hub-west"}],
    "topic_routes": [{"source": "/street_light/lamp-0001/user/report"}],
}
#: The kinds that are no part of an account that can be read: a tunnel has no name, and imports are devices afterwards.
NOT_READ = {"tunnels", "imported_devices"}
#: The kinds whose resources are exported as device sets.
IN_SETS = {"devices"}


@pytest.fixture
def account(server, tasks):
    """Create an account with resources of every kind."""
    key = ""
    for kind, options in ACCOUNT:
        if kind == "data_source":
            options = json.loads(json.dumps(options).replace("KEY", key))
        result = tasks.run_ok(f"iot_{kind}", **options)
        if kind == "product" and not key:
            key = result["product"]["product_key"]
    server.control("POST", "devices", {"product": "street_light", "names": ["lamp-0001"], "online": True})
    route = {"source": "/street_light/lamp-0001/user/report", "destinations": ["/street_light/lamp-0002/user/near"]}
    tasks.run_ok("iot_topic_route", **route)
    return tasks


@pytest.fixture
def run(playbooks, monkeypatch):
    """Run a playbook of the collection; the connection comes from the environment."""
    for name, value in {
        "ALIBABA_CLOUD_IOT_ENDPOINT": playbooks.server.endpoint,
        "ALIBABA_CLOUD_ACCESS_KEY_ID": "emulator",
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "emulator",
    }.items():
        monkeypatch.setenv(name, value)

    def run(name: str, *options: str, **variables):
        extra = {key: value for key, value in variables.items() if not isinstance(value, str)}
        texts = {key: value for key, value in variables.items() if isinstance(value, str)}
        return playbooks.run(Path(f"iotops.aliyun.{name}"), *options, "-e", json.dumps(extra), **texts)

    return run


def content(folder: Path) -> dict[str, bytes]:
    """Return the content of all files below a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_export_of_every_kind_is_valid_and_plans_no_change(run, account, playbooks, tmp_path):
    there = tmp_path / "there"
    playbooks.pop_writes()
    exported = run("export", export_dir=str(there), filters=FILTERS)
    assert (exported.status, playbooks.pop_writes()) == (0, []), exported.output
    files = content(there)
    declared = set()
    for name, data in files.items():
        if name.endswith(".yml"):
            declared |= set(yaml.safe_load(data))
    assert declared == set(kinds()) - NOT_READ - IN_SETS
    assert run("validate", fleet=str(there)).status == 0
    planned = run("plan", fleet=str(there), plan_dir=str(tmp_path / "out"))
    assert planned.status == 0, planned.output
    assert "Plan: 0 to create, 0 to update" in planned.output, (tmp_path / "out/plan.txt").read_text("utf-8")

    again = run("export", export_dir=str(there), filters=FILTERS)
    assert (again.status, again.changed, content(there)) == (0, 0, files)
