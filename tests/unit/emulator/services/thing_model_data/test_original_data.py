# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests for reading original data: all reported data, valid or not."""

from __future__ import annotations

import base64

import pytest

POST = "/sys/{own}/thing/event/property/post"


@pytest.fixture
def start(platform) -> int:
    return platform.clock.now() - 3_600_000


@pytest.fixture
def pages(api, device, start):
    """Read all pages of a query."""

    def pages(action: str, items: str, token: str = "NextPageToken", size: int = 2, **params):
        if "Status" not in action:
            params = {"StartTime": start, "EndTime": start + 100, **params}
        query = {"IotId": device["iot_id"], "PageSize": size, "Asc": 1, **params}
        found = []
        while True:
            data = api(action, **query)["Data"]
            found.append(data["List"][items])
            assert data["NextValid"] is bool(data[token])
            if not data["NextValid"]:
                return found
            query["NextPageToken"] = data[token]

    return pages


def times(pages, start, name: str = "Time") -> list[list[int]]:
    return [[int(one[name]) - start for one in page] for page in pages]


def test_original_status_includes_invalid_values(platform, device, publish_as_device, pages, start):
    publish_as_device(POST, {"params": {name: {"value": 1, "time": start + 5} for name in ("a", "b", "c")}})
    publish_as_device(
        POST, {"params": {"level": {"value": 1, "time": start}, "label": {"value": "x", "time": start + 9}}}
    )
    found = pages("QueryDeviceOriginalPropertyStatus", "PropertyStatusDataInfo")
    assert [[one["Identifier"] for one in page] for page in found] == [["level", "a"], ["b", "c"], ["label"]]
    backwards = pages("QueryDeviceOriginalPropertyStatus", "PropertyStatusDataInfo", Asc=0)
    assert [[one["Identifier"] for one in page] for page in backwards] == [["label", "c"], ["b", "a"], ["level"]]
    assert found[2] == [{"Identifier": "label", "Time": start + 9, "Value": "x"}]


@pytest.mark.parametrize(("params", "code"), [({"PageSize": 51}, "iot.common.InvalidPageParams"),
                                              ({"PageSize": 0}, "iot.common.InvalidPageParams"),
                                              ({"Asc": 3}, "iot.common.InvalidFormattedParameter")])  # fmt: skip
def test_original_status_with_invalid_paging_is_rejected(device, api_error, params, code):
    query = {"IotId": device["iot_id"], "PageSize": 10, "Asc": 1, **params}
    assert api_error("QueryDeviceOriginalPropertyStatus", **query).code == code


def test_original_property_data_includes_invalid_values(publish_as_device, pages, start):
    for moment in (1, 2, 3, 4, 5):
        publish_as_device(
            POST, {"params": {"level": {"value": "x" if moment == 3 else moment, "time": start + moment}}}
        )
    action_args = ("QueryDeviceOriginalPropertyData", "PropertyInfo", "nextPageToken")
    found = pages(*action_args, Identifier="level")
    assert times(found, start) == [[1, 2], [3, 4], [5]]
    assert [one["Value"] for page in found for one in page] == ["1", "2", "x", "4", "5"]
    assert times(pages(*action_args, Identifier="level", Asc=0), start) == [[5, 4], [3, 2], [1]]
    assert pages(*action_args, Identifier="anything") == [[]]


def test_original_event_data_includes_invalid_events(publish_as_device, pages, start):
    for moment, value in enumerate(({"code": 1}, {"code": "x"}, {"code": 3})):
        params = {"value": value, "time": start + 7}
        publish_as_device("/sys/{own}/thing/event/alarm/post", {"id": str(moment), "params": params})
    publish_as_device("/sys/{own}/thing/event/anything/post", {"params": {"value": {}, "time": start}})
    action_args = ("QueryDeviceOriginalEventData", "EventInfo")
    found = pages(*action_args, Identifier="alarm")
    outputs = [[one["OutputData"] for one in page] for page in found]
    assert outputs == [['{"code":1}', '{"code":"x"}'], ['{"code":3}']]
    assert (found[0][0]["Name"], found[0][0]["EventType"]) == ("alarm", "alert")
    backwards = pages(*action_args, Identifier="alarm", Asc=0)
    assert [one["OutputData"] for page in backwards for one in page] == [*outputs[1], *outputs[0][::-1]]
    ((event,),) = pages(*action_args, Identifier="anything")
    assert event == {"Identifier": "anything", "OutputData": "{}", "Time": str(start)}


@pytest.mark.parametrize(
    ("action", "code"),
    [
        ("QueryDeviceOriginalPropertyData", "InvalidIdentifierInPropertyError"),
        ("QueryDeviceOriginalEventData", "iot.tsl.InvalidIdentifierInEventError"),
        ("QueryDeviceOriginalServiceData", "InvalidIdentifierInServiceError"),
    ],
)
def test_malformed_identifier_is_rejected_and_unknown_accepted(device, api, api_error, start, action, code):
    params = {"IotId": device["iot_id"], "PageSize": 10, "Asc": 1, "StartTime": start, "EndTime": start + 1}
    for identifier in ("a b", "x" * 51, "a:b:c", ":a", "路"):
        assert api_error(action, Identifier=identifier, **params).code == code
    for identifier in ("nothing", "x" * 50, "block:nothing"):
        assert api(action, Identifier=identifier, **params)["Data"]["NextValid"] is False


def test_original_service_data_includes_unvalidated_calls(api, create_modeled_product, register, pages, platform):
    device = register("free", create_modeled_product("unchecked", ValidateType=2))
    for _number in range(3):
        api("InvokeThingService", IotId=device["iot_id"], Identifier="anything", Args='{"x": 1}')
    now = platform.clock.now()
    span = {"StartTime": now - 10_000, "EndTime": now + 10_000}
    found = pages(
        "QueryDeviceOriginalServiceData", "ServiceInfo", IotId=device["iot_id"], Identifier="anything", **span
    )
    assert [len(page) for page in found] == [2, 1]
    assert found[0][0].keys() == {"Identifier", "InputData", "Time"}
    checked = api("QueryDeviceServiceData", IotId=device["iot_id"], **span)["Data"]["List"]["ServiceInfo"]
    assert checked == []


@pytest.mark.parametrize("token", ["x", "!", "路", base64.b64encode(b"1").decode(), base64.b64encode(b"x/y").decode()])
@pytest.mark.parametrize(
    "action",
    [
        "QueryDeviceOriginalPropertyStatus",
        "QueryDeviceOriginalPropertyData",
        "QueryDeviceOriginalEventData",
        "QueryDeviceOriginalServiceData",
    ],
)
def test_invalid_page_token_is_rejected(device, api_error, start, action, token):
    params = {"IotId": device["iot_id"], "PageSize": 10, "Asc": 1, "NextPageToken": token}
    if "Status" not in action:
        params |= {"Identifier": "level", "StartTime": start, "EndTime": start + 1}
    assert api_error(action, **params).code == "iot.device.PageTokensIllegal"
