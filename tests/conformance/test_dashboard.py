# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of the dashboard in Chromium without a window."""

from __future__ import annotations

import base64
import json
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from ..browser import CONTRAST, DESKTOP, HOSTILE, PHONE


def create(server, name: str = "street_light") -> str:
    return server.call("CreateProduct", ProductName=name, NodeType=0)[1]["ProductKey"]


def publish(server, key: str, content: bytes) -> None:
    encoded = base64.b64encode(content).decode()
    topic = f"/{key}/lamp-00001/user/get"
    assert server.call("Pub", ProductKey=key, TopicFullName=topic, MessageContent=encoded)[1]["Success"]


def fill(server) -> str:
    """Create something for each list of the dashboard except OTA jobs, and return the product key."""
    key = create(server)
    server.control("POST", "devices", {"product": key, "count": 120, "prefix": "lamp-"})
    server.call("DisableThing", ProductKey=key, DeviceName="lamp-00120")
    stalled = {"product": key, "names": ["lamp-00119"], "profile": {"jobs": {"outcome": "stall"}}}
    server.control("POST", "devices", stalled)
    target = json.dumps({"targetType": "PRODUCT_KEY", "targetProduct": key})
    kind = {"JobName": "restart_lamps", "Type": "CUSTOM_JOB", "JobDocument": '{"key":"value"}'}
    assert server.call("CreateJob", TargetConfig=target, **kind)[1]["Success"]
    server.call(
        "CreateRule",
        Name="forward_alarms",
        Select="temperature",
        ShortTopic="/+/user/update",
        TopicType=1,
        ProductKey=key,
    )
    server.control("POST", "clock", {"advance": 3600})
    publish(server, key, b"switch on")
    server.call("QueryProduct", ProductKey="a1nothing00")
    return key


def open_dashboard(page: Page, server, fragment: str = "") -> None:
    page.goto(f"{server.endpoint}/_emulator/{fragment}")
    expect(page.get_by_role("heading", name="Devices")).to_be_visible()


def rows(page: Page, name: str):
    """Return the rows of the table with a name."""
    return page.get_by_role("table", name=name, exact=True).locator("tbody").get_by_role("row")


def test_page_shows_all_lists(page, server):
    fill(server)
    open_dashboard(page, server)
    expect(rows(page, "Devices")).to_have_count(50)
    expect(rows(page, "Devices").filter(has_text="lamp-00120")).to_contain_text("DISABLE")
    expect(rows(page, "Products")).to_contain_text("street_light")
    expect(rows(page, "Messages").first).to_contain_text("switch on")
    expect(rows(page, "Rules")).to_contain_text('SELECT temperature FROM "+/user/update"')
    job = rows(page, "Device jobs")
    expect(job).to_contain_text("IN_PROGRESS")
    progress = job.get_by_role("progressbar")
    total = int(progress.get_attribute("max"))
    assert 0 < int(progress.get_attribute("value")) < total <= 120
    expect(rows(page, "Requests").first).to_contain_text("iot.prod.NotExistedProduct")
    expect(page.get_by_text("No OTA jobs.")).to_be_visible()
    expect(page.locator("#numbers")).to_contain_text("119 ONLINE, 1 DISABLE")


def test_page_shows_progress_of_ota_jobs(page, server):
    job = {
        "job_id": "1", "firmware_name": "lamp_firmware", "dest_version": "2.0.0", "product_name": "street_light",
        "job_type": "UPGRADE_FIRMWARE", "selection_type": "STATIC", "status": "IN_PROGRESS", "created_at": 1,
        "tasks": {"SUCCEEDED": 6, "FAILED": 1, "QUEUED": 3}, "total": 10, "finished": 7,
    }  # fmt: skip
    answer = json.dumps({"total": 1, "rows": [job]})
    page.route("**/dashboard/ota-jobs?*", lambda route: route.fulfill(body=answer, content_type="application/json"))
    open_dashboard(page, server)
    expect(rows(page, "OTA jobs")).to_contain_text("lamp_firmware → 2.0.0")
    expect(rows(page, "OTA jobs")).to_contain_text("7 of 10 tasks finished: 6 SUCCEEDED, 1 FAILED, 3 QUEUED")
    assert rows(page, "OTA jobs").get_by_role("progressbar").get_attribute("value") == "7"


def test_page_shows_warnings_of_calls(page, server):
    key = create(server)
    assert server.call("ReleaseProduct", ProductKey=key)[1]["Success"]
    assert server.call("UpdateProduct", ProductKey=key, ProductName="street_light")[1]["Success"]
    open_dashboard(page, server)
    expect(rows(page, "Requests").first).to_contain_text("A released product cannot be changed or deleted")
    expect(rows(page, "Requests").first).to_contain_text("(user guide: release a product)")


def test_page_updates_itself_until_paused(page, server):
    key = create(server)
    server.call("RegisterDevice", ProductKey=key, DeviceName="lamp-00001")
    page.clock.install()
    open_dashboard(page, server)
    publish(server, key, b"first message")
    expect(rows(page, "Messages").first).to_contain_text("first message")
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("button", name="Resume")).to_be_visible()
    page.wait_for_load_state("networkidle")
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    publish(server, key, b"second message")
    page.clock.run_for(60_000)  # many intervals of the updates
    assert requests == []
    expect(rows(page, "Messages").first).to_contain_text("first message")
    page.get_by_role("button", name="Resume").click()
    expect(rows(page, "Messages").first).to_contain_text("second message")


def test_devices_are_paged_and_filtered(page, server):
    fill(server)
    create(server, "empty_product")
    open_dashboard(page, server)
    devices = rows(page, "Devices")
    expect(devices.first).to_contain_text("lamp-00120")
    older, newer = (page.get_by_role("button", name=f"{word} devices") for word in ("Older", "Newer"))
    expect(newer).to_be_disabled()
    older.click()
    expect(devices.first).to_contain_text("lamp-00070")
    older.click()
    expect(devices).to_have_count(20)
    expect(older).to_be_disabled()
    expect(page.get_by_text("101 to 120 of 120")).to_be_visible()
    page.get_by_role("combobox", name="Status").select_option("DISABLE")
    expect(devices).to_have_count(1)
    expect(devices).to_contain_text("lamp-00120")
    page.get_by_role("combobox", name="Status").select_option("")
    page.get_by_role("combobox", name="Product").select_option(label="empty_product")
    expect(page.get_by_text("No devices.")).to_be_visible()


def hostile(value):
    """Return a response with other values for all texts, at any depth."""
    if isinstance(value, dict):
        return {name: hostile(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [hostile(inner) for inner in value]
    return HOSTILE if isinstance(value, str) else value


def test_texts_are_not_interpreted_as_html(page, server):
    key = fill(server)
    publish(server, key, HOSTILE.encode())

    def replace(route: Route) -> None:
        response = route.fetch()
        route.fulfill(response=response, body=json.dumps(hostile(response.json())))

    open_dashboard(page, server)
    expect(rows(page, "Messages").first).to_contain_text(HOSTILE)
    page.route("**/_emulator/dashboard**", replace)
    for name in ("Devices", "Messages", "Device jobs", "Products", "Rules", "Requests"):
        expect(rows(page, name).first).to_contain_text(HOSTILE)
    expect(page.locator("#about")).to_contain_text(HOSTILE)
    expect(page.get_by_role("combobox", name="Product").locator("option").nth(1)).to_have_text(HOSTILE)
    assert page.evaluate("document.querySelectorAll('img, main script').length") == 0
    assert page.evaluate("window.hit") is None


def test_policy_blocks_other_scripts_and_requests(page, server):
    urls: list[str] = []
    page.on("request", lambda request: urls.append(request.url))
    open_dashboard(page, server)
    page.wait_for_load_state("networkidle")
    assert {urlsplit(url).netloc for url in urls if not url.startswith("data:")} == {server.address}
    blocked = page.evaluate(
        """async () => {
          const script = document.createElement("script");
          script.textContent = "window.hit = 1";
          document.body.append(script);
          const image = document.createElement("div");
          image.innerHTML = "<img src=x onerror='window.hit = 2'>";
          document.body.append(image);
          const answer = await fetch("http://127.0.0.1:9/").catch((error) => error.name);
          return [window.hit, answer];
        }"""
    )
    assert blocked == [None, "TypeError"]


def test_page_contains_no_secret(page, server):
    key = create(server)
    secrets = [server.call("QueryProduct", ProductKey=key)[1]["Data"]["ProductSecret"]]
    secrets.append(server.call("RegisterDevice", ProductKey=key, DeviceName="lamp-00001")[1]["Data"]["DeviceSecret"])
    publish(server, key, json.dumps({"deviceSecret": secrets[1]}).encode())
    open_dashboard(page, server)
    expect(rows(page, "Messages").first).to_contain_text('{"deviceSecret": "********"}')
    content = page.content()
    assert not any(secret in content for secret in (*secrets, "emulator-secret-2018"))


@pytest.fixture
def reachable(launch, tmp_path):
    """Start an emulator that other machines can reach, and return it with its token."""
    running = launch("--host", "0.0.0.0")
    (ready,) = tmp_path.glob("ready-*.json")
    running.endpoint = running.endpoint.replace("0.0.0.0", "127.0.0.1")
    return running, json.loads(ready.read_text())["token"]


def test_token_is_requested_if_other_machines_can_reach_the_emulator(page, reachable):
    server, token = reachable
    page.goto(f"{server.endpoint}/_emulator/")
    field = page.get_by_label("Token", exact=True).and_(page.locator("input"))
    field.fill("wrong")
    page.get_by_role("button", name="Show the dashboard").click()
    expect(page.get_by_role("alert")).to_contain_text("does not accept this token")
    field.fill(token)
    field.press("Enter")
    expect(page.get_by_role("heading", name="Devices")).to_be_visible()
    expect(field).to_be_hidden()
    assert token not in page.content()
    page.reload()
    expect(page.get_by_role("heading", name="Devices")).to_be_visible()


def test_token_in_link_is_used_and_deleted_from_address(page, reachable):
    server, token = reachable
    urls: list[str] = []
    page.on("request", lambda request: urls.append(request.url))
    open_dashboard(page, server, f"#token={token}")
    assert page.url == f"{server.endpoint}/_emulator/"
    assert not any(parse_qs(urlsplit(url).query).get("token") for url in urls)


def test_lost_emulator_is_reported(page, launch):
    server = launch()
    open_dashboard(page, server)
    server.end()
    expect(page.get_by_role("alert")).to_contain_text("The emulator does not respond")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_page_is_readable_in_each_size_and_color_scheme(page, server, tmp_path, size, scheme):
    fill(server)
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=scheme)
    open_dashboard(page, server)
    expect(rows(page, "Requests").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == size["width"]
    contrast = page.evaluate(CONTRAST)
    assert contrast["count"] > 300
    assert contrast["weak"] == []
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == {"light": "rgb(244, 245, 247)", "dark": "rgb(15, 19, 24)"}[scheme]
    # The picture is not blank.
    assert len(page.screenshot(path=tmp_path / "page.png")) > 20_000


def test_page_is_used_with_keyboard(page, server):
    fill(server)
    open_dashboard(page, server)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Resume")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(rows(page, "Devices").first).to_be_hidden()
    page.keyboard.press("Enter")
    expect(rows(page, "Devices").first).to_be_visible()
    for name in ("Product", "Status"):
        page.keyboard.press("Tab")
        expect(page.get_by_role("combobox", name=name)).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(rows(page, "Devices").first).to_contain_text("lamp-00070")
