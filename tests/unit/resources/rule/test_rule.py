# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Rules: their topics, and the conditions for their start and deletion."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.converge import converge
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue, ReferenceNotFound
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.info import gather
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.plan import plan
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.rule.rule import Rule, topic_type
from ansible_collections.iotops.aliyun.tests.unit.resources.fakes import FakeClient

RULE = Rule()
SQL = {"product": "street_light", "short_topic": "+/user/up", "select": "*"}
STOPPED = {"Id": 7, "Name": "overheat", "Status": "STOP", "TopicType": -1, "UtcCreated": "2019"}
RUNNING = {
    **STOPPED,
    "Status": "RUNNING",
    "ProductKey": "a1",
    "ShortTopic": "+/user/up",
    "TopicType": 1,
    "Select": "*",
    "Where": "t > 60",
    "RuleDesc": "old",
}


def account(rule=None, actions=()) -> FakeClient:
    return FakeClient(
        QueryProductList=[{"ProductKey": "a1", "ProductName": "street_light"}],
        ListRule=[rule] if rule else [],
        GetRule={"RuleInfo": rule} if rule else None,
        ListRuleActions={"RuleActionList": {"RuleActionInfo": list(actions)}},
        CreateRule={"RuleId": 7},
        QueryConsumerGroupList=[{"GroupId": group, "GroupName": f"name_of_{group}"} for group in ("g1", "g2")],
    )


def rule(client, check_mode=True, **options) -> dict:
    return converge(RULE, {"name": "overheat", **options}, client, check_mode)


def operations(result) -> list:
    return [step["operation"] for step in result["steps"]]


@pytest.mark.parametrize(
    ("short_topic", "kind"),
    [
        ("+/thing/event/property/post", "system"),
        ("lamp_1/thing/lifecycle", "system"),
        ("+/ota/upgrade", "system"),
        ("package/job/ota/job/status", "system"),
        ("+/users/up", "system"),
        ("+/user/up", "custom"),
        ("/+/user/up", "custom"),
        ("lamp_1/user/#", "custom"),
        ("+/user", "custom"),
        ("+", "status"),
        ("lamp_1", "status"),
        ("mqtt/status/a1/+", "status"),
        ("+/mqtt/status", "status"),
    ],
)
def test_topic_type_follows_from_topic(short_topic, kind):
    assert topic_type(short_topic) == kind


def test_topic_type_not_set_is_derived():
    (step,) = rule(account(), short_topic="+/user/up")["steps"]
    assert step["changes"]["topic_type"]["after"] == "custom"
    # Custom topics of old products are not below "user".
    (step,) = rule(account(), short_topic="+/up", topic_type="custom")["steps"]
    assert step["changes"]["topic_type"]["after"] == "custom"
    assert "topic_type" not in rule(account())["steps"][0]["changes"]


def test_rule_without_sql_has_no_topic_type():
    assert "topic_type" not in rule(account(STOPPED))["rule"]


def test_rule_is_started_after_creation_and_actions():
    action = {"type": "amqp", "configuration": {"groupId": "g"}, "error_action": False}
    assert operations(rule(account(), state="stopped")) == ["CreateRule"]
    assert operations(rule(account(), state="started", **SQL, actions=[action])) == [
        "CreateRule",
        "CreateRuleAction",
        "StartRule",
    ]


@pytest.mark.parametrize("current", [None, STOPPED])
@pytest.mark.parametrize(
    ("options", "missing"),
    [
        ({}, "product, short_topic, select"),
        ({"product": "street_light", "select": "*"}, "short_topic"),
        ({"product": "street_light", "short_topic": "+/user/report"}, "select"),
    ],
)
def test_rule_start_without_sql_fails_before_write(current, options, missing):
    client = account(current)
    with pytest.raises(InvalidValue, match=rf"^{missing} must be set before a rule can be started$") as caught:
        rule(client, False, state="started", **options)
    assert caught.value.field == missing.split(",")[0]
    assert not any(client.operation(name).writes for name in client.log)


def test_rule_start_with_current_sql_is_accepted():
    assert operations(rule(account({**RUNNING, "Status": "STOP"}), state="started")) == ["StartRule"]
    assert operations(rule(account({**RUNNING, "Status": "STOP", "Select": ""}), state="started", select="*")) == [
        "UpdateRule",
        "StartRule",
    ]


@pytest.mark.parametrize("status", ["started", "stopped"])
def test_rules_filtered_by_status_do_not_need_sql(status):
    assert gather(RULE, {"name": "nothing", "status": status}, account(STOPPED))["rules"] == []
    found = gather(RULE, {"name": "overheat", "status": status}, account(STOPPED))["rules"]
    assert len(found) == (status == "stopped")


@pytest.mark.parametrize(("current", "expected"), [(RUNNING, ["StopRule", "DeleteRule"]), (STOPPED, ["DeleteRule"])])
def test_running_rule_is_stopped_before_deletion(current, expected):
    assert operations(rule(account(current), state="absent")) == expected
    assert rule(account(current), state="absent")["rule"] == {}


def test_rule_update_sends_unchanged_sql():
    (step,) = plan(RULE, {"description": "new"}, RULE.parse(RUNNING))
    assert step.params == {
        **RULE.identity_params(),
        "Name": "overheat",
        "ProductKey": "a1",
        "ShortTopic": "+/user/up",
        "TopicType": 1,
        "Select": "*",
        "Where": "t > 60",
        "RuleDesc": "new",
    }


def test_rule_product_change_is_in_diff():
    result = rule(account({**RUNNING, "ProductKey": "a9"}), product="street_light")
    assert operations(result) == ["UpdateRule"]
    assert (result["diff"]["before"]["product"], result["diff"]["after"]["product"]) == ("a9", "street_light")
    unchanged = rule(account(RUNNING), product="street_light")
    assert unchanged["diff"]["before"]["product"] == unchanged["diff"]["after"]["product"] == "street_light"


@pytest.mark.parametrize(
    ("topic", "sent"),
    [
        ("/street_light/console/user/alarm", "/a1/console/user/alarm"),
        ("/a1/console/user/alarm", "/a1/console/user/alarm"),
        ("/sys/${productKey}/d/thing/service/x", "/sys/${productKey}/d/thing/service/x"),
        ("/sys/street_light/${deviceName}/thing/service/x", "/sys/a1/${deviceName}/thing/service/x"),
    ],
)
def test_republish_topic_with_product_name_is_resolved(topic, sent):
    kind = 0 if topic.startswith("/sys/") else 1
    action = {"type": "republish", "configuration": {"topic": topic, "topicType": kind}, "error_action": False}
    (step,) = rule(account(STOPPED), actions=[action])["steps"]
    assert step["changes"]["actions"]["after"][0]["configuration"] == {"topic": sent, "topicType": kind}
    assert action["configuration"]["topic"] == topic


def test_republish_topic_of_missing_product_is_pending_or_fails():
    action = {
        "type": "republish",
        "configuration": {"topic": "/new/d/user/x", "topicType": 1},
        "error_action": False,
    }
    with pytest.raises(ReferenceNotFound, match="the product new does not exist"):
        rule(account(STOPPED), False, actions=[action])
    result = rule(account(STOPPED), actions=[action])
    assert result["pending"] == ["the product new does not exist yet"]
    assert result["steps"][0]["changes"]["actions"]["after"] == [action]
