# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Who is told what becomes of devices and of their relations to gateways."""

from __future__ import annotations

import hmac
import json

import pytest

from ansible_collections.iotops.aliyun.emulator.routing import lifecycle_message, session
from ansible_collections.iotops.aliyun.emulator.services.device import registration, topology
from ansible_collections.iotops.aliyun.emulator.services.subscription import consumer_queue

FLAGS = {"DeviceLifeCycleFlag": True}
OF_TOPOLOGY = {"DeviceTopoLifeCycleFlag": True}
OF_STATUS = {"DeviceStatusChangeFlag": True}


@pytest.fixture
def gateways(create_modeled_product) -> str:
    """The key of a product of gateways."""
    return create_modeled_product("gateways", NodeType=1)


@pytest.fixture
def gateway(register, gateways):
    """A gateway that is connected."""
    return register("gateway", gateways)


@pytest.fixture
def sensors(register):
    """Two devices that have never connected."""
    return [register(name, online=False) for name in ("sensor1", "sensor2")]


@pytest.fixture
def attach(platform, gateway):
    """Put devices behind the gateway."""
    return lambda *devices: platform.run(lambda ctx: topology.attach(ctx, gateway, *devices))


@pytest.fixture
def connect_behind(platform, gateway):
    """Let the gateway connect its sub-devices."""

    def connect(*devices) -> None:
        for device in devices:
            platform.run(lambda ctx, device=device: session.start_sub_device(ctx, gateway, device, clean=True))

    return connect


def named(device) -> dict[str, str]:
    return {"iotId": device["iot_id"], "productKey": device["product_key"], "deviceName": device["device_name"]}


def told(messages) -> list[tuple[str, list[str]]]:
    """What gateways' topologies have become, shortly: the action and the names of the sub-devices."""
    return [
        (message["action"], [device["deviceName"] for device in message["devices"]]) for _topic, message in messages
    ]


def item(device) -> dict[str, str]:
    """A sub-device as BatchAddThingTopo takes it."""
    text = f"deviceName{device['device_name']}productKey{device['product_key']}"
    sign = hmac.digest(device["device_secret"].encode(), text.encode(), "sha1").hex()
    names = {"ProductKey": device["product_key"], "DeviceName": device["device_name"]}
    return {**names, "Sign": sign, "SignMethod": "hmacSha1"}


def to(gateway, *devices) -> dict:
    names = {"GwProductKey": gateway["product_key"], "GwDeviceName": gateway["device_name"]}
    return {**names, "TopoAddItem": [item(device) for device in devices]}


# Devices


def test_a_subscription_is_told_what_becomes_of_a_device(platform, api, key, subscribed):
    messages = subscribed(key, **FLAGS)
    data = api("RegisterDevice", ProductKey=key, DeviceName="lamp")["Data"]
    for action in ("DisableThing", "EnableThing", "DeleteDevice"):
        platform.clock.advance(1)
        api(action, IotId=data["IotId"])
    found = messages()
    assert {topic for topic, _message in found} == {f"/{key}/lamp/thing/lifecycle"}
    contents = [message for _topic, message in found]
    moments = [message.pop("messageCreateTime") for message in contents]
    assert moments == sorted(set(moments))
    about = {"iotId": data["IotId"], "productKey": key, "deviceName": "lamp"}
    assert contents == [
        {"action": "create", **about, "deviceSecret": data["DeviceSecret"]},
        {"action": "disable", **about, "deviceSecret": ""},
        {"action": "enable", **about, "deviceSecret": ""},
        {"action": "delete", **about, "deviceSecret": ""},
    ]


def test_what_was_so_already_is_not_told(api, key, register, subscribed):
    lamp = register(online=False)
    messages = subscribed(key, **FLAGS)
    api("EnableThing", IotId=lamp["iot_id"])
    assert messages() == []
    api("DisableThing", IotId=lamp["iot_id"])
    messages()
    api("DisableThing", IotId=lamp["iot_id"])
    assert messages() == []


def _batch(api, platform, advance_clock, key):
    api("BatchRegisterDevice", ProductKey=key, Count=2)
    advance_clock(10)


def _batch_by_name(api, platform, advance_clock, key):
    names = {"ProductKey": key, "DeviceName": ["lamp1", "lamp2"]}
    apply_id = api("BatchCheckDeviceNames", **names)["Data"]["ApplyId"]
    advance_clock(10)
    # One of the names is taken before its turn: only the other device is new.
    api("RegisterDevice", ProductKey=key, DeviceName="lamp1")
    api("BatchRegisterDeviceWithApplyId", ProductKey=key, ApplyId=apply_id)
    advance_clock(10)


def _imported(api, platform, advance_clock, key):
    api("ImportDevice", ProductKey=key, DeviceName="lamp1", DeviceSecret="secret1")
    api("BatchImportDevice", ProductKey=key, DeviceList=[{"DeviceName": "lamp2", "DeviceSecret": "secret2"}])


def _dynamic(api, platform, advance_clock, key):
    for name in ("lamp1", "lamp1", "lamp2"):
        platform.run(lambda ctx, name=name: registration.register_dynamically(ctx, key, name))


@pytest.mark.parametrize("way", [_batch, _batch_by_name, _imported, _dynamic])
def test_every_way_to_register_devices_is_told(api, platform, advance_clock, key, subscribed, way):
    messages = subscribed(key, **FLAGS)
    way(api, platform, advance_clock, key)
    devices = {device["iot_id"]: device for device in platform.store.all("device", product_key=key)}
    assert len(devices) == 2
    found = {message["iotId"]: (topic, message) for topic, message in messages()}
    assert set(found) == set(devices)
    for iot_id, (topic, message) in found.items():
        assert topic == f"/{key}/{devices[iot_id]['device_name']}/thing/lifecycle"
        assert (message["action"], message["deviceSecret"]) == ("create", devices[iot_id]["device_secret"])


def test_simulated_devices_are_created_before_they_come_online(key, simulate, subscribed):
    messages = subscribed(key, **FLAGS, **OF_STATUS)
    simulate(product=key, count=2)
    simulate(product=key, count=2)
    assert [message.get("action") or message["status"] for _topic, message in messages()] == ["create", "online"] * 2


def test_nodes_that_a_task_registers(api, platform, advance_clock, subscribed):
    made = api("CreateProduct", ProductName="lora", NodeType=0, NetType="LORA", JoinPermissionId="8001")
    messages = subscribed(made["ProductKey"], **FLAGS)
    node = {"DevEui": "d896e0ffe0101c62", "PinCode": "E8F3B4"}
    api("CreateLoRaNodesTask", ProductKey=made["ProductKey"], DeviceInfo=[node])
    advance_clock(10)
    [device] = platform.store.all("device")
    assert [(message["action"], message["iotId"]) for _topic, message in messages()] == [("create", device["iot_id"])]


# Rules and parsers


@pytest.fixture
def group(api) -> str:
    return api("CreateConsumerGroup", GroupName="group")["GroupId"]


@pytest.fixture
def queue(platform, group):
    """The topics and contents that wait for the group."""

    def queue() -> list[tuple[str, dict]]:
        waiting = platform.run(lambda ctx: consumer_queue.queued_messages(ctx, group, 100))
        return [(message["topic"], json.loads(message["payload"])) for message in waiting]

    return queue


@pytest.fixture
def rule(api, group):
    """Forward a product's messages on a topic to the group."""

    def rule(key: str, short_topic: str) -> None:
        source = {"ProductKey": key, "ShortTopic": short_topic, "Select": "*", "TopicType": 0}
        rule_id = api("CreateRule", Name="rule", **source)["RuleId"]
        api("CreateRuleAction", RuleId=rule_id, Type="AMQP", Configuration=json.dumps({"groupId": group}))
        api("StartRule", RuleId=rule_id)

    return rule


@pytest.fixture
def parser(api, group):
    """Let a parser send a product's messages on a topic to the group."""

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


@pytest.mark.parametrize("listen", ["rule", "parser"])
def test_rules_and_data_sources_of_devices(api, key, queue, listen, request):
    request.getfixturevalue(listen)(key, "+/thing/lifecycle")
    iot_id = api("RegisterDevice", ProductKey=key, DeviceName="lamp")["Data"]["IotId"]
    for action in ("DisableThing", "EnableThing", "DeleteDevice"):
        api(action, IotId=iot_id)
    assert [(topic, message["action"]) for topic, message in queue()] == [
        (f"/{key}/lamp/thing/lifecycle", action) for action in ("create", "disable", "enable", "delete")
    ]


@pytest.mark.parametrize("listen", ["rule", "parser"])
def test_who_listens_for_one_device_hears_of_that_one(api, key, queue, listen, request):
    request.getfixturevalue(listen)(key, "lamp2/thing/lifecycle")
    for name in ("lamp1", "lamp2"):
        api("RegisterDevice", ProductKey=key, DeviceName=name)
    assert [message["deviceName"] for _topic, message in queue()] == ["lamp2"]


@pytest.mark.parametrize("listen", ["rule", "parser"])
def test_rules_and_data_sources_of_topologies(api, gateway, sensors, attach, queue, listen, request):
    request.getfixturevalue(listen)(gateway["product_key"], "+/thing/topo/lifecycle")
    attach(*sensors)
    api("RemoveThingTopo", IotId=gateway["iot_id"])
    names = ["sensor1", "sensor2"]
    assert told(queue()) == [("add", names), ("remove", names)]
    assert {topic for topic, _message in queue()} == {f"/{gateway['product_key']}/gateway/thing/topo/lifecycle"}


# Topologies


def test_a_subscription_is_told_what_becomes_of_a_topology(platform, api, gateway, sensors, subscribed):
    messages = subscribed(gateway["product_key"], **OF_TOPOLOGY)
    api("BatchAddThingTopo", **to(gateway, *sensors))
    [(topic, message)] = messages()
    assert topic == f"/{gateway['product_key']}/gateway/thing/topo/lifecycle"
    assert message.pop("messageCreateTime") <= platform.clock.now()
    assert message == {
        "action": "add",
        "gwIotId": gateway["iot_id"],
        "gwProductKey": gateway["product_key"],
        "gwDeviceName": "gateway",
        "devices": [named(sensor) for sensor in sensors],
    }
    api("BatchAddThingTopo", **to(gateway, *sensors))
    assert messages() == []


def test_what_fails_has_not_happened(monkeypatch, gateway, sensors, api_error, subscribed):
    monkeypatch.setattr(topology, "MAX_SUB_DEVICES", 1)
    messages = subscribed(gateway["product_key"], **OF_TOPOLOGY)
    api_error("BatchAddThingTopo", **to(gateway, *sensors))
    assert messages() == []


def test_only_asking_a_gateway_changes_nothing(api, gateway, sensors, subscribed):
    messages = subscribed(gateway["product_key"], **OF_TOPOLOGY)
    wanted = json.dumps([{"IotId": sensors[0]["iot_id"]}])
    api("NotifyAddThingTopo", GwIotId=gateway["iot_id"], DeviceListStr=wanted)
    assert messages() == []


def test_what_a_gateway_itself_says_of_its_sub_devices(publish_as_device, gateway, sensors, subscribed):
    messages = subscribed(gateway["product_key"], **OF_TOPOLOGY)
    signed = [
        {
            "productKey": each["ProductKey"],
            "deviceName": each["DeviceName"],
            "sign": each["Sign"],
            "signmethod": each["SignMethod"],
        }
        for each in map(item, sensors)
    ]
    publish_as_device("/sys/{own}/thing/topo/add", {"id": "1", "params": signed}, gateway)
    publish_as_device("/sys/{own}/thing/topo/add", {"id": "2", "params": signed}, gateway)
    publish_as_device("/sys/{own}/thing/topo/delete", {"id": "3", "params": signed[:1]}, gateway)
    assert told(messages()) == [("add", ["sensor1", "sensor2"]), ("remove", ["sensor1"])]


def test_a_sub_device_that_moves_leaves_one_gateway_and_comes_to_another(
    api, gateways, gateway, sensors, register, attach, subscribed
):
    other = register("other", gateways)
    attach(*sensors)
    messages = subscribed(gateways, **OF_TOPOLOGY)
    api("BatchAddThingTopo", **to(other, sensors[0]))
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
def test_what_calls_do_to_topologies(api, gateway, sensors, attach, subscribed, action, whose, expected):
    attach(*sensors)
    messages = subscribed(gateway["product_key"], **OF_TOPOLOGY)
    api(action, IotId=(gateway if whose == "gateway" else sensors[0])["iot_id"])
    assert told(messages()) == expected


def test_sub_devices_that_are_enabled_again(api, gateway, sensors, attach, subscribed):
    attach(*sensors)
    api("DisableThing", IotId=sensors[1]["iot_id"])
    api("DisableThing", IotId=gateway["iot_id"])
    messages = subscribed(gateway["product_key"], **OF_TOPOLOGY)
    of_devices = subscribed(sensors[0]["product_key"], **FLAGS)
    api("EnableThing", IotId=sensors[0]["iot_id"])
    api("EnableThing", IotId=gateway["iot_id"])
    assert told(messages()) == [("enable", ["sensor1"]), ("enable", ["sensor2"])]
    assert [message["deviceName"] for _topic, message in of_devices()] == ["sensor1", "sensor2"]


# Status


@pytest.mark.parametrize("action", ["DisableThing", "DeleteDevice", "ResetThing"])
def test_who_is_cut_off_is_told_to_be_offline(platform, api, key, device, subscribed, action):
    messages = subscribed(key, **OF_STATUS)
    platform.clock.advance(5)
    api(action, IotId=device["iot_id"])
    [(topic, message)] = messages()
    assert topic == f"/as/mqtt/status/{key}/lamp"
    assert (message["status"], message["iotId"], message["clientIp"]) == ("offline", device["iot_id"], "10.0.0.1")
    assert message["utcLastTime"] < message["utcTime"]


@pytest.mark.parametrize("action", ["DisableThing", "DeleteDevice", "ResetThing"])
def test_who_was_offline_is_not(api, key, register, subscribed, action):
    lamp = register(online=False)
    messages = subscribed(key, **OF_STATUS)
    api(action, IotId=lamp["iot_id"])
    assert messages() == []


@pytest.mark.parametrize("action", ["DisableThing", "DeleteDevice", "ResetThing", "RemoveThingTopo"])
def test_sub_devices_go_offline_with_their_gateway(api, gateway, sensors, attach, connect_behind, subscribed, action):
    attach(*sensors)
    connect_behind(sensors[0])
    messages = subscribed(sensors[0]["product_key"], **OF_STATUS)
    api(action, IotId=gateway["iot_id"])
    assert [(message["deviceName"], message["status"]) for _topic, message in messages()] == [("sensor1", "offline")]


def test_a_sub_device_that_leaves_its_gateway_goes_offline(api, sensors, attach, connect_behind, subscribed):
    attach(*sensors)
    connect_behind(sensors[0])
    messages = subscribed(sensors[0]["product_key"], **OF_STATUS)
    for sensor in sensors:
        api("RemoveThingTopo", IotId=sensor["iot_id"])
    assert [(message["deviceName"], message["status"]) for _topic, message in messages()] == [("sensor1", "offline")]


def test_a_simulated_device_goes_offline(api, platform, key, simulate, subscribed):
    simulate(product=key, names=["lamp"])
    messages = subscribed(key, **OF_STATUS)
    api("DisableThing", ProductKey=key, DeviceName="lamp")
    simulate(product=key, names=["lamp"], online=True)
    assert platform.store.one("device", device_name="lamp")["status"] == "DISABLE"
    assert [message["status"] for _topic, message in messages()] == ["offline"]


# Nobody


@pytest.fixture
def silent(monkeypatch):
    """Let it fail where a message is made."""

    def fail(*_values) -> None:
        raise AssertionError("a message was made for nobody")

    monkeypatch.setattr(lifecycle_message, "forward", fail)


def test_no_message_is_made_where_nobody_listens(
    api, platform, advance_clock, key, rule, subscribed, gateway, sensors, attach, simulate, silent
):
    """Nor where somebody listens for something else."""
    subscribed(key, DeviceDataFlag=True, DeviceStatusChangeFlag=True, DeviceTopoLifeCycleFlag=True)
    rule(key, "+/thing/event/property/post")
    subscribed(gateway["product_key"], DeviceLifeCycleFlag=False, DeviceDataFlag=True)
    _batch(api, platform, advance_clock, key)
    simulate(product=key, count=2)
    attach(*sensors)
    for action in ("DisableThing", "EnableThing", "DeleteDevice"):
        api(action, IotId=sensors[0]["iot_id"])
    for action in ("DisableThing", "EnableThing", "RemoveThingTopo", "DeleteDevice"):
        api(action, IotId=gateway["iot_id"])


def test_somebody_listens_is_what_makes_the_difference(key, subscribed, silent, api):
    subscribed(key, **FLAGS)
    with pytest.raises(AssertionError, match="for nobody"):
        api("RegisterDevice", ProductKey=key, DeviceName="lamp")


def _looks(platform, make) -> int:
    """How many statements look for listeners while a function runs."""
    statements = []
    platform.store._db.set_trace_callback(statements.append)
    make()
    platform.store._db.set_trace_callback(None)
    return sum(
        any(table in text for table in ("subscription_group", "FROM rule ", "parser JOIN")) for text in statements
    )


def test_whether_somebody_listens_is_asked_once_for_many_devices(api, platform, advance_clock, key, simulate):
    for count in (1, 200):
        api("BatchRegisterDevice", ProductKey=key, Count=count)
        assert _looks(platform, lambda: advance_clock(10)) == 3
        entries = [{"DeviceName": f"own-{count}-{number}", "DeviceSecret": "secret"} for number in range(count)]
        imported = {"ProductKey": key, "DeviceList": entries}
        assert _looks(platform, lambda given=imported: api("BatchImportDevice", **given)) == 3
        wanted = {"product": key, "prefix": f"sim{count}-", "count": count, "online": False}
        assert _looks(platform, lambda given=wanted: simulate(**given)) == 3
