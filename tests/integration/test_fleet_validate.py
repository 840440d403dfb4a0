# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The playbook validate: reports, a base, rules of users, and the hook for pre-commit."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]

FLEET = """
products:
  - {name: street_light, node_type: device, thing_model: true, data_format: alink, description: "in {{ site }}"}
thing_models:
  - {product: street_light, tsl: "{{ lookup('file', fleet ~ '/light.json') }}", published: true}
topics:
  - {product: street_light, short_name: user/report, operation: pub}
device_sets:
  - {product: street_light, devices_file: lamps.csv}
"""

RULE = """
from ansible_collections.iotops.aliyun.plugins.module_utils.account.user_rules import rule


@rule("topic-description", kinds=["topics"], level="warning")
def topics_are_described(resource, fleet):
    if not resource.options["description"]:
        yield resource.finding("the topic has no description")
"""


def light(maximum: int) -> str:
    """Return a TSL with the property Level."""
    specs = {"min": "0", "max": str(maximum), "step": "1"}
    level = {"identifier": "Level", "name": "level", "accessMode": "rw", "dataType": {"type": "int", "specs": specs}}
    return json.dumps({"properties": [level], "events": [], "services": []})


@pytest.fixture
def write(tmp_path):
    """Write a fleet into a folder, and return the folder."""

    def write(name: str, maximum: int = 100) -> Path:
        folder = tmp_path / name
        folder.mkdir()
        (folder / "lamps.yml").write_text(FLEET, encoding="utf-8")
        (folder / "light.json").write_text(light(maximum), encoding="utf-8")
        (folder / "lamps.csv").write_text("name\nlamp-0001\nlamp-0002\n", encoding="utf-8")
        return folder

    return write


@pytest.fixture
def validate(playbooks):
    """Run the playbook without credentials."""
    return lambda **variables: playbooks.run(
        Path("iotops.aliyun.validate"), **{"site": "west", **{name: str(value) for name, value in variables.items()}}
    )


def test_findings_are_written_as_sarif_and_junit_even_if_there_are_errors(validate, write, tmp_path):
    fleet = write("fleet")
    (fleet / "more.yml").write_text(
        "rules:\n"
        "  - name: overheat\n"
        "    product: street_light\n"
        "    short_topic: +/thing/event/property/post\n"
        "    select: items.Levle.value\n"
        "devices:\n"
        "  - {product: street_light, name: lamp-0002}\n",
        encoding="utf-8",
    )
    sarif, junit = tmp_path / "out/fleet.sarif", tmp_path / "out/fleet.xml"
    run = validate(fleet=fleet, sarif_file=sarif, junit_file=junit)
    assert run.status == 2
    unknown = "select uses the property Levle, which the thing model of street_light does not have; did you mean Level?"
    assert f"{fleet}/more.yml:5:5: {unknown}" in run.output
    duplicate = f"device street_light/lamp-0002 is already declared at {fleet}/more.yml:7:5"
    assert f"{fleet}/lamps.csv:3:1: {duplicate}" in run.output
    [log] = json.loads(sarif.read_text(encoding="utf-8"))["runs"]
    assert sorted(result["ruleId"] for result in log["results"]) == ["duplicate", "unknown-property"]
    suite = ElementTree.parse(junit).getroot()[0]
    assert (suite.get("failures"), suite.get("errors")) == ("2", "0")
    passed = {case.get("name") for case in suite if len(case) == 0}
    assert ("product street_light" in passed, "rule overheat" in passed) == (True, False)

    (fleet / "more.yml").unlink()
    assert validate(fleet=fleet, sarif_file=sarif, junit_file=junit).status == 0
    assert json.loads(sarif.read_text(encoding="utf-8"))["runs"][0]["results"] == []
    assert ElementTree.parse(junit).getroot().get("failures") == "0"


def test_breaking_change_against_a_base_fails_although_both_fleets_use_the_same_template(validate, write):
    base, fleet = write("base"), write("fleet", maximum=50)
    run = validate(fleet=fleet, base=base)
    assert run.status == 2
    place = f"{fleet}/lamps.yml:5:29"
    assert f"{place}: the change breaks the published thing model of street_light: properties.Level.max" in run.output
    assert validate(fleet=base, base=base).status == 0


def test_rules_of_users_and_levels_decide_what_fails(validate, write, tmp_path):
    fleet, rules = write("fleet"), tmp_path / "rules"
    rules.mkdir()
    (rules / "topics.py").write_text(RULE, encoding="utf-8")
    run = validate(fleet=fleet, rules_dir=rules)
    assert run.status == 0
    assert f"{fleet}/lamps.yml:7:5: the topic has no description" in " ".join(run.output.split())
    (rules / "topics.schema.json").write_text('{"required": ["description"]}', encoding="utf-8")
    assert validate(fleet=fleet, rules_dir=rules).status == 2


def test_levels_of_rules_can_be_changed(tasks, write, tmp_path):
    problem = {"source": [str(tmp_path / "a.yml"), 1, 1], "message": "broken", "rule": "invalid-file"}
    declared = {"resources": [], "problems": [problem]}
    assert tasks.run("iot_fleet_validate", fleet=declared)["problems"][0]["level"] == "error"
    for level, expected in (("warning", ["warning"]), ("note", ["note"]), ("none", [])):
        result = tasks.run_ok("iot_fleet_validate", fleet=declared, levels={"invalid-file": level})
        assert [one["level"] for one in result["problems"]] == expected
        assert len(result.get("warnings", [])) == (level == "warning")
    refused = tasks.run("iot_fleet_validate", fleet=declared, levels={"invalid-file": "fatal"})
    assert refused["failed"]
    assert refused["msg"].startswith("levels must contain error, warning, note, none only")


def test_fleet_and_base_that_are_not_values_of_the_lookup_are_refused(tasks):
    for options in ({"fleet": {"resources": [{}]}}, {"fleet": {"resources": []}, "base": {"resources": 5}}):
        result = tasks.run("iot_fleet_validate", **options)
        assert result["failed"]
        assert "is not the value of the lookup iotops.aliyun.fleet" in result["msg"]


def test_files_of_the_test_are_valid_for_the_schema(write):
    schema = json.loads((ROOT / "docs/fleet.schema.json").read_text(encoding="utf-8"))
    content = yaml.safe_load((write("fleet") / "lamps.yml").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(content)


def test_hook_for_pre_commit_checks_the_fleet_of_a_repository(write, tmp_path):
    [hook] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    fleet = write("fleet")
    folder = Path(sys.executable).parent
    environment = {
        **os.environ,
        "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}",
        "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".collections"),
    }
    command = [*hook["entry"].split(), *hook["args"], "-e", "site=west"]
    assert shutil.which(command[0], path=environment["PATH"])

    def run() -> subprocess.CompletedProcess:
        return subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300, check=False
        )

    passed = run()
    assert passed.returncode == 0, passed.stdout + passed.stderr
    (fleet / "lamps.csv").write_text("name\nab\n", encoding="utf-8")
    failed = run()
    assert failed.returncode == 2
    assert "\nfleet/lamps.csv:2:1: device name must have 4 to 32 characters" in failed.stdout
