# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The report page: an account at a glance."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.account.report import FleetReport
from ansible_collections.iotops.aliyun.plugins.module_utils.account.report_devices import DEFAULT_MODULE
from ansible_collections.iotops.aliyun.plugins.module_utils.account.report_flow_page import flow_section
from ansible_collections.iotops.aliyun.plugins.module_utils.account.scan import Found
from ansible_collections.iotops.aliyun.plugins.module_utils.account.unmanaged import MAX_NAMES
from ansible_collections.iotops.aliyun.plugins.module_utils.web_page.charts import (
    Bar,
    Part,
    bar_chart,
    legend,
    single_bar,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.web_page.markup import Markup, joined, tag
from ansible_collections.iotops.aliyun.plugins.module_utils.web_page.page import (
    Column,
    Figure,
    Section,
    badge,
    filter_form,
    fold,
    number,
    page,
    table,
)

#: The statuses of devices in order: the word of the platform, its text, and its color.
_STATUSES = (
    ("online", "online", "good"),
    ("offline", "offline", "idle"),
    ("unactive", "not activated", "warn"),
    ("disable", "disabled", "bad"),
)
_STATUS_WORDS = {status for status, _text, _tone in _STATUSES}

#: The colors of versions, from the most to the least frequent one; all others have the last one.
_VERSION_TONES = ("calm", "good", "extra", "warn")
#: The number of groups and versions that a chart shows; the page says how many it omits.
_MAX_BARS = 200
#: The number of versions of a module with their number of devices.
_MAX_VERSIONS = 12
#: The part of a quota from which on it is marked.
_NEARLY, _FULL = 0.8, 1.0


def to_html(report: FleetReport) -> str:
    """Return the page."""
    time = report.time.strftime("%Y-%m-%d %H:%M UTC")
    sections = [
        _products_section(report),
        _devices_section(report),
        flow_section(report),
        _quotas_section(report),
        _resources_section(report),
    ]
    return page(
        "Fleet report",
        f"{_count(len(report.found.get('products', [])), 'product')}, {_count(report.device_total, 'device')}",
        sections,
        _figures(report),
        [
            ("Endpoint", report.endpoint),
            ("Instance", report.instance or "none"),
            ("Account", report.account),
            ("Read at", time),
            ("Requests", number(report.calls)),
        ],
        footer="The account is shown as a hash of its AccessKey ID, endpoint and instance.",
    )


def _count(count: int, title: str) -> str:
    return f"{number(count)} {title}{'' if count == 1 else 's'}"


def _figures(report: FleetReport) -> list[Figure]:
    statuses, total = report.statuses, report.device_total
    share = f"{100 * statuses['online'] / total:.0f}% of all devices" if total else ""
    figures = [
        Figure("Products", len(report.found.get("products", []))),
        Figure("Devices", total),
        Figure("Online", statuses["online"], share, "good" if statuses["online"] else ""),
        Figure("Disabled", statuses["disable"], "", "bad" if statuses["disable"] else ""),
        Figure("Groups", len(report.found.get("device_groups", []))),
    ]
    running = [one for plural in ("rules", "parsers") for one in report.found.get(plural, ())]
    started = sum(one.values.get("status") == "started" for one in running)
    figures.append(Figure("Rules and parsers", len(running), f"{number(started)} started"))
    near = [usage for usage in report.quotas if usage.share >= _NEARLY]
    figures.append(Figure("Quotas above 80%", len(near), "", "warn" if near else ""))
    if report.unmanaged is not None:
        count = report.unmanaged_count
        figures.append(Figure("Unmanaged", count, "no file declares them", "warn" if count else "good"))
    return figures


# Products


def _products_section(report: FleetReport) -> Section:
    models = {one.values.get("product_key"): one.values for one in report.found.get("thing_models", ())}
    columns = [
        Column("Product"),
        Column("Node type", "short"),
        Column("Data format", "short"),
        Column("Model", "short"),
        Column("Status", "short"),
        Column("Devices", "number"),
        Column("By status", "chart"),
    ]
    products = sorted(report.found.get("products", []), key=lambda one: one.name)
    rows = [_product_row(report, one, models.get(one.values.get("product_key"))) for one in products]
    content = table("Products", columns, rows, "The account has no products.", item="product")
    form = filter_form("products", "Find products") if len(products) > 10 else None
    return Section(
        "products",
        "Products",
        joined([form, content]),
        "Model is the published version of the thing model. Products without one send data in custom topics only.",
    )


def _product_row(report: FleetReport, one: Found, model: dict[str, Any] | None) -> list[Any]:
    values = one.values
    devices = report.devices.products.get(values["product_key"])
    statuses = devices.statuses if devices else {}
    total = sum(statuses.values())
    key = tag("div", tag("code", values["product_key"]), class_="key")
    parts = _status_parts(statuses)
    texts = [f"{number(part.value)} {part.title}" for part in parts]
    name = joined([one.name, " ", _unmanaged_badge(report, one), key])
    return [
        name,
        values.get("node_type") or "",
        _data_format(values),
        _model_text(values, model),
        badge(values.get("status") or "", "good" if values.get("status") == "released" else ""),
        total,
        joined([single_bar(parts, total), tag("div", ", ".join(texts), class_="key") if texts else None]),
    ]


def _data_format(values: dict[str, Any]) -> str:
    text = str(values.get("data_format") or "")
    return text if values.get("thing_model") else "none"


def _model_text(values: dict[str, Any], model: dict[str, Any] | None) -> Any:
    if not values.get("thing_model") or model is None:
        return Markup('<span class="quiet">none</span>')
    version = model.get("version") or ""
    if not version:
        return badge("never published", "warn")
    return version if model.get("published") else joined([version, " ", badge("draft differs", "warn")])


def _unmanaged_badge(report: FleetReport, one: Found) -> Markup | None:
    return badge("unmanaged", "warn") if id(one) in report.unmanaged_ids else None


# Devices


def _devices_section(report: FleetReport) -> Section:
    statuses = report.statuses
    total = report.device_total
    parts = _status_parts(statuses, with_empty=True)
    content = [tag("h3", "By status")]
    if total:
        content += [single_bar(parts, total), legend(parts)]
    else:
        content.append(tag("p", "The account has no devices.", class_="quiet"))
    content += [tag("h3", "By group"), _group_chart(report)]
    if total:
        content += [tag("h3", "By version"), *_version_charts(report)]
    return Section("devices", "Devices", joined(content))


def _status_parts(statuses: Any, with_empty: bool = False) -> list[Part]:
    parts = [Part(text, statuses.get(status, 0), tone) for status, text, tone in _STATUSES]
    # The platform may add statuses.
    parts += [Part(status, count, "extra") for status, count in statuses.items() if status not in _STATUS_WORDS]
    return [part for part in parts if part.value or with_empty]


def _group_chart(report: FleetReport) -> Markup:
    bars = []
    for group in report.devices.groups[:_MAX_BARS]:
        total = group.total or 0
        online = group.online or 0
        parts = [Part("online", online, "good"), Part("other", total - online, "idle")]
        note = "dynamic" if group.online is None else f"{number(online)} online"
        bars.append(Bar(group.name, "unknown" if group.total is None else _count(total, "device"), parts, note))
    if not bars:
        return tag("p", "There are no groups.", class_="quiet")
    return joined([bar_chart(bars), _omitted(len(report.devices.groups), _MAX_BARS, "groups")])


def _version_charts(report: FleetReport) -> Iterable[Markup]:
    names = report.names.of_kind("product")
    lines = 0
    shown = []
    for key, devices in sorted(report.devices.products.items(), key=lambda item: names.get(item[0], item[0])):
        modules: dict[str, list[tuple[str, int]]] = {}
        for (module, version), count in devices.versions.most_common():
            modules.setdefault(module, []).append((version, count))
        for module, versions in sorted(modules.items()):
            if lines < _MAX_BARS:
                shown.append(_version_bar(names.get(key, key), module, versions))
            lines += 1
    if not lines:
        yield tag("p", "The versions were not read.", class_="quiet")
        return
    if not report.devices.is_complete:
        text = (
            f"Only versions of the module {DEFAULT_MODULE} are shown: without an instance that supports device search, "
            "the versions of other modules take one request for each device."
        )
        yield tag("p", text, class_="intro")
    yield bar_chart(shown)
    omitted = _omitted(lines, _MAX_BARS, "products and modules")
    if omitted is not None:
        yield omitted


def _version_bar(product: str, module: str, versions: Sequence[tuple[str, int]]) -> Bar:
    parts = []
    reported = [(version, count) for version, count in versions if version]
    for index, (version, count) in enumerate(reported):
        parts.append(Part(version, count, _VERSION_TONES[min(index, len(_VERSION_TONES) - 1)]))
    missing = sum(count for version, count in versions if not version)
    if missing:
        parts.append(Part("not reported", missing, "idle"))
    note = [legend(parts[:_MAX_VERSIONS])]
    if len(parts) > _MAX_VERSIONS:
        note.append(Markup(f"{len(parts) - _MAX_VERSIONS} further versions"))
    label = product if module == DEFAULT_MODULE else f"{product}, module {module}"
    total = sum(count for _version, count in versions)
    return Bar(label, _count(total, "device"), parts, joined(note), total)


def _omitted(count: int, maximum: int, title: str) -> Markup | None:
    if count <= maximum:
        return None
    return tag("p", f"{number(count - maximum)} further {title} are not shown.", class_="quiet")


# Quotas and other resources


def _quotas_section(report: FleetReport) -> Section:
    columns = [
        Column("Quota"),
        Column("Used", "number"),
        Column("Limit", "number"),
        Column("Share", "number"),
        Column("Use", "chart"),
        Column("Highest in", "text"),
        Column("Source in the manual", "text"),
    ]
    rows = []
    for one in report.quotas:
        tone = "bad" if one.share >= _FULL else "warn" if one.share >= _NEARLY else "calm"
        share = f"{100 * one.share:.0f}%"
        rows.append(
            [
                one.title,
                one.used,
                one.maximum,
                badge(share, tone) if tone != "calm" else share,
                single_bar([Part(one.title, one.used, tone)], one.maximum),
                one.where,
                one.source,
            ]
        )
    intro = (
        "Limits that the platform's manual documents. For limits of each product, rule or group, the highest number is "
        "shown. An instance can have other limits."
    )
    return Section("quotas", "Quotas", table("Quotas", columns, rows), intro)


def _resources_section(report: FleetReport) -> Section:
    columns = [Column("Kind"), Column("Resources", "number")]
    unmanaged = report.unmanaged
    if unmanaged is not None:
        columns.append(Column("Unmanaged", "number"))
    rows: list[list[Any]] = []
    for plural in sorted(report.found):
        found = report.found[plural]
        if found:
            rows.append([plural.replace("_", " "), len(found)])
            if unmanaged is not None:
                rows[-1].append(len(unmanaged.get(plural, ())))
    content = [table("Resources by kind", columns, rows, "The account is empty.", "narrow")]
    if unmanaged is not None:
        content += _unmanaged_lists(report)
    if report.gaps:
        items = [tag("li", f"{gap.kind} {gap.name}: {gap.reason}") for gap in report.gaps[:MAX_NAMES]]
        more = _omitted(len(report.gaps), MAX_NAMES, "notes")
        content.append(fold(f"Not read: {len(report.gaps)}", joined([tag("ul", *items), more]), is_open=True))
    unlisted = ", ".join(plural.replace("_", " ") for plural in report.unlisted)
    intro = f"Kinds of which the API has no list are not contained: {unlisted}."
    return Section("resources", "All resources", joined(content), intro)


def _unmanaged_lists(report: FleetReport) -> list[Markup]:
    """Return the names of the resources that no file declares, to unfold by kind."""
    groups = [(plural.replace("_", " "), names) for plural, names in (report.unmanaged or {}).items() if names]
    groups += [(f"devices of {product}", names) for product, names in sorted(report.unmanaged_devices.items())]
    content = [tag("h3", "Unmanaged resources")]
    if not groups:
        return [*content, tag("p", "There are none: files declare all resources that the API lists.", class_="quiet")]
    for title, names in groups:
        items = tag("ul", *(tag("li", name) for name in names[:MAX_NAMES]))
        content.append(fold(f"{title} ({number(len(names))})", joined([items, _omitted(len(names), MAX_NAMES, title)])))
    return content
