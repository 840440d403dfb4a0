# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of lifecycle messages of devices and topologies, and of status messages that result from them."""

from __future__ import annotations

import hmac
import json

import pytest

from ansible_collections.iotops.aliyun.emulator.routing import lifecycle_message, session
from ansible_collections.iotops.aliyun.emulator.services.device import registration, topology
from ansible_collections.iotops.aliyun.emulator.services.subscription import consumer_queue

FLAGS = {"DeviceLifeCycleFlag": True}
TOPOLOGY_FLAGS = {"DeviceTopoLifeCycleFlag": True}
STATUS_FLAGS = {"DeviceStatusChangeFlag": True}


@pytest.fixture
def gateways(create_modeled_product) -> str:
    """Create a product of gateways and return its key."""
    return create_modeled_product("gateways", NodeType=1)


@pytest.fixture
def gateway(register, gateways):
    """Register a connected gateway."""
    return register("gateway", gateways)


@pytest.fixture
def sensors(register):
    """Register two devices that were never connected."""
    return [register(name, online=False) for name in ("sensor1", "sensor2")]


@pytest.fixture
def attach(platform, gateway):
    """Attach devices to the gateway."""
    return lambda *devices: platform.run(lambda ctx: topology.attach(ctx, gateway, *devices))


@pytest.fixture
def connect_sub_devices(platform, gateway):
    """Connect sub-devices through the gateway."""

    def connect(*devices) -> None:
        for device in devices:
            platform.run(lambda ctx, device=device: session.start_sub_device(ctx, gateway, device, clean=True))

    return connect


def device_members(device) -> dict[str, str]:
    return {"iotId": device["iot_id"], "productKey": device["product_key"], "deviceName": device["device_name"]}


def actions_and_names(messages) -> list[tuple[str, list[str]]]:
    """Return the action and the names of the sub-devices of topology messages."""
    return [
        (message["action"], [device["deviceName"] for device in message["devices"]]) for _topic, message in messages
    ]


def topo_add_item(device) -> dict[str, str]:
    """Return the parameters of BatchAddThingTopo for a sub-device."""
    text = f"deviceName{device['device_name']}productKey{device['product_key']}"
    sign = hmac.digest(device["device_secret"].encode(), text.encode(), "sha1").hex()
    names = {"ProductKey": device["product_key"], "DeviceName": device["device_name"]}
    return {**names, "Sign": sign, "SignMethod": "hmacSha1"}


def topo_add_request(gateway, *devices) -> dict:
    names = {"GwProductKey": gateway["product_key"], "GwDeviceName": gateway["device_name"]}
    return {**names, "TopoAddItem": [topo_add_item(device) for device in devices]}


# Devices


def test_device_lifecycle_is_forwarded_to_subscriber(platform, api, key, subscribe_consumer_group):
    messages = subscribe_consumer_group(key, **FLAGS)
    data = api("RegisterDevice", ProductKey=key, DeviceName="lamp")["Data"]
    for action in ("DisableThing", "EnableThing", "DeleteDevice"):
        platform.clock.advance(1)
        api(action, IotId=data["IotId"])
    received = messages()
    assert {topic for topic, _message in received} == {f"/{key}/lamp/thing/lifecycle"}
    contents = [message for _topic, message in received]
    times = [message.pop("messageCreateTime") for message in contents]
    assert times == sorted(set(times))
    device = {"iotId": data["IotId"], "productKey": key, "deviceName": "lamp"}
    assert contents == [
        {"action": "create", **device, "deviceSecret": data["DeviceSecret"]},
        {"action": "disable", **device, "deviceSecret": ""},
        {"action": "enable", **device, "deviceSecret": ""},
        {"action": "delete", **device, "deviceSecret": ""},
    ]


def test_device_lifecycle_without_change_is_not_forwarded(api, key, register, subscribe_consumer_group):
    lamp = register(online=False)
    messages = subscribe_consumer_group(key, **FLAGS)
    api("EnableThing", IotId=lamp["iot_id"])
    assert messages() == []
    api("DisableThing", IotId=lamp["iot_id"])
    messages()
    api("DisableThing", IotId=lamp["iot_id"])
    assert messages() == []


def _register_batch(api, platform, advance_clock, key):
    api("BatchRegisterDevice", ProductKey=key, Count=2)
    advance_clock(10)


def _register_batch_by_name(api, platform, advance_clock, key):
    names = {"ProductKey": key, "DeviceName": ["lamp1", "lamp2"]}
    apply_id = api("BatchCheckDeviceNames", **names)["Data"]["ApplyId"]
    advance_clock(10)
    # Another call registers one of the names first, so only the other device is new.
    api("RegisterDevice", ProductKey=key, DeviceName="lamp1")
    api("BatchRegisterDeviceWithApplyId", ProductKey=key, ApplyId=apply_id)
    advance_clock(10)


def _import_devices(api, platform, advance_clock, key):
    api("ImportDevice", ProductKey=key, DeviceName="lamp1", DeviceSecret="secret1")
    api("BatchImportDevice", ProductKey=key, DeviceList=[{"DeviceName": "lamp2", "DeviceSecret": "secret2"}])


def _register_dynamically(api, platform, advance_clock, key):
    for name in ("lamp1", "lamp1", "lamp2"):
        platform.run(lambda ctx, name=name: registration.register_dynamically(ctx, key, name))


@pytest.mark.parametrize(
    "register_devices", [_register_batch, _register_batch_by_name, _import_devices, _register_dynamically]
)
def test_device_lifecycle_of_each_registration_is_forwarded(
    api, platform, advance_clock, key, subscribe_consumer_group, register_devices
):
    messages = subscribe_consumer_group(key, **FLAGS)
    register_devices(api, platform, advance_clock, key)
    devices = {device["iot_id"]: device for device in platform.store.all("device", product_key=key)}
    assert len(devices) == 2
    received = {message["iotId"]: (topic, message) for topic, message in messages()}
    assert set(received) == set(devices)
    for iot_id, (topic, message) in received.items():
        assert topic == f"/{key}/{devices[iot_id]['device_name']}/thing/lifecycle"
        assert (message["action"], message["deviceSecret"]) == ("create", devices[iot_id]["device_secret"])


def test_device_lifecycle_of_simulated_device_precedes_status(key, simulate, subscribe_consumer_group):
    messages = subscribe_consumer_group(key, **FLAGS, **STATUS_FLAGS)
    simulate(product=key, count=2)
    simulate(product=key, count=2)
    assert [message.get("action") or message["status"] for _topic, message in messages()] == ["create", "online"] * 2


def test_device_lifecycle_of_lora_task_is_forwarded(api, platform, advance_clock, subscribe_consumer_group):
    created = api("CreateProduct", ProductName="lora", NodeType=0, NetType="LORA", JoinPermissionId="8001")
    messages = subscribe_consumer_group(created["ProductKey"], **FLAGS)
    node = {"DevEui": "d896e0ffe0101c62", "PinCode": "E8F3B4"}
    api("CreateLoRaNodesTask", ProductKey=created["ProductKey"], DeviceInfo=[node])
    advance_clock(10)
    [device] = platform.store.all("device")
    assert [(message["action"], message["iotId"]) for _topic, message in messages()] == [("create", device["iot_id"])]


# Rules and parsers


@pytest.fixture
def group(api) -> str:
    return api("CreateConsumerGroup", GroupName="group")["GroupId"]


@pytest.fixture
def queue(platform, group):
    """Return the topics and contents in the queue of the group."""

    def queue() -> list[tuple[str, dict]]:
        waiting = platform.run(lambda ctx: consumer_queue.queued_messages(ctx, group, 100))
        return [(message["topic"], json.loads(message["payload"])) for message in waiting]

    return queue


@pytest.fixture
def rule(api, group):
    """Create a rule that forwards the messages of a product on a topic to the group."""

    def rule(key: str, short_topic: str) -> None:
        source = {"ProductKey": key, "ShortTopic": short_topic, "Select": "*", "TopicType": 0}
        rule_id = api("CreateRule", Name="rule", **source)["RuleId"]
        api("CreateRuleAction", RuleId=rule_id, Type="AMQP", Configuration=json.dumps({"groupId": group}))
        api("StartRule", RuleId=rule_id)

    return rule


@pytest.fixture
def parser(api, group):
    """Create a parser that forwards the messages of a product on a topic to the group."""

    def parser(key: str, topic: str) -> None:
        parser_id = api("CreateParser", Name="parser")["ParserId"]
        source = api("CreateParserDataSource", Name="source")["DataSource"]["DataSourceId"]
        api("CreateDataSourceItem", DataSourceId=source, Topic=f"/{key}/{topic}")
        api("AttachParserDataSource", ParserId=parser_id, DataSourceId=source)
        sink = {"Name": "sink", "Type": "AMQP", "Configuration": json.dumps({"groupId": group})}
        destination = api("CreateDestination", **sink)["Destination"]["DestinationId"]
        api("AttachDestination", ParserId=parser_id, DestinationId=destination, IsFailover=False)
        api("SaveScript", ParserId=parser_id, ScriptDraft=f'writeAmqp({destination}, payload("json"));')
        api("PublishScript", ParserId=parser_id)
        api("StartParser", ParserId=parser_id)

    return parser


@pytest.mark.parametrize("recipient", ["rule", "parser"])
def test_device_lifecycle_is_forwarded_to_rule_and_parser(api, key, queue, recipient, request):
    request.getfixturevalue(recipient)(key, "+/thing/lifecycle")
    iot_id = api("RegisterDevice", ProductKey=key, DeviceName="lamp")["Data"]["IotId"]
    for action in ("DisableThing", "EnableThing", "DeleteDevice"):
        api(action, IotId=iot_id)
    assert [(topic, message["action"]) for topic, message in queue()] == [
        (f"/{key}/lamp/thing/lifecycle", action) for action in ("create", "disable", "enable", "delete")
    ]


@pytest.mark.parametrize("recipient", ["rule", "parser"])
def test_device_lifecycle_with_topic_of_one_device_is_filtered(api, key, queue, recipient, request):
    request.getfixturevalue(recipient)(key, "lamp2/thing/lifecycle")
    for name in ("lamp1", "lamp2"):
        api("RegisterDevice", ProductKey=key, DeviceName=name)
    assert [message["deviceName"] for _topic, message in queue()] == ["lamp2"]


@pytest.mark.parametrize("recipient", ["rule", "parser"])
def test_topology_lifecycle_is_forwarded_to_rule_and_parser(api, gateway, sensors, attach, queue, recipient, request):
    request.getfixturevalue(recipient)(gateway["product_key"], "+/thing/topo/lifecycle")
    attach(*sensors)
    api("RemoveThingTopo", IotId=gateway["iot_id"])
    names = ["sensor1", "sensor2"]
    assert actions_and_names(queue()) == [("add", names), ("remove", names)]
    assert {topic for topic, _message in queue()} == {f"/{gateway['product_key']}/gateway/thing/topo/lifecycle"}


# Topologies


def test_topology_lifecycle_is_forwarded_to_subscriber(platform, api, gateway, sensors, subscribe_consumer_group):
    messages = subscribe_consumer_group(gateway["product_key"], **TOPOLOGY_FLAGS)
    api("BatchAddThingTopo", **topo_add_request(gateway, *sensors))
    [(topic, message)] = messages()
    assert topic == f"/{gateway['product_key']}/gateway/thing/topo/lifecycle"
    assert message.pop("messageCreateTime") <= platform.clock.now()
    assert message == {
        "action": "add",
        "gwIotId": gateway["iot_id"],
        "gwProductKey": gateway["product_key"],
        "gwDeviceName": "gateway",
        "devices": [device_members(sensor) for sensor in sensors],
    }
    api("BatchAddThingTopo", **topo_add_request(gateway, *sensors))
    assert messages() == []


def test_topology_lifecycle_of_failed_call_is_not_forwarded(
    monkeypatch, gateway, sensors, api_error, subscribe_consumer_group
):
    monkeypatch.setattr(topology, "MAX_SUB_DEVICES", 1)
    messages = subscribe_consumer_group(gateway["product_key"], **TOPOLOGY_FLAGS)
    api_error("BatchAddThingTopo", **topo_add_request(gateway, *sensors))
    assert messages() == []


def test_topology_lifecycle_of_add_request_is_not_forwarded(api, gateway, sensors, subscribe_consumer_group):
    messages = subscribe_consumer_group(gateway["product_key"], **TOPOLOGY_FLAGS)
    body = json.dumps([{"IotId": sensors[0]["iot_id"]}])
    api("NotifyAddThingTopo", GwIotId=gateway["iot_id"], DeviceListStr=body)
    assert messages() == []


def test_topology_lifecycle_of_gateway_messages_is_forwarded(
    publish_as_device, gateway, sensors, subscribe_consumer_group
):
    messages = subscribe_consumer_group(gateway["product_key"], **TOPOLOGY_FLAGS)
    sub_devices = [
        {
            "productKey": each["ProductKey"],
            "deviceName": each["DeviceName"],
            "sign": each["Sign"],
            "signmethod": each["SignMethod"],
        }
        for each in map(topo_add_item, sensors)
    ]
    publish_as_device("/sys/{own}/thing/topo/add", {"id": "1", "params": sub_devices}, gateway)
    publish_as_device("/sys/{own}/thing/topo/add", {"id": "2", "params": sub_devices}, gateway)
    publish_as_device("/sys/{own}/thing/topo/delete", {"id": "3", "params": sub_devices[:1]}, gateway)
    assert actions_and_names(messages()) == [("add", ["sensor1", "sensor2"]), ("remove", ["sensor1"])]


def test_topology_lifecycle_of_moved_sub_device_is_forwarded_for_both_gateways(
    api, gateways, gateway, sensors, register, attach, subscribe_consumer_group
):
    other = register("other", gateways)
    attach(*sensors)
    messages = subscribe_consumer_group(gateways, **TOPOLOGY_FLAGS)
    api("BatchAddThingTopo", **topo_add_request(other, sensors[0]))
    assert [(message["gwDeviceName"], message["action"]) for _topic, message in messages()] == [
        ("gateway", "remove"),
        ("other", "add"),
    ]


@pytest.mark.parametrize(
    ("action", "whose", "expected"),
    [
        ("RemoveThingTopo", "sensor", [("remove", ["sensor1"])]),
        ("RemoveThingTopo", "gateway", [("remove", ["sensor1", "sensor2"])]),
        ("DisableThing", "sensor", [("disable", ["sensor1"])]),
        ("DisableThing", "gateway", [("disable", ["sensor1", "sensor2"])]),
        ("DeleteDevice", "sensor", [("remove", ["sensor1"])]),
        ("DeleteDevice", "gateway", [("remove", ["sensor1", "sensor2"])]),
        ("ResetThing", "sensor", []),
        ("ResetThing", "gateway", [("remove", ["sensor1", "sensor2"])]),
        ("EnableThing", "gateway", []),
    ],
)
def test_topology_lifecycle_of_each_call_is_forwarded(
    api, gateway, sensors, attach, subscribe_consumer_group, action, whose, expected
):
    attach(*sensors)
    messages = subscribe_consumer_group(gateway["product_key"], **TOPOLOGY_FLAGS)
    api(action, IotId=(gateway if whose == "gateway" else sensors[0])["iot_id"])
    assert actions_and_names(messages()) == expected


def test_topology_lifecycle_of_enabled_sub_devices_is_forwarded(
    api, gateway, sensors, attach, subscribe_consumer_group
):
    attach(*sensors)
    api("DisableThing", IotId=sensors[1]["iot_id"])
    api("DisableThing", IotId=gateway["iot_id"])
    messages = subscribe_consumer_group(gateway["product_key"], **TOPOLOGY_FLAGS)
    device_messages = subscribe_consumer_group(sensors[0]["product_key"], **FLAGS)
    api("EnableThing", IotId=sensors[0]["iot_id"])
    api("EnableThing", IotId=gateway["iot_id"])
    assert actions_and_names(messages()) == [("enable", ["sensor1"]), ("enable", ["sensor2"])]
    assert [message["deviceName"] for _topic, message in device_messages()] == ["sensor1", "sensor2"]


# Status


@pytest.mark.parametrize("action", ["DisableThing", "DeleteDevice", "ResetThing"])
def test_status_of_disconnected_device_is_forwarded(platform, api, key, device, subscribe_consumer_group, action):
    messages = subscribe_consumer_group(key, **STATUS_FLAGS)
    platform.clock.advance(5)
    api(action, IotId=device["iot_id"])
    [(topic, message)] = messages()
    assert topic == f"/as/mqtt/status/{key}/lamp"
    assert (message["status"], message["iotId"], message["clientIp"]) == ("offline", device["iot_id"], "10.0.0.1")
    assert message["utcLastTime"] < message["utcTime"]


@pytest.mark.parametrize("action", ["DisableThing", "DeleteDevice", "ResetThing"])
def test_status_of_offline_device_is_not_forwarded(api, key, register, subscribe_consumer_group, action):
    lamp = register(online=False)
    messages = subscribe_consumer_group(key, **STATUS_FLAGS)
    api(action, IotId=lamp["iot_id"])
    assert messages() == []


@pytest.mark.parametrize("action", ["DisableThing", "DeleteDevice", "ResetThing", "RemoveThingTopo"])
def test_status_of_sub_devices_is_forwarded_with_gateway(
    api, gateway, sensors, attach, connect_sub_devices, subscribe_consumer_group, action
):
    attach(*sensors)
    connect_sub_devices(sensors[0])
    messages = subscribe_consumer_group(sensors[0]["product_key"], **STATUS_FLAGS)
    api(action, IotId=gateway["iot_id"])
    assert [(message["deviceName"], message["status"]) for _topic, message in messages()] == [("sensor1", "offline")]


def test_status_of_detached_sub_device_is_forwarded(
    api, sensors, attach, connect_sub_devices, subscribe_consumer_group
):
    attach(*sensors)
    connect_sub_devices(sensors[0])
    messages = subscribe_consumer_group(sensors[0]["product_key"], **STATUS_FLAGS)
    for sensor in sensors:
        api("RemoveThingTopo", IotId=sensor["iot_id"])
    assert [(message["deviceName"], message["status"]) for _topic, message in messages()] == [("sensor1", "offline")]


def test_status_of_disabled_simulated_device_is_forwarded(api, platform, key, simulate, subscribe_consumer_group):
    simulate(product=key, names=["lamp"])
    messages = subscribe_consumer_group(key, **STATUS_FLAGS)
    api("DisableThing", ProductKey=key, DeviceName="lamp")
    simulate(product=key, names=["lamp"], online=True)
    assert platform.store.one("device", device_name="lamp")["status"] == "DISABLE"
    assert [message["status"] for _topic, message in messages()] == ["offline"]


# No recipients


@pytest.fixture
def forward_fails(monkeypatch):
    """Make the creation of any message fail."""

    def fail(*_values) -> None:
        raise AssertionError("a message was created without a recipient")

    monkeypatch.setattr(lifecycle_message, "forward", fail)


def test_lifecycle_without_recipients_creates_no_messages(
    api, platform, advance_clock, key, rule, subscribe_consumer_group, gateway, sensors, attach, simulate, forward_fails
):
    """Recipients of other message types do not count."""
    subscribe_consumer_group(key, DeviceDataFlag=True, DeviceStatusChangeFlag=True, DeviceTopoLifeCycleFlag=True)
    rule(key, "+/thing/event/property/post")
    subscribe_consumer_group(gateway["product_key"], DeviceLifeCycleFlag=False, DeviceDataFlag=True)
    _register_batch(api, platform, advance_clock, key)
    simulate(product=key, count=2)
    attach(*sensors)
    for action in ("DisableThing", "EnableThing", "DeleteDevice"):
        api(action, IotId=sensors[0]["iot_id"])
    for action in ("DisableThing", "EnableThing", "RemoveThingTopo", "DeleteDevice"):
        api(action, IotId=gateway["iot_id"])


def test_lifecycle_with_recipients_creates_message(key, subscribe_consumer_group, forward_fails, api):
    subscribe_consumer_group(key, **FLAGS)
    with pytest.raises(AssertionError, match="without a recipient"):
        api("RegisterDevice", ProductKey=key, DeviceName="lamp")


def _count_recipient_queries(platform, function) -> int:
    """Return how many SQL statements look up recipients while a function runs."""
    statements = []
    platform.store._db.set_trace_callback(statements.append)
    function()
    platform.store._db.set_trace_callback(None)
    return sum(
        any(table in text for table in ("subscription_group", "FROM rule ", "parser JOIN")) for text in statements
    )


def test_lifecycle_recipients_are_checked_once_for_many_devices(api, platform, advance_clock, key, simulate):
    for count in (1, 200):
        api("BatchRegisterDevice", ProductKey=key, Count=count)
        assert _count_recipient_queries(platform, lambda: advance_clock(10)) == 3
        entries = [{"DeviceName": f"own-{count}-{number}", "DeviceSecret": "secret"} for number in range(count)]
        imported = {"ProductKey": key, "DeviceList": entries}
        assert _count_recipient_queries(platform, lambda params=imported: api("BatchImportDevice", **params)) == 3
        body = {"product": key, "prefix": f"sim{count}-", "count": count, "online": False}
        assert _count_recipient_queries(platform, lambda params=body: simulate(**params)) == 3
