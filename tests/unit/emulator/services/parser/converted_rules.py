# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Rules, the messages that they process, and the installation of the parsers that replace them."""

from __future__ import annotations

import json
import re
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.account.conversion.naming import FreeNames
from ansible_collections.iotops.aliyun.plugins.module_utils.account.conversion.rules import Conversion
from ansible_collections.iotops.aliyun.plugins.module_utils.account.kinds import kinds
from ansible_collections.iotops.aliyun.plugins.module_utils.account.scan import Found, Names
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.rule.actions import parse_actions

#: Messages on a custom topic: fields of all types, null, missing fields, and what is no JSON object.
MESSAGES: list[bytes] = [
    b'{"a": 1, "b": 2, "t": "warm", "flag": true, "n": null, "o": {"x": {"y": 5}, "list": [1, "two", {"z": 3}]}}',
    b'{"a": 36.5, "b": 0, "t": "cold front", "flag": false, "o": {"x": 7, "list": []}}',
    b'{"a": "36", "b": "x", "t": "", "flag": "true", "o": []}',
    b'{"a": -7, "b": 3, "t": "100%", "alias": 50, "length": 9, "list": [1, 2], "c": {"k": [1, {"m": null}]}}',
    '{"a": 40, "t": "灯\\"\\n", "b": null, "big": 9007199254740991, "c": {"k": [1, {"m": null}]}}'.encode(),
    b'{"a": {"deep": true}, "b": [1], "t": {"x": 1}, "flag": 1, "o": {"x": {"y": null}, "list": {"0": "no"}}}',
    b'{"n": 5}',
    b"{}",
    b"[1, 2, 3]",
    b'[{"a": 40, "t": "warm"}]',
    b"[]",
    b'"text"',
    b"40",
    b"null",
    b"not JSON",
    b"",
    b"\xff\xfe\x00",
]

#: SELECT and WHERE of rules.
STATEMENTS: list[tuple[str, str]] = [
    ("*", ""),
    ("*", "a > 35"),
    ("a", ""),
    ("a, b as other, t text", ""),
    ('a "first", "b" as "se cond", "$.t"', ""),
    ("o.x.y as y, o.list[0] as first, o.list[1] as second, o.list[2].z as z, o.x as x", ""),
    ('".a" as listed, ".missing" as missing, ".n" as nothing', ""),
    ("*, a as copy, deviceName() as name", ""),
    ("'fixed' as a, *", ""),
    ("*, 'fixed' as a", ""),
    ("1 as one, -2.5 as two, 1e3 as three, true as yes, FALSE as no, null as nothing, 'it''s' as text", ""),
    ("'a\\\\b\\'c\"' as quoted, '中文' as chinese", ""),
    ("a as x, b as x", ""),
    ("length, constructor, toString as method, o.list.length as count", ""),
    ("deviceName() as name, topic() as topic, messageId() as id", ""),
    ("topic(1) as one, topic(2) as two, topic(4) as four", ""),
    ("topic(a) as level", ""),
    ("timestamp() as now, timestamp_utc() as utc", ""),
    ("timestamp('yyyy-MM-dd HH:mm:ss.SSS') as at, timestamp_utc('yy/M/d h:m a ''at'' S') as utc", ""),
    ("timestamp_utc('''day'' d ''o''''clock''') as day", ""),
    ("payload() as text, payload('utf-8') as same", ""),
    ("to_hex(*) as hex, to_base64(*) as base64", ""),
    ("attribute('site') as site, attribute('missing') as missing, attribute('constructor') as inherited", ""),
    ("attribute(t) as tag", ""),
    ("lower(t) as low, upper(t) as up", ""),
    ("concat(t, a) as both, concat(a, o) as all, concat('x', null) as nothing", ""),
    ("replace(t, 'o', '0') as text, replace(a, '3', '') as number, replace('ab', '', '-') as empty", ""),
    ("substring(t, 1) as rest, substring(t, 0, 2) as start, substring(t, 3, 1) as no, substring(t, -1, 99) as all", ""),
    ("substring(a, 0, 1) as digit", ""),
    ("endswith(t, 'm') as ends, endswith(a, 6) as number", ""),
    ("nanvl(b, 'none') as b, nanvl(n, t) as n, nanvl(a, null) as a", ""),
    ("abs(a) as abs, floor(a) as floor", ""),
    ("sin(a) as sin, cos(a) as cos, tan(a) as tan", ""),
    ("sinh(b) as sinh, cosh(b) as cosh, tanh(b) as tanh, exp(b) as exp", ""),
    ("asin(b) as asin", ""),
    ("log(a) as natural, log(a, 10) as decimal", ""),
    ("log(a, b) as log", ""),
    ("power(a, 2) as square, power(b, 0.5) as root, power(a, 1000) as huge", ""),
    ("mod(a, b) as rest", ""),
    ("mod(a, 5) as rest, mod(-7, 3) as negative", ""),
    ("crypto(t, 'MD5') as md5, crypto(t, 'SHA1') as sha1, crypto(a, 'SHA-256') as sha256", ""),
    ("crypto(o, 'SHA-384') as sha384, crypto('灯', 'SHA-512') as sha512", ""),
    ("crypto(a, t) as digest", ""),
    ("a + b as sum, a - b as difference, a * b as product, a % b as rest", ""),
    ("a / b as quotient", ""),
    ("a + b * 2 - 1 as one, (a + b) * 2 as two, -a as three, - -b as four", ""),
    ("n + a + lower(a) as lazy", ""),
    ("9007199254740991 as largest, big + 0 as big", ""),
    ("case when a > 35 then 'hot' when a > 0 then 'warm' else 'cold' end as level", ""),
    ("case t when 'warm' then 1 when 'cold front' then 2 end as code", ""),
    ("case when flag then 'on' else 'off' end as state", ""),
    ("case when b = 0 then 0 else a / b end as safe", ""),
    ("a > 35 as hot, t = 'warm' as warm, n = null as unknown", ""),
    ("a", "a = 1"),
    ("a", "a <> 1"),
    ("a", "a <= 36.5 and a >= 1"),
    ("a", "t < 'd'"),
    ("t", "t = 'warm' or a > 36"),
    ("t", "flag"),
    ("t", "flag = true"),
    ("t", "flag or a > 35"),
    ("t", "n > 1 or a > 35"),
    ("o", "o.list = c.k or o.list[0] = 1"),
    ("c", "c.k = c.k and c <> 1"),
    ("a", "a in (1, 36.5, 'x')"),
    ("a", "a not in (1, 2, -7)"),
    ("a", "a in (n, 1)"),
    ("a", "a in (1, lower(a))"),
    ("t", "t like '%o%'"),
    ("t", "t like 'c%f%t'"),
    ("t", "t like 'warm'"),
    ("t", "t not like 'w%'"),
    ("t", "a like '3%'"),
    ("t", "t like '%%'"),
    ("a as alias, t", "alias > 35"),
    ("t as length", "length = 'warm'"),
    ("a + 1 as next, t", "next > 36 and t <> ''"),
    ("deviceName() as name", "name = 'lamp' and topic(3) = 'user'"),
    ("'x' as other", "other = 'x'"),
    ("deviceName() as name", "messageId() <> '' and timestamp() > 0"),
    ("a", "case when a > 35 then true else false end"),
    ("a", "((a > 35) or (a < 0)) and (b <> 0)"),
    ("a", "a % 2 = 1 and a / 2 > 0"),
    ("rand() as r", "rand() >= 0 and rand() < 1"),
]

#: SELECT and WHERE that select none of the messages: their condition is never true, or they always fail.
NEVER_MET: list[tuple[str, str]] = [
    ("topic(5) as five", ""),
    ("thingPropertyFlatMap()", ""),
    ("t", "b = null"),
    ("t", "n > 1 and lower(a) = 'x'"),
    ("t", "a > 35 and lower(a) = 'x'"),
    ("a", "a not in (n, 1)"),
    ("a", "t"),
]

#: SELECT and WHERE of rules for property reports.
PROPERTY_STATEMENTS: list[tuple[str, str]] = [
    ("*", ""),
    ("thingPropertyFlatMap()", ""),
    ("thingPropertyFlatMap('level', 'GeoLocation')", ""),
    ("thingPropertyFlatMap('level') as level", ""),
    ("deviceName() as name, thingPropertyFlatMap()", ""),
    ("items.level.value as level, items.GeoLocation.value.Latitude as latitude", "items.level.value >= 3"),
    ("items.level.value level", "level > 3 or items.temperature.value > 20"),
    ("topic(1) as sys, topic(2) = productKey as own, topic(3) as name, topic(7) as last", ""),
    ("items.temperature.value * 1.8 + 32 as fahrenheit, items.temperature.time as at", ""),
]
PROPERTIES: list[dict[str, Any]] = [
    {"level": 2},
    {"level": 5, "temperature": 21.5},
    {"temperature": 30.25, "label": "gate"},
    {"GeoLocation": {"Longitude": 1.5, "Latitude": 2.5, "CoordinateSystem": 1}},
]

#: SELECT and WHERE of rules for binary data.
BINARY_STATEMENTS: list[tuple[str, str]] = [
    ("*", ""),
    ("*", "deviceName() = 'lamp'"),
    ("*", "deviceName() like 'x%'"),
    ("to_hex(*) as hex, topic() as topic", ""),
    ("payload() as text, timestamp() as at", "topic(4) = 'update'"),
]


class Installation:
    """Creates rules and the parsers that replace them.

    Args:
        api: Calls an operation.
        products: The names of the products by their keys.
        custom_format: The keys of the products whose devices use a custom data format.
    """

    def __init__(self, api: Any, products: dict[str, str], custom_format: frozenset[str] = frozenset()) -> None:
        self._api = api
        entry = kinds()["products"]
        found = [Found("products", entry, {"product_key": key, "name": name}) for key, name in products.items()]
        self.conversion = Conversion(Names({"products": found}), set(custom_format), FreeNames(), running=True)
        self._keys = {name: key for key, name in products.items()}
        self._ids: dict[str, int] = {}

    def create(self, name: str, actions: list[dict[str, Any]], **params: Any) -> dict[str, Any]:
        """Create and start a rule; return its values as the collection reads them.

        Args:
            name: The name.
            actions: ``Type`` and ``Configuration``, and ``ErrorActionFlag``, of each action.
            params: The other parameters of CreateRule.
        """
        rule_id = self._api("CreateRule", Name=name, **params)["RuleId"]
        for action in actions:
            self._api("CreateRuleAction", RuleId=rule_id, **action)
        self._api("StartRule", RuleId=rule_id)
        info = self._api("GetRule", RuleId=rule_id)["RuleInfo"]
        listed = self._api("ListRuleActions", RuleId=rule_id)["RuleActionList"]["RuleActionInfo"]
        return {
            "name": name,
            "product_key": info["ProductKey"],
            "short_topic": info["ShortTopic"],
            "topic_type": {0: "system", 1: "custom", 2: "status"}[info["TopicType"]],
            "select": info["Select"],
            "where": info.get("Where", ""),
            "data_type": info["DataType"].lower(),
            "status": "started",
            **parse_actions(listed),
        }

    def install(self, rule: dict[str, Any]) -> str:
        """Create and start the parser that replaces a rule; return its script.

        Nothing is created, and the text is empty, if the rule cannot be converted.
        """
        known = len(self.conversion.destinations)
        count = len(self.conversion.converted)
        self.conversion.convert(rule)
        if len(self.conversion.converted) == count:
            return ""
        converted = self.conversion.converted[-1]
        ids = self._ids
        for options in self.conversion.destinations[known:]:
            configuration = dict(options["configuration"])
            if "productKey" in configuration:
                configuration["productKey"] = self._keys[configuration["productKey"]]
            call = {"Name": options["name"], "Type": options["type"].upper()}
            created = self._api("CreateDestination", **call, Configuration=json.dumps(configuration))
            ids[options["name"]] = created["Destination"]["DestinationId"]
        source = self._api("CreateParserDataSource", Name=converted.data_source["name"])["DataSource"]["DataSourceId"]
        for topic in converted.data_source["topics"]:
            levels = [self._keys.get(level, level) for level in topic["topic"].split("/")]
            self._api("CreateDataSourceItem", DataSourceId=source, Topic="/".join(levels))
        parser = self._api("CreateParser", Name=converted.parser["name"])["ParserId"]
        self._api("AttachParserDataSource", ParserId=parser, DataSourceId=source)
        for name in converted.parser["destinations"]:
            self._api("AttachDestination", ParserId=parser, DestinationId=ids[name], IsFailover=False)
        if "failover_destination" in converted.parser:
            failover = ids[converted.parser["failover_destination"]]
            self._api("AttachDestination", ParserId=parser, DestinationId=failover, IsFailover=True)
        script = re.sub(r'destinationId\("([^"]+)"\)', lambda match: str(ids[match[1]]), converted.parser["script"])
        self._api("SaveScript", ParserId=parser, ScriptDraft=script)
        self._api("PublishScript", ParserId=parser)
        self._api("StartParser", ParserId=parser)
        return script
