# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of the device search with SQL-like statements."""

from __future__ import annotations

import json

import pytest

from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.services.device.search_language import conditions_to_sql

INSTANCE = "iot-cn-1"

# 2020-04-04 16:38:17.000 in China, in milliseconds.
TIMESTAMP = 1585989497000
SECOND = 1000


@pytest.fixture
def product(api):
    """Return the key of a product."""
    return api("CreateProduct", ProductName="light", NodeType=0)["ProductKey"]


@pytest.fixture
def register(platform, api, product):
    """Return a function that registers a device with tags and further columns, and returns its ID."""

    def register(name: str, tags: dict[str, str] | None = None, **columns) -> str:
        iot_id = api("RegisterDevice", ProductKey=product, DeviceName=name)["Data"]["IotId"]
        if tags:
            api("SaveDeviceProp", IotId=iot_id, Props=json.dumps(tags))
        platform.store.update("device", columns, iot_id=iot_id)
        return iot_id

    return register


@pytest.fixture
def group(api, product):
    """Return a function that creates a group of devices and returns its ID."""

    def group(title: str, *names: str) -> str:
        group_id = api("CreateDeviceGroup", GroupName=title)["Data"]["GroupId"]
        devices = [{"ProductKey": product, "DeviceName": name} for name in names]
        api("BatchAddDeviceGroupRelations", GroupId=group_id, Device=devices)
        return group_id

    return group


@pytest.fixture
def search(api):
    """Return a function that executes a statement and returns the reply."""
    return lambda sql: api("QueryDeviceBySQL", IotInstanceId=INSTANCE, SQL=sql)


@pytest.fixture
def matching_names(search):
    """Return a function that returns the sorted names of the devices that match a condition."""

    def matching_names(condition: str) -> list[str]:
        return sorted(device["DeviceName"] for device in search(f"SELECT name FROM device WHERE {condition}")["Data"])

    return matching_names


@pytest.fixture
def api_error(search):
    """Return a function that executes an invalid statement and returns the end of its error code."""

    def api_error(sql: str) -> str:
        with pytest.raises(ApiError) as caught:
            search(sql)
        return caught.value.code.removeprefix("iot.devicesearch.InvalidSQL")

    return api_error


def test_search_in_public_instance_is_rejected(api):
    with pytest.raises(ApiError) as caught:
        api("QueryDeviceBySQL", SQL='SELECT * FROM device WHERE name = "lamp"')
    assert caught.value.code == "iot.common.APINotSupportedInInstance"


def test_search_all_fields_of_device(search, api, product, register, group):
    iot_id = register(
        "lamp",
        {"shape": "round", "color": "red"},
        nickname="路灯",
        created_at=TIMESTAMP,
        modified_at=TIMESTAMP + 2 * SECOND,
        activated_at=TIMESTAMP + 1607,
        firmware_version="1.0",
    )
    groups = sorted([group("one_", "lamp"), group("two_", "lamp")])
    [device] = search(f'SELECT * FROM device where product_key = "{product}" limit 0, 20')["Data"]
    assert device == {
        "IotId": iot_id,
        "ProductKey": product,
        "DeviceName": "lamp",
        "Nickname": "路灯",
        "Status": "OFFLINE",
        "GmtCreate": "2020-04-04 16:38:17.000",
        "GmtModified": "2020-04-04 16:38:19.000",
        "ActiveTime": "2020-04-04 16:38:18.607",
        "Groups": [{"GroupId": group_id} for group_id in groups],
        "Tags": [{"TagName": "color", "TagValue": "red"}, {"TagName": "shape", "TagValue": "round"}],
        "OTAModules": [{"ModuleName": "default", "FirmwareVersion": "1.0"}],
    }


def test_search_new_device_omits_unset_fields(search, register):
    register("lamp")
    [device] = search("select * from device where name = 'lamp'")["Data"]
    assert set(device) == {"IotId", "ProductKey", "DeviceName", "Status", "GmtCreate", "GmtModified"}


def test_search_selected_fields(search, register):
    iot_id = register("lamp", {"color": "red"})
    other = register("last", {"color": "blue", "shape": "round"})
    reply = search('SELECT name, tag.tag_value FROM device WHERE name LIKE "last%" OR name = "lamp"')
    assert sorted(reply["Data"], key=lambda device: device["DeviceName"]) == [
        {"IotId": iot_id, "DeviceName": "lamp", "Tags": [{"TagValue": "red"}]},
        {"IotId": other, "DeviceName": "last", "Tags": [{"TagValue": "blue"}, {"TagValue": "round"}]},
    ]


def test_search_count(search, register):
    for number in range(25):
        register(f"lamp{number}")
    assert search('SELECT count(*) FROM device WHERE name LIKE "lamp%"') == {"TotalCount": 25}
    assert search('select COUNT( * ) from device where name = "lamp7" limit 1') == {"TotalCount": 1}
    assert search('SELECT count(*) FROM device WHERE name = "none"') == {"TotalCount": 0}


@pytest.mark.parametrize(
    ("condition", "names"),
    [
        ('name = "lamp1"', ["lamp1"]),
        ('name != "lamp1"', ["LAMP", "lamp2", "other"]),
        ('name = "lamp"', []),
        ('name LIKE "lamp%"', ["lamp1", "lamp2"]),
        ('nickname = "first"', ["lamp1"]),
        ('nickname != "first"', ["LAMP", "lamp2", "other"]),
        ("nickname = null", ["LAMP", "other"]),
        ("nickname != NULL", ["lamp1", "lamp2"]),
        ('nickname = "null"', []),
        ('status = "UNACTIVE"', ["LAMP", "other"]),
        ('status = "ONLINE"', ["lamp1"]),
        ('status = "DISABLE"', ["lamp2"]),
        ('status != "UNACTIVE"', ["lamp1", "lamp2"]),
        ('status like "UNAC%"', ["LAMP", "other"]),
        ('gmt_create = "2020-04-04 16:38:17.000"', ["lamp1"]),
        ('gmt_create != "2020-04-04 16:38:17.000"', ["LAMP", "lamp2", "other"]),
        ('gmt_create < "2020-04-04 16:38:17.001"', ["lamp1"]),
        ('gmt_create < "2020-04-04 16:38:17.000"', []),
        ('gmt_create > "2020-04-04 16:38:16.999"', ["LAMP", "lamp1", "lamp2", "other"]),
        ("active_time = null", ["LAMP", "other"]),
        ('active_time > "2000-01-01 00:00:00.000"', ["lamp1", "lamp2"]),
        ('gmt_modified = "2020-04-04 16:38:18.000"', ["lamp1"]),
        ('product_key = "a1nothing00"', []),
        ('name = "lamp1" AND status = "ONLINE"', ["lamp1"]),
        ('name = "lamp1" and status = "OFFLINE"', []),
        ('name = "lamp1" OR name = "lamp2"', ["lamp1", "lamp2"]),
        ('name = "other" OR name = "lamp1" AND status = "OFFLINE"', ["other"]),
        ('status = "OFFLINE" AND name = "lamp1" OR name = "other"', ["other"]),
        ("name='lamp1'", ["lamp1"]),
        ('nickname = "it\'s"', ["lamp2"]),
    ],
)
def test_search_conditions(matching_names, register, condition, names):
    timestamps = {"created_at": TIMESTAMP, "modified_at": TIMESTAMP + SECOND, "activated_at": TIMESTAMP}
    register("lamp1", nickname="first", online=1, **timestamps)
    register("lamp2", nickname="it's", activated_at=TIMESTAMP + SECOND, enabled=0)
    register("LAMP")
    register("other")
    assert matching_names(condition) == names


@pytest.mark.parametrize(
    ("condition", "names"),
    [
        ('tag.tag_name = "color"', ["blue", "redd"]),
        ('tag.tag_name LIKE "colo%"', ["blue", "redd"]),
        ('tag.tag_value = "red"', ["flat", "redd"]),
        ('tag.tag_name = "color" AND tag.tag_value = "red"', ["redd"]),
        ('tag.tag_value = "red" AND tag.tag_name = "color"', ["redd"]),
        ('tag.tag_name = "color" AND tag.tag_value != "red"', ["blue"]),
        ('tag.tag_name = "shape" AND name = "flat" AND tag.tag_value = "red"', ["flat"]),
        (
            'tag.tag_name = "color" AND tag.tag_value = "blue" AND tag.tag_name = "shape" AND tag.tag_value = "round"',
            ["blue"],
        ),
        ('tag.tag_name = "color" AND tag.tag_name = "shape"', ["blue"]),
        ('tag.tag_name = "color" OR tag.tag_value = "red"', ["blue", "flat", "redd"]),
        ('tag.tag_name != "color"', ["flat", "none"]),
        ('tag.tag_name != "color" AND tag.tag_value != "red"', ["none"]),
        ("tag.tag_name = null", ["none"]),
        ("tag.tag_name != null", ["blue", "flat", "redd"]),
        ('tag.tag_name = "color" AND tag.tag_value = null', []),
    ],
)
def test_search_conditions_on_tags(matching_names, register, condition, names):
    register("redd", {"color": "red"})
    register("blue", {"color": "blue", "shape": "round"})
    register("flat", {"shape": "red"})
    register("none")
    assert matching_names(condition) == names


def test_search_conditions_on_groups(matching_names, register, group):
    for name in ("one1", "both", "none"):
        register(name)
    first, second = group("first", "one1", "both"), group("second", "both")
    assert matching_names(f'group.group_id = "{first}"') == ["both", "one1"]
    assert matching_names(f'group.group_id = "{first}" AND group.group_id = "{second}"') == ["both"]
    assert matching_names(f'group.group_id = "{first}" AND group.group_id != "{second}"') == ["one1"]
    assert matching_names(f'group.group_id != "{second}"') == ["none", "one1"]
    assert matching_names("group.group_id = null") == ["none"]
    assert matching_names(f'group.group_id LIKE "{first[:4]}%" AND name = "one1"') == ["one1"]


def test_search_conditions_on_ota_modules(matching_names, register):
    register("old1", firmware_version="1.0")
    register("new1", firmware_version="2.0")
    register("none")
    assert matching_names('ota_module.firmware_version = "1.0"') == ["old1"]
    assert matching_names('ota_module.module_name = "default" AND ota_module.firmware_version = "2.0"') == ["new1"]
    assert matching_names('ota_module.module_name = "radio" AND ota_module.firmware_version = "2.0"') == []
    assert matching_names('ota_module.firmware_version != "1.0"') == ["new1", "none"]


@pytest.mark.parametrize("field", ["gmt_create", "gmt_modified", "active_time"])
def test_search_order_by(search, register, field):
    column = {"gmt_create": "created_at", "gmt_modified": "modified_at", "active_time": "activated_at"}[field]
    for number in (2, 0, 1):
        register(f"lamp{number}", **{column: TIMESTAMP + number})

    def names(rest: str) -> list[str]:
        sql = f'SELECT name FROM device WHERE name LIKE "lamp%" ORDER BY {field} {rest}'
        return [device["DeviceName"] for device in search(sql)["Data"]]

    assert names("") == ["lamp0", "lamp1", "lamp2"]
    assert names("asc") == ["lamp0", "lamp1", "lamp2"]
    assert names("DESC limit 2") == ["lamp2", "lamp1"]
    assert names("limit 1,1") == ["lamp1"]
    assert names("limit 1, 50") == ["lamp1", "lamp2"]


def test_search_order_of_equal_times_is_stable(search, register):
    for number in range(3):
        register(f"lamp{number}", created_at=TIMESTAMP)
    sql = 'SELECT name FROM device WHERE name != "none" ORDER BY gmt_create'
    assert [device["DeviceName"] for device in search(sql)["Data"]] == ["lamp0", "lamp1", "lamp2"]
    assert [device["DeviceName"] for device in search(f"{sql} DESC")["Data"]] == ["lamp2", "lamp1", "lamp0"]


def test_search_limit(search, register):
    for number in range(60):
        register(f"lamp{number}")
    sql = 'SELECT name FROM device WHERE name LIKE "lamp%"'
    assert len(search(sql)["Data"]) == 20
    assert len(search(f"{sql} limit 50")["Data"]) == 50
    assert len(search(f"{sql} limit 40,50")["Data"]) == 20
    assert search(f"{sql} limit 9950,50")["Data"] == []


WHERE = 'SELECT * FROM device WHERE name = "lamp"'


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("nonsense", "Exception"),
        ("SELECT * FROM device", "Exception"),
        ("SELECT * FROM device LIMIT 10", "Exception"),
        ("SELECT * FROM product WHERE name = 'lamp'", "Exception"),
        ("SELECT FROM device WHERE name = 'lamp'", "FieldError"),
        ("DELETE FROM device WHERE name = 'lamp'", "Exception"),
        ("SELECT * FROM device WHERE", "Exception"),
        ("SELECT * FROM device WHERE name", "Exception"),
        ("SELECT * FROM device WHERE name =", "Exception"),
        ("SELECT * FROM device WHERE name = lamp", "Exception"),
        ("SELECT * FROM device WHERE name = 'lamp", "Exception"),
        ("SELECT * FROM device WHERE name = 'lamp'; --", "Exception"),
        ("SELECT * FROM device WHERE 7 = 7", "Exception"),
        (f"{WHERE} AND", "Exception"),
        (f"{WHERE} ORDER gmt_create", "ParamError"),
        (f"{WHERE} AND gmt_create > '2020-04-04'", "Exception"),
        (f"{WHERE} AND gmt_create > '2020-04-04 16:38:17'", "Exception"),
        (f"{WHERE} AND gmt_create > '2020-13-04 16:38:17.000'", "Exception"),
        (f"{WHERE} OR name = '{'a' * 400}'", "Exception"),
        ("SELECT shade FROM device WHERE name = 'lamp'", "FieldError"),
        ("SELECT * FROM device WHERE device_secret = 'lamp'", "FieldError"),
        ("SELECT * FROM device WHERE tag.color = 'red'", "FieldError"),
        (f"{WHERE} ORDER BY name", "OrderError"),
        (f"{WHERE} ORDER BY gmt_create, gmt_modified", "OrderError"),
        (f"{WHERE} ORDER BY", "OrderError"),
        (f"{WHERE} ORDER BY gmt_create DESC ASC", "ParamError"),
        (f"{WHERE} LIMIT", "OffsetError"),
        (f"{WHERE} LIMIT ten", "OffsetError"),
        (f"{WHERE} LIMIT 0", "OffsetError"),
        (f"{WHERE} LIMIT 51", "OffsetError"),
        (f"{WHERE} LIMIT -1, 5", "OffsetError"),
        (f"{WHERE} LIMIT 1.5", "OffsetError"),
        (f"{WHERE} LIMIT 0,", "OffsetError"),
        (f"{WHERE} LIMIT 9951, 50", "OffsetError"),
        (f"{WHERE} LIMIT 10000, 1", "OffsetError"),
        (f"{WHERE} LIMIT 1 OFFSET 1", "ParamError"),
        ("SELECT * FROM device WHERE name > 'lamp'", "OperatorTypeError"),
        ("SELECT * FROM device WHERE tag.tag_value < '7'", "OperatorTypeError"),
        ("SELECT * FROM device WHERE gmt_create LIKE '2020%'", "OperatorTypeError"),
        ("SELECT * FROM device WHERE name LIKE null", "OperatorTypeError"),
        ("SELECT * FROM device WHERE gmt_create > null", "OperatorTypeError"),
        ("SELECT * FROM device WHERE name = 7", "OperatorTypeError"),
        ("SELECT * FROM device WHERE gmt_create > 1585989497000", "OperatorTypeError"),
        ("SELECT * FROM device WHERE gmt_create >= '2020-04-04 16:38:17.000'", "ParamError"),
        ("SELECT * FROM device WHERE name <> 'lamp'", "ParamError"),
        ("SELECT * FROM device WHERE name IN ('lamp')", "ParamError"),
        ("SELECT * FROM device WHERE (name = 'lamp')", "ParamError"),
        ("SELECT * FROM device WHERE name = 'lamp' GROUP BY name", "ParamError"),
        ("SELECT * FROM device WHERE ota_module.module_name = 'default'", "ParamError"),
    ],
)
def test_search_invalid_statement_is_rejected(api_error, sql, code):
    assert api_error(sql) == code


@pytest.mark.parametrize(
    "text", ["lam%", "lamp", "%lamp", "%", "la%mp%", "lamp_1?%", *(f"lamp{c}%" for c in "\\/&+-!():~{}*?")]
)
def test_search_invalid_like_pattern_is_rejected(api_error, text):
    assert api_error(f"SELECT * FROM device WHERE name LIKE '{text}'") == "ParamError"


def test_search_like_matches_prefix_literally(matching_names, register):
    register("lamp_1")
    register("lampA1")
    assert matching_names("name LIKE 'lamp_%'") == ["lamp_1"]
    assert matching_names("name LIKE 'lamp%'") == ["lampA1", "lamp_1"]
    register("last", nickname="大厅路灯照明")
    assert matching_names("nickname LIKE '大厅路灯%'") == ["last"]


def test_search_more_than_5_conditions_is_rejected(matching_names, api_error, register):
    register("lamp")
    five = " OR ".join(["name = 'lamp'"] * 5)
    assert matching_names(five) == ["lamp"]
    assert api_error(f"SELECT * FROM device WHERE {five} OR name = 'lamp'") == "ConditionError"
    assert api_error(f"SELECT * FROM device WHERE {five} AND name = 'lamp'") == "ConditionError"


def test_search_statement_over_400_characters_is_rejected(search, api_error):
    sql = "SELECT * FROM device WHERE name = 'lamp' OR nickname = '{}'"
    longest = sql.format("灯" * (402 - len(sql)))
    assert len(longest) == 400
    assert search(longest)["Data"] == []
    assert api_error(f"{longest} ") == "Exception"


def test_expression_is_translated_to_sql(platform, register):
    register("test1")
    register("other")
    sql, values = conditions_to_sql(' name LIKE "test%" ')
    assert platform.store.value(f"SELECT count(*) FROM device WHERE {sql}", *values) == 1
    for text in ("", 'name = "a" LIMIT 1', 'WHERE name = "a"'):
        with pytest.raises(ApiError, match=r"iot\.devicesearch"):
            conditions_to_sql(text)
