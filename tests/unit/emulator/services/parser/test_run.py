# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What running parsers make of messages, and where they send it."""

from __future__ import annotations

import base64
import json

import pytest

ROLE = {"roleArn": "acs:ram::1234:role/iot", "roleName": "iot"}
REGION = {"regionName": "cn-shanghai", "role": ROLE}


@pytest.fixture
def pk(device):
    """The product of the device that speaks."""
    return device["product_key"]


@pytest.fixture
def parser(api, pk):
    """A parser of what devices report by their thing model, and on custom topics."""
    parser = api("CreateParser", Name="parser")["ParserId"]
    source = api("CreateParserDataSource", Name="source")["DataSource"]["DataSourceId"]
    for topic in (f"/{pk}/+/thing/event/property/post", f"/{pk}/*/user/data/*", f"/as/mqtt/status/{pk}/+"):
        api("CreateDataSourceItem", DataSourceId=source, Topic=topic)
    api("AttachParserDataSource", ParserId=parser, DataSourceId=source)
    api("CreateProductTopic", ProductKey=pk, TopicShortName="data/raw", Operation="ALL")
    return parser


@pytest.fixture
def attach(api, parser):
    """Make a destination of the parser; returns its id."""

    def attach(kind: str, is_failover: bool = False, **settings) -> int:
        call = {"Name": kind, "Type": kind, "Configuration": json.dumps(settings)}
        destination = api("CreateDestination", **call)["Destination"]["DestinationId"]
        api("AttachDestination", ParserId=parser, DestinationId=destination, IsFailover=is_failover)
        return destination

    return attach


@pytest.fixture
def group(api):
    return api("CreateConsumerGroup", GroupName="everything")["GroupId"]


@pytest.fixture
def queued(platform, group):
    """Take what waits for the consumer group: topics and contents."""

    def queued() -> list[tuple[str, object]]:
        from ansible_collections.iotops.aliyun.emulator.services.subscription import consumer_queue

        def take(ctx):
            rows = consumer_queue.queued_messages(ctx, group, 100)
            consumer_queue.consume(ctx, group, "client", [row["id"] for row in rows])
            return rows

        return [(row["topic"], _read(row["payload"])) for row in platform.run(take)]

    return queued


def _read(content: bytes) -> object:
    try:
        return json.loads(content)
    except ValueError:
        return content


@pytest.fixture
def start(api, parser):
    """Publish a script and start the parser."""

    def start(script: str) -> None:
        api("SaveScript", ParserId=parser, ScriptDraft=script)
        api("PublishScript", ParserId=parser)
        api("StartParser", ParserId=parser)

    return start


def report(publish_as_device, level: int = 5) -> None:
    publish_as_device("/sys/{own}/thing/event/property/post", {"id": "1", "params": {"level": level}})


def test_to_a_consumer_group(parser, attach, start, publish_as_device, queued, device, group, pk):
    amqp = attach("AMQP", groupId=group)
    start(
        'var data = payload("json");\n'
        "if (data.items.level.value > 3) {\n"
        f'  writeAmqp({amqp}, {{level: data.items.level.value, of: deviceName(), topic: topic(3)}}, "tag");\n'
        "}"
    )
    report(publish_as_device, 2)
    assert queued() == []
    report(publish_as_device, 5)
    topic = f"/{pk}/{device['device_name']}/thing/event/property/post"
    assert queued() == [(topic, {"level": 5, "of": device["device_name"], "topic": "thing"})]


def test_to_a_topic(api, parser, attach, start, publish_as_device, outbox, register, pk):
    receiver = register("receiver", pk)
    destination = attach("REPUBLISH", productKey=pk)
    target = f"/sys/{pk}/receiver/thing/service/property/set"
    start(f'writeIotTopic({destination}, "{target}", {{params: {{level: payload("json").items.level.value}}}});')
    report(publish_as_device, 7)
    assert outbox(receiver) == [("/sys/{own}/thing/service/property/set", {"params": {"level": 7}})]


@pytest.mark.parametrize(
    "settings",
    [
        {"productKey": "{other}"},
        {"ProductKey": "{other}"},
        {"topic": "/{other}/receiver/user/get", "topicType": 1},
    ],
)
def test_a_topic_is_of_the_product_that_its_destination_is_for(
    create_modeled_product, parser, attach, start, publish_as_device, outbox, queued, register, group, pk, settings
):
    other = create_modeled_product("other")
    within, beyond = register("receiver", other), register("receiver", pk)
    settings = {name: str(value).replace("{other}", other) for name, value in settings.items()}
    destination = attach("REPUBLISH", **settings)
    attach("AMQP", is_failover=True, groupId=group)
    start(
        f'writeIotTopic({destination}, "/sys/{other}/receiver/thing/service/property/set", "in");\n'
        f'writeIotTopic({destination}, "/sys/{pk}/receiver/thing/service/property/set", "out");'
    )
    report(publish_as_device)
    assert outbox(within, raw=True) == [("/sys/{own}/thing/service/property/set", b"in")]
    assert outbox(beyond) == []
    [(_topic, told)] = queued()
    assert [failure["destinationId"] for failure in told["failures"]] == [destination]


@pytest.mark.parametrize("name", ["receiver", ""])
def test_a_topic_can_be_one_devices(
    api, parser, attach, start, publish_as_device, queued, device, register, group, pk, name
):
    register("receiver", pk)
    (source,) = api("ListParserDataSource", Page=1, PageSize=10)["Data"]["DataSource"]
    items = api("ListDataSourceItem", DataSourceId=source["DataSourceId"], Page=1, PageSize=10)["DataSourceItems"]
    item = next(item for item in items["dataSourceItem"] if item["Topic"].endswith("/property/post"))
    api("DeleteDataSourceItem", DataSourceId=source["DataSourceId"], DataSourceItemId=item["DataSourceItemId"])
    whose = {"ScopeType": "DEVICE", "ProductKey": pk, "DeviceName": name or device["device_name"]}
    api("CreateDataSourceItem", DataSourceId=source["DataSourceId"], Topic=item["Topic"], **whose)
    start(f"writeAmqp({attach('AMQP', groupId=group)}, deviceName());")
    report(publish_as_device)
    assert [content for _topic, content in queued()] == ([] if name else [device["device_name"].encode()])


@pytest.mark.parametrize(
    ("kind", "settings", "call"),
    [
        ("MNS", {"themeName": "theme", **REGION}, "writeMns(ID, payload())"),
        ("ONS", {"instanceId": "i", "topic": "t", **REGION}, 'writeMq(ID, payload(), "tag")'),
        ("DATAHUB", {"projectName": "p", "topicName": "t", **REGION}, 'writeDatahub(ID, payload("json"))'),
        ("FC", {"serviceName": "s", "functionName": "f", **REGION}, "writeFc(ID, payload())"),
        ("OTS", {"instanceName": "i", "tableName": "t", **REGION}, 'writeTableStore(ID, payload("json"), false)'),
    ],
)
def test_what_leaves_the_platform_is_counted(platform, attach, start, publish_as_device, kind, settings, call):
    destination = attach(kind, **settings)
    start(call.replace("ID", str(destination)))
    report(publish_as_device, 1)
    report(publish_as_device, 2)
    (row,) = platform.store.rows("SELECT * FROM parser_output")
    assert (row["destination_id"], row["sent"]) == (destination, 2)
    assert json.loads(row["content"])["items"]["level"]["value"] == 2


def test_the_published_script_runs_and_only_while_the_parser_runs(
    api, parser, attach, start, publish_as_device, queued, group
):
    amqp = attach("AMQP", groupId=group)
    start(f'writeAmqp({amqp}, "published")')
    api("SaveScript", ParserId=parser, ScriptDraft=f'writeAmqp({amqp}, "draft")')
    report(publish_as_device)
    assert [content for _topic, content in queued()] == [b"published"]
    api("PublishScript", ParserId=parser)
    report(publish_as_device)
    assert [content for _topic, content in queued()] == [b"draft"]
    api("StopParser", ParserId=parser)
    report(publish_as_device)
    assert queued() == []


def test_custom_topics_and_bytes(attach, start, publish_as_device, queued, group):
    amqp = attach("AMQP", groupId=group)
    start(f'var bytes = payload("binary"); writeAmqp({amqp}, bytes); writeAmqp({amqp}, to_hex() + " " + to_base64());')
    publish_as_device("/{own}/user/data/raw", b"\xff\x00\x41\x42")
    content = base64.b64encode(b"\xff\x00AB").decode()
    assert [told for _topic, told in queued()] == [b"\xff\x00AB", f"ff004142 {content}".encode()]


def test_a_message_that_no_source_means_goes_nowhere(api, attach, start, publish_as_device, queued, group, pk):
    api("CreateProductTopic", ProductKey=pk, TopicShortName="other", Operation="ALL")
    amqp = attach("AMQP", groupId=group)
    start(f'writeAmqp({amqp}, "x")')
    publish_as_device("/{own}/user/other", b"1")
    assert queued() == []


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("writeAmqp(999, 1)", "the parser has no destination 999"),
        ("writeMns(ID, 1)", "writeMns does not send to a destination of type AMQP"),
        ("writeTsd(ID, 1)", "writeTsd does not send to a destination of type AMQP"),
        ("writeAmqp(ID)", "writeAmqp takes a destination and what to send"),
        ("writeAmqp()", "the parser has no destination None"),
        ('throw new Error("my own"); writeAmqp(ID, 1)', "my own"),
        ("var x = payload('json').nothing.there; writeAmqp(ID, x)", "Cannot read properties of undefined"),
        ("writeAmqp(ID, crypto('a', 'MD5'))", "has no crypto()"),
        ("topic(99); writeAmqp(ID, 1)", "the topic has no level 99"),
    ],
)
def test_what_fails_goes_to_the_destination_for_failures(
    attach, start, publish_as_device, queued, group, api, script, said
):
    amqp = attach("AMQP", groupId=api("CreateConsumerGroup", GroupName="another")["GroupId"])
    attach("AMQP", is_failover=True, groupId=group)
    start(script.replace("ID", str(amqp)))
    report(publish_as_device)
    ((_topic, told),) = queued()
    assert said in told["failures"][0]["errorMessage"]
    assert b'"level"' in base64.b64decode(told["base64OriginalPayload"])
    assert told["parserName"] == "parser"


@pytest.mark.parametrize(
    "script", ["while (true) {} writeAmqp(ID, 1)", "var a = []; while (true) a.push('x'.repeat(1e6)); writeAmqp(ID, 1)"]
)
def test_a_script_that_runs_away_is_stopped_and_its_parser_too(
    api, parser, attach, start, publish_as_device, queued, group, script
):
    amqp = attach("AMQP", groupId=group)
    attach("AMQP", is_failover=True, groupId=api("CreateConsumerGroup", GroupName="another")["GroupId"])
    start(script.replace("ID", str(amqp)))
    report(publish_as_device)
    assert api("GetParser", ParserId=parser)["Data"]["Status"] == "ABNORMAL"
    report(publish_as_device)
    assert queued() == []
    api("SaveScript", ParserId=parser, ScriptDraft=f"writeAmqp({amqp}, 'well again')")
    api("PublishScript", ParserId=parser)
    api("StartParser", ParserId=parser)
    report(publish_as_device)
    assert [content for _topic, content in queued()] == [b"well again"]


def test_no_script_sees_what_another_has_left_behind(attach, start, publish_as_device, queued, group):
    amqp = attach("AMQP", groupId=group)
    start(f"var count = (typeof count === 'undefined' ? 0 : count) + 1; writeAmqp({amqp}, count)")
    report(publish_as_device)
    report(publish_as_device)
    assert [content for _topic, content in queued()] == [1, 1]


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("getOrNull(payload('json'), 'items', 'level', 'value')", 5),
        ("getOrNull(payload('json'), 'items', 'none', 'value')", None),
        ("thingPropertyFlat('level')", {"level": 5}),
        ("attribute('site')", "west"),
        ("attribute('none')", None),
        ("productKey() === topic(1)", True),
        ("timestamp() > 1600000000000", True),
        ("format_date(1582950000500, 'yyyy-MM-dd HH:mm:ss.SSS')", "2020-02-29 12:20:00.500"),
        ("format_date(1582950000500, \"yy'T'h a\", 'UTC')", "20T4 AM"),
        ("[toBoolean('true'), toBoolean('x'), toBoolean(0), toBoolean(null)]", [True, False, False, False]),
        ("[toNumber('7.5'), toNumber(true), toNumber(null)]", [7.5, 1, 0]),
        ("[toString(null), toString({a: 1}), toString(1)]", ["", '{"a":1}', "1"]),
        ("[toMap('{\"a\": 1}'), toMap(null), toArray('[1]'), toArray(null)]", [{"a": 1}, {}, [1], []]),
        ("to_hex(toBinary('\u00e4A'))", "c3a441"),
        ("to_base64('ab')", "YWI="),
        ("[concat('a', 1), lower('A'), upper('a'), replace('aba', 'a', 'c')]", ["a1", "a", "A", "cbc"]),
        ("[substring('abc', 1), endswith('abc', 'bc'), nanvl(null, 1)]", ["bc", True, 1]),
        ("[mod(7, 4), power(2, 3), abs(-1), floor(1.5), log(8, 2)]", [3, 8, 1, 1, 3]),
        ("newuuid().length", 36),
    ],
)
def test_functions(api, attach, start, publish_as_device, queued, group, device, expression, value):
    api("SaveDeviceProp", IotId=device["iot_id"], Props='{"site": "west"}')
    amqp = attach("AMQP", groupId=group)
    start(f"writeAmqp({amqp}, {{told: {expression}}})")
    report(publish_as_device)
    ((_topic, told),) = queued()
    assert told == {"told": value}
