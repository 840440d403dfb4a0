# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Checks of responses against the API data, and safe text in messages."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import READ, Operation
from ansible_collections.iotops.aliyun.plugins.module_utils.api.spelling import MISPRINTS, vendor_spelling
from ansible_collections.iotops.aliyun.plugins.module_utils.client.errors import InvalidResponse
from ansible_collections.iotops.aliyun.plugins.module_utils.client.response import (
    MASK,
    Members,
    check_response,
    element_members,
    identifier_problem,
    mask,
    plain,
    required_list,
    safe_text,
    secret_values,
    with_members,
)

from .conftest import FakeTransport, error_response, make_client, ok

LIST = Operation("1.1", READ, 1, response="Total:int Data{Boxes[Name Size:int Open:bool Weight:num] Tags[]} Any:obj")


@pytest.mark.parametrize(
    "response",
    [
        {},
        {"Data": None, "Total": None},
        {"Total": "3", "Data": {"Boxes": [], "Tags": []}},
        {
            "Total": 3.0,
            "Data": {"Boxes": [{"Name": 1, "Size": "", "Open": "True", "Weight": "1.5e3"}], "Tags": ["a", 1]},
        },
        {"Any": {"x": [1]}, "Unknown": [{"y": object}]},
    ],
)
def test_response_with_usual_variations_is_accepted(response):
    check_response("ListBoxes", LIST, {"RequestId": "R", **response})


@pytest.mark.parametrize(
    ("response", "problem"),
    [
        ({"Data": []}, "Data must be an object, not a list"),
        ({"Data": {"Boxes": 7}}, "Data.Boxes must be a list, not a number"),
        ({"Data": {"Boxes": {}}}, "Data.Boxes must be a list, not an object"),
        ({"Data": {"Boxes": [{}, "x"]}}, r"Data.Boxes\[1\] must be an object, not text"),
        ({"Data": {"Boxes": [{"Name": []}]}}, r"Data.Boxes\[0\].Name must be of type string, not a list"),
        ({"Data": {"Boxes": [{"Size": "large"}]}}, r"Data.Boxes\[0\].Size must be an integer, not text"),
        ({"Data": {"Boxes": [{"Size": True}]}}, r"Data.Boxes\[0\].Size must be an integer, not a boolean"),
        ({"Data": {"Boxes": [{"Open": "maybe"}]}}, r"Data.Boxes\[0\].Open must be true or false, not text"),
        ({"Data": {"Boxes": [{"Weight": "heavy"}]}}, r"Data.Boxes\[0\].Weight must be a number, not text"),
        ({"Data": {"Tags": [{}]}}, r"Data.Tags\[0\] must be of type string, not an object"),
    ],
)
def test_response_of_other_shape_is_rejected_with_operation_and_request_id(response, problem):
    with pytest.raises(InvalidResponse, match=f"^ListBoxes: the response does not match the API: {problem}") as caught:
        check_response("ListBoxes", LIST, {"RequestId": "R-1", **response})
    assert (caught.value.request_id, caught.value.code) == ("R-1", "InvalidResponse")
    assert caught.value.ambiguous


def test_missing_list_is_accepted_only_with_total_zero():
    assert required_list("ListBoxes", {"Total": 0}, "Data.Boxes", "Total") == []
    assert required_list("ListBoxes", {"Total": "0", "Data": None}, "Data.Boxes", "Total") == []
    for response in ({}, {"Total": 1}, {"Data": {}}, {"Total": None}):
        with pytest.raises(InvalidResponse, match=r"Data\.Boxes is missing"):
            required_list("ListBoxes", response, "Data.Boxes", "Total")


def test_text_with_control_characters_is_escaped():
    assert safe_text("a\x1b[2J\u202eb\r\nc\u2028") == "a\\x1b[2J\\u202eb\\r\\nc\\u2028"
    assert safe_text("设备 ✓ é") == "设备 ✓ é"


def test_long_text_is_shortened():
    assert safe_text("x" * 30, limit=10) == "xxxxxxxxxx… (30 characters)"


def test_secrets_are_masked_also_percent_encoded():
    assert mask("token a+/b== and a%2B%2Fb%3D%3D", ["a+/b==", "", "b"]) == f"token {MASK} and {MASK}"


def test_secret_values_are_found_at_any_depth():
    params = {"ProductKey": "a1", "List": [{"DeviceSecret": "s1"}, {"Inner": {"PinCode": 1234}}]}
    assert secret_values(params) == {"s1", "1234"}


def test_error_message_with_quoted_secrets_and_control_characters_is_safe():
    response = error_response("InvalidParameter", status=403, message="bad \x1b secret s3cr3t-of-device")
    client = make_client(FakeTransport(response))
    with pytest.raises(Exception, match="InvalidParameter") as caught:
        client.call("ImportDevice", {"ProductKey": "a1", "DeviceName": "lamp", "DeviceSecret": "s3cr3t-of-device"})
    assert "s3cr3t" not in str(caught.value)
    assert "\x1b" not in str(caught.value)


def test_response_of_write_with_wrong_shape_is_ambiguous():
    client = make_client(FakeTransport(ok(Data=[1])))
    with pytest.raises(InvalidResponse) as caught:
        client.call("RegisterDevice", {"ProductKey": "a1"})
    assert caught.value.ambiguous


@pytest.mark.parametrize(("misprint", "code"), MISPRINTS.items())
def test_misprinted_code_is_reported_in_vendor_spelling(misprint, code):
    assert vendor_spelling(misprint) == vendor_spelling(misprint.lower()) == code
    assert vendor_spelling(code) == code


# Members of responses


def test_member_that_is_missing_or_null_is_an_error_with_operation_and_request_id():
    response = with_members("ListBoxes", {"RequestId": "R-1", "Data": {"Boxes": [{"Name": "b1", "Size": None}]}})
    box = response["Data"]["Boxes"][0]
    assert box["Name"] == "b1"
    assert (box.get("Size"), box.get("Open", False)) == (None, False)
    for name in ("Size", "Open"):
        with pytest.raises(InvalidResponse, match=f"^ListBoxes: .*{name} is missing.*R-1"):
            box[name]


def test_client_returns_members():
    client = make_client(FakeTransport(ok(Data={"ProductKey": "a1"})))
    data = client.call("QueryProduct", {"ProductKey": "a1"})["Data"]
    with pytest.raises(InvalidResponse, match=r"^QueryProduct: .*ProductName is missing"):
        data["ProductName"]


def test_plain_value_contains_no_members():
    value = plain({"a": with_members("ListBoxes", {"x": [{"y": None}]}), "b": (1, "2")})
    assert value == {"a": {"x": [{"y": None}]}, "b": [1, "2"]}
    assert not isinstance(value["a"]["x"][0], Members)
    assert not isinstance(value["a"], Members)


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("b1", ""),
        (7, ""),
        (0, ""),
        ("路灯", ""),
        (None, "is missing"),
        ("", "is missing"),
        ("a\x00b", "contains control characters"),
        ("a\nb", "contains control characters"),
    ],
)
def test_identifier_with_problem_is_rejected(value, problem):
    assert identifier_problem(value) == problem


def test_members_of_elements_are_those_of_the_api_data():
    assert list(element_members(LIST, "Data.Boxes")) == ["Name", "Size", "Open", "Weight"]
    assert element_members(LIST, "Data.Unknown.List") == {}
    assert list(element_members(LIST, "")) == ["Total", "Data", "Any"]
