# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Fleet as code: the playbook export writes an account as files that plan as unchanged."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path

import jsonschema
import pytest
import yaml
from ansible.parsing.vault import VaultLib, VaultSecret

from ansible_collections.iotops.aliyun.plugins.module_utils.account.kinds import kinds

HERE = Path(__file__).resolve().parent
MODEL = json.loads((HERE / "playbooks/files/light.json").read_text(encoding="utf-8"))
TEMPLATE = "{{ lookup('pipe', 'false') }}"
PROJECT = "Md3ZiTl888K9lXdy7890"
ROLE = {"roleName": "AliyunIOTAccessingMNSRole", "roleArn": "acs:ram::5645:role/aliyuniotaccessingmnsrole"}
LAMP = {"product": "street_light", "name": "lamp-0001"}
NEAR = "/street_light/${deviceName()}/user/near"

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
        {
            "name": "old_meter",
            "node_type": "device",
            "thing_model": True,
            "data_format": "custom",
            "status": "released",
        },
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
                {"type": "republish", "configuration": {"topic": NEAR, "topicType": 1}},
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
            "periods": [{"description": "morning", "content": "breakfast", "start_time": "06:00", "end_time": "10:59"}],
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
    create(server, tasks, ACCOUNT)
    return tasks


def create(server, tasks, resources: list[tuple[str, dict]]) -> None:
    """Create resources, and a topic route between devices."""
    key = ""
    for kind, options in resources:
        if kind == "data_source":
            options = json.loads(json.dumps(options).replace("KEY", key))
        result = tasks.run_ok(f"iot_{kind}", **options)
        if kind == "product" and not key:
            key = result["product"]["product_key"]
    profile = {"properties": {"values": {"Brightness": 70}}}
    lamps = {"product": "street_light", "names": ["lamp-0001"], "online": True, "profile": profile}
    server.control("POST", "devices", lamps)
    route = {"source": "/street_light/lamp-0001/user/report", "destinations": ["/street_light/lamp-0002/user/near"]}
    tasks.run_ok("iot_topic_route", **route)


@pytest.fixture
def run(run_playbook):
    """Run a playbook of the collection."""
    return run_playbook


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


def test_export_sends_the_requests_of_plan_and_those_for_what_does_not_exist(run, account, playbooks, tmp_path):
    def calls(name: str, **variables) -> list[dict]:
        playbooks.server.control("DELETE", "calls")
        assert run(name, **variables).status == 0
        return playbooks.server.control("GET", "calls")["calls"]

    exported = calls("export", export_dir=str(tmp_path / "there"), filters=FILTERS)
    planned = Counter(call["action"] for call in calls("plan", fleet=str(tmp_path / "there")))
    more = Counter(call["action"] for call in exported) - planned
    # Only an export has to find out that a product has no subscription, tags or modules, that a group has no tags or
    # super-group, and which devices there are.
    assert set(more) <= {
        "ListOTAModuleByProduct",
        "ListProductTags",
        "QueryDevice",
        "QueryDeviceGroupTagList",
        "QueryDeviceListByDeviceGroup",
        "QueryDeviceProp",
        "QuerySubscribeRelation",
        "QuerySuperDeviceGroup",
    }


def test_export_of_one_product_contains_what_it_needs_and_replaces_the_last_export(run, account, tmp_path):
    there = tmp_path / "there"
    assert run("export", export_dir=str(there)).status == 0
    assert "sound_codes.yml" in content(there)
    exported = run("export", export_dir=str(there), products="street_light")
    assert exported.status == 0, exported.output
    files = content(there)
    assert "sound_codes.yml" not in files
    assert "products/old_meter.yml" not in files
    # The rule and the subscription need the consumer group, the devices their groups and their gateway's product.
    for name in ("consumer_groups.yml", "device_groups.yml", "products/street_light.yml"):
        assert name in files
    assert run("validate", fleet=str(there)).status == 0
    assert "0 to create, 0 to update" in run("plan", fleet=str(there)).output
    unknown = run("export", export_dir=str(there), products="stret_light")
    assert unknown.status == 2
    assert "the product stret_light does not exist" in unknown.output


def test_export_next_to_a_fleet_writes_only_what_is_not_declared(run, account, tmp_path):
    fleet = tmp_path / "fleet"
    assert run("export", export_dir=str(fleet)).status == 0
    (fleet / ".iotops_export.json").unlink()
    (fleet / "sound_codes.yml").unlink()
    lamps = fleet / "products/street_light.devices.csv"
    lamps.write_text(lamps.read_text("utf-8").replace("lamp-0002", "lamp-0003"), encoding="utf-8")
    for _run in range(2):  # the second export does not take the files of the first one for the fleet's
        exported = run("export", export_dir=str(fleet / "new"), fleet=str(fleet))
        assert exported.status == 0, exported.output
        new = content(fleet / "new")
        assert set(new) == {
            ".iotops_export.json",
            "sound_codes.yml",
            "products/street_light.yml",
            "products/street_light.devices.csv",
        }
        assert set(yaml.safe_load(new["products/street_light.yml"])) == {"device_sets"}
        assert b"lamp-0002" in new["products/street_light.devices.csv"]
        assert b"lamp-0001" not in new["products/street_light.devices.csv"]


def test_export_keeps_files_that_it_has_not_written(run, account, tmp_path):
    there = tmp_path / "there"
    (there / "products").mkdir(parents=True)
    own = there / "products/street_light.yml"
    own.write_text("mine: true\n", encoding="utf-8")
    refused = run("export", export_dir=str(there))
    assert refused.status == 2
    assert "products/street_light.yml" in refused.output
    assert content(there) == {"products/street_light.yml": b"mine: true\n"}
    assert run("export", "--check", export_dir=str(there), overwrite=True).changed == 1
    assert content(there) == {"products/street_light.yml": b"mine: true\n"}
    assert run("export", export_dir=str(there), overwrite=True).status == 0
    assert b"street_light" in own.read_bytes()
    own.write_text("mine: true\n", encoding="utf-8")
    assert run("export", export_dir=str(there)).status == 2


def test_secrets_are_exported_to_an_encrypted_file_only(run, account, playbooks, tmp_path):
    password = tmp_path / "password"
    password.write_text("secret of the vault", encoding="utf-8")
    secrets = tmp_path / "secrets.csv"
    exported = run(
        "export",
        export_dir=str(tmp_path / "there"),
        secrets_file=str(secrets),
        secrets_format="csv",
        secrets_vault_password_file=str(password),
    )
    assert exported.status == 0, exported.output
    assert secrets.read_text("utf-8").startswith("$ANSIBLE_VAULT")
    text = VaultLib([("default", VaultSecret(password.read_bytes()))]).decrypt(secrets.read_bytes()).decode()
    rows = list(csv.DictReader(text.splitlines()))
    assert {row["device_name"] for row in rows} == {"lamp-0001", "lamp-0002", "hub-west"}
    everything = exported.output.encode() + b"".join(content(tmp_path / "there").values())
    assert not any(row["device_secret"].encode() in everything for row in rows)


def test_neutral_export_describes_products_models_and_devices(run, account, playbooks, tmp_path):
    there = tmp_path / "there"
    playbooks.pop_writes()
    exported = run("export", export_dir=str(there), format="neutral")
    assert (exported.status, playbooks.pop_writes()) == (0, []), exported.output
    files = content(there)
    schema = json.loads(files["schema.json"])
    for kind in ("products", "devices"):
        records = [json.loads(line) for line in files[f"{kind}.jsonl"].decode().splitlines()]
        for record in records:
            jsonschema.validate(record, {**schema, **schema["$defs"][kind]})
        rows = list(csv.DictReader(files[f"{kind}.csv"].decode().splitlines()))
        assert [row["name"] for row in rows] == [record["name"] for record in records]
        assert list(rows[0]) == list(records[0])
    lamp = next(record for record in records if record["name"] == "lamp-0001")
    assert lamp["groups"] == ["gate", "west"]
    assert (lamp["nickname"], lamp["tags"], lamp["status"]) == ("gate_lamp", {"floor": "1"}, "online")
    assert lamp["values"]["Brightness"]["value"] == 70
    assert next(one for one in records if one["name"] == "lamp-0002")["gateway"] == {
        "product": "home_hub",
        "name": "hub-west",
    }
    model = json.loads(files["models/street_light.tm.json"])
    assert model["@type"] == "tm:ThingModel"
    assert set(model["properties"]) == {"Brightness", "LightStatus", "Temperature"}
    refused = run("export", export_dir=str(there), format="neutral", filters=FILTERS)
    assert refused.status == 2
    assert "filters cannot be set with format: neutral" in refused.output


def test_export_of_dynamic_groups_on_an_instance_with_search(run, tasks, monkeypatch, tmp_path):
    instance = "iot-060a0bcd"
    monkeypatch.setenv("ALIBABA_CLOUD_IOT_INSTANCE_ID", instance)
    tasks.run_ok("iot_product", name="street_light", node_type="device", iot_instance_id=instance)
    device = {"product": "street_light", "name": "lamp-0009", "tags": {"floor": "1"}, "iot_instance_id": instance}
    tasks.run_ok("iot_device", **device)
    tasks.run_ok(
        "iot_device_group", name="upper", expression='name LIKE "lamp%"', description="9", iot_instance_id=instance
    )
    there = tmp_path / "there"
    exported = run("export", export_dir=str(there), one_by_one=False)
    assert exported.status == 0, exported.output
    (group,) = yaml.safe_load(content(there)["device_groups.yml"])["device_groups"]
    assert (group["name"], "expression" in group) == ("upper", True)
    assert content(there)["products/street_light.devices.csv"] == b"name,tags.floor\nlamp-0009,1\n"
    assert "0 to create, 0 to update" in run("plan", fleet=str(there)).output


#: Resources that are started when they are created, or whose content the API does not return.
ONLY_HERE = {"ota_firmware", "ota_job", "job", "sound_code_label_batch", "data_source", "parser", "topology"}


def test_exported_files_create_the_same_account_elsewhere(run, server, tasks, tmp_path):
    create(server, tasks, [one for one in ACCOUNT if one[0] not in ONLY_HERE])
    assert run("export", export_dir=str(tmp_path / "one"), filters={"speeches": FILTERS["speeches"]}).status == 0
    server.control("POST", "reset")
    applied = run("apply", fleet=str(tmp_path / "one"))
    assert applied.status == 0, applied.output
    assert run("export", export_dir=str(tmp_path / "two"), filters={"speeches": FILTERS["speeches"]}).status == 0
    assert content(tmp_path / "two") == content(tmp_path / "one")


def test_kind_that_cannot_be_read_is_reported_and_the_others_are_exported(server, tasks, tmp_path):
    tasks.run_ok("iot_consumer_group", name="console")
    server.control("PUT", "faults", [{"action": "ListDestination", "code": "Forbidden.RAM"}])
    result = tasks.run_ok("iot_fleet_export", export_dir=str(tmp_path / "there"))
    (gap,) = [gap for gap in result["not_exported"] if gap["kind"] == "destinations"]
    assert "they cannot be listed: ListDestination" in gap["reason"]
    assert "consumer_groups.yml" in result["files"]


@pytest.mark.parametrize(
    ("filters", "message"),
    [
        ({"speches": []}, "filters: speches is not a kind of resource; did you mean speeches?"),
        ({"speeches": {"project_code": "x"}}, "filters: speeches must be a list of mappings"),
        ({"shadows": [{"product": "nothing", "device": "lamp"}]}, "the product nothing does not exist"),
    ],
)
def test_invalid_filters_are_an_error(tasks, tmp_path, filters, message):
    result = tasks.run("iot_fleet_export", export_dir=str(tmp_path / "there"), filters=filters)
    assert result["failed"]
    assert message in result["msg"]
    assert not (tmp_path / "there").exists()


def test_secrets_file_that_cannot_be_written_fails_in_check_mode_too(tasks, tmp_path):
    options = {"export_dir": str(tmp_path / "there"), "secrets_file": str(tmp_path / "missing/s.csv")}
    for check_mode in (True, False):
        result = tasks.run("iot_fleet_export", check_mode=check_mode, secrets_vault=False, **options)
        assert result["failed"]
        assert f"secrets_file {tmp_path}/missing/s.csv cannot be written" in result["msg"]
    writable = {**options, "secrets_file": str(tmp_path / "s.csv")}
    assert not tasks.run("iot_fleet_export", check_mode=True, secrets_vault=False, **writable).get("failed")
    assert not (tmp_path / "s.csv").exists()
