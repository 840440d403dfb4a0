# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Convert rules to the data source, the destinations and the parser that replace them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.account.conversion import actions, sql
from ansible_collections.iotops.aliyun.plugins.module_utils.account.conversion.actions import NotConvertible, Sending
from ansible_collections.iotops.aliyun.plugins.module_utils.account.conversion.naming import FreeNames
from ansible_collections.iotops.aliyun.plugins.module_utils.account.conversion.script import Translator, assemble
from ansible_collections.iotops.aliyun.plugins.module_utils.account.conversion.sql import UnsupportedSql
from ansible_collections.iotops.aliyun.plugins.module_utils.account.export_files import one_line
from ansible_collections.iotops.aliyun.plugins.module_utils.account.scan import Names
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.rule.rule import topic_type

#: What all converted rules with JSON data do differently, because JavaScript has one type of numbers.
NUMBERS = (
    "a number is written as JavaScript does: 25.0 becomes 25, 1e16 becomes 10000000000000000, integers above 2^53 lose "
    "digits, and members of objects whose names are integers come first"
)

#: The beginning of the descriptions of converted resources, by which a later run recognizes them.
MARK = "Converted from the rule "
DESTINATION_MARK = "Converted from rules"

_IDENTIFIER = r"[A-Za-z0-9_:]+"
# The topics that a data source accepts, after the device (manual section 4.16.13).
_SYSTEM_TOPIC = re.compile(
    rf"thing/event/{_IDENTIFIER}(/history)?/post|thing/lifecycle|thing/downlink/reply/message|thing/list/found"
    r"|thing/topo/lifecycle|thing/deviceinfo/update|ota/upgrade|ota/version/post|[^/]+/ota/job/status"
)
_CUSTOM_TOPIC = re.compile(r"user/.+")
# Names of products that can be a level of a topic, and are not taken for the beginning of one.
_TOPIC_LEVEL = re.compile(r"(?!(?:sys|as)$)[^\s/+*#${}]+")

_REFERENCES = {"republish": ("product",), "amqp": ("consumer_group",)}


@dataclass(frozen=True)
class Note:
    """Something about a rule that a user has to know.

    Attributes:
        rule: The name of the rule; ``*`` for all rules.
        part: The part of the rule, such as ``where`` or ``action republish``.
        text: What is not converted, or different, and why.
    """

    rule: str
    part: str
    text: str


@dataclass
class Converted:
    """What replaces a rule.

    Attributes:
        rule: The name of the rule.
        data_source: The options of the data source.
        parser: The options of the parser.
        is_binary: Whether the rule processes binary data.
    """

    rule: str
    data_source: dict[str, Any]
    parser: dict[str, Any]
    is_binary: bool


@dataclass
class Conversion:
    """The conversion of the rules of an account.

    Attributes:
        names: The names of the resources of the account by their IDs.
        custom_format: The keys of the products whose devices use a custom data format.
        free: The names that are free.
        running: Whether the parsers of running rules are started.
        switched: The names of the rules whose parsers run already.
        converted: What replaces the rules.
        destinations: The destinations of all parsers.
        not_converted: The parts of rules without equivalent, with the reasons.
        differences: What parsers do differently.
    """

    names: Names
    custom_format: set[str]
    free: FreeNames
    running: bool = False
    switched: set[str] = field(default_factory=set)
    converted: list[Converted] = field(default_factory=list)
    destinations: list[dict[str, Any]] = field(default_factory=list)
    not_converted: list[Note] = field(default_factory=list)
    differences: list[Note] = field(default_factory=list)
    _by_target: dict[str, str] = field(default_factory=dict)

    def convert(self, rule: dict[str, Any]) -> None:
        """Convert one rule, and record what cannot be converted.

        Args:
            rule: The values of the rule, as the collection reads it.
        """
        name = rule["name"]
        if not (rule.get("select") and rule.get("short_topic") and rule.get("product_key")):
            self._refuse(name, "rule", "it has no topic or no SQL, so that it forwards nothing")
            return
        is_binary = rule.get("data_type") == "binary"
        try:
            topic = self._topic(rule)
            translator = Translator(sql.parse(rule["select"], rule.get("where") or ""), is_binary)
            row = translator.row()
        except UnsupportedSql as error:
            self._refuse(name, error.part, str(error))
            return
        except NotConvertible as error:
            self._refuse(name, "short_topic", str(error))
            return
        sendings, failover = self._sendings(rule, translator)
        if not sendings:
            self._refuse(name, "rule", "none of its actions can be converted, so that the parser would send nothing")
            return
        calls, destinations = [], []
        for sending in sendings:
            destination = self._destination(sending, is_failover=False)
            destinations.append(destination)
            calls.append(sending.call.replace("{id}", f'destinationId("{destination}")', 1))
        options: dict[str, Any] = {
            "name": self.free.free("parsers", name),
            "description": self.description(rule),
            "data_source": self.free.free("data_sources", name),
            "destinations": list(dict.fromkeys(destinations)),
        }
        if failover is not None:
            options["failover_destination"] = self._destination(failover, is_failover=True)
        options["script"] = assemble(_comments(rule, topic), row, calls)
        is_running = name in self.switched or (self.running and rule.get("status") == "started")
        options["state"] = "started" if is_running else "stopped"
        source = {"name": options["data_source"], "description": MARK + name, "topics": [{"topic": topic}]}
        self.converted.append(Converted(name, source, options, is_binary))

    def reuse(self, destination: dict[str, Any]) -> None:
        """Use a declared destination instead of a new one.

        Args:
            destination: The options of the destination.
        """
        target = _target(destination["type"], destination["configuration"], is_failover=False)
        self._by_target.setdefault(target, destination["name"])

    def _topic(self, rule: dict[str, Any]) -> str:
        """Return the topic of the data source. Raise NotConvertible if data sources do not accept it."""
        short_topic = rule["short_topic"].lstrip("/")
        kind = rule.get("topic_type") or topic_type(short_topic)
        product = self._product(rule["product_key"])
        if kind == "status":
            return f"/as/mqtt/status/{product}/{short_topic}"
        levels = short_topic.partition("/")[2]
        accepted = _CUSTOM_TOPIC if kind == "custom" else _SYSTEM_TOPIC
        if not accepted.fullmatch(levels):
            raise NotConvertible(f"a data source does not accept the topic {short_topic}")
        return f"/{product}/{short_topic}"

    def _product(self, product_key: str) -> str:
        """Return the name of a product if it can be a level of a topic, otherwise its key.

        Raises:
            NotConvertible: The product does not exist.
        """
        products = self.names.of_kind("product")
        if product_key not in products:
            raise NotConvertible(f"the product {product_key} does not exist")
        name = products[product_key]
        return name if _TOPIC_LEVEL.fullmatch(name) else product_key

    def _sendings(self, rule: dict[str, Any], translator: Translator) -> tuple[list[Sending], Sending | None]:
        """Return what the script sends, and the failover destination; record what cannot be converted."""
        name = rule["name"]
        sendings, failover = [], None
        if not rule.get("actions"):
            self._refuse(name, "actions", "it has none")
        for action in rule.get("actions") or []:
            part = f"{'error action' if action['error_action'] else 'action'} {action['type']}"
            try:
                if action["error_action"]:
                    failover = sending = actions.fail_over(action)
                else:
                    sending = actions.send(action, translator, self.custom_format.__contains__)
                    if "productKey" in sending.configuration:
                        self._product(sending.configuration["productKey"])
                    sendings.append(sending)
            except (NotConvertible, UnsupportedSql) as error:
                self._refuse(name, part, str(error))
            except (AttributeError, LookupError, TypeError):
                self._refuse(name, part, "its configuration has a format that the documentation does not define")
            else:
                self.differences += [Note(name, part, text) for text in sending.differences]
        return sendings, failover

    def _destination(self, sending: Sending, is_failover: bool) -> str:
        """Return the name of the destination of an action, which several rules can share."""
        # A destination cannot be a normal one and the failover destination of the same parser.
        configuration = self.names.replace(sending.configuration, _REFERENCES.get(sending.type, ()))
        target = _target(sending.type, configuration, is_failover)
        if target not in self._by_target:
            wanted = f"{sending.type}_{_label(configuration)}{'_errors' if is_failover else ''}"
            name = self._by_target[target] = self.free.free("destinations", wanted)
            options = {"name": name, "type": sending.type, "configuration": configuration}
            self.destinations.append({**options, "description": DESTINATION_MARK})
        return self._by_target[target]

    @staticmethod
    def rule_of(description: str | None) -> str:
        """Return the name of the rule that a parser with this description replaces; an empty string for others."""
        text = description or ""
        return text[len(MARK) :].partition(": ")[0] if text.startswith(MARK) else ""

    @staticmethod
    def description(rule: dict[str, Any]) -> str:
        """Return the description of the parser that replaces a rule."""
        own = one_line(rule.get("description") or "")
        return f"{MARK}{rule['name']}" + (f": {own}" if own else "")

    def _refuse(self, rule: str, part: str, reason: str) -> None:
        self.not_converted.append(Note(rule, part, reason))


def _target(kind: str, configuration: dict[str, Any], is_failover: bool) -> str:
    return json.dumps([is_failover, kind, configuration], sort_keys=True)


def _label(configuration: dict[str, Any]) -> str:
    """Return the most specific text of a configuration, which is a part of the name of the destination."""
    names = ("productKey", "groupId", "themeName", "topicName", "functionName", "tableName", "topic")
    return next((str(configuration[name]) for name in names if name in configuration), "")


def _comments(rule: dict[str, Any], topic: str) -> list[str]:
    lines = [
        f"{MARK}{rule['name']} by iotops.aliyun.convert_rules.",
        f"SELECT {rule['select']}",
        f"FROM {topic}",
        *([f"WHERE {rule['where']}"] if rule.get("where") else []),
    ]
    return [one_line(line) for line in lines]
