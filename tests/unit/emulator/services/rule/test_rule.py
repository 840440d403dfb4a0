# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Test the management of rules."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.emulator.core.context import Account, Context
from ansible_collections.iotops.aliyun.emulator.core.errors import GatewayError
from ansible_collections.iotops.aliyun.emulator.expressions.rule_functions import Message
from ansible_collections.iotops.aliyun.emulator.services.rule import rule as service

INVALID_PARAMETER = "iot.common.InvalidFormattedParameter"
INVALID_TOPIC = "iot.messagebroker.InvalidFormattedTopicName"
INVALID_SYSTEM_TOPIC = "iot.ruleng.IncorrectSysTopic"
INVALID_TYPE = "iot.ruleng.IncorrectType"
INVALID_SQL = "iot.messagebroker.IncorrectRuleSql"
NO_SQL = "iot.rule.NullSqlForRule"


@pytest.fixture
def product(api):
    """Create a product and return its key."""
    return api("CreateProduct", ProductName="light", NodeType=0)["ProductKey"]


@pytest.fixture
def create(api):
    """Create a rule and return its id."""

    def create(name: str = "forward", **params) -> int:
        return api("CreateRule", Name=name, **params)["RuleId"]

    return create


@pytest.fixture
def read(api):
    """Read a rule with GetRule."""

    def read(rule_id: int) -> dict:
        return api("GetRule", RuleId=rule_id)["RuleInfo"]

    return read


@pytest.fixture
def start_rule(api, create, product):
    """Create a rule for a topic, start it and return its id."""

    def start_rule(short_topic: str = "+/user/get", name: str = "forward", **params) -> int:
        rule_id = create(name, **{"ProductKey": product, "ShortTopic": short_topic, "Select": "*", **params})
        api("StartRule", RuleId=rule_id)
        return rule_id

    return start_rule


def test_rule_creation_with_name_only_uses_defaults(platform, create, read):
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


def test_rule_creation_with_all_parameters_stores_them(create, read, product):
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
def test_rule_name_at_limits_is_accepted(create, name):
    create(name)


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"Name": "a" * 31}, INVALID_PARAMETER),
        ({"Name": "路" * 15 + "a"}, INVALID_PARAMETER),
        ({"Name": "a b"}, INVALID_PARAMETER),
        ({"Name": "a.b"}, INVALID_PARAMETER),
        ({"RuleDesc": "路" * 101}, INVALID_PARAMETER),
        ({"DataType": "json"}, INVALID_PARAMETER),
        ({"Select": "a as"}, INVALID_SQL),
        ({"Select": "SELECT a"}, INVALID_SQL),
        ({"Where": "a >"}, INVALID_SQL),
        ({"Where": "a > 1; drop"}, INVALID_SQL),
        ({"DataType": "BINARY", "Select": "a"}, INVALID_SQL),
        ({"TopicType": 3}, INVALID_TYPE),
        ({"TopicType": -1}, INVALID_TYPE),
        ({"TopicType": 0, "DataType": "BINARY"}, INVALID_TYPE),
        ({"ShortTopic": "+/thing/lifecycle", "DataType": "BINARY"}, INVALID_TYPE),
        ({"TopicType": 0, "ShortTopic": "+/user/get"}, INVALID_SYSTEM_TOPIC),
        ({"TopicType": 0, "ShortTopic": "+/thing/event/+/post"}, INVALID_SYSTEM_TOPIC),
        ({"TopicType": 0, "ShortTopic": "+/#"}, INVALID_SYSTEM_TOPIC),
        ({"TopicType": 0, "ShortTopic": "+"}, INVALID_SYSTEM_TOPIC),
        ({"TopicType": 1, "ShortTopic": "+"}, INVALID_TOPIC),
        ({"TopicType": 1, "ShortTopic": "+/user/#/get"}, INVALID_TOPIC),
        ({"TopicType": 1, "ShortTopic": "+/user//get"}, INVALID_TOPIC),
        ({"TopicType": 1, "ShortTopic": "#"}, INVALID_TOPIC),
        ({"TopicType": 2, "ShortTopic": "+/user/get"}, INVALID_TOPIC),
        ({"ShortTopic": "#"}, INVALID_TOPIC),
        ({"Topic": "a1/lamp/user/get"}, INVALID_TOPIC),
        ({"Topic": "/a1/lamp"}, INVALID_TOPIC),
        ({"Topic": "/sys/a1/lamp/user/get"}, INVALID_SYSTEM_TOPIC),
        ({"Topic": "/a1nothing00/lamp/user/get"}, "iot.prod.NotExistedProduct"),
        ({"ProductKey": "a1nothing00"}, "iot.prod.NotExistedProduct"),
    ],
)
def test_rule_parameter_invalid_is_rejected_on_create_and_update(platform, api_error, create, read, params, code):
    # The data type of a rule cannot be updated, so set it on creation.
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


@pytest.mark.parametrize("topic_suffix", SYSTEM_TOPICS)
@pytest.mark.parametrize("device", ["+", "lamp"])
def test_rule_system_topic_is_split_into_type_and_parts(create, read, product, topic_suffix, device):
    source = {"ProductKey": product, "Select": "*"}
    for name, params in (
        ("typed", {**source, "ShortTopic": f"{device}/{topic_suffix}", "TopicType": 0}),
        ("derived_type", {**source, "ShortTopic": f"{device}/{topic_suffix}"}),
        ("full_topic", {"Select": "*", "Topic": f"/sys/{product}/{device}/{topic_suffix}"}),
        ("full_topic_without_sys", {"Select": "*", "Topic": f"/{product}/{device}/{topic_suffix}"}),
    ):
        info = read(create(name, **params))
        found = (info["TopicType"], info["ProductKey"], info["ShortTopic"], info["Topic"])
        assert found == (0, product, f"{device}/{topic_suffix}", f"/{product}/{device}/{topic_suffix}")


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
def test_rule_topic_type_is_derived_from_short_topic(create, read, product, params, topic_type, short_topic):
    info = read(create(ProductKey=product, Select="*", **params))
    assert (info["TopicType"], info["ShortTopic"]) == (topic_type, short_topic)
    prefix = "/as/mqtt/status" if topic_type == 2 else ""
    assert info["Topic"] == f"{prefix}/{product}/{short_topic}"
    complete = read(create("full_topic", Select="*", Topic=info["Topic"]))
    assert (complete["ProductKey"], complete["ShortTopic"], complete["Topic"]) == (product, short_topic, info["Topic"])


def test_rule_with_partial_topic_returns_no_topic(create, read, product):
    assert "Topic" not in read(create("one", ProductKey=product))
    assert "Topic" not in read(create("two", ShortTopic="+/user/get"))


def test_rule_creation_with_empty_parameters_ignores_them(api, create, read):
    empty = dict.fromkeys(("ProductKey", "ShortTopic", "Topic", "Select", "Where", "RuleDesc", "ResourceGroupId"), "")
    info = read(create(**empty, DataType=""))
    assert info.keys().isdisjoint(empty)
    assert info["DataType"] == "JSON"
    assert api("ListRule", CurrentPage=1, PageSize=10, ResourceGroupId="")["Total"] == 1


def test_rule_full_topic_takes_precedence_over_its_parts(create, read, product):
    info = read(create(Topic=f"/{product}/lamp/user/a", ProductKey="x", ShortTopic="+", TopicType=7, Select="a"))
    assert (info["Topic"], info["TopicType"]) == (f"/{product}/lamp/user/a", 1)


def test_rule_topic_type_without_sql_is_unknown(api, create, read, product):
    rule_id = create(ProductKey=product, ShortTopic="+/user/get", TopicType=1)
    assert read(rule_id)["TopicType"] == -1
    api("UpdateRule", RuleId=rule_id, Select="*")
    assert read(rule_id)["TopicType"] == 1
    api("UpdateRule", RuleId=rule_id, Select="")
    assert read(rule_id)["TopicType"] == -1
    assert read(create("other", Select="*"))["TopicType"] == -1


def test_rule_name_duplicate_is_rejected(create, api_error, read):
    create("one")
    other = create("two")
    assert api_error("CreateRule", Name="one").code == "iot.rule.RuleNameIsAlreadyExisted"
    assert api_error("UpdateRule", RuleId=other, Name="one").code == "iot.rule.RuleNameIsAlreadyExisted"
    assert read(other)["Name"] == "two"


def test_rule_creation_beyond_1000_is_rejected(create, api_error, monkeypatch):
    assert service.MAX_RULES == 1000
    monkeypatch.setattr(service, "MAX_RULES", 2)
    create("one")
    create("two")
    assert api_error("CreateRule", Name="three").code == "iot.rule.RuleCountExceedMax"


def test_rule_update_with_name_only_keeps_other_values(platform, api, create, read, product):
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


def test_rule_update_with_all_parameters_stores_them(api, create, read, product):
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


def test_rule_update_with_topic_type_not_matching_topic_is_rejected(api_error, create, product):
    rule_id = create(ProductKey=product, ShortTopic="+/user/get")
    assert api_error("UpdateRule", RuleId=rule_id, TopicType=0).code == INVALID_SYSTEM_TOPIC
    assert api_error("UpdateRule", RuleId=rule_id, TopicType=2).code == INVALID_TOPIC


def test_rule_list_returns_requested_page_newest_first(platform, api, create, api_error):
    for number in range(5):
        create(f"rule_{number}", ResourceGroupId="rg-a" if number % 2 else "rg-b", Select="a", Where="a > 1")
        platform.clock.advance(1)
    reply = api("ListRule", CurrentPage=2, PageSize=2)
    assert [rule["Name"] for rule in reply["Data"]["RuleInfo"]] == ["rule_2", "rule_1"]
    assert (reply["Page"], reply["PageSize"], reply["Total"]) == (2, 2, 5)
    listed_rule = reply["Data"]["RuleInfo"][0]
    read_rule = api("GetRule", RuleId=listed_rule["Id"])["RuleInfo"]
    assert {**listed_rule, "TopicType": -1} == read_rule
    filtered = api("ListRule", CurrentPage=1, PageSize=10, ResourceGroupId="rg-a")
    assert [rule["Name"] for rule in filtered["Data"]["RuleInfo"]] == ["rule_3", "rule_1"]
    assert filtered["Total"] == 2
    assert api("ListRule", CurrentPage=1000, PageSize=100)["Data"]["RuleInfo"] == []
    for number, size in ((1001, 1), (1, 101), (0, 1)):
        error = api_error("ListRule", CurrentPage=number, PageSize=size)
        assert error.code == "iot.common.InvalidPageParams"
    with pytest.raises(GatewayError, match="MissingPageSize"):
        api("ListRule", CurrentPage=1)


def test_rule_list_with_equal_creation_times_returns_newest_first(platform, api, create, monkeypatch):
    now = platform.clock.now()
    monkeypatch.setattr(platform.clock, "now", lambda: now)
    for name in ("one", "two"):
        create(name)
    listed = api("ListRule", CurrentPage=1, PageSize=10)["Data"]["RuleInfo"]
    assert [rule["Name"] for rule in listed] == ["two", "one"]


def test_rule_start_twice_is_rejected_and_stop_twice_is_accepted(api, read, start_rule, api_error):
    rule_id = start_rule()
    assert read(rule_id)["Status"] == "RUNNING"
    assert api_error("StartRule", RuleId=rule_id).code == "iot.ruleng.RuleAlreadyIsStarted"
    for _time in range(2):
        api("StopRule", RuleId=rule_id)
        assert read(rule_id)["Status"] == "STOP"
    api("StartRule", RuleId=rule_id)


def test_rule_start_without_product_topic_or_select_is_rejected(api, create, api_error, product, read):
    complete = {"ProductKey": product, "ShortTopic": "+/user/get", "Select": "*"}
    for missing in complete:
        rule_id = create(missing, **{name: value for name, value in complete.items() if name != missing})
        assert api_error("StartRule", RuleId=rule_id).code == NO_SQL
        assert read(rule_id)["Status"] == "STOP"
        api("UpdateRule", RuleId=rule_id, **{missing: complete[missing]})
        api("StartRule", RuleId=rule_id)
        assert read(rule_id)["Status"] == "RUNNING"


def test_running_rule_update_that_clears_select_is_rejected(api, start_rule, api_error, read):
    rule_id = start_rule()
    api("UpdateRule", RuleId=rule_id, Select="a")
    assert api_error("UpdateRule", RuleId=rule_id, Select=" ").code == NO_SQL
    assert (read(rule_id)["Select"], read(rule_id)["Status"]) == ("a", "RUNNING")


def test_rule_start_after_product_deletion_is_rejected(api, start_rule, read, api_error, product):
    rule_id = start_rule()
    api("DeleteProduct", ProductKey=product)
    assert read(rule_id)["ProductKey"] == product
    api("StopRule", RuleId=rule_id)
    assert api_error("StartRule", RuleId=rule_id).code == "iot.prod.NotExistedProduct"


def test_deleted_rule_is_not_found(api, start_rule, api_error):
    rule_id = start_rule()
    api("DeleteRule", RuleId=rule_id)
    for action in ("GetRule", "DeleteRule", "StartRule", "StopRule", "UpdateRule"):
        assert api_error(action, RuleId=rule_id).code == "iot.rule.NotFoundRule"


@pytest.fixture
def matching_names(platform):
    """Return the names of the running rules that match the topic of a message."""

    def matching_names(topic: str) -> list[str]:
        return [rule["rule_name"] for rule in service.matching_rules(Context(platform.store, 0, Account()), topic)]

    return matching_names


def test_matching_rules_returns_running_rules_oldest_first(api, start_rule, create, matching_names, product):
    start_rule("lamp/user/get", "one_device")
    start_rule("+/user/get", "all_devices")
    start_rule("+/user/#", "all_topics")
    start_rule("+/thing/event/property/post", "properties")
    start_rule("+", "status")
    start_rule("lock", "status_of_one")
    create("stopped", ProductKey=product, ShortTopic="+/user/#", Select="*")
    assert matching_names(f"/{product}/lamp/user/get") == ["one_device", "all_devices", "all_topics"]
    assert matching_names(f"/{product}/lock/user/get") == ["all_devices", "all_topics"]
    assert matching_names(f"/{product}/lock/user/a/b") == ["all_topics"]
    assert matching_names(f"/sys/{product}/lamp/thing/event/property/post") == ["properties"]
    assert matching_names(f"/{product}/lamp/thing/event/property/post") == ["properties"]
    assert matching_names(f"/as/mqtt/status/{product}/lamp") == ["status"]
    assert matching_names(f"/as/mqtt/status/{product}/lock") == ["status", "status_of_one"]
    for topic in ("/a1nothing00/lamp/user/get", f"/{product}/lamp", "x", "", "/", "/sys/", "/as/mqtt/status"):
        assert matching_names(topic) == []


def test_parse_statement_applies_data_type_of_rule(platform, start_rule):
    start_rule("+/user/get", "json", Select="a", Where="a > 1")
    start_rule("+/user/get", "binary", DataType="BINARY")
    json, binary = (service.parse_statement(rule) for rule in platform.store.all("rule"))
    assert json.apply(Message("", b'{"a": 2}')) == {"a": 2}
    assert json.apply(Message("", b'{"a": 1}')) is None
    assert binary.apply(Message("", b"\x00")) == b"\x00"
