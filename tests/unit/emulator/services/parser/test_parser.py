# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Test parsers, their attachments and their scripts."""

from __future__ import annotations

import json

import pytest

from ansible_collections.iotops.aliyun.emulator.core.errors import GatewayError
from ansible_collections.iotops.aliyun.emulator.core.times import utc
from ansible_collections.iotops.aliyun.emulator.services.parser import link
from ansible_collections.iotops.aliyun.emulator.services.parser import parser as service

ABSENT = 999

SCRIPT = 'var data = payload("json");\nwriteAmqp(1, data, "tag");'


@pytest.fixture
def create(api):
    """Create a parser and return its id."""

    def create(name: str = "parser", **params) -> int:
        return api("CreateParser", Name=name, **params)["ParserId"]

    return create


@pytest.fixture
def parser(create):
    """Create a parser and return its id."""
    return create()


@pytest.fixture
def source(api):
    """Create a data source and return its id."""
    return api("CreateParserDataSource", Name="source")["DataSource"]["DataSourceId"]


@pytest.fixture
def destinations(api):
    """Create destinations and return their ids."""

    def destinations(number: int) -> list[int]:
        call = {"Name": "group", "Type": "AMQP", "Configuration": json.dumps({"groupId": "DEFAULT_GROUP"})}
        return [api("CreateDestination", **call)["Destination"]["DestinationId"] for _one in range(number)]

    return destinations


@pytest.fixture
def destination(destinations):
    """Create a destination and return its id."""
    return destinations(1)[0]


@pytest.fixture
def attach(api, parser):
    """Attach a destination to the parser."""

    def attach(destination: int, is_failover: bool = False) -> None:
        api("AttachDestination", ParserId=parser, DestinationId=destination, IsFailover=is_failover)

    return attach


@pytest.fixture
def publish(api, parser):
    """Save and publish a script of the parser."""

    def publish(script: str = SCRIPT) -> None:
        api("SaveScript", ParserId=parser, ScriptDraft=script)
        api("PublishScript", ParserId=parser)

    return publish


@pytest.fixture
def running_parser(api, parser, source, destination, attach, publish):
    """Create and start a parser with source, destination and script, and return its id."""
    api("AttachParserDataSource", ParserId=parser, DataSourceId=source)
    attach(destination)
    publish()
    api("StartParser", ParserId=parser)
    return parser


@pytest.fixture
def read(api, parser):
    """Read the parser with GetParser."""
    return lambda: api("GetParser", ParserId=parser)["Data"]


@pytest.fixture
def attached(api, parser):
    """Return the ids of the parser's destinations."""

    def attached(**params) -> list[int]:
        reply = api("ListParserDestination", ParserId=parser, **params)
        return [destination["DestinationId"] for destination in reply["Data"]["destinations"]]

    return attached


def test_parser_creation_stores_parameters(platform, api):
    before = platform.clock.now()
    parser = api("CreateParser", Name="パーサ路-1_a", Description="forwards")["ParserId"]
    read = api("GetParser", ParserId=parser)["Data"]
    assert read == {
        "ParserId": parser,
        "Name": "パーサ路-1_a",
        "Description": "forwards",
        "Status": "STOP",
        "UtcCreated": read["UtcCreated"],
        "UtcModified": read["UtcCreated"],
    }
    assert utc(before) <= read["UtcCreated"] <= utc(platform.clock.now())


@pytest.mark.parametrize("name", ["路" * 16, "あ" * 16, "a" * 31, "a b", "a.b"])
def test_parser_name_invalid_is_rejected(platform, parser, api_error, name):
    error = "iot.common.InvalidFormattedParameter"
    assert api_error("CreateParser", Name=name).code == error
    assert api_error("UpdateParser", ParserId=parser, Name=name).code == error
    assert platform.store.count("parser", name=name) == 0


@pytest.mark.parametrize("name", ["a", "路" * 15, "ア" * 15, "a" * 30])
def test_parser_name_at_limits_is_accepted(create, name):
    create(name)


def test_parser_name_duplicate_is_rejected(parser, create, api_error):
    create("other")
    error_code = "iot.rule.RuleNameIsAlreadyExisted"
    assert api_error("CreateParser", Name="parser").code == error_code
    assert api_error("UpdateParser", ParserId=parser, Name="other").code == error_code


def test_parser_creation_beyond_limit_is_rejected(create, api_error, monkeypatch):
    monkeypatch.setattr(service, "MAX_PARSERS", 2)
    create("one")
    create("two")
    assert api_error("CreateParser", Name="three").code == "iot.rule.RuleCountExceedMax"


def test_parser_update_keeps_absent_parameters(platform, api, parser, read):
    api("UpdateParser", ParserId=parser, Description="new")
    assert (read()["Name"], read()["Description"]) == ("parser", "new")
    created = read()["UtcCreated"]
    platform.clock.advance(10)
    api("UpdateParser", ParserId=parser, Name="parser")
    api("UpdateParser", ParserId=parser, Name="other")
    assert (read()["Name"], read()["Description"]) == ("other", "new")
    assert read()["UtcModified"] > created == read()["UtcCreated"]
    api("UpdateParser", ParserId=parser, Description="")
    assert read()["Description"] == ""


def test_parser_list_returns_requested_page_oldest_first(api, create, api_error):
    parsers = [create(name) for name in ("light_1", "light_2", "LIGHT_3", "lock_1")]
    reply = api("ListParser", CurrentPage=2, PageSize=3)
    assert reply["Total"] == 4
    (last,) = reply["Data"]["ParserList"]
    read = api("GetParser", ParserId=parsers[3])["Data"]
    assert last == read
    filtered = api("ListParser", CurrentPage=1, PageSize=100, SearchName="ight_")
    assert [parser["ParserId"] for parser in filtered["Data"]["ParserList"]] == parsers[:2]
    assert filtered["Total"] == 2
    for page in ((0, 1), (101, 1), (1, 101)):
        error = api_error("ListParser", CurrentPage=page[0], PageSize=page[1])
        assert error.code == "iot.common.InvalidPageParams"


def test_parser_deletion_detaches_source_and_destination(
    platform, api, running_parser, source, destination, create, api_error
):
    api("DeleteParser", ParserId=running_parser)
    assert api_error("GetParser", ParserId=running_parser).code == "iot.rule.NotFoundRule"
    assert platform.store.count("parser_destination") == 0
    api("DeleteParserDataSource", DataSourceId=source)
    api("DeleteDestination", DestinationId=destination)
    assert create() > running_parser  # ids are not reused


def test_parser_start_without_script_source_or_destination_is_rejected(
    api, parser, source, destinations, attach, publish, read, api_error
):
    normal, failover = destinations(2)
    api("SaveScript", ParserId=parser, ScriptDraft=SCRIPT)
    assert api_error("StartParser", ParserId=parser).code == "iot.rule.EmptyScript"
    publish()
    assert api_error("StartParser", ParserId=parser).code == "iot.rule.DataSourceNotExists"
    api("AttachParserDataSource", ParserId=parser, DataSourceId=source)
    assert api_error("StartParser", ParserId=parser).code == "iot.rule.DestinationNotBound"
    attach(failover, is_failover=True)
    assert api_error("StartParser", ParserId=parser).code == "iot.rule.DestinationNotBound"
    attach(normal)
    assert read()["Status"] == "STOP"
    api("StartParser", ParserId=parser)
    assert read()["Status"] == "RUNNING"


def test_parser_start_twice_is_rejected_and_stop_twice_is_accepted(api, running_parser, read, api_error):
    assert api_error("StartParser", ParserId=running_parser).code == "iot.ruleng.RuleAlreadyIsStarted"
    for _twice in range(2):
        api("StopParser", ParserId=running_parser)
        assert read()["Status"] == "STOP"
    api("StartParser", ParserId=running_parser)
    (listed,) = api("ListParser", CurrentPage=1, PageSize=1)["Data"]["ParserList"]
    assert listed["Status"] == "RUNNING"


def test_parser_second_data_source_is_rejected(platform, api, parser, source, read, api_error):
    other = api("CreateParserDataSource", Name="other")["DataSource"]["DataSourceId"]
    before = read()["UtcModified"]
    platform.clock.advance(10)
    for _twice in range(2):
        api("AttachParserDataSource", ParserId=parser, DataSourceId=source)
    assert read()["DataSourceId"] == source
    assert read()["UtcModified"] > before
    second = api_error("AttachParserDataSource", ParserId=parser, DataSourceId=other)
    assert second.code == "iot.system.IllegalRequest"
    error = api_error("DetachParserDataSource", ParserId=parser, DataSourceId=other)
    assert error.code == "iot.rule.DataSourceNotExists"
    assert read()["DataSourceId"] == source
    api("DetachParserDataSource", ParserId=parser, DataSourceId=source)
    assert "DataSourceId" not in read()
    api("AttachParserDataSource", ParserId=parser, DataSourceId=other)
    assert read()["DataSourceId"] == other


def test_destinations_attached_and_detached_are_listed(api, parser, destinations, attach, attached, api_error):
    first, second, failover = destinations(3)
    attach(second)
    attach(second)
    attach(first)
    attach(failover, is_failover=True)
    assert attached() == attached(IsFailover=False) == [second, first]
    assert attached(IsFailover=True) == [failover]
    (listed,) = api("ListParserDestination", ParserId=parser, IsFailover=True)["Data"]["destinations"]
    read = api("GetDestination", DestinationId=failover)["Destination"]
    assert read.pop("Status") == "NORMAL"  # not in the list of a parser's destinations
    assert listed == {**read, "DestinationId": failover, "UtcModified": read["UtcCreated"]}
    api("DetachDestination", ParserId=parser, DestinationId=second)
    assert attached() == [first]
    error = api_error("DetachDestination", ParserId=parser, DestinationId=second)
    assert error.code == "iot.rule.DestinationNotBound"


def test_parser_modification_time_changes_with_destinations(platform, api, parser, destination, attach, read):
    moments = [read()["UtcModified"]]
    for change in (attach, lambda destination: api("DetachDestination", ParserId=parser, DestinationId=destination)):
        platform.clock.advance(10)
        change(destination)
        moments.append(read()["UtcModified"])
    assert len(set(moments)) == 3


def test_second_failover_destination_is_rejected(destinations, attach, attached, api_error, parser):
    first, second = destinations(2)
    attach(first, is_failover=True)
    error = api_error("AttachDestination", ParserId=parser, DestinationId=second, IsFailover=True)
    assert error.code == "iot.ruleng.OnlyAllowOneErrorAction"
    assert attached(IsFailover=True) == [first]
    attach(first)
    attach(second, is_failover=True)
    assert (attached(), attached(IsFailover=True)) == ([first], [second])


def test_destination_attachment_beyond_limit_is_rejected(destinations, attach, attached, api_error, parser):
    *destinations_to_attach, one_more = destinations(link.MAX_DESTINATIONS + 1)
    for destination in destinations_to_attach:
        attach(destination)
    attach(destinations_to_attach[0], is_failover=True)
    error = api_error("AttachDestination", ParserId=parser, DestinationId=one_more, IsFailover=False)
    assert error.code == "iot.rule.TooManyRuleAction"
    assert one_more not in attached()


def test_running_parser_detachment_of_required_part_is_rejected(
    api, running_parser, source, destination, destinations, attach, attached, api_error
):
    error = api_error("DetachParserDataSource", ParserId=running_parser, DataSourceId=source)
    assert error.code == "iot.rule.DataSourceNotExists"
    error = api_error("DetachDestination", ParserId=running_parser, DestinationId=destination)
    assert error.code == "iot.rule.DestinationNotBound"
    error = api_error("AttachDestination", ParserId=running_parser, DestinationId=destination, IsFailover=True)
    assert error.code == "iot.rule.DestinationNotBound"
    assert attached() == [destination]
    assert api("GetParser", ParserId=running_parser)["Data"]["DataSourceId"] == source
    (other,) = destinations(1)
    attach(other)
    api("DetachDestination", ParserId=running_parser, DestinationId=destination)
    api("StopParser", ParserId=running_parser)
    api("DetachDestination", ParserId=running_parser, DestinationId=other)
    api("DetachParserDataSource", ParserId=running_parser, DataSourceId=source)


def test_script_is_draft_until_published(platform, api, parser, publish, read):
    assert not {"Script", "ScriptDraft"} & set(read())
    created = read()["UtcCreated"]
    platform.clock.advance(10)
    api("SaveScript", ParserId=parser, ScriptDraft=SCRIPT)
    assert read()["ScriptDraft"] == SCRIPT
    assert "Script" not in read()
    saved = read()["UtcModified"]
    assert saved > created
    platform.clock.advance(10)
    api("PublishScript", ParserId=parser)
    assert (read()["Script"], read()["ScriptDraft"]) == (SCRIPT, SCRIPT)
    assert read()["UtcModified"] > saved
    api("SaveScript", ParserId=parser, ScriptDraft="writeMns(2, data)")
    assert (read()["Script"], read()["ScriptDraft"]) == (SCRIPT, "writeMns(2, data)")


def test_running_parser_uses_newly_published_script(running_parser, publish, read):
    publish("writeMns(2, payload())")
    assert (read()["Script"], read()["Status"]) == ("writeMns(2, payload())", "RUNNING")


def test_script_draft_empty_is_rejected(api, parser, read, api_error):
    with pytest.raises(GatewayError, match="MissingScriptDraft"):
        api("SaveScript", ParserId=parser, ScriptDraft="")
    assert api_error("SaveScript", ParserId=parser, ScriptDraft=" \n").code == "iot.rule.EmptyScriptDraft"
    assert api_error("PublishScript", ParserId=parser).code == "iot.rule.EmptyScriptDraft"
    api("SaveScript", ParserId=parser, ScriptDraft="var a = (")
    assert read()["ScriptDraft"] == "var a = ("


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("writeMns(1, {)", "line 1: ) has no opening bracket"),
        ('var data = payload("json");', "script doesn't contains transmit function"),
        ("// writeMns(1, payload())", "script doesn't contains transmit function"),
        ('var a = "writeMns(1)";', "script doesn't contains transmit function"),
        ("var writeMns = 1; write(1); a.writeMns(1)", "script doesn't contains transmit function"),
        ("function writeMns(a) { }", "script doesn't contains transmit function"),
    ],
)
def test_script_publication_invalid_is_rejected(api, parser, publish, read, api_error, script, message):
    publish()
    api("SaveScript", ParserId=parser, ScriptDraft=script)
    error = api_error("PublishScript", ParserId=parser)
    assert error.code == "iot.rule.scriptSyntaxError"
    assert error.extra == {"SyntaxErrorMsg": message}
    assert (read()["Script"], read()["ScriptDraft"]) == (SCRIPT, script)


@pytest.mark.parametrize(
    ("action", "params"),
    [
        ("UpdateParser", {"Name": "parser"}),
        ("GetParser", {}),
        ("DeleteParser", {}),
        ("StartParser", {}),
        ("StopParser", {}),
        ("AttachParserDataSource", {"DataSourceId": 1}),
        ("DetachParserDataSource", {"DataSourceId": 1}),
        ("AttachDestination", {"DestinationId": 1, "IsFailover": False}),
        ("DetachDestination", {"DestinationId": 1}),
        ("ListParserDestination", {}),
        ("SaveScript", {"ScriptDraft": SCRIPT}),
        ("PublishScript", {}),
    ],
)
def test_missing_parser_is_not_found(api_error, action, params):
    assert api_error(action, ParserId=ABSENT, **params).code == "iot.rule.NotFoundRule"


@pytest.mark.parametrize(
    ("action", "params", "code"),
    [
        ("AttachParserDataSource", {"DataSourceId": ABSENT}, "iot.rule.DataSourceNotExists"),
        ("DetachParserDataSource", {"DataSourceId": ABSENT}, "iot.rule.DataSourceNotExists"),
        ("AttachDestination", {"DestinationId": ABSENT, "IsFailover": False}, "iot.rule.destinationNotExists"),
        ("DetachDestination", {"DestinationId": ABSENT}, "iot.rule.destinationNotExists"),
    ],
)
def test_attachment_of_missing_source_or_destination_is_rejected(parser, api_error, action, params, code):
    assert api_error(action, ParserId=parser, **params).code == code
