# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The plan page: what a plan changes, to read and to filter in a browser.

The page contains what ``plan.json`` contains: no secrets. Its size is limited, so that it is usable for large fleets.
"""

from __future__ import annotations

from collections import Counter, defaultdict

from ansible_collections.iotops.aliyun.plugins.module_utils.account.plan import (
    CREATED,
    DELETED,
    UNCHANGED,
    UPDATED,
    AccountPlan,
    PlannedResource,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.account.plan_changes import (
    body_of,
    changed_fields,
    device_changes,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.account.unmanaged import MAX_NAMES
from ansible_collections.iotops.aliyun.plugins.module_utils.web_page.charts import Part, single_bar
from ansible_collections.iotops.aliyun.plugins.module_utils.web_page.markup import Markup, joined, tag
from ansible_collections.iotops.aliyun.plugins.module_utils.web_page.page import (
    Column,
    Figure,
    Section,
    badge,
    filter_form,
    fold,
    notice,
    number,
    page,
    table,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.web_page.text_width import shortened

#: The largest number of characters of changes with their values, and of all changes. Deletions come first.
MAX_DETAILS, MAX_CHANGES = 2_000_000, 3_000_000
#: The number of deletions that the notice at the top names.
_MAX_NAMED_DELETIONS = 20

_TONES = {CREATED: "good", UPDATED: "calm", DELETED: "bad", UNCHANGED: "idle"}
_ACTIONS = (CREATED, UPDATED, DELETED)


def to_html(plan: AccountPlan) -> str:
    """Return the page."""
    counts = plan.summary
    changed = [one for one in plan.resources if one.action != UNCHANGED]
    sections = [_kinds_section(plan), _changes_section(changed), _requests_section(plan)]
    if plan.unmanaged is not None:
        sections.append(_unmanaged_section(plan))
    return page(
        "Plan",
        _lead(plan),
        sections,
        _figures(plan),
        [("Account", plan.account)],
        _deletions(changed) if counts[DELETED] else None,
        "Secrets are hidden. The account is shown as a hash of its AccessKey ID, endpoint and instance. The file "
        "plan.json contains the same for programs.",
    )


def _lead(plan: AccountPlan) -> str:
    counts = plan.summary
    if not any(counts[action] for action in _ACTIONS):
        return "No changes: the account is in the declared state."
    changes = ", ".join(f"{number(counts[action])} to {action}" for action in _ACTIONS)
    requests = number(sum(plan.requests.values()))
    return f"{changes}; {requests} requests, at least {duration(round(plan.estimated_seconds))}"


def _figures(plan: AccountPlan) -> list[Figure]:
    counts = plan.summary
    figures = [
        Figure("To create", counts[CREATED], "", "good" if counts[CREATED] else ""),
        Figure("To update", counts[UPDATED], "", "calm" if counts[UPDATED] else ""),
        Figure("To delete", counts[DELETED], "", "bad" if counts[DELETED] else ""),
        Figure("Unchanged", counts[UNCHANGED]),
        Figure("Requests", sum(plan.requests.values())),
        Figure("Time", duration(plan.estimated_seconds), "at least, by the rate limits"),
    ]
    if plan.unmanaged is not None:
        count = sum(len(one.names) for one in plan.unmanaged)
        figures.append(Figure("Unmanaged", count, "no file declares them", "warn" if count else ""))
    return figures


def duration(seconds: float) -> str:
    """Return a time in seconds as text, such as ``0.4 s`` or ``2 min 5 s``."""
    if 0 < seconds < 10:
        return "below 0.1 s" if seconds < 0.1 else f"{seconds:.1f} s".replace(".0 s", " s")
    whole = round(seconds)
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    parts = [f"{hours} h"] * bool(hours) + [f"{minutes} min"] * bool(hours or minutes) + [f"{rest} s"] * (not hours)
    return " ".join(parts)


def _deletions(changed: list[PlannedResource]) -> Markup:
    deleted = [(index, one) for index, one in enumerate(changed) if one.action == DELETED]
    links = []
    for index, one in deleted[:_MAX_NAMED_DELETIONS]:
        links.append(joined([", " if links else "", tag("a", one.node.label, href=f"#change-{index}")]))
    more = f" and {number(len(deleted) - len(links))} more" if len(deleted) > len(links) else ""
    head = "1 resource is deleted: " if len(deleted) == 1 else f"{number(len(deleted))} resources are deleted: "
    return notice(joined([head, *links, more]), "bad")


def _kinds_section(plan: AccountPlan) -> Section:
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    for one in plan.resources:
        kinds[one.node.plural][one.action] += 1
    columns = [
        Column("Kind"),
        Column("Create", "number"),
        Column("Update", "number"),
        Column("Delete", "number"),
        Column("Unchanged", "number"),
        Column("By action", "chart"),
    ]
    rows = []
    for plural, counts in sorted(kinds.items()):
        parts = [Part(action, counts[action], _TONES[action]) for action in (*_ACTIONS, UNCHANGED)]
        values = [counts[action] or Markup('<span class="quiet">0</span>') for action in (*_ACTIONS, UNCHANGED)]
        rows.append([plural.replace("_", " "), *values, single_bar(parts, sum(counts.values()))])
    content = table("Changes by kind", columns, rows, "The files declare no resources.")
    return Section("kinds", "Changes by kind", content)


def _changes_section(changed: list[PlannedResource]) -> Section:
    if not changed:
        return Section("changes", "Changes", tag("p", "There are none.", class_="quiet"))
    used = [action for action in _ACTIONS if any(one.action == action for one in changed)]
    form = filter_form("change-list", "Find changes", [(action, action) for action in used], "Action")
    items, omitted = _items(changed)
    groups: dict[str, list[Markup]] = defaultdict(list)
    for index, one in enumerate(changed):
        if index in items:
            groups[one.node.plural].append(items[index])
    content = [
        tag("div", tag("h3", f"{plural.replace('_', ' ')}"), *group, data_group=True)
        for plural, group in groups.items()
    ]
    note = None
    if omitted:
        text = f"{number(omitted)} further changes are not shown, because the page would be too large; see plan.txt."
        note = notice(text)
    return Section("changes", "Changes", joined([form, tag("div", *content, id="change-list", class_="items"), note]))


def _items(changed: list[PlannedResource]) -> tuple[dict[int, Markup], int]:
    """Return the changes that the page contains by index, and the number of the others.

    If the page becomes too large, changes are shown without values, and then omitted. Deletions come last for that.
    """
    size = 0
    items: dict[int, Markup] = {}
    for index, one in sorted(enumerate(changed), key=lambda item: item[1].action != DELETED):
        item = _item(index, one, with_values=size < MAX_DETAILS)
        if size + len(item) > MAX_CHANGES:
            break
        items[index] = item
        size += len(item)
    return items, len(changed) - len(items)


def _item(index: int, one: PlannedResource, with_values: bool) -> Markup:
    name = "/".join(one.node.key[1:])
    summary = tag(
        "summary",
        badge(one.action, _TONES[one.action]),
        tag("span", shortened(name, 300), class_="name"),
        tag("span", _short(one), class_="quiet"),
    )
    if with_values:
        body = body_of(one)
    else:
        body = tag("div", tag("p", "The values are not shown, because the page would be too large.", class_="quiet"))
    return tag(
        "details",
        summary,
        body,
        id=f"change-{index}",
        data_item=one.action,
        class_="bad-item" if one.action == DELETED else None,
    )


def _short(one: PlannedResource) -> str:
    """Return what changes in a few words: the number of devices, or the names of fields."""
    if one.changed:
        return device_changes(one)
    if one.action != UPDATED:
        return ""
    names = list(changed_fields(one))
    more = f" and {len(names) - 6} more" if len(names) > 6 else ""
    return ", ".join(names[:6]) + more


def _requests_section(plan: AccountPlan) -> Section:
    seconds = plan.seconds_by_operation
    quotas = plan.quotas
    columns = [
        Column("Operation"),
        Column("Requests", "number"),
        Column("Limit", "number"),
        Column("Time", "number"),
        Column("Part of the time", "chart"),
    ]
    rows = []
    for name, count in sorted(plan.requests.items(), key=lambda item: (-seconds.get(item[0], 0.0), item[0])):
        time = seconds.get(name, 0.0)
        limit = f"{quotas[name]}/s" if name in quotas else "none"
        parts = [Part(name, time, "calm")]
        rows.append([name, count, limit, duration(time), single_bar(parts, plan.estimated_seconds)])
    intro = (
        "Writes that apply sends. Operations run at the same time, each at its rate limit, so the slowest one "
        "determines the time."
    )
    return Section("requests", "Requests", table("Requests by operation", columns, rows, "There are none."), intro)


def _unmanaged_section(plan: AccountPlan) -> Section:
    content = []
    for one in plan.unmanaged or ():
        title = one.kind.replace("_", " ") + (f" in {one.parent}" if one.parent else "")
        if one.error:
            content.append(tag("p", f"{title}: cannot be listed: {one.error}"))
            continue
        items = tag("ul", *(tag("li", name) for name in one.names[:MAX_NAMES]))
        more = None
        if len(one.names) > MAX_NAMES:
            more = tag("p", f"{number(len(one.names) - MAX_NAMES)} further ones are not shown.", class_="quiet")
        content.append(fold(f"{title}: {number(len(one.names))}", joined([items, more])))
    if not content:
        content.append(tag("p", "There are none: files declare all resources that the API lists.", class_="quiet"))
    intro = "Resources of the account that no file declares. Apply does not change them."
    return Section("unmanaged", "Unmanaged resources", joined(content), intro)
