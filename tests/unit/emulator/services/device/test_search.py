# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Searching devices in a language like SQL."""

from __future__ import annotations

import json

import pytest

from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.services.device.search_language import conditions_to_sql

INSTANCE = "iot-cn-1"

# 2020-04-04 16:38:17.000 in China.
MOMENT = 1585989497000
SECOND = 1000


@pytest.fixture
def product(api):
    """The key of a product."""
    return api("CreateProduct", ProductName="light", NodeType=0)["ProductKey"]


@pytest.fixture
def register(platform, api, product):
    """Register a device with tags and further columns, and return its id."""

    def register(name: str, tags: dict[str, str] | None = None, **columns) -> str:
        iot_id = api("RegisterDevice", ProductKey=product, DeviceName=name)["Data"]["IotId"]
        if tags:
            api("SaveDeviceProp", IotId=iot_id, Props=json.dumps(tags))
        platform.store.update("device", columns, iot_id=iot_id)
        return iot_id

    return register


@pytest.fixture
def group(api, product):
    """Create a group of devices and return its id."""

    def group(title: str, *names: str) -> str:
        group_id = api("CreateDeviceGroup", GroupName=title)["Data"]["GroupId"]
        devices = [{"ProductKey": product, "DeviceName": name} for name in names]
        api("BatchAddDeviceGroupRelations", GroupId=group_id, Device=devices)
        return group_id

    return group


@pytest.fixture
def search(api):
    """What a statement gives."""
    return lambda sql: api("QueryDeviceBySQL", IotInstanceId=INSTANCE, SQL=sql)


@pytest.fixture
def found(search):
    """The names of the devices of which a condition is true, sorted."""

    def found(condition: str) -> list[str]:
        return sorted(device["DeviceName"] for device in search(f"SELECT name FROM device WHERE {condition}")["Data"])

    return found


@pytest.fixture
def api_error(search):
    """The code that a statement must get."""

    def api_error(sql: str) -> str:
        with pytest.raises(ApiError) as caught:
            search(sql)
        return caught.value.code.removeprefix("iot.devicesearch.InvalidSQL")

    return api_error


def test_a_public_instance_has_no_search(api):
    with pytest.raises(ApiError) as caught:
        api("QueryDeviceBySQL", SQL='SELECT * FROM device WHERE name = "lamp"')
    assert caught.value.code == "iot.common.APINotSupportedInInstance"


def test_everything_of_a_device(search, api, product, register, group):
    iot_id = register(
        "lamp",
        {"shape": "round", "color": "red"},
        nickname="路灯",
        created_at=MOMENT,
        modified_at=MOMENT + 2 * SECOND,
        activated_at=MOMENT + 1607,
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


def test_a_new_device_has_less(search, register):
    register("lamp")
    [device] = search("select * from device where name = 'lamp'")["Data"]
    assert set(device) == {"IotId", "ProductKey", "DeviceName", "Status", "GmtCreate", "GmtModified"}


def test_chosen_fields(search, register):
    iot_id = register("lamp", {"color": "red"})
    other = register("last", {"color": "blue", "shape": "round"})
    reply = search('SELECT name, tag.tag_value FROM device WHERE name LIKE "last%" OR name = "lamp"')
    assert sorted(reply["Data"], key=lambda device: device["DeviceName"]) == [
        {"IotId": iot_id, "DeviceName": "lamp", "Tags": [{"TagValue": "red"}]},
        {"IotId": other, "DeviceName": "last", "Tags": [{"TagValue": "blue"}, {"TagValue": "round"}]},
    ]


def test_a_count(search, register):
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
def test_conditions(found, register, condition, names):
    moments = {"created_at": MOMENT, "modified_at": MOMENT + SECOND, "activated_at": MOMENT}
    register("lamp1", nickname="first", online=1, **moments)
    register("lamp2", nickname="it's", activated_at=MOMENT + SECOND, enabled=0)
    register("LAMP")
    register("other")
    assert found(condition) == names


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
def test_conditions_on_tags(found, register, condition, names):
    register("redd", {"color": "red"})
    register("blue", {"color": "blue", "shape": "round"})
    register("flat", {"shape": "red"})
    register("none")
    assert found(condition) == names


def test_conditions_on_groups(found, register, group):
    for name in ("one1", "both", "none"):
        register(name)
    first, second = group("first", "one1", "both"), group("second", "both")
    assert found(f'group.group_id = "{first}"') == ["both", "one1"]
    assert found(f'group.group_id = "{first}" AND group.group_id = "{second}"') == ["both"]
    assert found(f'group.group_id = "{first}" AND group.group_id != "{second}"') == ["one1"]
    assert found(f'group.group_id != "{second}"') == ["none", "one1"]
    assert found("group.group_id = null") == ["none"]
    assert found(f'group.group_id LIKE "{first[:4]}%" AND name = "one1"') == ["one1"]


def test_conditions_on_modules(found, register):
    register("old1", firmware_version="1.0")
    register("new1", firmware_version="2.0")
    register("none")
    assert found('ota_module.firmware_version = "1.0"') == ["old1"]
    assert found('ota_module.module_name = "default" AND ota_module.firmware_version = "2.0"') == ["new1"]
    assert found('ota_module.module_name = "radio" AND ota_module.firmware_version = "2.0"') == []
    assert found('ota_module.firmware_version != "1.0"') == ["new1", "none"]


@pytest.mark.parametrize("field", ["gmt_create", "gmt_modified", "active_time"])
def test_order(search, register, field):
    column = {"gmt_create": "created_at", "gmt_modified": "modified_at", "active_time": "activated_at"}[field]
    for number in (2, 0, 1):
        register(f"lamp{number}", **{column: MOMENT + number})

    def names(rest: str) -> list[str]:
        sql = f'SELECT name FROM device WHERE name LIKE "lamp%" ORDER BY {field} {rest}'
        return [device["DeviceName"] for device in search(sql)["Data"]]

    assert names("") == ["lamp0", "lamp1", "lamp2"]
    assert names("asc") == ["lamp0", "lamp1", "lamp2"]
    assert names("DESC limit 2") == ["lamp2", "lamp1"]
    assert names("limit 1,1") == ["lamp1"]
    assert names("limit 1, 50") == ["lamp1", "lamp2"]


def test_devices_of_one_moment_keep_one_order(search, register):
    for number in range(3):
        register(f"lamp{number}", created_at=MOMENT)
    sql = 'SELECT name FROM device WHERE name != "none" ORDER BY gmt_create'
    assert [device["DeviceName"] for device in search(sql)["Data"]] == ["lamp0", "lamp1", "lamp2"]
    assert [device["DeviceName"] for device in search(f"{sql} DESC")["Data"]] == ["lamp2", "lamp1", "lamp0"]


def test_how_many_devices_come(search, register):
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
        ("SELECT colour FROM device WHERE name = 'lamp'", "FieldError"),
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
def test_what_is_not_of_the_language(api_error, sql, code):
    assert api_error(sql) == code


@pytest.mark.parametrize(
    "text", ["lam%", "lamp", "%lamp", "%", "la%mp%", "lamp_1?%", *(f"lamp{c}%" for c in "\\/&+-!():~{}*?")]
)
def test_what_is_no_prefix(api_error, text):
    assert api_error(f"SELECT * FROM device WHERE name LIKE '{text}'") == "ParamError"


def test_a_prefix_means_itself(found, register):
    register("lamp_1")
    register("lampA1")
    assert found("name LIKE 'lamp_%'") == ["lamp_1"]
    assert found("name LIKE 'lamp%'") == ["lampA1", "lamp_1"]
    register("last", nickname="大厅路灯照明")
    assert found("nickname LIKE '大厅路灯%'") == ["last"]


def test_5_conditions_can_be_joined(found, api_error, register):
    register("lamp")
    five = " OR ".join(["name = 'lamp'"] * 5)
    assert found(five) == ["lamp"]
    assert api_error(f"SELECT * FROM device WHERE {five} OR name = 'lamp'") == "ConditionError"
    assert api_error(f"SELECT * FROM device WHERE {five} AND name = 'lamp'") == "ConditionError"


def test_a_statement_has_at_most_400_characters(search, api_error):
    sql = "SELECT * FROM device WHERE name = 'lamp' OR nickname = '{}'"
    longest = sql.format("灯" * (402 - len(sql)))
    assert len(longest) == 400
    assert search(longest)["Data"] == []
    assert api_error(f"{longest} ") == "Exception"


def test_expressions_by_themselves(platform, register):
    register("test1")
    register("other")
    sql, values = conditions_to_sql(' name LIKE "test%" ')
    assert platform.store.value(f"SELECT count(*) FROM device WHERE {sql}", *values) == 1
    for text in ("", 'name = "a" LIMIT 1', 'WHERE name = "a"'):
        with pytest.raises(ApiError, match=r"iot\.devicesearch"):
            conditions_to_sql(text)
