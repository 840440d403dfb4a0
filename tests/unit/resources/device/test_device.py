# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Devices: status, nickname, tags, groups, gateway, client IDs and certificate."""

from __future__ import annotations

import json

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.converge import converge
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.info import gather
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.plan import plan
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device.device import Device
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device.memberships import parse_groups
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device.sub_devices import sign_sub_device
from ansible_collections.iotops.aliyun.tests.unit.resources.fakes import FakeClient, resolve_params

DEVICE = Device()
CURRENT = {"product_key": "a1", "name": "lamp_1", "nickname": "one", "tags": {"site": "west"}, "enabled": True}


@pytest.mark.parametrize("member", ["Status", "DeviceStatus"])
@pytest.mark.parametrize(
    ("wire", "status", "enabled"),
    [("ONLINE", "online", True), ("UNACTIVE", "unactive", True), ("DISABLE", "disable", False)],
)
def test_device_status_of_disabled_device_is_disable(member, wire, status, enabled):
    parsed = DEVICE.parse({"DeviceName": "lamp_1", member: wire})
    assert (parsed["status"], parsed["enabled"]) == (status, enabled)


@pytest.mark.parametrize(("nickname", "sent"), [("two2", "two2"), ("", None)])
def test_nickname_is_cleared_by_request_without_nickname(nickname, sent):
    (step,) = plan(DEVICE, {"nickname": nickname}, CURRENT)
    assert step.operation == "BatchUpdateDeviceNickname"
    assert resolve_params(step.params, CURRENT) == {
        "DeviceNicknameInfo": [{"ProductKey": "a1", "DeviceName": "lamp_1", "Nickname": sent}]
    }
    assert plan(DEVICE, {"nickname": "one"}, CURRENT) == []


def test_tags_are_saved_in_one_request_and_removed_one_by_one():
    steps = plan(DEVICE, {"tags": {"a": 1, "b": "a b"}}, {**CURRENT, "tags": {"site": "west", "lot": "7"}})
    assert [step.operation for step in steps] == ["DeleteDeviceProp", "DeleteDeviceProp", "SaveDeviceProp"]
    assert [step.params.get("PropKey") for step in steps] == ["site", "lot", None]
    assert json.loads(steps[2].params["Props"]) == {"a": "1", "b": "a b"}


def test_groups_of_device_are_static_groups():
    rows = [{"GroupName": "west", "GroupId": "g1", "GroupType": kind} for kind in ("LINK_PLATFORM", None)]
    dynamic = {"GroupName": "warm", "GroupId": "g2", "GroupType": "LINK_PLATFORM_DYNAMIC"}
    assert parse_groups([*rows, dynamic]) == {"groups": [{"name": "west", "group_id": "g1"}] * 2}
    assert parse_groups(None) == {"groups": []}


@pytest.mark.parametrize(("enabled", "operation"), [(False, "DisableThing"), (True, "EnableThing")])
def test_device_is_enabled_and_disabled(enabled, operation):
    (step,) = plan(DEVICE, {"enabled": enabled}, {**CURRENT, "enabled": not enabled})
    assert step.operation == operation
    assert resolve_params(step.params, CURRENT) == {"ProductKey": "a1", "DeviceName": "lamp_1"}


def test_new_device_is_enabled():
    desired = {"product_key": "a1", "name": "lamp_1"}
    assert [step.operation for step in plan(DEVICE, {**desired, "enabled": True}, None)] == ["RegisterDevice"]
    assert [step.operation for step in plan(DEVICE, {**desired, "enabled": False}, None)] == [
        "RegisterDevice",
        "DisableThing",
    ]


def test_device_is_read_by_product_and_name_without_list():
    client = FakeClient(
        QueryProductList=[{"ProductKey": "a1", "ProductName": "street_light"}],
        QueryDeviceDetail={"Data": {"DeviceName": "lamp_1", "ProductKey": "a1", "IotId": "i", "Status": "ONLINE"}},
        QueryDeviceProp={"Props": '{"site": "west"}'},
    )
    result = converge(DEVICE, {"product": "street_light", "name": "lamp_1", "tags": {"site": "west"}}, client, False)
    assert result["changed"] is False
    assert client.log == ["QueryProductList", "QueryDeviceDetail", "QueryDeviceProp"]
    assert result["device"]["tags"] == {"site": "west"}


@pytest.mark.parametrize(
    ("name", "valid"), [("a@b.c:1-2_3", True), ("abc", False), ("x" * 33, False), ("路灯路灯", False)]
)
def test_device_name_is_checked(name, valid):
    assert (DEVICE.field("name").type.check(name) == "") is valid


@pytest.mark.parametrize(("name", "valid"), [("", True), ("路灯", True), ("abc", False), ("a b c", False)])
def test_nickname_is_checked(name, valid):
    assert (DEVICE.field("nickname").type.check(name) == "") is valid


# Fields that are read on request


def account(product: dict | None = None, **replies) -> FakeClient:
    """Return a client of an account with the device lamp_1 of the product street_light."""
    return FakeClient(
        QueryProductList=[{"ProductKey": "a1", "ProductName": "street_light", **(product or {})}],
        QueryDeviceDetail={"Data": {"DeviceName": "lamp_1", "ProductKey": "a1", "IotId": "i1", "Status": "ONLINE"}},
        **replies,
    )


def read_device(client, *include: str, **options) -> dict:
    """Return the device lamp_1 as the info module returns it."""
    (found,) = gather(
        DEVICE, {"product": "street_light", "name": "lamp_1", "include": list(include), **options}, client
    )["devices"]
    return found


def test_fields_on_request_are_not_read_by_default():
    client = account(QueryDeviceProp={"Props": "{}"})
    assert {"gateway", "client_ids", "certificate"} & set(read_device(client)) == set()
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
def test_gateway_of_device_is_read(data, gateway):
    client = account(QueryDeviceProp={"Props": "{}"}, GetGatewayBySubDevice={"Data": data})
    assert read_device(client, "gateway", include_secrets=True)["gateway"] == gateway
    client.replies["GetGatewayBySubDevice"] = None
    assert read_device(client, "gateway")["gateway"] == {}


def test_client_ids_are_read_by_iot_id():
    rows = [{"ClientId": "c2", "CreateTime": 2}, {"ClientId": "c1", "CreateTime": 1}]
    client = account(QueryDeviceProp={"Props": "{}"}, QueryClientIds={"Data": {"DynamicRegClientIds": rows}})
    assert read_device(client, "client_ids")["client_ids"] == ["c2", "c1"]
    assert client.sent[-1] == ("QueryClientIds", {"IotId": "i1"})
    client.replies["QueryClientIds"] = {"Data": None}
    assert read_device(client, "client_ids")["client_ids"] == []


def account_with_certificate(issuer: int = 1, **data) -> FakeClient:
    """Return a client of an account whose product uses certificates; ``data`` is the certificate of the device."""
    return account(
        {"AuthType": "x509"},
        QueryDeviceProp={"Props": "{}"},
        QueryProductCertInfo={"ProductCertInfo": {"IssueModel": issuer}},
        QueryDeviceCert={"DeviceCertInfo": data},
    )


@pytest.mark.parametrize(("wire", "word"), [(0, "generating"), ("1", "failed"), (2, "generated")])
def test_certificate_of_device_is_read(wire, word):
    client = account_with_certificate(CertSN="7", Certificate="PEM", PrivateKey="KEY", Status=wire)
    found = read_device(client, "certificate")
    assert (found["certificate"], found["certificate_id"], found["certificate_status"]) == ("PEM", "7", word)
    assert "certificate_private_key" not in found
    assert read_device(client, "certificate", include_secrets=True)["certificate_private_key"] == "KEY"


def test_certificate_in_generation_has_status_only():
    found = read_device(account_with_certificate(Status=0), "certificate")
    assert {name: value for name, value in found.items() if "cert" in name} == {"certificate_status": "generating"}


@pytest.mark.parametrize("product", [{"AuthType": "secret"}, {}])
def test_certificate_of_product_without_certificates_is_not_read(product):
    client = account(product, QueryDeviceProp={"Props": "{}"})
    assert "certificate_status" not in read_device(client, "certificate")
    assert "QueryDeviceCert" not in client.log


def test_certificate_of_other_issuer_is_not_read():
    client = account_with_certificate(issuer=3)
    assert "certificate_status" not in read_device(client, "certificate")
    assert "QueryDeviceCert" not in client.log


# Gateway and client IDs


def test_device_is_attached_to_gateway_with_own_signature():
    gateway = {"product": "hub", "product_key": "g1", "name": "hub_1"}
    (step,) = plan(DEVICE, {"gateway": gateway}, {**CURRENT, "gateway": {}, "device_secret": "s3cret"})
    assert step.operation == "BatchAddThingTopo"
    assert resolve_params(step.params, {**CURRENT, "device_secret": "s3cret"}) == {
        "GwProductKey": "g1",
        "GwDeviceName": "hub_1",
        "TopoAddItem": [sign_sub_device("a1", "lamp_1", "s3cret")],
    }
    assert "s3cret" not in str(step.changes)
    assert plan(DEVICE, {"gateway": {**gateway, "product": "g1"}}, {**CURRENT, "gateway": gateway}) == []


@pytest.mark.parametrize("empty", [{}, {"product": None, "name": None}])
def test_device_is_detached_from_gateway(empty):
    gateway = {"product": "hub", "product_key": "g1", "name": "hub_1"}
    (step,) = plan(DEVICE, {"gateway": empty}, {**CURRENT, "node_type": "device", "gateway": gateway})
    assert step.operation == "RemoveThingTopo"
    assert resolve_params(step.params, CURRENT) == {"ProductKey": "a1", "DeviceName": "lamp_1"}
    assert plan(DEVICE, {"gateway": empty}, {**CURRENT, "gateway": {}}) == []


@pytest.mark.parametrize("gateway", [{}, {"product": "hub", "product_key": "g1", "name": "hub_2"}])
def test_gateway_of_gateway_is_not_changed(gateway):
    current = {**CURRENT, "node_type": "gateway", "gateway": {"product": "hub", "product_key": "g1", "name": "hub_1"}}
    with pytest.raises(InvalidValue, match=r"^gateway cannot be set for a device that is a gateway itself"):
        plan(DEVICE, {"gateway": gateway}, current)


@pytest.mark.parametrize(
    ("gateway", "valid"),
    [
        ({"product": "hub", "name": "hub_1"}, True),
        ({}, True),
        ({"product": None, "name": None}, True),
        ({"product": "hub"}, False),
        ({"name": "hub_1"}, False),
        ({"product": "hub", "name": "x"}, False),
    ],
)
def test_gateway_option_is_checked(gateway, valid):
    assert (DEVICE.field("gateway").type.check(gateway) == "") is valid


def test_client_ids_can_only_be_deleted():
    current = {**CURRENT, "iot_id": "i1", "client_ids": ["c1", "c2"]}
    (step,) = plan(DEVICE, {"client_ids": []}, current)
    assert (step.operation, resolve_params(step.params, current)) == ("DeleteClientIds", {"IotId": "i1"})
    assert plan(DEVICE, {"client_ids": ["c2", "c1"]}, current) == []
    assert plan(DEVICE, {"client_ids": []}, {**current, "client_ids": []}) == []
    with pytest.raises(InvalidValue, match=r"^client_ids must be an empty list") as caught:
        plan(DEVICE, {"client_ids": ["c1"]}, current)
    assert caught.value.field == "client_ids"
