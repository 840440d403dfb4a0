# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of rules that users write."""

from __future__ import annotations

import json

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.account.declarations import Fleet
from ansible_collections.iotops.aliyun.plugins.module_utils.account.user_rules import find_violations

HEAD = "from ansible_collections.iotops.aliyun.plugins.module_utils.account.user_rules import rule\n\n"

PREFIX = """
@rule("topic-prefix", kinds=["topics"], level="warning")
def topics_are_below_user(resource, fleet):
    if not resource.options["short_name"].startswith("user/"):
        yield resource.finding("short_name must start with user/", option="short_name")
"""

LAMPS = """
@rule("lamp-names", kinds=["devices"])
def lamps_have_a_number(resource, fleet):
    assert fleet.resources("products")
    if not resource.options["name"].startswith("lamp-"):
        yield resource.finding(f"{resource.name} is no lamp")
"""


@pytest.fixture
def fleet(tmp_path):
    path = tmp_path / "lamps.csv"
    path.write_text("name\nlamp-0001\npole-0001\n", encoding="utf-8")
    items = [
        {"kind": "products", "options": {"name": "street_light", "node_type": "device"}, "source": ("/a.yml", 1, 1)},
        {
            "kind": "topics",
            "options": {"product": "street_light", "short_name": "report", "operation": "pub"},
            "source": ("/a.yml", 2, 1),
            "sources": {"short_name": ("/a.yml", 2, 20)},
        },
        {
            "kind": "device_sets",
            "options": {"product": "street_light", "devices_file": str(path)},
            "source": ("/a.yml", 3, 1),
        },
    ]
    fleet = Fleet(items)
    assert fleet.problems == []
    return fleet


@pytest.fixture
def run(fleet, tmp_path):
    """Run the rules in a file, and return rule, level and text of the findings."""

    def run(name: str, text: str) -> list[tuple[str, str, str]]:
        folder = tmp_path / "rules"
        folder.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
        return [
            (one.rule, one.level, str(one).replace(f"{tmp_path}/", "")) for one in find_violations(folder, fleet.nodes)
        ]

    return run


def test_rule_reports_its_findings_with_level_and_place(run):
    assert run("topics.py", HEAD + PREFIX) == [
        ("topic-prefix", "warning", "/a.yml:2:20: short_name must start with user/")
    ]


def test_rule_for_devices_sees_those_of_sets(run):
    assert run("devices.py", HEAD + LAMPS) == [
        ("lamp-names", "error", "lamps.csv:3:1: street_light/pole-0001 is no lamp")
    ]


def test_schema_of_a_kind_applies_to_the_options_in_the_files(run):
    schema = {"properties": {"short_name": {"pattern": "^user/"}}, "required": ["description"]}
    assert sorted(run("topics.schema.json", json.dumps(schema))) == [
        ("schema-topics", "error", "/a.yml:2:1: 'description' is a required property"),
        ("schema-topics", "error", "/a.yml:2:20: short_name: 'report' does not match '^user/'"),
    ]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.py", "def (", "rules/a.py:1:5: the rule is invalid: invalid syntax"),
        ("a.py", "\nraise KeyError('x')\n", "rules/a.py:2:1: the rule failed: KeyError: 'x'"),
        (
            "a.py",
            HEAD + PREFIX.replace("topics", "tpoics", 1),
            "tpoics is not a kind of resource; did you mean topics?",
        ),
        ("a.py", HEAD + PREFIX.replace("warning", "fatal"), "level must be one of error, warning, note, not fatal"),
        ("a.py", HEAD + PREFIX.replace('options["short_name"]', 'options["name"]'), "rules/a.py:6:1: the rule failed"),
        ("a.py", HEAD + PREFIX.replace("resource.finding", "str"), "the rule failed: TypeError"),
        (
            "tpoics.schema.json",
            "{}",
            "rules/tpoics.schema.json: tpoics is not a kind of resource; did you mean topics?",
        ),
        ("topics.schema.json", "{", "rules/topics.schema.json: the schema cannot be used: "),
        ("topics.schema.json", '{"type": "objekt"}', "the schema cannot be used: the schema is invalid at type"),
    ],
)
def test_invalid_rule_is_a_finding(run, name, text, message):
    [(rule, level, found)] = run(name, text)
    assert (rule, level) == ("invalid-rule", "error")
    assert message in found


def test_folder_that_does_not_exist_is_a_finding(fleet, tmp_path):
    [finding] = find_violations(str(tmp_path / "no"), fleet.nodes)
    assert str(finding) == f"{tmp_path}/no: rules_dir cannot be read: No such file or directory"
