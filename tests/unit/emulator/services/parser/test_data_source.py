# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Test data sources and their topics."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.emulator.core.times import utc

ABSENT = 999


@pytest.fixture
def create(api):
    """Create a data source and return its id."""

    def create(name: str = "source", **params) -> int:
        return api("CreateParserDataSource", Name=name, **params)["DataSource"]["DataSourceId"]

    return create


@pytest.fixture
def product(api):
    """Create a product and return its key."""
    return api("CreateProduct", ProductName="light", NodeType=0)["ProductKey"]


@pytest.fixture
def items(api):
    """Return the topics of a data source by item id."""

    def items(source: int, **params) -> dict[int, str]:
        reply = api("ListDataSourceItem", **{"DataSourceId": source, "Page": 1, "PageSize": 100, **params})
        return {item["DataSourceItemId"]: item["Topic"] for item in reply["DataSourceItems"]["dataSourceItem"]}

    return items


def test_data_source_creation_stores_parameters(platform, api):
    before = platform.clock.now()
    created = api("CreateParserDataSource", Name="データ源-1_a", Description="a source")["DataSource"]
    expected = {"DataSourceId": created["DataSourceId"], "Name": "データ源-1_a", "Description": "a source"}
    assert created == {**expected, "UtcCreated": created["UtcCreated"]}
    assert utc(before) <= created["UtcCreated"] <= utc(platform.clock.now())
    read = api("GetParserDataSource", DataSourceId=created["DataSourceId"])["DataSource"]
    assert read == {**created, "CreateUserId": int(platform.account.user_id)}


def test_data_source_without_description_returns_none(api, create):
    source = create()
    assert "Description" not in api("GetParserDataSource", DataSourceId=source)["DataSource"]


@pytest.mark.parametrize("name", ["路" * 16, "あ" * 16, "a" * 31, "a b", "a/b", "ａ"])
def test_data_source_name_invalid_is_rejected(platform, create, api_error, name):
    source = create()
    error = "iot.common.InvalidFormattedParameter"
    assert api_error("CreateParserDataSource", Name=name).code == error
    assert api_error("UpdateParserDataSource", DataSourceId=source, Name=name).code == error
    assert platform.store.count("data_source") == 1


@pytest.mark.parametrize("name", ["a", "_", "-", "路" * 15, "アｱあ", "a" * 30])
def test_data_source_name_at_limits_is_accepted(create, name):
    create(name)


def test_data_source_name_duplicate_is_accepted(create):
    assert create("source") != create("source")


def test_data_source_update_without_description_keeps_it(api, create):
    source = create("source", Description="old")
    api("UpdateParserDataSource", DataSourceId=source, Name="new")
    read = api("GetParserDataSource", DataSourceId=source)["DataSource"]
    assert (read["Name"], read["Description"]) == ("new", "old")
    api("UpdateParserDataSource", DataSourceId=source, Name="new", Description="")
    assert api("GetParserDataSource", DataSourceId=source)["DataSource"]["Description"] == ""


def test_data_source_list_returns_requested_page_oldest_first(api, create, api_error):
    sources = [create(name) for name in ("light_1", "light_2", "LIGHT_3", "lock_1")]
    reply = api("ListParserDataSource", Page=2, PageSize=3)
    assert [source["DataSourceId"] for source in reply["Data"]["DataSource"]] == sources[3:]
    assert {name: reply[name] for name in ("Page", "PageSize", "Total")} == {"Page": 2, "PageSize": 3, "Total": 4}
    filtered = api("ListParserDataSource", Page=1, PageSize=100, SearchName="ight_")
    assert [source["Name"] for source in filtered["Data"]["DataSource"]] == ["light_1", "light_2"]
    assert filtered["Total"] == 2
    assert api("ListParserDataSource", Page=100, PageSize=1)["Data"]["DataSource"] == []
    for page in ({"Page": 0, "PageSize": 1}, {"Page": 101, "PageSize": 1}, {"Page": 1, "PageSize": 101}):
        assert api_error("ListParserDataSource", **page).code == "iot.common.InvalidPageParams"


def test_data_source_deletion_deletes_its_topics(platform, api, create, product, api_error):
    source = create()
    api("CreateDataSourceItem", DataSourceId=source, Topic=f"/{product}/+/thing/lifecycle")
    api("DeleteParserDataSource", DataSourceId=source)
    assert platform.store.count("data_source_item") == 0
    assert api_error("GetParserDataSource", DataSourceId=source).code == "iot.rule.DataSourceNotExists"
    assert create() > source  # ids are not reused


def test_data_source_deletion_while_attached_is_rejected(api, create, api_error):
    source = create()
    parser = api("CreateParser", Name="parser")["ParserId"]
    api("AttachParserDataSource", ParserId=parser, DataSourceId=source)
    assert api_error("DeleteParserDataSource", DataSourceId=source).code == "iot.system.IllegalRequest"
    api("DetachParserDataSource", ParserId=parser, DataSourceId=source)
    api("DeleteParserDataSource", DataSourceId=source)


@pytest.mark.parametrize(
    "topic_suffix",
    [
        "+/thing/event/property/post",
        "*/thing/event/alarm/post",
        "lamp/thing/event/power:alarm/post",
        "lamp.1/thing/lifecycle",
        "+/thing/downlink/reply/message",
        "+/thing/list/found",
        "+/thing/topo/lifecycle",
        "+/thing/event/property/history/post",
        "+/thing/event/alarm/history/post",
        "+/ota/upgrade",
        "+/ota/version/post",
        "+/thing/deviceinfo/update",
        "VPJX1/XG3W7/ota/job/status",
        "+/+/ota/job/status",
        "lamp/user/get",
        "+/user/#",
        "*/user/a/b_2/+",
    ],
)
def test_item_topic_of_product_is_accepted(api, create, product, items, topic_suffix):
    source = create()
    api("CreateDataSourceItem", DataSourceId=source, Topic=f"/{product}/{topic_suffix}")
    assert list(items(source).values()) == [f"/{product}/{topic_suffix}"]


@pytest.mark.parametrize("device", ["+", "*", "lamp"])
def test_item_status_topic_is_accepted(api, create, product, items, device):
    source = create()
    api("CreateDataSourceItem", DataSourceId=source, Topic=f"/as/mqtt/status/{product}/{device}")
    assert len(items(source)) == 1


@pytest.mark.parametrize(
    ("topic", "code"),
    [
        ("{key}/lamp/user/get", "iot.messagebroker.InvalidFormattedTopicName"),
        ("/{key}", "iot.messagebroker.InvalidFormattedTopicName"),
        ("/{key}/", "iot.messagebroker.InvalidFormattedTopicName"),
        ("/+/lamp/user/get", "iot.messagebroker.InvalidFormattedTopicName"),
        ("/{key}/lamp/user", "iot.messagebroker.InvalidFormattedTopicName"),
        ("/{key}/#/user/get", "iot.messagebroker.InvalidFormattedTopicName"),
        ("/{key}/lamp/user/#/get", "iot.messagebroker.InvalidFormattedTopicName"),
        ("/{key}/lamp/user//get", "iot.messagebroker.InvalidFormattedTopicName"),
        ("/{key}/lamp/user/a-b", "iot.messagebroker.InvalidFormattedTopicName"),
        ("/{key}/lamp/get", "iot.ruleng.IncorrectSysTopic"),
        ("/{key}/lamp/thing/event/post", "iot.ruleng.IncorrectSysTopic"),
        ("/{key}/thing/lifecycle", "iot.ruleng.IncorrectSysTopic"),
        ("/{key}/lamp/ota/job/status", "iot.ruleng.IncorrectSysTopic"),
        ("/as/mqtt/status/{key}", "iot.ruleng.IncorrectSysTopic"),
        ("/a1nothing00/lamp/user/get", "iot.prod.NotExistedProduct"),
        ("/as/mqtt/status/a1nothing00/+", "iot.prod.NotExistedProduct"),
    ],
)
def test_item_topic_invalid_is_rejected(platform, create, product, api_error, topic, code):
    source = create()
    assert api_error("CreateDataSourceItem", DataSourceId=source, Topic=topic.format(key=product)).code == code
    assert platform.store.count("data_source_item") == 0


def test_item_topic_duplicate_in_data_source_is_rejected(api, create, product, items, api_error):
    source, other = create(), create()
    topic = f"/{product}/+/user/get"
    api("CreateDataSourceItem", DataSourceId=source, Topic=topic)
    assert api_error("CreateDataSourceItem", DataSourceId=source, Topic=topic).code == "iot.system.IllegalRequest"
    api("CreateDataSourceItem", DataSourceId=other, Topic=topic)
    assert len(items(source)) == len(items(other)) == 1


def test_item_scope_parameters_are_stored(api, create, product):
    source = create()
    api("RegisterDevice", ProductKey=product, DeviceName="lamp")
    scope_params = {"ScopeType": "DEVICE", "ProductKey": product, "DeviceName": "lamp"}
    api("CreateDataSourceItem", DataSourceId=source, Topic=f"/{product}/lamp/user/get", **scope_params)
    (item,) = api("ListDataSourceItem", DataSourceId=source, Page=1, PageSize=1)["DataSourceItems"]["dataSourceItem"]
    assert scope_params.items() <= item.items()


@pytest.mark.parametrize(
    ("topic", "scope"),
    [
        ("/{key}/+/user/get", {"ScopeType": "ALL"}),
        ("/{key}/+/user/get", {"ScopeType": "PRODUCT", "ProductKey": "{key}"}),
        ("/{key}/unregistered/user/get", {"ProductKey": "{key}"}),
        ("/{key}/*/user/get", {"ScopeType": "DEVICE", "ProductKey": "{key}", "DeviceName": "lamp"}),
        ("/as/mqtt/status/{key}/lamp", {"ProductKey": "{key}", "DeviceName": "lamp"}),
    ],
)
def test_item_scope_valid_is_stored(api, create, product, topic, scope):
    api("RegisterDevice", ProductKey=product, DeviceName="lamp")
    source = create()
    scope_params = {name: text.format(key=product) for name, text in scope.items()}
    api("CreateDataSourceItem", DataSourceId=source, Topic=topic.format(key=product), **scope_params)
    (item,) = api("ListDataSourceItem", DataSourceId=source, Page=1, PageSize=1)["DataSourceItems"]["dataSourceItem"]
    assert {name: text for name, text in item.items() if name not in ("Topic", "DataSourceItemId")} == scope_params


@pytest.mark.parametrize(
    ("topic", "scope", "code"),
    [
        ("/{key}/+/user/get", {"ScopeType": "device"}, "iot.common.InvalidFormattedParameter"),
        ("/{key}/+/user/get", {"ScopeType": "PRODUCT"}, "iot.prod.NullProductKey"),
        ("/{key}/+/user/get", {"ScopeType": "DEVICE", "DeviceName": "lamp"}, "iot.prod.NullProductKey"),
        ("/{key}/+/user/get", {"DeviceName": "lamp"}, "iot.prod.NullProductKey"),
        ("/{key}/+/user/get", {"ScopeType": "DEVICE", "ProductKey": "{key}"}, "iot.device.NullDeviceName"),
        ("/{key}/+/user/get", {"ProductKey": "a1nothing00"}, "iot.prod.NotExistedProduct"),
        ("/{key}/+/user/get", {"ProductKey": "{key}", "DeviceName": "unregistered"}, "iot.device.NotExistedDevice"),
        ("/{key}/+/user/get", {"ProductKey": "{other}"}, "iot.messagebroker.InvalidFormattedTopicName"),
        (
            "/{key}/gate/user/get",
            {"ProductKey": "{key}", "DeviceName": "lamp"},
            "iot.messagebroker.InvalidFormattedTopicName",
        ),
        (
            "/as/mqtt/status/{key}/gate",
            {"ProductKey": "{key}", "DeviceName": "lamp"},
            "iot.messagebroker.InvalidFormattedTopicName",
        ),
    ],
)
def test_item_scope_invalid_is_rejected(platform, api, create, product, api_error, topic, scope, code):
    other = api("CreateProduct", ProductName="other", NodeType=0)["ProductKey"]
    for name in ("lamp", "gate"):
        api("RegisterDevice", ProductKey=product, DeviceName=name)
    scope_params = {name: text.format(key=product, other=other) for name, text in scope.items()}
    error = api_error("CreateDataSourceItem", DataSourceId=create(), Topic=topic.format(key=product), **scope_params)
    assert error.code == code
    assert platform.store.count("data_source_item") == 0


def test_item_list_returns_requested_page_oldest_first(api, create, product, items, api_error):
    source = create()
    names = ["user/a1", "user/a2", "user/b1", "thing/lifecycle"]
    for name in names:
        api("CreateDataSourceItem", DataSourceId=source, Topic=f"/{product}/+/{name}")
    other = create()
    api("CreateDataSourceItem", DataSourceId=other, Topic=f"/{product}/+/user/a3")
    reply = api("ListDataSourceItem", DataSourceId=source, Page=2, PageSize=3)
    assert [set(item) for item in reply["DataSourceItems"]["dataSourceItem"]] == [{"DataSourceItemId", "Topic"}]
    assert {name: reply[name] for name in ("Page", "PageSize", "Total")} == {"Page": 2, "PageSize": 3, "Total": 4}
    assert list(items(source).values()) == [f"/{product}/+/{name}" for name in names]
    filtered = items(source, SearchName="user/a")
    assert list(filtered.values()) == [f"/{product}/+/user/a1", f"/{product}/+/user/a2"]
    assert items(source, Page=100_000) == {}
    for page in ({"Page": 100_001, "PageSize": 1}, {"Page": 1, "PageSize": 101}):
        error = api_error("ListDataSourceItem", DataSourceId=source, **page)
        assert error.code == "iot.common.InvalidPageParams"


def test_item_deletion_from_other_data_source_is_rejected(api, create, product, items, api_error):
    source, other = create(), create()
    api("CreateDataSourceItem", DataSourceId=source, Topic=f"/{product}/+/user/get")
    (item,) = items(source)
    error = api_error("DeleteDataSourceItem", DataSourceId=other, DataSourceItemId=item)
    assert error.code == "iot.rule.DataSourceItemNotExists"
    api("DeleteDataSourceItem", DataSourceId=source, DataSourceItemId=item)
    assert items(source) == {}
    error = api_error("DeleteDataSourceItem", DataSourceId=source, DataSourceItemId=item)
    assert error.code == "iot.rule.DataSourceItemNotExists"


def test_product_deletion_deletes_its_items(api, create, product, items):
    source = create()
    lock = api("CreateProduct", ProductName="lock", NodeType=0)["ProductKey"]
    for key in (product, lock):
        api("CreateDataSourceItem", DataSourceId=source, Topic=f"/{key}/+/user/get")
    api("DeleteProduct", ProductKey=product)
    assert list(items(source).values()) == [f"/{lock}/+/user/get"]


@pytest.mark.parametrize(
    ("action", "params"),
    [
        ("UpdateParserDataSource", {"Name": "source"}),
        ("GetParserDataSource", {}),
        ("DeleteParserDataSource", {}),
        ("CreateDataSourceItem", {"Topic": "/a1/lamp/user/get"}),
        ("ListDataSourceItem", {"Page": 1, "PageSize": 10}),
        ("DeleteDataSourceItem", {"DataSourceItemId": 1}),
    ],
)
def test_missing_data_source_is_not_found(api_error, action, params):
    assert api_error(action, DataSourceId=ABSENT, **params).code == "iot.rule.DataSourceNotExists"
