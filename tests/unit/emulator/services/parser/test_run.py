# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Test how running parsers process messages and where they send the results."""

from __future__ import annotations

import base64
import hashlib
import json

import pytest

ROLE = {"roleArn": "acs:ram::1234:role/iot", "roleName": "iot"}
REGION_AND_ROLE = {"regionName": "cn-shanghai", "role": ROLE}


@pytest.fixture
def product_key(device):
    """Return the product key of the device that sends messages."""
    return device["product_key"]


@pytest.fixture
def parser(api, product_key):
    """Create a parser for reported properties, custom topics and status messages, and return its id."""
    parser = api("CreateParser", Name="parser")["ParserId"]
    source = api("CreateParserDataSource", Name="source")["DataSource"]["DataSourceId"]
    for topic in (
        f"/{product_key}/+/thing/event/property/post",
        f"/{product_key}/*/user/data/*",
        f"/as/mqtt/status/{product_key}/+",
    ):
        api("CreateDataSourceItem", DataSourceId=source, Topic=topic)
    api("AttachParserDataSource", ParserId=parser, DataSourceId=source)
    api("CreateProductTopic", ProductKey=product_key, TopicShortName="data/raw", Operation="ALL")
    return parser


@pytest.fixture
def attach(api, parser):
    """Create a destination, attach it to the parser and return its id."""

    def attach(kind: str, is_failover: bool = False, **settings) -> int:
        call = {"Name": kind, "Type": kind, "Configuration": json.dumps(settings)}
        destination = api("CreateDestination", **call)["Destination"]["DestinationId"]
        api("AttachDestination", ParserId=parser, DestinationId=destination, IsFailover=is_failover)
        return destination

    return attach


@pytest.fixture
def group(api):
    """Create a consumer group and return its id."""
    return api("CreateConsumerGroup", GroupName="everything")["GroupId"]


@pytest.fixture
def take_messages(platform, group):
    """Return and remove the topics and contents that are queued for the consumer group."""

    def take_messages() -> list[tuple[str, object]]:
        from ansible_collections.iotops.aliyun.emulator.services.subscription import consumer_queue

        def take(ctx):
            rows = consumer_queue.queued_messages(ctx, group, 100)
            consumer_queue.consume(ctx, group, "client", [row["id"] for row in rows])
            return rows

        return [(row["topic"], _read(row["payload"])) for row in platform.run(take)]

    return take_messages


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


def report_level(publish_as_device, level: int = 5) -> None:
    """Report the property ``level`` from the device."""
    publish_as_device("/sys/{own}/thing/event/property/post", {"id": "1", "params": {"level": level}})


def test_write_amqp_queues_message_for_consumer_group(
    parser, attach, start, publish_as_device, take_messages, device, group, product_key
):
    amqp = attach("AMQP", groupId=group)
    start(
        'var data = payload("json");\n'
        "if (data.items.level.value > 3) {\n"
        f'  writeAmqp({amqp}, {{level: data.items.level.value, of: deviceName(), topic: topic(3)}}, "tag");\n'
        "}"
    )
    report_level(publish_as_device, 2)
    assert take_messages() == []
    report_level(publish_as_device, 5)
    topic = f"/{product_key}/{device['device_name']}/thing/event/property/post"
    assert take_messages() == [(topic, {"level": 5, "of": device["device_name"], "topic": "thing"})]


def test_write_iot_topic_sends_message_to_device(
    api, parser, attach, start, publish_as_device, outbox, register, product_key
):
    receiver = register("receiver", product_key)
    destination = attach("REPUBLISH", productKey=product_key)
    target = f"/sys/{product_key}/receiver/thing/service/property/set"
    start(f'writeIotTopic({destination}, "{target}", {{params: {{level: payload("json").items.level.value}}}});')
    report_level(publish_as_device, 7)
    assert outbox(receiver) == [("/sys/{own}/thing/service/property/set", {"params": {"level": 7}})]


@pytest.mark.parametrize(
    "settings",
    [
        {"productKey": "{other}"},
        {"ProductKey": "{other}"},
        {"topic": "/{other}/receiver/user/get", "topicType": 1},
    ],
)
def test_write_iot_topic_to_other_product_fails(
    create_modeled_product,
    parser,
    attach,
    start,
    publish_as_device,
    outbox,
    take_messages,
    register,
    group,
    product_key,
    settings,
):
    other = create_modeled_product("other")
    device_in_product, device_in_other_product = register("receiver", other), register("receiver", product_key)
    settings = {name: str(value).replace("{other}", other) for name, value in settings.items()}
    destination = attach("REPUBLISH", **settings)
    attach("AMQP", is_failover=True, groupId=group)
    start(
        f'writeIotTopic({destination}, "/sys/{other}/receiver/thing/service/property/set", "in");\n'
        f'writeIotTopic({destination}, "/sys/{product_key}/receiver/thing/service/property/set", "out");'
    )
    report_level(publish_as_device)
    assert outbox(device_in_product, raw=True) == [("/sys/{own}/thing/service/property/set", b"in")]
    assert outbox(device_in_other_product) == []
    [(_topic, content)] = take_messages()
    assert [failure["destinationId"] for failure in content["failures"]] == [destination]


@pytest.mark.parametrize("name", ["receiver", ""])
def test_parser_with_device_scope_ignores_other_devices(
    api, parser, attach, start, publish_as_device, take_messages, device, register, group, product_key, name
):
    register("receiver", product_key)
    (source,) = api("ListParserDataSource", Page=1, PageSize=10)["Data"]["DataSource"]
    items = api("ListDataSourceItem", DataSourceId=source["DataSourceId"], Page=1, PageSize=10)["DataSourceItems"]
    item = next(item for item in items["dataSourceItem"] if item["Topic"].endswith("/property/post"))
    api("DeleteDataSourceItem", DataSourceId=source["DataSourceId"], DataSourceItemId=item["DataSourceItemId"])
    scope = {"ScopeType": "DEVICE", "ProductKey": product_key, "DeviceName": name or device["device_name"]}
    api("CreateDataSourceItem", DataSourceId=source["DataSourceId"], Topic=item["Topic"], **scope)
    start(f"writeAmqp({attach('AMQP', groupId=group)}, deviceName());")
    report_level(publish_as_device)
    assert [content for _topic, content in take_messages()] == ([] if name else [device["device_name"].encode()])


@pytest.mark.parametrize(
    ("kind", "settings", "call"),
    [
        ("MNS", {"themeName": "theme", **REGION_AND_ROLE}, "writeMns(ID, payload())"),
        ("ONS", {"instanceId": "i", "topic": "t", **REGION_AND_ROLE}, 'writeMq(ID, payload(), "tag")'),
        ("DATAHUB", {"projectName": "p", "topicName": "t", **REGION_AND_ROLE}, 'writeDatahub(ID, payload("json"))'),
        ("FC", {"serviceName": "s", "functionName": "f", **REGION_AND_ROLE}, "writeFc(ID, payload())"),
        (
            "OTS",
            {"instanceName": "i", "tableName": "t", **REGION_AND_ROLE},
            'writeTableStore(ID, payload("json"), false)',
        ),
    ],
)
def test_write_to_cloud_destination_is_counted(platform, attach, start, publish_as_device, kind, settings, call):
    destination = attach(kind, **settings)
    start(call.replace("ID", str(destination)))
    report_level(publish_as_device, 1)
    report_level(publish_as_device, 2)
    (row,) = platform.store.rows("SELECT * FROM parser_output")
    assert (row["destination_id"], row["sent"]) == (destination, 2)
    assert json.loads(row["content"])["items"]["level"]["value"] == 2
    sent = platform.store.all("external_message")
    assert [(one["source"], one["type"]) for one in sent] == [("parser", kind)] * 2
    assert [json.loads(one["content"])["items"]["level"]["value"] for one in sent] == [1, 2]


def test_parser_runs_published_script_only_while_running(
    api, parser, attach, start, publish_as_device, take_messages, group
):
    amqp = attach("AMQP", groupId=group)
    start(f'writeAmqp({amqp}, "published")')
    api("SaveScript", ParserId=parser, ScriptDraft=f'writeAmqp({amqp}, "draft")')
    report_level(publish_as_device)
    assert [content for _topic, content in take_messages()] == [b"published"]
    api("PublishScript", ParserId=parser)
    report_level(publish_as_device)
    assert [content for _topic, content in take_messages()] == [b"draft"]
    api("StopParser", ParserId=parser)
    report_level(publish_as_device)
    assert take_messages() == []


def test_parser_sends_bytes_of_custom_topic(attach, start, publish_as_device, take_messages, group):
    amqp = attach("AMQP", groupId=group)
    start(f'var bytes = payload("binary"); writeAmqp({amqp}, bytes); writeAmqp({amqp}, to_hex() + " " + to_base64());')
    publish_as_device("/{own}/user/data/raw", b"\xff\x00\x41\x42")
    base64_text = base64.b64encode(b"\xff\x00AB").decode()
    assert [content for _topic, content in take_messages()] == [b"\xff\x00AB", f"ff004142 {base64_text}".encode()]


def test_message_not_in_data_source_is_ignored(
    api, attach, start, publish_as_device, take_messages, group, product_key
):
    api("CreateProductTopic", ProductKey=product_key, TopicShortName="other", Operation="ALL")
    amqp = attach("AMQP", groupId=group)
    start(f'writeAmqp({amqp}, "x")')
    publish_as_device("/{own}/user/other", b"1")
    assert take_messages() == []


@pytest.mark.parametrize(
    ("script", "error_message"),
    [
        ("writeAmqp(999, 1)", "the parser has no destination 999"),
        ("writeMns(ID, 1)", "writeMns cannot send to a destination of type AMQP"),
        ("writeTsd(ID, 1)", "writeTsd cannot send to a destination of type AMQP"),
        ("writeAmqp(ID)", "writeAmqp requires a destination and a payload"),
        ("writeAmqp()", "the parser has no destination None"),
        ('throw new Error("my own"); writeAmqp(ID, 1)', "my own"),
        ("var x = payload('json').nothing.there; writeAmqp(ID, x)", "Cannot read properties of undefined"),
        ("writeAmqp(ID, crypto('a', 'MD2'))", "does not support the digest MD2"),
        ("topic(99); writeAmqp(ID, 1)", "the topic has no level 99"),
    ],
)
def test_script_failure_is_sent_to_failover_destination(
    attach, start, publish_as_device, take_messages, group, api, script, error_message
):
    amqp = attach("AMQP", groupId=api("CreateConsumerGroup", GroupName="another")["GroupId"])
    attach("AMQP", is_failover=True, groupId=group)
    start(script.replace("ID", str(amqp)))
    report_level(publish_as_device)
    ((_topic, content),) = take_messages()
    assert error_message in content["failures"][0]["errorMessage"]
    assert b'"level"' in base64.b64decode(content["base64OriginalPayload"])
    assert content["parserName"] == "parser"


@pytest.mark.parametrize(
    "script", ["while (true) {} writeAmqp(ID, 1)", "var a = []; while (true) a.push('x'.repeat(1e6)); writeAmqp(ID, 1)"]
)
def test_script_with_endless_loop_makes_parser_abnormal(
    api, parser, attach, start, publish_as_device, take_messages, group, script
):
    amqp = attach("AMQP", groupId=group)
    attach("AMQP", is_failover=True, groupId=api("CreateConsumerGroup", GroupName="another")["GroupId"])
    start(script.replace("ID", str(amqp)))
    report_level(publish_as_device)
    assert api("GetParser", ParserId=parser)["Data"]["Status"] == "ABNORMAL"
    report_level(publish_as_device)
    assert take_messages() == []
    api("SaveScript", ParserId=parser, ScriptDraft=f"writeAmqp({amqp}, 'restarted')")
    api("PublishScript", ParserId=parser)
    api("StartParser", ParserId=parser)
    report_level(publish_as_device)
    assert [content for _topic, content in take_messages()] == [b"restarted"]


def test_script_global_state_is_not_kept_between_messages(attach, start, publish_as_device, take_messages, group):
    amqp = attach("AMQP", groupId=group)
    start(f"var count = (typeof count === 'undefined' ? 0 : count) + 1; writeAmqp({amqp}, count)")
    report_level(publish_as_device)
    report_level(publish_as_device)
    assert [content for _topic, content in take_messages()] == [1, 1]


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
        ("toString(toBinary('\u00e4A'))", "\u00e4A"),
        ("[toString([104, 105]), concat(toBinary('a'), 'b')]", ["[104,105]", "ab"]),
        ("to_base64('ab')", "YWI="),
        ("[concat('a', 1), lower('A'), upper('a'), replace('aba', 'a', 'c')]", ["a1", "a", "A", "cbc"]),
        ("[substring('abc', 1), endswith('abc', 'bc'), nanvl(null, 1)]", ["bc", True, 1]),
        ("[mod(7, 4), power(2, 3), abs(-1), floor(1.5), log(8, 2)]", [3, 8, 1, 1, 3]),
        ("newuuid().length", 36),
    ],
)
def test_script_function_returns_expected_value(
    api, attach, start, publish_as_device, take_messages, group, device, expression, value
):
    api("SaveDeviceProp", IotId=device["iot_id"], Props='{"site": "west"}')
    amqp = attach("AMQP", groupId=group)
    start(f"writeAmqp({amqp}, {{value: {expression}}})")
    report_level(publish_as_device)
    ((_topic, content),) = take_messages()
    assert content == {"value": value}


def test_functions_take_members_of_the_data_only(attach, start, publish_as_device, take_messages, group):
    amqp = attach("AMQP", groupId=group)
    start(
        "var list = [1, 2];\n"
        f"writeAmqp({amqp}, [getOrNull(list, 'length'), getOrNull(list, '0'), getOrNull(list, 1), getOrNull('ab', 0), "
        "getOrNull({}, 'constructor'), getOrNull({a: null}, 'a', 'b'), attribute('constructor')]);"
    )
    report_level(publish_as_device)
    ((_topic, values),) = take_messages()
    assert values == [None, None, 2, None, None, None, None]


def test_text_functions_treat_quotes_and_empty_text_as_java(attach, start, publish_as_device, take_messages, group):
    amqp = attach("AMQP", groupId=group)
    start(
        f"writeAmqp({amqp}, {{ empty: replace('ab', '', '-'), all: replace('aba', 'a', ''), "
        "time: format_date(0, \"'o''clock' ''yyyy''\", 'UTC') });"
    )
    report_level(publish_as_device)
    ((_topic, values),) = take_messages()
    assert values == {"empty": "-a-b-", "all": "b", "time": "o'clock '1970'"}


@pytest.mark.parametrize("items", [[], [1], "text", 5, None])
def test_flat_properties_of_a_message_without_properties_are_an_error(
    attach, start, publish_as_device, take_messages, group, api, items
):
    amqp = attach("AMQP", groupId=api("CreateConsumerGroup", GroupName="another")["GroupId"])
    attach("AMQP", is_failover=True, groupId=group)
    start(f"writeAmqp({amqp}, thingPropertyFlatMap())")
    publish_as_device("/{own}/user/data/raw", {"items": items})
    ((_topic, report),) = take_messages()
    assert "the message has no properties" in report["failures"][0]["errorMessage"]


@pytest.mark.parametrize(
    ("name", "algorithm"),
    [("MD5", "md5"), ("SHA1", "sha1"), ("SHA-256", "sha256"), ("SHA-384", "sha384"), ("SHA-512", "sha512")],
)
def test_crypto_returns_digests(attach, start, publish_as_device, take_messages, group, name, algorithm):
    amqp = attach("AMQP", groupId=group)
    # The lengths at which the padding needs another block, and text that is not ASCII.
    lengths = (0, 54, 62, 110, 126)
    start(
        f"var digest = function (length) {{ return crypto('é' + 'x'.repeat(length), '{name}'); }};\n"
        f"var digests = {list(lengths)}.map(digest);\n"
        f"writeAmqp({amqp}, digests.concat([crypto(payload('binary'), '{name}'), crypto(25, '{name}')]));"
    )
    publish_as_device("/{own}/user/data/raw", b"\xff\x00\x80")
    ((_topic, digests),) = take_messages()
    contents = [f"é{'x' * length}".encode() for length in lengths]
    assert digests == [hashlib.new(algorithm, one).hexdigest() for one in (*contents, b"\xff\x00\x80", b"25")]
