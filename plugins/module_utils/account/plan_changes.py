# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The changes of one resource on the plan page: values before and after, and the devices of a set."""

from __future__ import annotations

import difflib
import json
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.account.plan import (
    CREATED,
    DELETED,
    SET_CHANGES,
    PlannedResource,
    changes_of,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.fields import contains_pending
from ansible_collections.iotops.aliyun.plugins.module_utils.web_page.markup import Markup, joined, tag
from ansible_collections.iotops.aliyun.plugins.module_utils.web_page.page import Column, badge, number, table

#: The largest number of characters of a value, of lines of a comparison, and of devices of a set.
_MAX_VALUE, _MAX_LINES, _MAX_DEVICES = 1500, 300, 50
#: The number of lines of two values up to which they are compared, and of unchanged lines around the changes.
_MAX_COMPARED, _CONTEXT = 4000, 2


def changed_fields(one: PlannedResource) -> dict[str, dict[str, Any]]:
    """Return the fields that differ at the end, by name, with the values ``before`` and ``after``."""
    if one.action == DELETED and not one.changed:
        return {name: {"before": value, "after": None} for name, value in (one.diff.get("before") or {}).items()}
    # A step can change a field that a later step changes back.
    return {name: change for name, change in changes_of(one.steps).items() if change["before"] != change["after"]}


def body_of(one: PlannedResource) -> Markup:
    """Return what is below the name of a changed resource."""
    fields = changed_fields(one)
    parts: list[Any] = []
    if fields:
        parts.append(_fields_table(one, fields))
    if one.changed:
        parts.append(_devices_table(one))
    if one.pending:
        notes = "; ".join(one.pending)
        parts.append(tag("p", badge("known after apply", "warn"), f" {notes}"))
    operations = [f"{step['operation']}{_times(step)}" for step in one.steps]
    facts = [("Declared in", one.node.source), ("Requests", ", ".join(operations))]
    rows = [tag("div", tag("dt", name), tag("dd", value)) for name, value in facts if str(value)]
    parts.append(tag("dl", *rows, class_="facts"))
    return tag("div", *parts, class_="body")


def device_changes(one: PlannedResource) -> str:
    """Return the number of the devices of a set by change, such as ``3 created, 1 updated``."""
    return ", ".join(f"{number(len(one.changed[name]))} {name}" for name in SET_CHANGES if one.changed.get(name))


def _times(step: dict[str, Any]) -> str:
    count = int(step.get("requests", 1))
    return f" × {number(count)}" if count != 1 else ""


def _fields_table(one: PlannedResource, fields: dict[str, dict[str, Any]]) -> Markup:
    name = f"Fields of {one.node.label}"
    if one.action == CREATED:
        rows = [[field, value_text(change["after"])] for field, change in fields.items() if change["after"] is not None]
        return table(name, [Column("Field"), Column("Value")], rows, "No fields are set.", "values")
    if one.action == DELETED:
        rows = [[field, value_text(change["before"])] for field, change in fields.items()]
        return table(name, [Column("Field"), Column("Before")], rows, "", "values")
    rows = []
    compared = []
    for field, change in fields.items():
        before, after = change["before"], change["after"]
        lines = _comparison(before, after)
        if lines is None:
            rows.append([field, value_text(before), value_text(after)])
        else:
            compared.append(joined([tag("p", tag("code", field), " differs in:"), lines]))
    columns = [Column("Field"), Column("Before"), Column("After")]
    return joined([table(name, columns, rows, "", "values") if rows else None, *compared])


def value_text(value: Any) -> Markup:
    """Return a value as markup: text unchanged, and other values as JSON; long ones are cut off."""
    if value is None:
        return tag("span", "not set", class_="quiet")
    text = _as_text(value)
    if not text:
        return tag("span", "empty", class_="quiet")
    more = None
    if len(text) > _MAX_VALUE:
        more = tag("span", f"… {number(len(text))} characters; see plan.json", class_="quiet")
        text = text[:_MAX_VALUE]
    if contains_pending(value) and isinstance(value, str):
        return badge(text.strip("()"), "warn")
    return joined([tag("pre", text), more])


def _as_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    short = json.dumps(value, ensure_ascii=False, default=str)
    if len(short) <= 80:
        return short
    return json.dumps(value, ensure_ascii=False, default=str, indent=2)


def _comparison(before: Any, after: Any) -> Markup | None:
    """Return the lines in which two long values differ; None if they are short, or one of them is empty."""
    if not before or not after:
        return None
    old, new = (_as_text(value).splitlines() for value in (before, after))
    if max(len(old), len(new)) < 6 or len(old) + len(new) > _MAX_COMPARED:
        return None
    lines = []
    changes = list(difflib.unified_diff(old, new, lineterm="", n=_CONTEXT))[2:]
    for line in changes[:_MAX_LINES]:
        shown = line if len(line) <= _MAX_VALUE else f"{line[:_MAX_VALUE]}…"
        element = {"+": "ins", "-": "del"}.get(line[:1], "span")
        if line.startswith("@@ -1,"):
            continue
        text = "…" if line.startswith("@@") else shown
        lines.append(tag(element, text) if element != "span" else joined([tag("span", text, class_="quiet"), "\n"]))
    if len(changes) > _MAX_LINES:
        lines.append(tag("span", f"{number(len(changes) - _MAX_LINES)} further lines; see plan.json", class_="quiet"))
    return tag("pre", *lines)


def _devices_table(one: PlannedResource) -> Markup:
    """Return the first devices of a set that change, with their values as far as the plan contains them."""
    sides = [one.diff.get(side) or {} for side in ("before", "after")]
    rows = []
    for action in SET_CHANGES:
        for name in one.changed.get(action, ()):
            if len(rows) == _MAX_DEVICES:
                break
            before, after = (side.get(name) or {} for side in sides)
            changes = [
                f"{field}: {_short(after.get(field))}"
                if action == "created"
                else f"{field}: {_short(before.get(field))} → {_short(after.get(field))}"
                for field in dict.fromkeys((*before, *after))
                if before.get(field) != after.get(field) and field != "name"
            ]
            tone = {"created": "good", "deleted": "bad"}.get(action, "calm")
            rows.append([name, badge(action, tone), "; ".join(changes)])
    count = sum(map(len, one.changed.values()))
    more = None
    if count > len(rows):
        more = tag("p", f"{number(count - len(rows))} further devices are not shown.", class_="quiet")
    columns = [Column("Device"), Column("Change", "short"), Column("Values")]
    return joined([table(f"Devices of {one.node.label}", columns, rows), more])


def _short(value: Any) -> str:
    if value is None:
        return "not set"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 120 else f"{text[:120]}…"
