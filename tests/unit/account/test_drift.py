# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of the rules that ignore drift, and of the formats of a report."""

from __future__ import annotations

import datetime

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.account.declarations import Fleet
from ansible_collections.iotops.aliyun.plugins.module_utils.account.drift import (
    CHANGED,
    MISSING,
    Drift,
    DriftReport,
    find_drift,
    ignore,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.account.drift_ignore import IgnoreRule, problems_of
from ansible_collections.iotops.aliyun.plugins.module_utils.account.drift_render import findings, to_markdown
from ansible_collections.iotops.aliyun.plugins.module_utils.account.render import MAX_MARKDOWN
from ansible_collections.iotops.aliyun.plugins.module_utils.account.source import Source
from ansible_collections.iotops.aliyun.plugins.module_utils.account.unmanaged import Unmanaged

from ..client.conftest import make_client
from .test_unmanaged import Platform

TIME = datetime.datetime(2026, 1, 31, 23, 59, tzinfo=datetime.UTC)
CHANGE = {"before": "a", "after": "b"}


def report(*drift: Drift, **options) -> DriftReport:
    return DriftReport("account", TIME, list(drift), **options)


def rule(**options) -> IgnoreRule:
    options = {"reason": "known", **options}
    assert problems_of(options) == []
    return IgnoreRule.from_options(options, Source("drift_ignore.yml", 1, 1))


@pytest.mark.parametrize(
    ("options", "fields", "ignored"),
    [
        ({"kind": "topic"}, None, {"description", "operation"}),
        ({"kind": "topics"}, None, {"description", "operation"}),
        ({"kind": "top*", "name": "lamp/*", "fields": ["desc*"]}, {"operation"}, {"description"}),
        ({"kind": "topic", "fields": ["description", "operation"]}, None, {"description", "operation"}),
        ({"kind": "topic", "fields": ["name"]}, {"description", "operation"}, set()),
        ({"kind": "topic", "name": "lamp"}, {"description", "operation"}, set()),
        ({"kind": "rule"}, {"description", "operation"}, set()),
        ({"kind": "topic", "until": "2026-01-31"}, None, {"description", "operation"}),
        ({"kind": "topic", "until": "2026-01-30"}, {"description", "operation"}, set()),
    ],
)
def test_rule_ignores_the_fields_that_it_names(options, fields, ignored):
    one = Drift("topic", "lamp/user/a", CHANGED, fields={"description": CHANGE, "operation": CHANGE})
    found = report(one)
    ignore(found, [rule(**options)])
    assert [set(left.fields) for left in found.drift] == ([fields] if fields else [])
    assert {name for left in found.ignored for name in left.fields} == ignored


def test_rule_with_fields_does_not_ignore_a_missing_resource():
    found = report(Drift("topic", "lamp/user/a", MISSING, fields={"description": CHANGE}))
    ignore(found, [rule(kind="topic", fields=["description"])])
    assert found.summary == {
        "missing": 1, "changed": 0, "unwanted": 0, "unmanaged": 0, "ignored": 0, "in_sync": 0
    }  # fmt: skip


def test_rules_count_what_they_ignore_and_expired_ones_ignore_nothing():
    found = report(unmanaged=[Unmanaged("device", "lamp", ["a1", "a2", "b1"])])
    rules = [
        rule(kind="device", name="lamp/b*", until=datetime.date(2026, 1, 30)),
        rule(kind="device", name="lamp/a*"),
        rule(kind="*", name="other"),
    ]
    ignore(found, rules)
    assert [one.names for one in found.unmanaged] == [["b1"]]
    assert [found.rule_state(one) for one in rules] == ["expired", "used", "unused"]
    assert [one.count for one in rules] == [0, 2, 0]
    assert found.has_drift


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("topic", [("", "a rule must be a mapping of options")]),
        ({"kind": "topic"}, [("", "reason is missing")]),
        ({"reason": "a"}, [("", "kind is missing")]),
        (
            {"kind": "tpic", "reason": "a"},
            [("kind", "tpic is not a kind of resource; did you mean topic?")],
        ),
        ({"kind": "t*", "reason": "a", "fields": "name"}, [("fields", "fields must be a list of names")]),
        (
            {"kind": "topic", "reason": "a", "until": "31.12.2026"},
            [("until", "until must be a date such as 2030-12-31, not 31.12.2026")],
        ),
        ({"kind": "topic", "reason": "a", "until": datetime.date(2026, 1, 1)}, []),
    ],
)
def test_problems_of_a_rule_name_the_option(options, expected):
    assert problems_of(options) == expected


def test_markdown_of_much_drift_is_cut_off_and_complete():
    drift = [
        Drift(kind, f"lamp/{number}", CHANGED, Source("a.yml", 1, 1), {"description": CHANGE})
        for kind in ("topic", "device")
        for number in range(20_000)
    ]
    ignored = [Drift("rule", f"r{number}", CHANGED, reason="known") for number in range(20_000)]
    text = to_markdown(report(*drift, ignored=ignored))
    assert MAX_MARKDOWN - 2_000 < len(text) <= MAX_MARKDOWN
    assert text.count("<details>") == text.count("</details>") == text.count("```\n\n")
    assert "further lines are omitted here; see drift.json" in text


def test_resources_of_a_set_are_one_finding():
    source = Source("a.yml", 3, 5)
    group = "device_set lamp/lamps.csv"
    drift = [Drift("device", f"lamp/{number}", MISSING, source, group=group) for number in range(12)]
    (one,) = findings(report(*drift), [])
    assert (one.source, one.subject, one.rule) == (source, group, "drift-missing")
    assert one.message.startswith(f"12 of {group}: each device is missing: lamp/0, lamp/1,")
    assert one.message.endswith(" and 2 more")


def test_secrets_are_hidden_on_both_sides():
    class Change:
        """An entry whose plan contains secrets."""

        kind = "imported_devices"
        contains = ""

        def plan(self, _params, _client):
            devices = [[{"name": "a", "device_secret": secret}] for secret in ("of the account", "of the file")]
            change = {"before": devices[0], "after": devices[1]}
            return {
                "changed": True,
                "steps": [{"action": "update", "operation": "X", "changes": {"devices": change}}],
            }

        planned_steps = staticmethod(lambda result: result["steps"])
        options = staticmethod(
            lambda: {"devices": {"options": {"name": {}, "device_secret": {"no_log": True}}}, "name": {}}
        )
        name_of = staticmethod(lambda _params: ("lamp",))

    fleet = Fleet([{"kind": "products", "options": {"name": "lamp", "node_type": "device"}, "source": ("a", 1, 1)}])
    (node,) = fleet.nodes
    node.entry = Change()
    found = find_drift(make_client(Platform()), [node], with_unmanaged=False, secrets={"of the file"})
    hidden = [{"name": "a", "device_secret": "(hidden)"}]
    assert [one.fields for one in found.drift] == [{"devices": {"before": hidden, "after": hidden}}]
