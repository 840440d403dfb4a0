# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The pages of fleets in Chromium: they need no other files, and are readable in each size and color scheme."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from ..browser import CONTRAST, DESKTOP, HOSTILE, PHONE
from .tasks import Tasks
from .test_fleet_report import FLEET, REPORT_TOPIC

#: The width of the smallest phones.
NARROW = {"width": 360, "height": 740}

#: Long names, and texts with markup.
LONG_TOPIC = "user/" + "/".join(["a_level_of_the_topic"] * 5)


@pytest.fixture(scope="module")
def written() -> dict[str, str]:
    """Return the URLs of the pages that a test has written, for the other tests."""
    return {}


@pytest.fixture
def pages(server, tasks, tmp_path_factory, written) -> dict[str, str]:
    """Return the URLs of a report page and of a plan page with all kinds of content."""
    if not written:
        written.update(write_pages(server, tasks, tmp_path_factory.mktemp("pages")))
    return written


def write_pages(server, tasks: Tasks, folder: Path) -> dict[str, str]:
    """Write a report page and a plan page, and return their URLs."""
    fleet = json.loads(json.dumps(FLEET))
    fleet["topics"] += [{**REPORT_TOPIC, "short_name": LONG_TOPIC, "description": "before"}]
    fleet["rules"] += [{"name": "everything", "product": "street_light", "short_topic": "+/user/#", "select": "*"}]
    tasks.run_ok("iot_fleet_apply", fleet=fleet)
    tasks.run_ok("iot_topic", product="street_light", short_name="user/by_hand", operation="pub")
    body = {"product": "street_light", "count": 60, "prefix": "lamp-", "module_versions": {"default": "1.0.0"}}
    server.control("POST", "devices", body)
    report, out = folder / "fleet.html", folder / "out"
    tasks.run_ok("iot_fleet_report", report_file=str(report), fleet=fleet)
    fleet["topics"][0]["state"] = "absent"
    fleet["topics"][2]["description"] = HOSTILE
    fleet["rules"][0]["where"] = "level > 3"
    fleet["device_groups"] += [{"name": f"group_{number}"} for number in range(30)]
    fleet["device_sets"][0]["devices"] += [{"name": f"new-{number}"} for number in range(80)]
    tasks.run_ok("iot_fleet_plan", fleet=fleet, plan_dir=str(out))
    return {"report": report.as_uri(), "plan": (out / "plan.html").as_uri()}


def open_page(page: Page, url: str) -> list[str]:
    """Open a page with everything unfolded, and return the list of messages of the browser and of requests."""
    seen: list[str] = []
    page.on("console", lambda message: seen.append(message.text))
    page.on("request", lambda request: seen.append(request.url))
    page.goto(url)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    return seen


@pytest.mark.parametrize("name", ["report", "plan"])
def test_page_is_readable_in_each_size_and_color_scheme(page, pages, tmp_path, name):
    seen = open_page(page, pages[name])
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for size in (DESKTOP, PHONE, NARROW):
            page.set_viewport_size(size)
            assert page.evaluate("document.documentElement.scrollWidth") == size["width"]
            contrast = page.evaluate(CONTRAST)
            assert contrast["count"] > 100
            assert contrast["weak"] == []
            # The picture is not blank.
            assert len(page.screenshot(path=tmp_path / "page.png")) > 20_000
        ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert ground == {"light": "rgb(244, 245, 247)", "dark": "rgb(15, 19, 24)"}[scheme]
    assert seen == [pages[name]]


def test_texts_are_not_interpreted_as_html(page, pages):
    open_page(page, pages["plan"])
    expect(page.get_by_text(HOSTILE, exact=True)).to_be_visible()
    assert page.evaluate("document.querySelectorAll('img, main script').length") == 0
    assert page.evaluate("window.hit") is None


@pytest.mark.parametrize("name", ["report", "plan"])
def test_policy_blocks_other_scripts_styles_and_requests(page, pages, name):
    open_page(page, pages[name])
    blocked = page.evaluate(
        """async () => {
          const script = document.createElement("script");
          script.textContent = "window.hit = 1";
          const part = document.createElement("div");
          part.innerHTML = "<i style='color: red'>x</i><img src=x onerror='window.hit = 2'>";
          document.body.append(script, part);
          const answer = await fetch("http://127.0.0.1:9/").catch((error) => error.name);
          return [window.hit, answer, getComputedStyle(part.querySelector("i")).color === "rgb(255, 0, 0)"];
        }"""
    )
    assert blocked == [None, "TypeError", False]


def test_changes_are_filtered_by_text_and_action(page, pages):
    page.goto(pages["plan"])
    items = page.locator("#change-list details:visible")
    total = page.locator("#change-list details").count()
    expect(items).to_have_count(total)
    search = page.get_by_role("searchbox", name="Find changes")
    search.fill("group_2")
    expect(items).to_have_count(11)  # group_2, and group_20 to group_29
    expect(page.get_by_text(f"11 of {total} shown")).to_be_visible()
    expect(page.get_by_role("heading", name="topics", exact=True)).to_be_hidden()
    page.get_by_role("combobox", name="Action").select_option("update")
    expect(items).to_have_count(0)
    search.fill("LEVEL rule")
    search.fill("level")
    expect(items.filter(has_text="overheat")).to_be_visible()
    page.get_by_role("combobox", name="Action").select_option("delete")
    search.fill("")
    expect(items).to_have_count(1)
    page.get_by_role("link", name="topic street_light/user/report").click()
    expect(page.get_by_text("DeleteProductTopic").first).to_be_visible()


def test_pages_work_without_javascript_and_with_the_keyboard(browser, pages):
    with browser.new_context(java_script_enabled=False, viewport=DESKTOP) as context:
        page = context.new_page()
        page.goto(pages["plan"])
        expect(page.get_by_role("searchbox")).to_have_count(0)
        change = page.locator("summary", has_text="overheat")
        expect(page.get_by_text("level > 3")).to_be_hidden()
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
        change.focus()
        page.keyboard.press("Enter")
        expect(page.get_by_text("level > 3")).to_be_visible()
        page.goto(pages["report"])
        expect(page.get_by_role("img", name="Data flow of the account")).to_be_visible()
        expect(page.get_by_role("rowheader", name="street_light").first).to_be_visible()
