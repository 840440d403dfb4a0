# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The pages of a large fleet: requests, time and size, and how long a browser takes to show and filter them."""

from __future__ import annotations

import time
from pathlib import Path

from playwright.sync_api import Page, expect

from ...integration.tasks import Tasks

PRODUCTS = 50
TOPICS = 10  # of each product
RULES = 2  # of each product
GROUPS = 20
DEVICES = 20_000

#: The pages and the pages of lists that the devices and groups take: lists of 50, details of 100, one for each group.
MIN_DEVICE_REQUESTS = DEVICES // 50 + DEVICES // 100 + GROUPS
#: The largest size of a page, and the longest time in which a browser shows or filters it, on a machine that is idle.
MAX_BYTES = 4_000_000
MAX_SECONDS = 3.0


def fleet(devices: int) -> dict[str, list[dict]]:
    """Return the resources of a fleet with a number of devices for each product."""
    resources: dict[str, list[dict]] = {"products": [], "topics": [], "rules": [], "device_sets": []}
    resources["consumer_groups"] = [{"name": "console"}]
    resources["device_groups"] = [{"name": f"group_{number:02d}"} for number in range(GROUPS)]
    target = {"type": "amqp", "configuration": {"groupId": "console"}}
    for number in range(PRODUCTS):
        product = f"product_{number:02d}"
        resources["products"].append({"name": product, "node_type": "device"})
        resources["topics"] += [
            {"product": product, "short_name": f"user/t{topic}", "operation": "pub", "description": f"topic {topic}"}
            for topic in range(TOPICS)
        ]
        resources["rules"] += [
            {
                "name": f"rule_{number}_{rule}",
                "product": product,
                "short_topic": f"+/user/t{rule}",
                "select": "*",
                "actions": [target],
            }
            for rule in range(RULES)
        ]
        if devices:
            names = [{"name": f"lamp-{number}-{device}", "nickname": f"lamp_{device}"} for device in range(devices)]
            resources["device_sets"].append({"product": product, "devices": names})
    return resources


def timed(page: Page, path: Path, search: str, shown: str) -> tuple[float, float]:
    """Return the seconds until a page is shown, and until it is filtered."""
    started = time.perf_counter()
    page.goto(path.as_uri())
    expect(page.get_by_text(shown)).to_be_visible()
    loaded = time.perf_counter()
    page.get_by_role("searchbox").fill(search)
    expect(page.get_by_text("1 of")).to_be_visible()
    return loaded - started, time.perf_counter() - loaded


def bench_pages(server, page, tmp_path, table):
    tasks = Tasks(server)
    options = {"plan_dir": str(tmp_path), "unmanaged": False}
    started = time.perf_counter()
    planned = tasks.run_ok("iot_fleet_plan", fleet=fleet(DEVICES // PRODUCTS), **options)
    plan = (planned["calls"], time.perf_counter() - started, tmp_path / "plan.html")

    tasks.run_ok("iot_fleet_apply", fleet=fleet(0))
    for number in range(PRODUCTS):
        body = {"product": f"product_{number:02d}", "count": DEVICES // PRODUCTS, "prefix": "lamp-", "online": True}
        server.control("POST", "devices", {**body, "module_versions": {"default": "1.0.0"}})
    report_file = tmp_path / "fleet.html"
    started = time.perf_counter()
    reported = tasks.run_ok("iot_fleet_report", report_file=str(report_file))
    report = (reported["calls"], time.perf_counter() - started, report_file)

    rows = []
    for title, (calls, seconds, path), search, shown in (
        ("plan", plan, "rule_7_1", "of 721 shown"),
        ("report", report, "product_07", "of 50 shown"),
    ):
        loaded, filtered = timed(page, path, search, shown)
        size = path.stat().st_size
        rows.append((title, calls, f"{seconds:.1f}", f"{size / 1e6:.2f}", f"{loaded:.2f}", f"{filtered:.2f}"))
        assert size < MAX_BYTES
        assert max(loaded, filtered) < MAX_SECONDS
    table(
        f"Pages with {PRODUCTS} products, {PRODUCTS * TOPICS} topics, {PRODUCTS * RULES} rules, {GROUPS} groups and "
        f"{DEVICES:,} devices, quotas off",
        ("page", "requests", "written in s", "size in MB", "shown in s", "filtered in s"),
        rows,
    )
    # Each product takes a few requests more, for its topics, modules, subscriptions and tags.
    assert MIN_DEVICE_REQUESTS <= reported["calls"] < MIN_DEVICE_REQUESTS + 12 * PRODUCTS + 5 * PRODUCTS * RULES
