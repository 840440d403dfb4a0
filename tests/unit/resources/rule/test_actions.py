# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Actions of a rule: which are the same without having a name, and how they are brought about."""

from __future__ import annotations

import copy
import json

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.steps import CREATE, DELETE, UPDATE, Ref
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.rule.actions import TARGETS, Actions, of_rows
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


def there(*actions) -> list:
    """Actions as they are read: with an id, in any order, with what the platform adds."""
    return [
        {"action_id": str(n), **changed(action, uid="u", endPoint="e")}
        for n, action in reversed([*enumerate(actions, 1)])
    ]


@pytest.mark.parametrize("kind", TARGETS)
def test_an_action_is_its_type_and_target(kind):
    action = {"type": kind, "configuration": dict.fromkeys(TARGETS[kind], "x"), "error_action": False}
    assert KIND.identity(action) == KIND.identity(changed(action, roleArn="r"))
    assert KIND.identity(action) == KIND.identity({**action, "action_id": "9"})
    assert KIND.identity(action) != KIND.identity({**action, "error_action": True})
    assert KIND.identity(action) != KIND.identity({**action, "type": "ons" if kind != "ons" else "fc"})
    for member in TARGETS[kind]:
        assert KIND.identity(action) != KIND.identity(changed(action, **{member: "y"}))


def test_order_and_what_the_platform_adds_mean_nothing():
    assert KIND.canonical([AMQP, TOPIC]) == KIND.canonical(there(AMQP, TOPIC))
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
def test_anything_else_is_a_difference(other):
    assert KIND.canonical(other) != KIND.canonical([AMQP, TOPIC])


@pytest.mark.parametrize(
    ("actions", "complaint"),
    [
        ([AMQP, TOPIC, TABLE, {**AMQP, "error_action": True}], ""),
        ([changed(AMQP, groupId=f"g{n}") for n in range(10)], ""),
        ([changed(AMQP, groupId=f"g{n}") for n in range(11)], "takes at most 10 actions, not 11"),
        (
            [changed(AMQP, groupId="")],
            "has a amqp action whose configuration is invalid at groupId: '' should be non-empty",
        ),
        (
            [{"type": "fc", "configuration": {}}],
            "has a fc action whose configuration is invalid at the top level: 'serviceName' is a required property",
        ),
        ([TOPIC, changed(TOPIC, topicType=0)], "names a type and target twice"),
        ([{**AMQP, "error_action": True}, {**TOPIC, "error_action": True}], "takes one error action at most"),
    ],
)
def test_what_actions_can_be(actions, complaint):
    assert KIND.check(actions) == complaint


def test_given_actions_are_added_where_the_others_are_kept():
    assert KIND.merge(there(AMQP), [TOPIC]) == [*there(AMQP), TOPIC]
    assert KIND.merge(there(TOPIC), [changed(TOPIC, topicType=0)]) == [changed(TOPIC, topicType=0)]
    assert KIND.merge(None, [TOPIC]) == [TOPIC]


def test_actions_are_read_as_the_api_lists_them():
    rows = [
        {"Id": 3, "Type": "AMQP", "Configuration": '{"groupId": "g1"}', "ErrorActionFlag": True},
        {"Id": 4, "Type": "MNS", "Configuration": ""},
    ]
    assert of_rows(rows) == {
        "actions": [
            {"action_id": "3", "type": "amqp", "configuration": {"groupId": "g1"}, "error_action": True},
            {"action_id": "4", "type": "mns", "configuration": {}, "error_action": False},
        ]
    }
    assert of_rows(None) == {"actions": []}


def steps(desired: list, current: list | None) -> list:
    (change,) = (change for change in RULE.changes if "actions" in change.fields)
    before = copy.deepcopy((desired, current))
    result = change.steps(RULE, {"actions": desired}, {"actions": current})
    assert (desired, current) == before
    return result


def test_what_goes_goes_first():
    result = steps([TABLE, changed(TOPIC, topicType=0)], there(AMQP, TOPIC))
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


def test_each_step_tells_what_it_leaves():
    result = steps([TABLE], there(AMQP))
    assert [one.changes["actions"] for one in result] == [(there(AMQP), []), ([], [TABLE])]


def test_only_the_action_that_differs_is_changed():
    (step,) = steps([changed(AMQP, more="x"), TOPIC], there(AMQP, TOPIC))
    assert (step.operation, step.params["ActionId"]) == ("UpdateRuleAction", "1")


def test_actions_of_a_fresh_rule_are_made():
    assert [one.operation for one in steps([AMQP, TOPIC], None)] == ["CreateRuleAction"] * 2


def test_an_action_for_errors_is_another_action():
    result = steps([{**AMQP, "error_action": True}], there(AMQP))
    assert [one.operation for one in result] == ["DeleteRuleAction", "CreateRuleAction"]
    assert result[1].params["ErrorActionFlag"] is True


@pytest.mark.parametrize(("desired", "current"), [([], None), ([], []), ([AMQP, TOPIC], there(AMQP, TOPIC))])
def test_what_is_as_it_should_be_takes_no_step(desired, current):
    assert steps(desired, current) == []


def test_actions_that_were_not_given_are_left_alone():
    (change,) = (change for change in RULE.changes if "actions" in change.fields)
    assert change.steps(RULE, {}, {"actions": there(AMQP)}) == []
