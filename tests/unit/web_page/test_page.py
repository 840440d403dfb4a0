# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of the markup and the skeleton of pages."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.web_page.markup import Markup, escaped, joined, tag
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
from ansible_collections.iotops.aliyun.plugins.module_utils.web_page.style import STYLE

HOSTILE = "<img src=x onerror='alert(1)'><script>alert(2)</script>\"&"

#: The elements that a page contains, so that nothing else gets into it.
ELEMENTS = {
    *("html", "head", "meta", "title", "style", "script", "body", "a", "header", "main", "nav", "section", "footer"),
    *("h1", "h2", "h3", "p", "ul", "li", "dl", "dt", "dd", "div", "span", "small", "details", "summary"),
    *("table", "thead", "tbody", "tr", "th", "td", "form", "label", "input", "select", "option", "output"),
}
VOID = {"meta", "input"}


class Structure(HTMLParser):
    """Checks that elements are nested correctly, and collects their names, attributes and texts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] not in ("style", "script"):
            self.texts.append(data)


def test_text_and_attributes_are_escaped_and_markup_is_not():
    text = tag("p", HOSTILE, tag("b", 1), None, class_="a", title=HOSTILE, data_item="x", hidden=True, id=None)
    structure = Structure(text)
    assert structure.elements == [
        ("p", {"class": "a", "title": HOSTILE, "data-item": "x", "hidden": None}),
        ("b", {}),
    ]
    assert structure.texts == [HOSTILE, "1"]
    assert tag("br") == "<br>"
    assert joined(["<", Markup("<i></i>"), None]) == "&lt;<i></i>"


@pytest.mark.parametrize("character", ["\x00", "\x1b", "\ud800", "\u202e", "\u2066", "\x85"])
def test_characters_that_hide_or_reverse_text_are_replaced(character):
    assert escaped(f"a{character}b") == "a\ufffdb"
    escaped(character).encode()


def test_lines_tabs_and_chinese_text_are_kept():
    assert escaped("路灯\n\ta\r") == "路灯\n\ta\r"


def everything() -> str:
    rows = [[HOSTILE, HOSTILE, 1234567], ["b", tag("span", "c"), 0]]
    content = joined(
        [
            filter_form("list", HOSTILE, [(HOSTILE, HOSTILE)], HOSTILE),
            table(HOSTILE, [Column(HOSTILE), Column("b"), Column("c", "number")], rows, item=HOSTILE),
            fold(HOSTILE, tag("p", HOSTILE)),
            badge(HOSTILE, "good"),
        ]
    )
    sections = [Section("one", HOSTILE, content, HOSTILE), Section("two", "Two", table("Empty", [Column("a")], []))]
    figures = [Figure(HOSTILE, HOSTILE, HOSTILE, "bad"), Figure("Devices", 20000)]
    return page(HOSTILE, HOSTILE, sections, figures, [(HOSTILE, HOSTILE)], notice(HOSTILE, "bad"), HOSTILE)


def test_page_contains_no_element_or_attribute_of_a_text():
    structure = Structure(everything())
    assert {name for name, _attributes in structure.elements} <= ELEMENTS
    assert sum(name == "script" for name, _attributes in structure.elements) == 1
    for _name, attributes in structure.elements:
        assert not [key for key in attributes if key.startswith("on") or key in ("style", "src")]
    assert structure.texts.count(HOSTILE) > 10


def test_policy_allows_only_the_style_and_the_script_of_the_page():
    text = everything()
    (policy,) = [
        attributes["content"]
        for name, attributes in Structure(text).elements
        if name == "meta" and attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    for name in ("style", "script"):
        (content,) = re.findall(f"<{name}>(.*?)</{name}>", text, re.DOTALL)
        value = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{name}-src 'sha256-{value}'" in policy
    assert "http" not in STYLE
    assert "url(" not in STYLE


def test_table_has_headings_with_scope_and_scrolls_by_itself():
    structure = Structure(table("Products", [Column("Name"), Column("Devices", "number")], [["lamp", 1200]]))
    names = [name for name, _attributes in structure.elements]
    assert names == ["div", "table", "thead", "tr", "th", "th", "tbody", "tr", "th", "td"]
    scopes = [attributes["scope"] for name, attributes in structure.elements if name == "th"]
    assert scopes == ["col", "col", "row"]
    assert structure.elements[0][1]["class"] == "scroll"
    assert structure.texts == ["Name", "Devices", "lamp", "1,200"]
    assert table("Products", [Column("Name")], [], "None.") == '<p class="quiet">None.</p>'


def test_numbers_have_separators():
    assert [number(value) for value in (1000, 999, True, "1000")] == ["1,000", "999", "True", "1000"]
