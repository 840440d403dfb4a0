# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Parsers: what they are, what they are attached to, and their scripts."""

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
    """The id of a parser."""
    return create()


@pytest.fixture
def source(api):
    """The id of a data source."""
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
    """The id of a destination."""
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
def running(api, parser, source, destination, attach, publish):
    """The id of a parser that runs."""
    api("AttachParserDataSource", ParserId=parser, DataSourceId=source)
    attach(destination)
    publish()
    api("StartParser", ParserId=parser)
    return parser


@pytest.fixture
def read(api, parser):
    """Read the parser."""
    return lambda: api("GetParser", ParserId=parser)["Data"]


@pytest.fixture
def attached(api, parser):
    """The ids of the parser's destinations."""

    def attached(**params) -> list[int]:
        reply = api("ListParserDestination", ParserId=parser, **params)
        return [destination["DestinationId"] for destination in reply["Data"]["destinations"]]

    return attached


def test_a_parser(platform, api):
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
def test_names_that_a_parser_cannot_have(platform, parser, api_error, name):
    wrong = "iot.common.InvalidFormattedParameter"
    assert api_error("CreateParser", Name=name).code == wrong
    assert api_error("UpdateParser", ParserId=parser, Name=name).code == wrong
    assert platform.store.count("parser", name=name) == 0


@pytest.mark.parametrize("name", ["a", "路" * 15, "ア" * 15, "a" * 30])
def test_names_at_the_limits(create, name):
    create(name)


def test_a_name_is_there_once(parser, create, api_error):
    create("other")
    taken = "iot.rule.RuleNamesAlreadyExisted"
    assert api_error("CreateParser", Name="parser").code == taken
    assert api_error("UpdateParser", ParserId=parser, Name="other").code == taken


def test_an_account_has_so_many_parsers(create, api_error, monkeypatch):
    monkeypatch.setattr(service, "MOST_PARSERS", 2)
    create("one")
    create("two")
    assert api_error("CreateParser", Name="three").code == "iot.rule.RuleCountExceedMax"


def test_an_update(platform, api, parser, read):
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


def test_the_list(api, create, api_error):
    parsers = [create(name) for name in ("light_1", "light_2", "LIGHT_3", "lock_1")]
    reply = api("ListParser", CurrentPage=2, PageSize=3)
    assert reply["Total"] == 4
    (last,) = reply["Data"]["ParserList"]
    read = api("GetParser", ParserId=parsers[3])["Data"]
    assert last == read
    some = api("ListParser", CurrentPage=1, PageSize=100, SearchName="ight_")
    assert [parser["ParserId"] for parser in some["Data"]["ParserList"]] == parsers[:2]
    assert some["Total"] == 2
    for page in ((0, 1), (101, 1), (1, 101)):
        wrong = api_error("ListParser", CurrentPage=page[0], PageSize=page[1])
        assert wrong.code == "iot.common.InvalidPageParams"


def test_a_deleted_parser_lets_go_of_what_it_had(platform, api, running, source, destination, create, api_error):
    api("DeleteParser", ParserId=running)
    assert api_error("GetParser", ParserId=running).code == "iot.rule.NotFoundRule"
    assert platform.store.count("parser_destination") == 0
    api("DeleteParserDataSource", DataSourceId=source)
    api("DeleteDestination", DestinationId=destination)
    assert create() > running  # an id is given once


def test_a_parser_starts_when_it_has_all_it_needs(api, parser, source, destinations, attach, publish, read, api_error):
    normal, for_failures = destinations(2)
    api("SaveScript", ParserId=parser, ScriptDraft=SCRIPT)
    assert api_error("StartParser", ParserId=parser).code == "iot.rule.EmptyScript"
    publish()
    assert api_error("StartParser", ParserId=parser).code == "iot.rule.DataSourceNotExists"
    api("AttachParserDataSource", ParserId=parser, DataSourceId=source)
    assert api_error("StartParser", ParserId=parser).code == "iot.rule.DestinationNotBound"
    attach(for_failures, is_failover=True)
    assert api_error("StartParser", ParserId=parser).code == "iot.rule.DestinationNotBound"
    attach(normal)
    assert read()["Status"] == "STOP"
    api("StartParser", ParserId=parser)
    assert read()["Status"] == "RUNNING"


def test_start_and_stop(api, running, read, api_error):
    assert api_error("StartParser", ParserId=running).code == "iot.ruleng.RuleAlreadyStarted"
    for _twice in range(2):
        api("StopParser", ParserId=running)
        assert read()["Status"] == "STOP"
    api("StartParser", ParserId=running)
    (listed,) = api("ListParser", CurrentPage=1, PageSize=1)["Data"]["ParserList"]
    assert listed["Status"] == "RUNNING"


def test_a_parser_has_one_data_source(platform, api, parser, source, read, api_error):
    other = api("CreateParserDataSource", Name="other")["DataSource"]["DataSourceId"]
    before = read()["UtcModified"]
    platform.clock.advance(10)
    for _twice in range(2):
        api("AttachParserDataSource", ParserId=parser, DataSourceId=source)
    assert read()["DataSourceId"] == source
    assert read()["UtcModified"] > before
    second = api_error("AttachParserDataSource", ParserId=parser, DataSourceId=other)
    assert second.code == "iot.system.IllegalRequest"
    stranger = api_error("DetachParserDataSource", ParserId=parser, DataSourceId=other)
    assert stranger.code == "iot.rule.DataSourceNotExists"
    assert read()["DataSourceId"] == source
    api("DetachParserDataSource", ParserId=parser, DataSourceId=source)
    assert "DataSourceId" not in read()
    api("AttachParserDataSource", ParserId=parser, DataSourceId=other)
    assert read()["DataSourceId"] == other


def test_destinations_come_and_go(api, parser, destinations, attach, attached, api_error):
    first, second, for_failures = destinations(3)
    attach(second)
    attach(second)
    attach(first)
    attach(for_failures, is_failover=True)
    assert attached() == attached(IsFailover=False) == [second, first]
    assert attached(IsFailover=True) == [for_failures]
    (listed,) = api("ListParserDestination", ParserId=parser, IsFailover=True)["Data"]["destinations"]
    read = api("GetDestination", DestinationId=for_failures)["Destination"]
    assert read.pop("Status") == "NORMAL"  # which the parser's list does not tell
    assert listed == {**read, "DestinationId": for_failures, "UtcModified": read["UtcCreated"]}
    api("DetachDestination", ParserId=parser, DestinationId=second)
    assert attached() == [first]
    again = api_error("DetachDestination", ParserId=parser, DestinationId=second)
    assert again.code == "iot.rule.DestinationNotBound"


def test_a_parser_with_other_destinations_is_modified(platform, api, parser, destination, attach, read):
    moments = [read()["UtcModified"]]
    for change in (attach, lambda destination: api("DetachDestination", ParserId=parser, DestinationId=destination)):
        platform.clock.advance(10)
        change(destination)
        moments.append(read()["UtcModified"])
    assert len(set(moments)) == 3


def test_one_destination_is_for_failures(destinations, attach, attached, api_error, parser):
    first, second = destinations(2)
    attach(first, is_failover=True)
    more = api_error("AttachDestination", ParserId=parser, DestinationId=second, IsFailover=True)
    assert more.code == "iot.ruleng.OnlyAllowOneErrorAction"
    assert attached(IsFailover=True) == [first]
    attach(first)
    attach(second, is_failover=True)
    assert (attached(), attached(IsFailover=True)) == ([first], [second])


def test_a_parser_has_so_many_destinations(destinations, attach, attached, api_error, parser):
    *most, one_more = destinations(link.MOST_DESTINATIONS + 1)
    for destination in most:
        attach(destination)
    attach(most[0], is_failover=True)
    more = api_error("AttachDestination", ParserId=parser, DestinationId=one_more, IsFailover=False)
    assert more.code == "iot.rule.TooManyRuleAction"
    assert one_more not in attached()


def test_a_running_parser_keeps_what_it_needs(
    api, running, source, destination, destinations, attach, attached, api_error
):
    lost = api_error("DetachParserDataSource", ParserId=running, DataSourceId=source)
    assert lost.code == "iot.rule.DataSourceNotExists"
    lost = api_error("DetachDestination", ParserId=running, DestinationId=destination)
    assert lost.code == "iot.rule.DestinationNotBound"
    lost = api_error("AttachDestination", ParserId=running, DestinationId=destination, IsFailover=True)
    assert lost.code == "iot.rule.DestinationNotBound"
    assert attached() == [destination]
    assert api("GetParser", ParserId=running)["Data"]["DataSourceId"] == source
    (other,) = destinations(1)
    attach(other)
    api("DetachDestination", ParserId=running, DestinationId=destination)
    api("StopParser", ParserId=running)
    api("DetachDestination", ParserId=running, DestinationId=other)
    api("DetachParserDataSource", ParserId=running, DataSourceId=source)


def test_a_script_is_a_draft_until_it_is_published(platform, api, parser, publish, read):
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


def test_a_running_parser_gets_a_new_script(running, publish, read):
    publish("writeMns(2, payload())")
    assert (read()["Script"], read()["Status"]) == ("writeMns(2, payload())", "RUNNING")


def test_a_draft_can_be_anything_but_nothing(api, parser, read, api_error):
    with pytest.raises(GatewayError, match="MissingScriptDraft"):
        api("SaveScript", ParserId=parser, ScriptDraft="")
    assert api_error("SaveScript", ParserId=parser, ScriptDraft=" \n").code == "iot.rule.EmptyScriptDraft"
    assert api_error("PublishScript", ParserId=parser).code == "iot.rule.EmptyScriptDraft"
    api("SaveScript", ParserId=parser, ScriptDraft="var a = (")
    assert read()["ScriptDraft"] == "var a = ("


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("writeMns(1, {)", "line 1: ) closes nothing"),
        ('var data = payload("json");', "script doesn't contains transmit function"),
        ("// writeMns(1, payload())", "script doesn't contains transmit function"),
        ('var a = "writeMns(1)";', "script doesn't contains transmit function"),
        ("var writeMns = 1; write(1); a.writeMns(1)", "script doesn't contains transmit function"),
        ("function writeMns(a) { }", "script doesn't contains transmit function"),
    ],
)
def test_scripts_that_cannot_be_published(api, parser, publish, read, api_error, script, message):
    publish()
    api("SaveScript", ParserId=parser, ScriptDraft=script)
    wrong = api_error("PublishScript", ParserId=parser)
    assert wrong.code == "iot.rule.scriptSyntaxError"
    assert wrong.extra == {"SyntaxErrorMsg": message}
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
def test_a_parser_that_is_not_there(api_error, action, params):
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
def test_what_a_parser_cannot_be_attached_to(parser, api_error, action, params, code):
    assert api_error(action, ParserId=parser, **params).code == code
