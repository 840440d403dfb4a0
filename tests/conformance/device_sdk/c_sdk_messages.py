# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What devices send that use the vendor's SDKs for C: client ids, subscriptions and messages.

The SDKs are not part of the tests. The topics and the members of the messages are those of the public sources of C SDK
3.0.1 and LinkSDK 4.1.0. ``{pk}`` and ``{dn}`` are the product key and the name of the device; ``{sub_pk}`` and
``{sub_dn}`` those of a sub-device.
"""

from __future__ import annotations

import hmac
from typing import Any, NamedTuple

C_SDK_3 = "C SDK 3.0.1"
LINK_SDK_4 = "LinkSDK 4.1.0"

#: Both SDKs send the same time always.
TIMESTAMP = "2524608000000"


class Credentials(NamedTuple):
    """The parameters of a connection."""

    client_id: str
    username: str
    password: str


class Exchange(NamedTuple):
    """A message of a device, and the topic and the code of the answer.

    ``answer`` is None if the platform does not answer; ``code`` is None if the answer has no code.
    """

    topic: str
    message: Any
    answer: str | None
    code: int | None = 200
    qos: int = 0


def c_sdk_3_credentials(key: str, name: str, secret: str, secure_mode: int = 3) -> Credentials:
    """Return how a device with C SDK 3 connects."""
    options = f"timestamp={TIMESTAMP},_v=sdk-c-3.0.1,securemode={secure_mode},signmethod=hmacsha256,lan=C,gw=0,ext=0"
    return Credentials(f"{key}.{name}|{options}|", f"{name}&{key}", device_sign(key, name, secret).upper())


def link_sdk_4_credentials(
    key: str, name: str, secret: str, secure_mode: int = 3, extension: str = "_conn=tcp_1F", assigned: bool = False
) -> Credentials:
    """Return how a device with LinkSDK 4 connects; with ``assigned`` the platform chooses the client id (MQTT 5.0)."""
    client_id = "" if assigned else f"{key}.{name}"
    options = f"timestamp={TIMESTAMP},_ss=1,_v=sdk-c-4.1.0,securemode={secure_mode},signmethod=hmacsha256,ext=3"
    password = sign(secret, f"clientId{client_id}deviceName{name}productKey{key}timestamp{TIMESTAMP}")
    return Credentials(f"{client_id}|{options},{extension}|", f"{name}&{key}", password.upper())


def link_sdk_4_registration(key: str, name: str, product_secret: str, auth_type: str) -> Credentials:
    """Return how a device with LinkSDK 4 connects to register dynamically."""
    options = f"random=3735928559,authType={auth_type},securemode=2,signmethod=hmacsha256"
    password = sign(product_secret, f"deviceName{name}productKey{key}random3735928559")
    return Credentials(f"{name}.{key}|{options}|", f"{name}&{key}", password.upper())


def device_sign(key: str, name: str, secret: str, method: str = "sha256") -> str:
    """Return the signature of a device with the client id and the time of the SDKs."""
    return sign(secret, f"clientId{key}.{name}deviceName{name}productKey{key}timestamp{TIMESTAMP}", method)


def sign(secret: str, content: str, method: str = "sha256") -> str:
    """Return a signature."""
    return hmac.digest(secret.encode(), content.encode(), method).hex()


#: The topic filters of C SDK 3 at its start, in their order. A refused one is repeated, which delays the start by 30 s.
C_SDK_3_FILTERS = (
    "/sys/{pk}/{dn}/thing/event/+/post_reply",
    "/sys/{pk}/{dn}/thing/property/desired/delete_reply",
    "/sys/{pk}/{dn}/thing/property/desired/get_reply",
    "/sys/{pk}/{dn}/thing/service/property/get",
    "/sys/{pk}/{dn}/thing/service/property/set",
    "/sys/{pk}/{dn}/thing/service/+",
    "/sys/{pk}/{dn}/thing/deviceinfo/update_reply",
    "/sys/{pk}/{dn}/thing/deviceinfo/delete_reply",
    "/sys/{pk}/{dn}/thing/dynamicTsl/get_reply",
    "/sys/{pk}/{dn}/rrpc/request/+",
    "/ext/ntp/{pk}/{dn}/response",
    "/ext/error/{pk}/{dn}",
    "/sys/{pk}/{dn}/thing/model/down_raw",
    "/sys/{pk}/{dn}/thing/model/up_raw_reply",
    "/ota/device/request/{pk}/{dn}",
    "/ota/device/upgrade/{pk}/{dn}",
    "/sys/{pk}/{dn}/thing/config/get_reply",
    "/sys/{pk}/{dn}/thing/config/push",
)

#: The additional topic filters of a gateway with C SDK 3.
C_SDK_3_GATEWAY_FILTERS = (
    "/sys/{pk}/{dn}/thing/topo/add/notify",
    "/sys/{pk}/{dn}/thing/gateway/permit",
    "/sys/{pk}/{dn}/thing/sub/register_reply",
    "/sys/{pk}/{dn}/thing/sub/unregister_reply",
    "/sys/{pk}/{dn}/thing/topo/add_reply",
    "/sys/{pk}/{dn}/thing/topo/delete_reply",
    "/sys/{pk}/{dn}/thing/topo/get_reply",
    "/sys/{pk}/{dn}/thing/list/found_reply",
    "/ext/session/{pk}/{dn}/combine/login_reply",
    "/ext/session/{pk}/{dn}/combine/logout_reply",
    "/sys/{pk}/{dn}/thing/disable",
    "/sys/{pk}/{dn}/thing/enable",
    "/sys/{pk}/{dn}/thing/delete",
)

#: The topic filters that the examples of LinkSDK 4 use. The SDK itself subscribes to nothing.
LINK_SDK_4_FILTERS = (
    "/sys/{pk}/{dn}/thing/event/+/post_reply",
    "/ext/rrpc/+/sys/{pk}/{dn}/thing/service/+",
    "/ext/regnwl",
    "/ext/register",
    "/ext/notify/{pk}/{dn}",
    "/sys/{pk}/{dn}/thing/bootstrap/notify",
    "/sys/{pk}/{dn}/thing/config/log/push",
    "/sys/{pk}/{dn}/thing/ota/firmware/get_reply",
    "/sys/{pk}/{dn}/edge/debug/switch",
)

C_SDK_3_EXCHANGES = (
    Exchange(
        "/sys/{pk}/{dn}/thing/deviceinfo/update",
        {
            "id": "1",
            "version": "1.0",
            "params": [
                {"attrKey": "SYS_LP_SDK_VERSION", "attrValue": "3.0.1", "domain": "SYSTEM"},
                {"attrKey": "SYS_SDK_LANGUAGE", "attrValue": "C", "domain": "SYSTEM"},
            ],
            "method": "thing.deviceinfo.update",
        },
        "/sys/{pk}/{dn}/thing/deviceinfo/update_reply",
        qos=1,
    ),
    Exchange("/ota/device/inform/{pk}/{dn}", {"id": 2, "params": {"version": "1.0.0"}}, None, qos=1),
    Exchange("/ota/device/progress/{pk}/{dn}", {"id": 3, "params": {"step": "10", "desc": ""}}, None),
    Exchange(
        "/sys/{pk}/{dn}/thing/event/property/post",
        {"id": "4", "version": "1.0", "params": {"level": 7}, "method": "thing.event.property.post"},
        "/sys/{pk}/{dn}/thing/event/property/post_reply",
    ),
    Exchange(
        "/sys/{pk}/{dn}/thing/event/alarm/post",
        {"id": "5", "version": "1.0", "params": {"code": 1}, "method": "thing.event.alarm.post"},
        "/sys/{pk}/{dn}/thing/event/alarm/post_reply",
    ),
    Exchange(
        "/sys/{pk}/{dn}/thing/dynamicTsl/get",
        {
            "id": "6",
            "version": "1.0",
            "params": {"nodes": ["type", "identifier"], "addDefault": False},
            "method": "thing.dynamicTsl.get",
        },
        "/sys/{pk}/{dn}/thing/dynamicTsl/get_reply",
    ),
    Exchange(
        "/sys/{pk}/{dn}/thing/property/desired/get",
        {"id": "7", "version": "1.0", "params": ["level"], "method": "thing.property.desired.get"},
        "/sys/{pk}/{dn}/thing/property/desired/get_reply",
    ),
    Exchange("/ext/ntp/{pk}/{dn}/request", {"deviceSendTime": "1234"}, "/ext/ntp/{pk}/{dn}/response", None),
    Exchange(
        "/sys/{pk}/{dn}/thing/config/get",
        {
            "id": 8,
            "version": "1.0",
            "params": {"configScope": "product", "getType": "file", "attributeKeys": ""},
            "method": "thing.config.get",
        },
        "/sys/{pk}/{dn}/thing/config/get_reply",
        6710,
        qos=1,
    ),
    Exchange(
        "/sys/{pk}/{dn}/thing/deviceinfo/delete",
        {"id": "9", "version": "1.0", "params": [{"attrKey": "room"}], "method": "thing.deviceinfo.delete"},
        "/sys/{pk}/{dn}/thing/deviceinfo/delete_reply",
    ),
)

LINK_SDK_4_EXCHANGES = (
    Exchange(
        "/sys/{pk}/{dn}/thing/event/property/post",
        {"id": "1", "version": "1.0", "params": {"level": 7}, "sys": {"ack": 1}},
        "/sys/{pk}/{dn}/thing/event/property/post_reply",
    ),
    Exchange(
        "/sys/{pk}/{dn}/thing/event/property/post",
        {"id": "2", "version": "1.0", "params": {"level": 8}, "sys": {"ack": 0}},
        None,
    ),
    Exchange(
        "/sys/{pk}/{dn}/thing/event/alarm/post",
        {"id": "3", "version": "1.0", "params": {"code": 0}, "sys": {"ack": 1}},
        "/sys/{pk}/{dn}/thing/event/alarm/post_reply",
    ),
    Exchange(
        "/sys/{pk}/{dn}/thing/event/property/batch/post",
        {
            "id": "4",
            "version": "1.0",
            "params": {"properties": {"level": [{"value": 9, "time": 1}]}, "events": {}},
            "sys": {"ack": 1},
        },
        "/sys/{pk}/{dn}/thing/event/property/batch/post_reply",
    ),
    Exchange(
        "/sys/{pk}/{dn}/thing/property/desired/get",
        {"id": "5", "version": "1.0", "params": ["level"], "sys": {"ack": 1}},
        "/sys/{pk}/{dn}/thing/property/desired/get_reply",
    ),
    Exchange(
        "/sys/{pk}/{dn}/thing/property/desired/delete",
        {"id": "6", "version": "1.0", "params": {}, "sys": {"ack": 1}},
        "/sys/{pk}/{dn}/thing/property/desired/delete_reply",
    ),
    Exchange(
        "/sys/{pk}/{dn}/thing/deviceinfo/update",
        {"id": "7", "version": "1.0", "params": [{"attrKey": "room", "attrValue": "seven"}]},
        "/sys/{pk}/{dn}/thing/deviceinfo/update_reply",
    ),
    Exchange("/shadow/update/{pk}/{dn}", {"method": "get"}, "/shadow/get/{pk}/{dn}", None),
    Exchange("/ext/ntp/{pk}/{dn}/request", {"deviceSendTime": "12"}, "/ext/ntp/{pk}/{dn}/response", None),
    Exchange("/ota/device/inform/{pk}/{dn}", {"id": 8, "params": {"version": "1.0.0"}}, None),
    Exchange("/ota/device/inform/{pk}/{dn}", {"id": 9, "params": {"version": "1.0", "module": "mcu"}}, None),
    Exchange(
        "/sys/{pk}/{dn}/thing/ota/firmware/get",
        {"id": 10, "params": {"version": "1.0.0"}},
        "/sys/{pk}/{dn}/thing/ota/firmware/get_reply",
    ),
    Exchange(
        "/sys/{pk}/{dn}/thing/config/get",
        {"id": "123", "params": {"configScope": "product", "getType": "file"}},
        "/sys/{pk}/{dn}/thing/config/get_reply",
        6710,
    ),
    Exchange(
        "/sys/{pk}/{dn}/thing/config/log/get",
        {"id": "11", "version": "1.0", "params": {"getType": "content", "configScope": "device"}},
        "/sys/{pk}/{dn}/thing/config/log/get_reply",
    ),
    Exchange(
        "/sys/{pk}/{dn}/thing/log/post",
        {
            "id": "12",
            "version": "1.0",
            "params": [
                {
                    "utcTime": "1700000000000",
                    "logLevel": "ERROR",
                    "module": "net",
                    "code": "500",
                    "traceContext": "1",
                    "logContent": "no network",
                }
            ],
        },
        "/sys/{pk}/{dn}/thing/log/post_reply",
    ),
    Exchange(
        "/sys/{pk}/{dn}/thing/job/get",
        {"id": "13", "version": "1.0.0", "params": {"taskId": "$list"}},
        "/sys/{pk}/{dn}/thing/job/get_reply",
    ),
)


def c_sdk_3_gateway_exchanges(sub_key: str, sub_name: str, sub_secret: str) -> list[Exchange]:
    """Return the messages of a gateway with C SDK 3 for a sub-device."""
    named = {"productKey": sub_key, "deviceName": sub_name}
    uptime = "5021"

    def proof(client_id: str) -> str:
        content = f"clientId{client_id}deviceName{sub_name}productKey{sub_key}timestamp{uptime}"
        return sign(sub_secret, content, "sha1").upper()

    plain = f"{sub_key}.{sub_name}"
    marked = f"{plain}|_v=sdk-c-3.0.1|"
    topology = {**named, "signmethod": "hmacSha1", "sign": proof(plain), "timestamp": uptime, "clientId": plain}
    login = {
        **named,
        "clientId": marked,
        "timestamp": uptime,
        "signMethod": "hmacSha1",
        "sign": proof(marked),
        "cleanSession": "true",
    }
    return [
        _exchange("sys", "thing/sub/register", 1, [named]),
        _exchange("sys", "thing/list/found", 2, [named]),
        _exchange("sys", "thing/topo/add", 3, [topology]),
        _exchange("sys", "thing/topo/get", 4, {}),
        _exchange("ext/session", "combine/login", 5, login),
        Exchange(
            "/sys/{sub_pk}/{sub_dn}/thing/event/property/post",
            {"id": "6", "version": "1.0", "params": {"level": 5}, "method": "thing.event.property.post"},
            "/sys/{sub_pk}/{sub_dn}/thing/event/property/post_reply",
        ),
        _exchange("ext/session", "combine/logout", 7, named),
        _exchange("sys", "thing/topo/delete", 8, [named]),
    ]


def link_sdk_4_gateway_exchanges(sub_key: str, sub_name: str, sub_secret: str) -> list[Exchange]:
    """Return the messages of a gateway with LinkSDK 4 for a sub-device. It sends some parameters as text."""
    named = {"productKey": sub_key, "deviceName": sub_name}
    proof = {
        **named,
        "clientId": f"{sub_key}.{sub_name}",
        "timestamp": TIMESTAMP,
        "sign": device_sign(sub_key, sub_name, sub_secret).upper(),
    }
    login = {"signMethod": "hmacSha256", "deviceList": [{**proof, "cleanSession": "true"}]}
    return [
        _exchange("sys", "thing/topo/add", 1, [{**proof, "signMethod": "hmacSha256"}]),
        _exchange("sys", "thing/topo/get", 2, "{}"),
        _exchange("ext/session", "combine/batch_login", 3, login),
        _exchange("ext/session", "combine/batch_logout", 4, [named]),
        _exchange("sys", "thing/topo/delete", 5, [named]),
    ]


def _exchange(prefix: str, path: str, number: int, params: Any) -> Exchange:
    topic = f"/{prefix}/{{pk}}/{{dn}}/{path}"
    message = {"id": str(number), "version": "1.0", "params": params, "method": path.replace("/", ".")}
    return Exchange(topic, message, f"{topic}_reply")
