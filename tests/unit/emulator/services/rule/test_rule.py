# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Rules."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.emulator.core.context import Account, Context
from ansible_collections.iotops.aliyun.emulator.core.errors import GatewayError
from ansible_collections.iotops.aliyun.emulator.expressions.rule_functions import Message
from ansible_collections.iotops.aliyun.emulator.services.rule import rule as service

WRONG_PARAMETER = "iot.common.InvalidFormattedParameter"
WRONG_TOPIC = "iot.messagebroker.InvalidFormattedTopicName"
WRONG_SYSTEM_TOPIC = "iot.ruleng.IncorrectSysTopic"
WRONG_TYPE = "iot.ruleng.IncorrectType"
WRONG_SQL = "iot.messagebroker.IncorrectRuleSql"
NO_SQL = "iot.rule.NullSqlForRule"


@pytest.fixture
def product(api):
    """The key of a product."""
    return api("CreateProduct", ProductName="light", NodeType=0)["ProductKey"]


@pytest.fixture
def create(api):
    """Create a rule and return its id."""

    def create(name: str = "forward", **params) -> int:
        return api("CreateRule", Name=name, **params)["RuleId"]

    return create


@pytest.fixture
def read(api):
    """What GetRule says of a rule."""

    def read(rule_id: int) -> dict:
        return api("GetRule", RuleId=rule_id)["RuleInfo"]

    return read


@pytest.fixture
def running(api, create, product):
    """Create a rule for a topic and start it."""

    def running(short_topic: str = "+/user/get", name: str = "forward", **params) -> int:
        rule_id = create(name, **{"ProductKey": product, "ShortTopic": short_topic, "Select": "*", **params})
        api("StartRule", RuleId=rule_id)
        return rule_id

    return running


def test_a_rule_of_a_name_only(platform, create, read):
    platform.clock.advance(1)
    rule_id = create("规则_テスト-1")
    info = read(rule_id)
    times = {name: info.pop(name) for name in ("Created", "Modified", "UtcCreated", "UtcModified")}
    assert info == {
        "Id": rule_id,
        "Name": "规则_テスト-1",
        "Status": "STOP",
        "DataType": "JSON",
        "CreateUserId": int(platform.account.user_id),
        "TopicType": -1,
    }
    assert times["Created"] == times["Modified"]
    assert " CST 2" in times["Created"]
    assert times["UtcCreated"] == times["UtcModified"]
    assert times["UtcCreated"].endswith("Z")


def test_a_whole_rule(create, read, product):
    given = {
        "ProductKey": product,
        "ShortTopic": "+/user/pm25data",
        "TopicType": 1,
        "Select": "deviceName() as deviceName , timestamp('yyyy-MM-dd HH:mm:ss') as time, pm25, pm10",
        "Where": "pm25 > 35",
        "RuleDesc": "路" * 100,
        "DataType": "JSON",
    }
    info = read(create(**given))
    assert info.items() >= {**given, "Topic": f"/{product}/+/user/pm25data", "Status": "STOP"}.items()


@pytest.mark.parametrize("name", ["a", "a" * 30, "路" * 15, "A_1-路あアｱー"])
def test_names_at_the_limits(create, name):
    create(name)


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"Name": "a" * 31}, WRONG_PARAMETER),
        ({"Name": "路" * 15 + "a"}, WRONG_PARAMETER),
        ({"Name": "a b"}, WRONG_PARAMETER),
        ({"Name": "a.b"}, WRONG_PARAMETER),
        ({"RuleDesc": "路" * 101}, WRONG_PARAMETER),
        ({"DataType": "json"}, WRONG_PARAMETER),
        ({"Select": "a as"}, WRONG_SQL),
        ({"Select": "SELECT a"}, WRONG_SQL),
        ({"Where": "a >"}, WRONG_SQL),
        ({"Where": "a > 1; drop"}, WRONG_SQL),
        ({"DataType": "BINARY", "Select": "a"}, WRONG_SQL),
        ({"TopicType": 3}, WRONG_TYPE),
        ({"TopicType": -1}, WRONG_TYPE),
        ({"TopicType": 0, "DataType": "BINARY"}, WRONG_TYPE),
        ({"ShortTopic": "+/thing/lifecycle", "DataType": "BINARY"}, WRONG_TYPE),
        ({"TopicType": 0, "ShortTopic": "+/user/get"}, WRONG_SYSTEM_TOPIC),
        ({"TopicType": 0, "ShortTopic": "+/thing/event/+/post"}, WRONG_SYSTEM_TOPIC),
        ({"TopicType": 0, "ShortTopic": "+/#"}, WRONG_SYSTEM_TOPIC),
        ({"TopicType": 0, "ShortTopic": "+"}, WRONG_SYSTEM_TOPIC),
        ({"TopicType": 1, "ShortTopic": "+"}, WRONG_TOPIC),
        ({"TopicType": 1, "ShortTopic": "+/user/#/get"}, WRONG_TOPIC),
        ({"TopicType": 1, "ShortTopic": "+/user//get"}, WRONG_TOPIC),
        ({"TopicType": 1, "ShortTopic": "#"}, WRONG_TOPIC),
        ({"TopicType": 2, "ShortTopic": "+/user/get"}, WRONG_TOPIC),
        ({"ShortTopic": "#"}, WRONG_TOPIC),
        ({"Topic": "a1/lamp/user/get"}, WRONG_TOPIC),
        ({"Topic": "/a1/lamp"}, WRONG_TOPIC),
        ({"Topic": "/sys/a1/lamp/user/get"}, WRONG_SYSTEM_TOPIC),
        ({"Topic": "/a1nothing00/lamp/user/get"}, "iot.prod.NotExistedProduct"),
        ({"ProductKey": "a1nothing00"}, "iot.prod.NotExistedProduct"),
    ],
)
def test_what_cannot_be_created_or_changed(platform, api_error, create, read, params, code):
    # The format of a rule's data cannot be changed, so the rule has it from the beginning.
    rule_id = create("other", **{"DataType": "BINARY"} if params.get("DataType") == "BINARY" else {})
    before = read(rule_id)
    assert api_error("CreateRule", **{"Name": "forward", **params}).code == code
    changes = {name: value for name, value in params.items() if name != "DataType"}
    if changes:
        assert api_error("UpdateRule", RuleId=rule_id, **changes).code == code
    assert read(rule_id) == before
    assert platform.store.count("rule") == 1


SYSTEM_TOPICS = [
    "thing/event/property/post",
    "thing/event/alarm/post",
    "thing/event/property/history/post",
    "thing/event/alarm/history/post",
    "thing/lifecycle",
    "thing/downlink/reply/message",
    "thing/list/found",
    "thing/topo/lifecycle",
    "thing/deviceinfo/update",
    "ota/upgrade",
    "ota/version/post",
    "edge/driver/d1/point_post",
]


@pytest.mark.parametrize("below", SYSTEM_TOPICS)
@pytest.mark.parametrize("device", ["+", "lamp"])
def test_system_topics(create, read, product, below, device):
    source = {"ProductKey": product, "Select": "*"}
    for name, params in (
        ("typed", {**source, "ShortTopic": f"{device}/{below}", "TopicType": 0}),
        ("told_by_the_topic", {**source, "ShortTopic": f"{device}/{below}"}),
        ("whole", {"Select": "*", "Topic": f"/sys/{product}/{device}/{below}"}),
        ("whole_without_sys", {"Select": "*", "Topic": f"/{product}/{device}/{below}"}),
    ):
        info = read(create(name, **params))
        found = (info["TopicType"], info["ProductKey"], info["ShortTopic"], info["Topic"])
        assert found == (0, product, f"{device}/{below}", f"/{product}/{device}/{below}")


@pytest.mark.parametrize(
    ("params", "topic_type", "short_topic"),
    [
        ({"ShortTopic": "firmware1/job1/ota/job/status"}, 0, "firmware1/job1/ota/job/status"),
        ({"ShortTopic": "lamp/user/get"}, 1, "lamp/user/get"),
        ({"ShortTopic": "/+/user/get"}, 1, "+/user/get"),
        ({"ShortTopic": "+/user/+/a"}, 1, "+/user/+/a"),
        ({"ShortTopic": "+/user/#"}, 1, "+/user/#"),
        ({"ShortTopic": "+/thing/event/property/post", "TopicType": 1}, 1, "+/thing/event/property/post"),
        ({"ShortTopic": "+"}, 2, "+"),
        ({"ShortTopic": "lamp", "TopicType": 2}, 2, "lamp"),
    ],
)
def test_other_topics(create, read, product, params, topic_type, short_topic):
    info = read(create(ProductKey=product, Select="*", **params))
    assert (info["TopicType"], info["ShortTopic"]) == (topic_type, short_topic)
    prefix = "/as/mqtt/status" if topic_type == 2 else ""
    assert info["Topic"] == f"{prefix}/{product}/{short_topic}"
    whole = read(create("whole", Select="*", Topic=info["Topic"]))
    assert (whole["ProductKey"], whole["ShortTopic"], whole["Topic"]) == (product, short_topic, info["Topic"])


def test_a_part_of_a_topic_is_no_topic(create, read, product):
    assert "Topic" not in read(create("one", ProductKey=product))
    assert "Topic" not in read(create("two", ShortTopic="+/user/get"))


def test_what_is_given_empty_counts_as_not_given(api, create, read):
    empty = dict.fromkeys(("ProductKey", "ShortTopic", "Topic", "Select", "Where", "RuleDesc", "ResourceGroupId"), "")
    info = read(create(**empty, DataType=""))
    assert info.keys().isdisjoint(empty)
    assert info["DataType"] == "JSON"
    assert api("ListRule", CurrentPage=1, PageSize=10, ResourceGroupId="")["Total"] == 1


def test_a_whole_topic_counts_more_than_its_parts(create, read, product):
    info = read(create(Topic=f"/{product}/lamp/user/a", ProductKey="x", ShortTopic="+", TopicType=7, Select="a"))
    assert (info["Topic"], info["TopicType"]) == (f"/{product}/lamp/user/a", 1)


def test_the_type_is_unknown_without_sql(api, create, read, product):
    rule_id = create(ProductKey=product, ShortTopic="+/user/get", TopicType=1)
    assert read(rule_id)["TopicType"] == -1
    api("UpdateRule", RuleId=rule_id, Select="*")
    assert read(rule_id)["TopicType"] == 1
    api("UpdateRule", RuleId=rule_id, Select="")
    assert read(rule_id)["TopicType"] == -1
    assert read(create("other", Select="*"))["TopicType"] == -1


def test_names_are_there_once(create, api_error, read):
    create("one")
    other = create("two")
    assert api_error("CreateRule", Name="one").code == "iot.rule.RuleNamesAlreadyExisted"
    assert api_error("UpdateRule", RuleId=other, Name="one").code == "iot.rule.RuleNamesAlreadyExisted"
    assert read(other)["Name"] == "two"


def test_an_account_has_at_most_1000(create, api_error, monkeypatch):
    assert service.MOST_RULES == 1000
    monkeypatch.setattr(service, "MOST_RULES", 2)
    create("one")
    create("two")
    assert api_error("CreateRule", Name="three").code == "iot.rule.RuleCountExceedMax"


def test_an_update_clears_nothing_that_it_is_not_given(platform, api, create, read, product):
    rule_id = create(
        ProductKey=product, ShortTopic="+/user/get", Select="a", Where="a > 1", RuleDesc="old", TopicType=1
    )
    before = read(rule_id)
    platform.clock.advance(60)
    api("UpdateRule", RuleId=rule_id, Name="forward")
    after = read(rule_id)
    assert after["UtcModified"] > before["UtcModified"]
    assert after["Modified"] != before["Modified"]
    for name in ("Modified", "UtcModified"):
        after[name] = before[name]
    assert after == before


def test_an_update_of_everything(api, create, read, product):
    other = api("CreateProduct", ProductName="lock", NodeType=0)["ProductKey"]
    rule_id = create(ProductKey=product, ShortTopic="+/user/get", Select="a", Where="a > 1", RuleDesc="old")
    changes = {
        "Name": "renamed",
        "ProductKey": other,
        "ShortTopic": "+/thing/lifecycle",
        "TopicType": 0,
        "Select": "b",
        "Where": "b > 2",
        "RuleDesc": "new",
    }
    api("UpdateRule", RuleId=rule_id, **changes)
    assert read(rule_id).items() >= {**changes, "Topic": f"/{other}/+/thing/lifecycle"}.items()
    api("UpdateRule", RuleId=rule_id, ShortTopic="lamp")
    assert (read(rule_id)["TopicType"], read(rule_id)["Topic"]) == (2, f"/as/mqtt/status/{other}/lamp")
    api("UpdateRule", RuleId=rule_id, Topic=f"/{product}/lamp/user/get", Where="", RuleDesc="")
    info = read(rule_id)
    assert info["Topic"] == f"/{product}/lamp/user/get"
    assert info["TopicType"] == 1
    assert "Where" not in info
    assert "RuleDesc" not in info


def test_a_type_alone_must_fit_the_topic(api_error, create, product):
    rule_id = create(ProductKey=product, ShortTopic="+/user/get")
    assert api_error("UpdateRule", RuleId=rule_id, TopicType=0).code == WRONG_SYSTEM_TOPIC
    assert api_error("UpdateRule", RuleId=rule_id, TopicType=2).code == WRONG_TOPIC


def test_the_list(platform, api, create, api_error):
    for number in range(5):
        create(f"rule_{number}", ResourceGroupId="rg-a" if number % 2 else "rg-b", Select="a", Where="a > 1")
        platform.clock.advance(1)
    reply = api("ListRule", CurrentPage=2, PageSize=2)
    assert [rule["Name"] for rule in reply["Data"]["RuleInfo"]] == ["rule_2", "rule_1"]
    assert (reply["Page"], reply["PageSize"], reply["Total"]) == (2, 2, 5)
    first = reply["Data"]["RuleInfo"][0]
    alone = api("GetRule", RuleId=first["Id"])["RuleInfo"]
    assert {**first, "TopicType": -1} == alone
    some = api("ListRule", CurrentPage=1, PageSize=10, ResourceGroupId="rg-a")
    assert [rule["Name"] for rule in some["Data"]["RuleInfo"]] == ["rule_3", "rule_1"]
    assert some["Total"] == 2
    assert api("ListRule", CurrentPage=1000, PageSize=100)["Data"]["RuleInfo"] == []
    for number, size in ((1001, 1), (1, 101), (0, 1)):
        wrong = api_error("ListRule", CurrentPage=number, PageSize=size)
        assert wrong.code == "iot.common.InvalidPageParams"
    with pytest.raises(GatewayError, match="MissingPageSize"):
        api("ListRule", CurrentPage=1)


def test_rules_of_the_same_moment_are_listed_newest_first(platform, api, create, monkeypatch):
    now = platform.clock.now()
    monkeypatch.setattr(platform.clock, "now", lambda: now)
    for name in ("one", "two"):
        create(name)
    listed = api("ListRule", CurrentPage=1, PageSize=10)["Data"]["RuleInfo"]
    assert [rule["Name"] for rule in listed] == ["two", "one"]


def test_start_and_stop(api, read, running, api_error):
    rule_id = running()
    assert read(rule_id)["Status"] == "RUNNING"
    assert api_error("StartRule", RuleId=rule_id).code == "iot.ruleng.RuleAlreadyStarted"
    for _time in range(2):
        api("StopRule", RuleId=rule_id)
        assert read(rule_id)["Status"] == "STOP"
    api("StartRule", RuleId=rule_id)


def test_a_rule_needs_product_topic_and_select_to_start(api, create, api_error, product, read):
    whole = {"ProductKey": product, "ShortTopic": "+/user/get", "Select": "*"}
    for missing in whole:
        rule_id = create(missing, **{name: value for name, value in whole.items() if name != missing})
        assert api_error("StartRule", RuleId=rule_id).code == NO_SQL
        assert read(rule_id)["Status"] == "STOP"
        api("UpdateRule", RuleId=rule_id, **{missing: whole[missing]})
        api("StartRule", RuleId=rule_id)
        assert read(rule_id)["Status"] == "RUNNING"


def test_a_running_rule_can_be_changed_but_keeps_its_sql(api, running, api_error, read):
    rule_id = running()
    api("UpdateRule", RuleId=rule_id, Select="a")
    assert api_error("UpdateRule", RuleId=rule_id, Select=" ").code == NO_SQL
    assert (read(rule_id)["Select"], read(rule_id)["Status"]) == ("a", "RUNNING")


def test_a_rule_outlives_its_product(api, running, read, api_error, product):
    rule_id = running()
    api("DeleteProduct", ProductKey=product)
    assert read(rule_id)["ProductKey"] == product
    api("StopRule", RuleId=rule_id)
    assert api_error("StartRule", RuleId=rule_id).code == "iot.prod.NotExistedProduct"


def test_a_deleted_rule_is_gone(api, running, api_error):
    rule_id = running()
    api("DeleteRule", RuleId=rule_id)
    for action in ("GetRule", "DeleteRule", "StartRule", "StopRule", "UpdateRule"):
        assert api_error(action, RuleId=rule_id).code == "iot.rule.NotFoundRule"


@pytest.fixture
def meeting(platform):
    """The names of the rules that a message meets."""

    def meeting(topic: str) -> list[str]:
        return [rule["rule_name"] for rule in service.rules_for(Context(platform.store, 0, Account()), topic)]

    return meeting


def test_rules_for_a_topic(api, running, create, meeting, product):
    running("lamp/user/get", "one_device")
    running("+/user/get", "all_devices")
    running("+/user/#", "all_topics")
    running("+/thing/event/property/post", "properties")
    running("+", "status")
    running("lock", "status_of_one")
    create("stopped", ProductKey=product, ShortTopic="+/user/#", Select="*")
    assert meeting(f"/{product}/lamp/user/get") == ["one_device", "all_devices", "all_topics"]
    assert meeting(f"/{product}/lock/user/get") == ["all_devices", "all_topics"]
    assert meeting(f"/{product}/lock/user/a/b") == ["all_topics"]
    assert meeting(f"/sys/{product}/lamp/thing/event/property/post") == ["properties"]
    assert meeting(f"/{product}/lamp/thing/event/property/post") == ["properties"]
    assert meeting(f"/as/mqtt/status/{product}/lamp") == ["status"]
    assert meeting(f"/as/mqtt/status/{product}/lock") == ["status", "status_of_one"]
    for topic in ("/a1nothing00/lamp/user/get", f"/{product}/lamp", "x", "", "/", "/sys/", "/as/mqtt/status"):
        assert meeting(topic) == []


def test_the_statement_of_a_rule(platform, running):
    running("+/user/get", "json", Select="a", Where="a > 1")
    running("+/user/get", "binary", DataType="BINARY")
    json, binary = (service.statement_of(rule) for rule in platform.store.all("rule"))
    assert json.apply(Message("", b'{"a": 2}')) == {"a": 2}
    assert json.apply(Message("", b'{"a": 1}')) is None
    assert binary.apply(Message("", b"\x00")) == b"\x00"
