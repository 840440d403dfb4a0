# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Actions of a rule: identity without a name, comparison, validation and changes."""

from __future__ import annotations

import copy
import json

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.steps import CREATE, DELETE, UPDATE, Ref
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.rule.actions import (
    TARGETS,
    Actions,
    parse_actions,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.rule.rule import Rule

KIND = Actions()
RULE = Rule()
AMQP = {"type": "amqp", "configuration": {"groupId": "g1"}, "error_action": False}
TOPIC = {"type": "republish", "configuration": {"topic": "/a1/d/user/get", "topicType": 1}, "error_action": False}
TABLE = {
    "type": "ots",
    "configuration": {
        "instanceName": "i",
        "tableName": "t",
        "primaryKeys": [{"columnName": "id", "columnType": "STRING", "columnValue": "${id}"}],
        "regionName": "cn-shanghai",
        "role": {"roleArn": "acs:ram::1234:role/r", "roleName": "r"},
    },
}


def changed(action: dict, **configuration) -> dict:
    return {**action, "configuration": {**action["configuration"], **configuration}}


def as_read(*actions) -> list:
    """Return actions as the platform returns them: with IDs and added members, in another order."""
    return [
        {"action_id": str(n), **changed(action, uid="u", endPoint="e")}
        for n, action in reversed([*enumerate(actions, 1)])
    ]


@pytest.mark.parametrize("kind", TARGETS)
def test_action_identity_is_type_and_target(kind):
    action = {"type": kind, "configuration": dict.fromkeys(TARGETS[kind], "x"), "error_action": False}
    assert KIND.identity(action) == KIND.identity(changed(action, roleArn="r"))
    assert KIND.identity(action) == KIND.identity({**action, "action_id": "9"})
    assert KIND.identity(action) != KIND.identity({**action, "error_action": True})
    assert KIND.identity(action) != KIND.identity({**action, "type": "ons" if kind != "ons" else "fc"})
    for member in TARGETS[kind]:
        assert KIND.identity(action) != KIND.identity(changed(action, **{member: "y"}))


def test_actions_in_other_order_or_with_added_members_are_equal():
    assert KIND.canonical([AMQP, TOPIC]) == KIND.canonical(as_read(AMQP, TOPIC))
    assert KIND.canonical([TABLE]) == KIND.canonical([{**TABLE, "error_action": False}])
    assert KIND.canonical(None) == KIND.canonical([])


@pytest.mark.parametrize(
    "other",
    [
        [AMQP],
        [AMQP, changed(TOPIC, topicType=0)],
        [AMQP, changed(TOPIC, topic="/a2/d/user/get")],
        [AMQP, changed(TOPIC, more="x")],
        [AMQP, {**TOPIC, "error_action": True}],
    ],
)
def test_actions_with_other_values_differ(other):
    assert KIND.canonical(other) != KIND.canonical([AMQP, TOPIC])


@pytest.mark.parametrize(
    ("actions", "problem"),
    [
        ([AMQP, TOPIC, TABLE, {**AMQP, "error_action": True}], ""),
        ([changed(AMQP, groupId=f"g{n}") for n in range(10)], ""),
        ([changed(AMQP, groupId=f"g{n}") for n in range(11)], "takes at most 10 actions, not 11"),
        (
            [changed(AMQP, groupId="")],
            "contains an action of type amqp whose configuration is invalid at groupId: '' should be non-empty",
        ),
        (
            [{"type": "fc", "configuration": {}}],
            (
                "contains an action of type fc whose configuration is invalid at the top level: "
                "'serviceName' is a required property"
            ),
        ),
        ([TOPIC, TOPIC], "contains two actions with the same type and target"),
        (
            [{**AMQP, "error_action": True}, {**TOPIC, "error_action": True}],
            "takes at most one action with error_action: true",
        ),
    ],
)
def test_actions_are_validated(actions, problem):
    assert KIND.check(actions) == problem


def test_actions_without_purge_are_merged():
    assert KIND.merge(as_read(AMQP), [TOPIC]) == [*as_read(AMQP), TOPIC]
    assert KIND.merge(as_read(TOPIC), [changed(TOPIC, topicType=0)]) == [changed(TOPIC, topicType=0)]
    assert KIND.merge(None, [TOPIC]) == [TOPIC]


def test_actions_in_response_are_parsed():
    rows = [
        {"Id": 3, "Type": "AMQP", "Configuration": '{"groupId": "g1"}', "ErrorActionFlag": True},
        {"Id": 4, "Type": "MNS", "Configuration": ""},
    ]
    assert parse_actions(rows) == {
        "actions": [
            {"action_id": "3", "type": "amqp", "configuration": {"groupId": "g1"}, "error_action": True},
            {"action_id": "4", "type": "mns", "configuration": {}, "error_action": False},
        ]
    }
    assert parse_actions(None) == {"actions": []}


def steps(desired: list, current: list | None) -> list:
    (change,) = (change for change in RULE.changes if "actions" in change.fields)
    before = copy.deepcopy((desired, current))
    result = change.steps(RULE, {"actions": desired}, {"actions": current})
    assert (desired, current) == before
    return result


def test_actions_are_deleted_before_others_are_created():
    result = steps([TABLE, changed(TOPIC, topicType=0)], as_read(AMQP, TOPIC))
    assert [(one.action, one.operation) for one in result] == [
        (DELETE, "DeleteRuleAction"),
        (CREATE, "CreateRuleAction"),
        (UPDATE, "UpdateRuleAction"),
    ]
    assert result[0].params == {"ActionId": "1"}
    assert result[1].params["RuleId"] == Ref("rule_id")
    assert (result[1].params["Type"], result[1].params["ErrorActionFlag"]) == ("OTS", False)
    assert json.loads(result[1].params["Configuration"]) == TABLE["configuration"]
    assert (result[2].params["ActionId"], result[2].params["Type"]) == ("2", "REPUBLISH")
    assert json.loads(result[2].params["Configuration"]) == {"topic": "/a1/d/user/get", "topicType": 0}


def test_action_step_has_changes():
    result = steps([TABLE], as_read(AMQP))
    assert [one.changes["actions"] for one in result] == [(as_read(AMQP), []), ([], [TABLE])]


def test_unchanged_action_has_no_step():
    (step,) = steps([changed(AMQP, more="x"), TOPIC], as_read(AMQP, TOPIC))
    assert (step.operation, step.params["ActionId"]) == ("UpdateRuleAction", "1")


def test_actions_of_new_rule_are_created():
    assert [one.operation for one in steps([AMQP, TOPIC], None)] == ["CreateRuleAction"] * 2


def test_error_action_replaces_normal_action():
    result = steps([{**AMQP, "error_action": True}], as_read(AMQP))
    assert [one.operation for one in result] == ["DeleteRuleAction", "CreateRuleAction"]
    assert result[1].params["ErrorActionFlag"] is True


@pytest.mark.parametrize(("desired", "current"), [([], None), ([], []), ([AMQP, TOPIC], as_read(AMQP, TOPIC))])
def test_equal_actions_have_no_steps(desired, current):
    assert steps(desired, current) == []


def test_actions_not_set_have_no_steps():
    (change,) = (change for change in RULE.changes if "actions" in change.fields)
    assert change.steps(RULE, {}, {"actions": as_read(AMQP)}) == []
