# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The skeleton of pages: one file that needs no other one, and works without a network and without JavaScript."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.web_page.markup import Markup, escaped, joined, tag
from ansible_collections.iotops.aliyun.plugins.module_utils.web_page.script import FILTER_SCRIPT
from ansible_collections.iotops.aliyun.plugins.module_utils.web_page.style import STYLE


@dataclass(frozen=True)
class Section:
    """A section of a page.

    Attributes:
        key: The ID of the section, for links.
        title: The heading.
        content: The content as markup.
        intro: What the section shows, and where the figures come from.
    """

    key: str
    title: str
    content: Markup
    intro: str = ""


@dataclass(frozen=True)
class Figure:
    """A number at the top of a page.

    Attributes:
        title: What is counted.
        value: The number.
        note: A text below it.
        tone: ``good``, ``bad``, ``warn``, ``calm``; empty for none.
    """

    title: str
    value: Any
    note: str = ""
    tone: str = ""


def page(
    title: str,
    lead: str,
    sections: Iterable[Section],
    figures: Iterable[Figure] = (),
    facts: Iterable[tuple[str, Any]] = (),
    notice: Markup | None = None,
    footer: str = "",
) -> str:
    """Return a page as HTML.

    Args:
        title: The title.
        lead: The summary below the title.
        sections: The sections in order.
        figures: The numbers at the top.
        facts: Names and values that describe what the page is about, such as the account.
        notice: A notice above the sections.
        footer: A text at the end.
    """
    sections = list(sections)
    # Only the style sheet and the script of this package are allowed: their hashes, and no sources for anything else.
    policy = (
        f"default-src 'none'; style-src '{_hash(STYLE)}'; script-src '{_hash(FILTER_SCRIPT)}'; base-uri 'none'; "
        "form-action 'none'"
    )
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("title", title),
        Markup(f"<style>{STYLE}</style>"),
    )
    links = [tag("li", tag("a", one.title, href=f"#{one.key}")) for one in sections]
    body = tag(
        "body",
        tag("a", "Skip to the content", class_="skip", href="#content"),
        tag(
            "header",
            tag("h1", title),
            tag("p", lead, class_="lead"),
            _facts(facts),
            tag("nav", tag("ul", *links), aria_label="Sections") if len(links) > 1 else None,
        ),
        tag("main", _figures(figures), notice, *map(_section, sections), id="content", tabindex="-1"),
        tag("footer", footer) if footer else None,
        Markup(f"<script>{FILTER_SCRIPT}</script>"),
    )
    return f"<!DOCTYPE html>\n{tag('html', head, body, lang='en')}\n"


def _hash(content: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}"


def _facts(facts: Iterable[tuple[str, Any]]) -> Markup | None:
    rows = [tag("div", tag("dt", name), tag("dd", value)) for name, value in facts]
    return tag("dl", *rows, class_="facts") if rows else None


def _figures(figures: Iterable[Figure]) -> Markup | None:
    rows = [
        tag(
            "div",
            tag("dt", one.title),
            tag("dd", number(one.value), tag("small", one.note) if one.note else None),
            class_=one.tone or None,
        )
        for one in figures
    ]
    return tag("dl", *rows, class_="figures") if rows else None


def _section(section: Section) -> Markup:
    heading = tag("h2", section.title, id=f"{section.key}-title")
    intro = tag("p", section.intro, class_="intro") if section.intro else None
    return tag("section", heading, intro, section.content, id=section.key, aria_labelledby=f"{section.key}-title")


def number(value: Any) -> str:
    """Return a number with separators between thousands; any other value as text."""
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def notice(content: Any, tone: str = "") -> Markup:
    """Return a notice.

    Args:
        content: The content: text or markup.
        tone: ``bad`` for a warning; empty for none.
    """
    return tag("div", tag("p", content), class_=f"notice {tone}".rstrip(), role="note")


def badge(text: Any, tone: str = "") -> Markup:
    """Return a short text such as a status, in a color that fits: ``good``, ``bad``, ``warn`` or ``calm``."""
    return tag("span", text, class_=f"badge {tone}".rstrip())


def fold(title: Any, content: Markup, is_open: bool = False) -> Markup:
    """Return content below a title with which it is shown and hidden."""
    return tag("details", tag("summary", title), content, class_="fold", open=is_open)


def filter_form(target: str, label: str, choices: Iterable[tuple[str, str]] = (), choice_label: str = "") -> Markup:
    """Return the controls that filter the elements with ``data-item`` in an element of the page.

    Args:
        target: The ID of the element.
        label: The label of the search field.
        choices: The values of ``data-item`` that can be selected, each with its text.
        choice_label: The label of the selection.
    """
    options = [tag("option", text, value=value) for value, text in choices]
    selection = None
    if options:
        selection = tag("label", choice_label, tag("select", tag("option", "all", value=""), *options))
    return tag(
        "form",
        tag("label", label, tag("input", type="search", autocomplete="off"), class_="search"),
        selection,
        tag("output", aria_live="polite"),
        class_="filter",
        data_filter=target,
        hidden=True,
    )


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes:
        title: The heading.
        kind: ``text``, ``short`` (never broken), ``number`` or ``chart``.
    """

    title: str
    kind: str = "text"


def table(
    name: str,
    columns: Iterable[Column],
    rows: Iterable[Iterable[Any]],
    empty: str = "There are none.",
    class_: str = "",
    item: str | None = None,
) -> Markup:
    """Return a table, which scrolls by itself if the page is too narrow.

    Args:
        name: What it contains, for screen readers.
        columns: The columns.
        rows: The cells of each row: text, numbers or markup. The first one is the heading of the row.
        empty: The text in place of a table without rows.
        class_: A class of the style sheet.
        item: The value of ``data-item`` of the rows, so that they can be filtered; None if they cannot.
    """
    columns = list(columns)
    lines = [_row(columns, row, item) for row in rows]
    if not lines:
        return tag("p", empty, class_="quiet")
    heads = [tag("th", one.title, scope="col", class_="number" if one.kind == "number" else None) for one in columns]
    content = tag(
        "table",
        tag("thead", tag("tr", *heads)),
        tag("tbody", *lines),
        class_=class_ or None,
        aria_label=name,
    )
    # Focusable, so that it can be scrolled with the keyboard.
    return tag("div", content, class_="scroll", tabindex="0", role="region", aria_label=f"Table: {name}")


def _row(columns: list[Column], row: Iterable[Any], item: str | None) -> Markup:
    cells = []
    for index, (column, cell) in enumerate(zip(columns, row)):
        content = escaped(cell if isinstance(cell, Markup) else number(cell))
        cells.append(tag("td", content, class_=column.kind) if index else tag("th", content, scope="row"))
    return tag("tr", *cells, data_item=item)


def paragraphs(*texts: Any) -> Markup:
    """Return texts as paragraphs."""
    return joined(tag("p", text) for text in texts)
