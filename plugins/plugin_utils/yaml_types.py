# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Warnings about text that YAML has turned into a number, a boolean or a time.

Ansible converts such values back to text without a message, and the text can differ from the one in the playbook:
``012345`` is read as 5349, ``10:11:22`` as 36682, ``1.10`` as 1.1, and ``yes`` as true. Afterwards, a value does not
show how it was written, so the warnings follow this rule:

- Booleans and floats: a warning for each option that takes text, and for the keys and values of tags.
- Integers and times: a warning for options in ``NAMES`` and for secrets only. In other texts, such as descriptions, IDs
  and values of tags, integers without leading zeros are common, and their text does not change.
- Dates, such as ``2030-01-31``: no warning, because their text does not change.

There is no warning for options that take numbers, for options with a list of choices, and for data of devices, in which
numbers and booleans have a meaning.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

#: The options that hold names, and other texts that can consist of digits with leading zeros or colons.
NAMES = frozenset(
    {
        "alias",
        "batch",
        "block",
        "client_id",
        "client_ids",
        "combination",
        "consumer_group",
        "consumer_groups",
        "data_source",
        "destinations",
        "dev_eui",
        "device",
        "device_groups",
        "devices",
        "end_time",
        "failover_destination",
        "firmware",
        "fleet_name",
        "function_block",
        "gateway",
        "group",
        "group_name",
        "groups",
        "identifiers",
        "label",
        "labels",
        "module",
        "name",
        "name_prefix",
        "nickname",
        "pin_code",
        "product",
        "product_key",
        "products",
        "profile",
        "project_code",
        "properties",
        "renamed_from",
        "rules",
        "schedule",
        "serial_number",
        "service",
        "short_name",
        "source",
        "speeches",
        "start_time",
        "super_group",
        "template",
        "topic",
        "topics",
    }
)

#: The options that take text or a number.
NUMBERS = frozenset(("gray_percent", "purge_limit"))

#: The options that hold texts by key.
MAPPINGS = frozenset(("tags", "user_properties"))

_BOOLEAN = "YAML reads the words yes, no, on and off as booleans"
_FLOAT = "YAML reads 1.10 as 1.1, and 1e3 as 1000.0"
_INTEGER = "YAML reads 012345 as 5349, 10:11:22 as 36682 and 1_000 as 1000"
_TIME = "YAML changes how times are written"


def conversion_warnings(spec: dict[str, Any], args: Any) -> dict[str, str]:
    """Return warnings about options whose text may differ from the one that the user wrote.

    Args:
        spec: The argument spec.
        args: The options of a task, before they are validated.

    Returns:
        One warning for each option, with the path of the option, such as ``devices.name``, as the key.
    """
    warnings: dict[str, str] = {}
    for path, value, reason, secret in _converted(spec, args, ""):
        shown = f"a {_kind(value)}" if secret else f"the {_kind(value)} {_shown(value)}"
        warnings.setdefault(
            path,
            f"{path} takes text, but received {shown}: {reason}. Quote the value in the playbook, or use the filter "
            "string for a number in a variable",
        )
    return warnings


def _converted(spec: dict[str, Any], args: Any, prefix: str) -> Iterator[tuple[str, Any, str, bool]]:
    """Yield the path, the value, the reason for a warning, and whether the value is secret."""
    if not isinstance(args, dict):
        return
    for name, value in args.items():
        option = spec.get(name)
        if option is None or "choices" in option or name in NUMBERS:
            continue
        path = f"{prefix}{name}"
        elements = value if isinstance(value, (list, tuple)) else [value]
        if "options" in option:
            for element in elements:
                yield from _converted(option["options"], element, f"{path}.")
        elif option.get("type") == "dict" and name in MAPPINGS and isinstance(value, dict):
            elements = [text for entry in value.items() for text in entry]
            yield from _suspicious(path, elements, False, False)
        elif _takes_text(option):
            secret = bool(option.get("no_log"))
            yield from _suspicious(path, elements, secret or name in NAMES, secret)


def _takes_text(option: dict[str, Any]) -> bool:
    kind = option.get("type", "str")
    return (option.get("elements", "str") if kind == "list" else kind) == "str"


def _suspicious(path: str, values: list, is_name: bool, secret: bool) -> Iterator[tuple[str, Any, str, bool]]:
    for value in values:
        reason = ""
        if isinstance(value, bool):
            reason = _BOOLEAN
        elif isinstance(value, float):
            reason = _FLOAT
        elif is_name and isinstance(value, int):
            reason = _INTEGER
        elif is_name and isinstance(value, datetime.datetime):
            reason = _TIME
        if reason:
            yield path, value, reason, secret


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    return "time" if isinstance(value, datetime.datetime) else "number"


def _shown(value: Any) -> str:
    """Return a value as YAML writes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)
