# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Devices: what lists and details call differently, nicknames and tags."""

from __future__ import annotations

import json

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.converge import converge
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.info import gather
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.plan import plan
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device.device import Device
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device.memberships import of_groups
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device.sub_devices import sign_sub_device
from ansible_collections.iotops.aliyun.tests.unit.resources.fakes import Answers, filled

DEVICE = Device()
THERE = {"product_key": "a1", "name": "lamp_1", "nickname": "one", "tags": {"site": "west"}, "enabled": True}


@pytest.mark.parametrize("member", ["Status", "DeviceStatus"])
@pytest.mark.parametrize(
    ("wire", "status", "enabled"),
    [("ONLINE", "online", True), ("UNACTIVE", "unactive", True), ("DISABLE", "disable", False)],
)
def test_a_disabled_device_has_that_as_its_status(member, wire, status, enabled):
    parsed = DEVICE.parse({"DeviceName": "lamp_1", member: wire})
    assert (parsed["status"], parsed["enabled"]) == (status, enabled)


@pytest.mark.parametrize(("nickname", "sent"), [("two2", "two2"), ("", None)])
def test_a_nickname_is_cleared_by_leaving_it_out(nickname, sent):
    (step,) = plan(DEVICE, {"nickname": nickname}, THERE)
    assert step.operation == "BatchUpdateDeviceNickname"
    assert filled(step.params, THERE) == {
        "DeviceNicknameInfo": [{"ProductKey": "a1", "DeviceName": "lamp_1", "Nickname": sent}]
    }
    assert plan(DEVICE, {"nickname": "one"}, THERE) == []


def test_tags_are_saved_at_once_and_removed_one_by_one():
    steps = plan(DEVICE, {"tags": {"a": 1, "b": "a b"}}, {**THERE, "tags": {"site": "west", "lot": "7"}})
    assert [step.operation for step in steps] == ["DeleteDeviceProp", "DeleteDeviceProp", "SaveDeviceProp"]
    assert [step.params.get("PropKey") for step in steps] == ["site", "lot", None]
    assert json.loads(steps[2].params["Props"]) == {"a": "1", "b": "a b"}


def test_groups_are_those_that_a_task_can_put_a_device_into():
    rows = [{"GroupName": "west", "GroupId": "g1", "GroupType": kind} for kind in ("LINK_PLATFORM", None)]
    dynamic = {"GroupName": "warm", "GroupId": "g2", "GroupType": "LINK_PLATFORM_DYNAMIC"}
    assert of_groups([*rows, dynamic]) == {"groups": [{"name": "west", "group_id": "g1"}] * 2}
    assert of_groups(None) == {"groups": []}


@pytest.mark.parametrize(("wanted", "operation"), [(False, "DisableThing"), (True, "EnableThing")])
def test_a_device_is_switched(wanted, operation):
    (step,) = plan(DEVICE, {"enabled": wanted}, {**THERE, "enabled": not wanted})
    assert step.operation == operation
    assert filled(step.params, THERE) == {"ProductKey": "a1", "DeviceName": "lamp_1"}


def test_a_fresh_device_is_enabled():
    desired = {"product_key": "a1", "name": "lamp_1"}
    assert [step.operation for step in plan(DEVICE, {**desired, "enabled": True}, None)] == ["RegisterDevice"]
    assert [step.operation for step in plan(DEVICE, {**desired, "enabled": False}, None)] == [
        "RegisterDevice",
        "DisableThing",
    ]


def test_a_device_is_known_by_product_and_name_without_a_list():
    client = Answers(
        QueryProductList=[{"ProductKey": "a1", "ProductName": "street_light"}],
        QueryDeviceDetail={"Data": {"DeviceName": "lamp_1", "ProductKey": "a1", "IotId": "i", "Status": "ONLINE"}},
        QueryDeviceProp={"Props": '{"site": "west"}'},
    )
    result = converge(DEVICE, {"product": "street_light", "name": "lamp_1", "tags": {"site": "west"}}, client, False)
    assert result["changed"] is False
    assert client.log == ["QueryProductList", "QueryDeviceDetail", "QueryDeviceProp"]
    assert result["device"]["tags"] == {"site": "west"}


@pytest.mark.parametrize(
    ("name", "good"), [("a@b.c:1-2_3", True), ("abc", False), ("x" * 33, False), ("路灯路灯", False)]
)
def test_names(name, good):
    assert (DEVICE.field("name").type.check(name) == "") is good


@pytest.mark.parametrize(("name", "good"), [("", True), ("路灯", True), ("abc", False), ("a b c", False)])
def test_nicknames(name, good):
    assert (DEVICE.field("nickname").type.check(name) == "") is good


# What is read beside


def account(product: dict | None = None, **replies) -> Answers:
    return Answers(
        QueryProductList=[{"ProductKey": "a1", "ProductName": "street_light", **(product or {})}],
        QueryDeviceDetail={"Data": {"DeviceName": "lamp_1", "ProductKey": "a1", "IotId": "i1", "Status": "ONLINE"}},
        **replies,
    )


def told(client, *words: str, **options) -> dict:
    (found,) = gather(DEVICE, {"product": "street_light", "name": "lamp_1", "include": list(words), **options}, client)[
        "devices"
    ]
    return found


def test_nothing_is_read_beside_without_a_word():
    client = account(QueryDeviceProp={"Props": "{}"})
    assert {"gateway", "client_ids", "certificate"} & set(told(client)) == set()
    assert client.log == ["QueryProductList", "QueryDeviceDetail", "QueryDeviceProp"]


@pytest.mark.parametrize(
    ("data", "gateway"),
    [
        (
            {"DeviceName": "hub_1", "ProductKey": "g1", "ProductName": "hub", "DeviceSecret": "s3cret"},
            {"product": "hub", "product_key": "g1", "name": "hub_1"},
        ),
        ({}, {}),
        (None, {}),
    ],
)
def test_the_gateway_of_a_device(data, gateway):
    client = account(QueryDeviceProp={"Props": "{}"}, GetGatewayBySubDevice={"Data": data})
    assert told(client, "gateway", include_secrets=True)["gateway"] == gateway
    client.replies["GetGatewayBySubDevice"] = None
    assert told(client, "gateway")["gateway"] == {}


def test_client_ids_are_asked_for_by_the_id_of_the_device():
    rows = [{"ClientId": "c2", "CreateTime": 2}, {"ClientId": "c1", "CreateTime": 1}]
    client = account(QueryDeviceProp={"Props": "{}"}, QueryClientIds={"Data": {"DynamicRegClientIds": rows}})
    assert told(client, "client_ids")["client_ids"] == ["c2", "c1"]
    assert client.sent[-1] == ("QueryClientIds", {"IotId": "i1"})
    client.replies["QueryClientIds"] = {"Data": None}
    assert told(client, "client_ids")["client_ids"] == []


def certified(issuer=1, **data) -> Answers:
    return account(
        {"AuthType": "x509"},
        QueryDeviceProp={"Props": "{}"},
        QueryProductCertInfo={"ProductCertInfo": {"IssueModel": issuer}},
        QueryDeviceCert={"DeviceCertInfo": data},
    )


@pytest.mark.parametrize(("wire", "word"), [(0, "generating"), ("1", "failed"), (2, "generated")])
def test_the_certificate_of_a_device(wire, word):
    client = certified(CertSN="7", Certificate="PEM", PrivateKey="KEY", Status=wire)
    found = told(client, "certificate")
    assert (found["certificate"], found["certificate_id"], found["certificate_status"]) == ("PEM", "7", word)
    assert "certificate_private_key" not in found
    assert told(client, "certificate", include_secrets=True)["certificate_private_key"] == "KEY"


def test_a_certificate_that_is_being_made():
    found = told(certified(Status=0), "certificate")
    assert {name: value for name, value in found.items() if "cert" in name} == {"certificate_status": "generating"}


@pytest.mark.parametrize("product", [{"AuthType": "secret"}, {}])
def test_a_device_of_another_kind_of_product_is_not_asked_for_its_certificate(product):
    client = account(product, QueryDeviceProp={"Props": "{}"})
    assert "certificate_status" not in told(client, "certificate")
    assert "QueryDeviceCert" not in client.log


def test_a_device_whose_certificate_others_issue_is_not_asked_for_it():
    client = certified(issuer=3)
    assert "certificate_status" not in told(client, "certificate")
    assert "QueryDeviceCert" not in client.log


# What is changed beside


def test_a_device_is_put_behind_a_gateway_with_a_signature_of_its_own():
    gateway = {"product": "hub", "product_key": "g1", "name": "hub_1"}
    (step,) = plan(DEVICE, {"gateway": gateway}, {**THERE, "gateway": {}, "device_secret": "s3cret"})
    assert step.operation == "BatchAddThingTopo"
    assert filled(step.params, {**THERE, "device_secret": "s3cret"}) == {
        "GwProductKey": "g1",
        "GwDeviceName": "hub_1",
        "TopoAddItem": [sign_sub_device("a1", "lamp_1", "s3cret")],
    }
    assert "s3cret" not in str(step.changes)
    assert plan(DEVICE, {"gateway": {**gateway, "product": "g1"}}, {**THERE, "gateway": gateway}) == []


@pytest.mark.parametrize("empty", [{}, {"product": None, "name": None}])
def test_a_device_is_taken_away_from_its_gateway(empty):
    gateway = {"product": "hub", "product_key": "g1", "name": "hub_1"}
    (step,) = plan(DEVICE, {"gateway": empty}, {**THERE, "node_type": "device", "gateway": gateway})
    assert step.operation == "RemoveThingTopo"
    assert filled(step.params, THERE) == {"ProductKey": "a1", "DeviceName": "lamp_1"}
    assert plan(DEVICE, {"gateway": empty}, {**THERE, "gateway": {}}) == []


@pytest.mark.parametrize("gateway", [{}, {"product": "hub", "product_key": "g1", "name": "hub_2"}])
def test_a_gateway_is_never_taken_away_as_if_it_were_a_sub_device(gateway):
    there = {**THERE, "node_type": "gateway", "gateway": {"product": "hub", "product_key": "g1", "name": "hub_1"}}
    with pytest.raises(InvalidValue, match=r"^a gateway cannot be behind a gateway"):
        plan(DEVICE, {"gateway": gateway}, there)


@pytest.mark.parametrize(
    ("gateway", "good"),
    [
        ({"product": "hub", "name": "hub_1"}, True),
        ({}, True),
        ({"product": None, "name": None}, True),
        ({"product": "hub"}, False),
        ({"name": "hub_1"}, False),
        ({"product": "hub", "name": "x"}, False),
    ],
)
def test_how_a_gateway_is_named(gateway, good):
    assert (DEVICE.field("gateway").type.check(gateway) == "") is good


def test_client_ids_are_only_taken_away():
    there = {**THERE, "iot_id": "i1", "client_ids": ["c1", "c2"]}
    (step,) = plan(DEVICE, {"client_ids": []}, there)
    assert (step.operation, filled(step.params, there)) == ("DeleteClientIds", {"IotId": "i1"})
    assert plan(DEVICE, {"client_ids": ["c2", "c1"]}, there) == []
    assert plan(DEVICE, {"client_ids": []}, {**there, "client_ids": []}) == []
    with pytest.raises(InvalidValue, match=r"^client_ids cannot be given") as caught:
        plan(DEVICE, {"client_ids": ["c1"]}, there)
    assert caught.value.field == "client_ids"
