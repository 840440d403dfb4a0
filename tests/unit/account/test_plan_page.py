# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of the plan page."""

from __future__ import annotations

import re
from typing import Any

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.account import plan_page
from ansible_collections.iotops.aliyun.plugins.module_utils.account.declarations import Fleet
from ansible_collections.iotops.aliyun.plugins.module_utils.account.plan import (
    CREATED,
    DELETED,
    UNCHANGED,
    UPDATED,
    AccountPlan,
    PlannedResource,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.account.plan_changes import body_of, value_text
from ansible_collections.iotops.aliyun.plugins.module_utils.account.unmanaged import Unmanaged
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.render import HIDDEN

HOSTILE = "<img src=x onerror='alert(1)'>"


def node(kind: str = "rules", **options: Any):
    options = options or {"name": "overheat"}
    item = {"kind": kind, "options": options, "source": ("fleet/a.yml", 3, 5)}
    return Fleet([item], external={"products": ["lamp"]}).nodes[0]


def step(operation: str, **changes: Any) -> dict[str, Any]:
    fields = {name: {"before": before, "after": after} for name, (before, after) in changes.items()}
    return {"operation": operation, "changes": fields}


def plan(*resources: PlannedResource, unmanaged: list[Unmanaged] | None = None) -> AccountPlan:
    return AccountPlan("0b7d7fa3f0d2a0c1", list(resources), [], 3, unmanaged)


def test_plan_without_changes_says_so():
    text = plan_page.to_html(plan(PlannedResource(node(), UNCHANGED)))
    assert "No changes: the account is in the declared state." in text
    assert '<p class="quiet">There are none.</p>' in text
    assert "Unmanaged" not in text


def test_changes_are_listed_with_fields_actions_and_places():
    created = PlannedResource(
        node(name="new"), CREATED, [step("CreateRule", name=(None, "new"), description=(None, None))], pending=["later"]
    )
    updated = PlannedResource(node(), UPDATED, [step("UpdateRule", where=("a > 1", "a > 2")), step("StartRule")])
    deleted = PlannedResource(
        node(name="old", state="absent"), DELETED, [step("DeleteRule")], {"before": {"name": "old"}, "after": {}}
    )
    text = plan_page.to_html(plan(created, updated, deleted, unmanaged=[Unmanaged("topic", "lamp", ["user/by_hand"])]))
    assert "1 to create, 1 to update, 1 to delete; 4 requests, at least 0 s" in text
    assert re.findall(r'<details id="change-\d" data-item="(\w+)"', text) == ["create", "update", "delete"]
    assert '<p>1 resource is deleted: <a href="#change-2">rule old</a></p>' in text
    assert 'class="bad-item"' in text
    assert "<pre>a &gt; 1</pre>" in text
    assert "<pre>a &gt; 2</pre>" in text
    assert "fleet/a.yml:3:5" in text
    assert "UpdateRule, StartRule" in text
    assert "known after apply" in text
    assert "description</th>" not in text  # not set
    assert "topic in lamp: 1" in text
    assert "<li>user/by_hand</li>" in text
    assert [*re.findall(r'<option value="(\w+)"', text)] == ["create", "update", "delete"]


def test_values_are_shown_as_text_or_json():
    assert value_text(None) == '<span class="quiet">not set</span>'
    assert value_text("") == '<span class="quiet">empty</span>'
    assert value_text(HIDDEN) == f"<pre>{HIDDEN}</pre>"
    assert value_text({"a": [1, True]}) == "<pre>{&quot;a&quot;: [1, true]}</pre>"
    assert value_text("(known after apply)") == '<span class="badge warn">known after apply</span>'
    long = value_text("x" * 5000)
    assert len(long) < 2000
    assert "5,000 characters; see plan.json" in long


def test_long_values_are_compared_line_by_line():
    before = "\n".join(f"line {number}" for number in range(50))
    after = before.replace("line 30", "line <30>")
    text = body_of(PlannedResource(node(), UPDATED, [step("PublishScript", script=(before, after))]))
    assert "<del>-line 30</del><ins>+line &lt;30&gt;</ins>" in text
    assert "line 29" in text
    assert "line 5<" not in text


def test_field_that_a_later_step_changes_back_is_not_shown():
    steps = [step("StopParser", status=("started", "stopped"), name=("a", "b")), step("Start", status=("x", "started"))]
    text = plan_page.to_html(plan(PlannedResource(node(), UPDATED, steps)))
    assert '<span class="quiet">name</span>' in text
    assert "started" not in text


def test_comparison_of_very_different_values_is_limited():
    before, after = ("\n".join(f"{side} {number}" for number in range(1500)) for side in "ab")
    text = body_of(PlannedResource(node(), UPDATED, [step("PublishScript", script=(before, after))]))
    assert "further lines; see plan.json" in text
    assert len(text) < 30_000


def test_devices_of_a_set_are_shown_with_their_values():
    names = [f"lamp-{number:05}" for number in range(20_000)]
    one = PlannedResource(
        node("device_sets", product="lamp", devices=[{"name": "lamp-1"}]),
        UPDATED,
        [{"operation": "BatchRegisterDevice", "requests": 20}],
        {"before": {"lamp-1": {"nickname": "a"}}, "after": {"lamp-1": {"nickname": HOSTILE}}},
        changed={"created": names, "updated": ["lamp-1"], "deleted": []},
    )
    text = plan_page.to_html(plan(one))
    assert "20,000 created, 1 updated" in text
    assert "BatchRegisterDevice × 20" in text
    assert "19,951 further devices are not shown." in text
    assert len(text) < 60_000
    first = body_of(PlannedResource(one.node, UPDATED, [], one.diff, changed={"updated": ["lamp-1"]}))
    assert "nickname: a → &lt;img" in first


def test_page_escapes_all_names_and_values():
    hostile = node("rules", name="overheat")
    hostile.params["name"] = HOSTILE
    text = plan_page.to_html(
        plan(
            PlannedResource(hostile, UPDATED, [step(HOSTILE, **{HOSTILE: (HOSTILE, [HOSTILE])})], pending=[HOSTILE]),
            PlannedResource(hostile, DELETED, [], {"before": {HOSTILE: HOSTILE}}),
            unmanaged=[Unmanaged("topic", HOSTILE, [HOSTILE]), Unmanaged("rule", error=HOSTILE)],
        )
    )
    assert "<img" not in text
    assert text.count("&lt;img src=x onerror=&#x27;alert(1)&#x27;&gt;") > 10


def test_page_of_a_large_plan_has_a_limited_size_and_shows_all_deletions():
    rules = [node(name=f"rule_{number}") for number in range(200)]
    resources = [
        PlannedResource(rules[number % 200], CREATED, [step("CreateRule", where=(None, "x" * 1400))])
        for number in range(6000)
    ]
    resources += [PlannedResource(rules[0], DELETED, [step("DeleteRule")], {"before": {"name": "old"}})] * 30
    text = plan_page.to_html(plan(*resources))
    assert len(text) < plan_page.MAX_CHANGES + 200_000
    assert "The values are not shown, because the page would be too large." in text
    assert text.count('data-item="delete"') == 30
    assert "and 10 more" in text
    shown = text.count('data-item="create"')
    assert 1000 < shown < 6000
    assert f"{6000 - shown:,} further changes are not shown" in text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        *((0, "0 s"), (0.02, "below 0.1 s"), (0.44, "0.4 s"), (1.0, "1 s"), (59.4, "59 s")),
        *((60, "1 min 0 s"), (3599, "59 min 59 s"), (7260, "2 h 1 min")),
    ],
)
def test_duration_is_shown_in_the_two_largest_units(seconds, text):
    assert plan_page.duration(seconds) == text
