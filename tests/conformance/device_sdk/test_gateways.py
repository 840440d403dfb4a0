# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Test gateways and dynamic registration with the vendor's device SDK."""

from __future__ import annotations

import hmac
import json

from .clients import wait_for_result


def test_gateway_manages_sub_device(api, create_device, gateway_credentials, credentials, product, device_status):
    """The gateway adds, connects, represents, disconnects and removes a sub-device."""
    router = create_device(*gateway_credentials).connect()
    key, name, _secret = credentials
    _code, request_id = router.sdk.gateway_add_subdev_topo([list(credentials)])
    named = {"productKey": key, "deviceName": name}
    assert router.wait("on_gateway_add_subdev_topo_reply") == (request_id, 200, [named], "success")
    topology = api("GetThingTopo", ProductKey=gateway_credentials[0], DeviceName="gateway", PageNo=1, PageSize=10)[
        "Data"
    ]
    assert [each["DeviceName"] for each in topology["List"]["deviceInfo"]] == ["lamp"]
    assert device_status() == "UNACTIVE"

    router.sdk.gateway_login_subdev([list(credentials)])
    assert router.wait("on_gateway_login_subdev_reply")[1:3] == (200, [named])
    assert device_status() == "ONLINE"
    router.publish(f"/sys/{key}/{name}/thing/event/property/post", '{"id": "9", "params": {"level": 8}}')
    topic, reply = router.wait("on_topic_message")[:2]
    assert (topic, json.loads(reply)["code"]) == (f"/sys/{key}/{name}/thing/event/property/post_reply", 200)
    [property_status] = api("QueryDevicePropertyStatus", ProductKey=key, DeviceName=name)["Data"]["List"][
        "PropertyStatusInfo"
    ]
    assert property_status["Value"] == "8"
    api("SetDeviceProperty", ProductKey=key, DeviceName=name, Items='{"level": 3}')
    topic, message = router.wait("on_topic_message")[:2]
    assert topic == f"/sys/{key}/{name}/thing/service/property/set"
    assert json.loads(message)["params"] == {"level": 3}

    router.sdk.gateway_logout_subdev([[key, name]])
    assert router.wait("on_gateway_logout_subdev_reply")[1] == 200
    assert device_status() == "OFFLINE"
    router.sdk.gateway_delete_subdev_topo([[key, name]])
    assert router.wait("on_gateway_delete_subdev_topo_reply")[1] == 200
    assert (
        api("GetThingTopo", ProductKey=gateway_credentials[0], DeviceName="gateway", PageNo=1, PageSize=10)["Data"][
            "Total"
        ]
        == 0
    )


def test_gateway_disconnection_sets_sub_devices_offline(create_device, gateway_credentials, credentials, device_status):
    router = create_device(*gateway_credentials).connect()
    router.sdk.gateway_add_subdev_topo([list(credentials)])
    router.sdk.gateway_login_subdev([list(credentials)])
    router.wait("on_gateway_login_subdev_reply")
    assert device_status() == "ONLINE"
    router.close()
    wait_for_result("OFFLINE", device_status)


def test_gateway_receives_state_changes_of_sub_device(
    api, create_device, gateway_credentials, credentials, device_params, device_status
):
    router = create_device(*gateway_credentials).connect()
    router.sdk.gateway_add_subdev_topo([list(credentials)])
    router.sdk.gateway_login_subdev([list(credentials)])
    router.wait("on_gateway_login_subdev_reply")
    key, name, _secret = credentials
    for action, word in (("DisableThing", "disable"), ("EnableThing", "enable"), ("DeleteDevice", "delete")):
        api(action, **device_params)
        topic, payload = router.wait("on_topic_message")[:2]
        assert (topic, json.loads(payload)["method"]) == (f"/sys/{key}/{name}/thing/{word}", f"thing.{word}")
        assert json.loads(payload)["params"] == {}
    assert device_status("gateway", gateway_credentials[0]) == "ONLINE"


def test_gateway_receives_topology_change(api, create_device, gateway_credentials, credentials):
    router = create_device(*gateway_credentials).connect()
    key, name, secret = credentials
    sign = hmac.digest(secret.encode(), f"deviceName{name}productKey{key}".encode(), "sha1").hex()
    item = {"ProductKey": key, "DeviceName": name, "Sign": sign, "SignMethod": "hmacSha1"}
    api("BatchAddThingTopo", GwProductKey=gateway_credentials[0], GwDeviceName="gateway", TopoAddItem=[item])
    _request_id, params = router.wait("on_gateway_topo_change")
    assert params == {"status": 0, "subList": [{"productKey": key, "deviceName": name}]}


def test_gateway_registers_sub_devices(create_device, gateway_credentials, credentials, product):
    key, name, secret = credentials
    router = create_device(*gateway_credentials).connect()
    router.sdk.gateway_register_subdev([[key, name]])
    [credentials] = router.wait("on_gateway_register_subdev_reply")[2]
    assert credentials["deviceSecret"] == secret
    router.sdk.gateway_product_register_subdev([[key, name, product.secret], [key, "nothing", product.secret]])
    data = router.wait("on_gateway_product_register_subdev_reply")[2]
    assert [each["deviceSecret"] for each in data["successes"]] == [secret]
    assert [each["deviceName"] for each in data["failures"]] == ["nothing"]


def test_dynamic_registration_of_registered_device_returns_secret(create_device, credentials, product, device_status):
    key, name, secret = credentials
    device_to_register = create_device(key, name, product_secret=product.secret, auth_type="register")
    device_to_register.sdk.connect_async()
    assert device_to_register.wait("on_device_dynamic_register") == (0, secret)
    assert device_status() == "UNACTIVE"
    create_device(key, name, secret).connect()
    assert device_status() == "ONLINE"
    second_device = create_device(key, name, product_secret=product.secret, auth_type="register")
    second_device.sdk.connect_async()
    code, *_rest = second_device.wait("on_device_dynamic_register")
    assert code != 0


def test_dynamic_registration_of_unregistered_device_returns_token(api, create_device, product, device_status):
    device_to_register = create_device(product.key, "unknown", product_secret=product.secret, auth_type="regnwl")
    device_to_register.sdk.connect_async()
    code, client_id, username, token = device_to_register.wait("on_device_dynamic_register_nwl_reply")
    assert code == 0
    assert device_status("unknown") == "UNACTIVE"
    device = create_device(product.key, "unknown", client_id=client_id, username=username, password=token).connect()
    assert device_status("unknown") == "ONLINE"
    device.sdk.thing_post_property({"level": 4})
    assert device.wait("on_thing_prop_post")[1] == 200
    iot_id = api("QueryDeviceInfo", ProductKey=product.key, DeviceName="unknown")["Data"]["IotId"]
    [listed] = api("QueryClientIds", IotId=iot_id)["Data"]["DynamicRegClientIds"]
    assert client_id.startswith(listed["ClientId"])
