# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Serve the dashboard: a page at ``/_emulator/``, and the addresses that the page reads.

The page has no data, so a browser can open it without a token. It asks for the token and sends it with each request.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from aiohttp import web

from ansible_collections.iotops.aliyun.emulator import collection_version
from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.dispatch import Platform
from ansible_collections.iotops.aliyun.emulator.core.store import Row
from ansible_collections.iotops.aliyun.emulator.http.guard import CONTROL
from ansible_collections.iotops.aliyun.emulator.http.journal import Journal
from ansible_collections.iotops.aliyun.emulator.http.masking import masked

#: The default and the largest number of rows of a page.
DEFAULT_ROWS = 50
MAX_ROWS = 200
#: The longest text in a row; the content of a message can have 256 KB.
MAX_TEXT = 500

_PAGE_FILE = Path(__file__).with_name("dashboard.html")
_INLINE = re.compile(r"<(script|style)>(.*?)</\1>", re.DOTALL)
_MAX_DIGITS = 9


@dataclass(frozen=True)
class _List:
    """A list of the dashboard.

    Attributes:
        table: the table of the rows.
        columns: the columns, as text of a SELECT. Other tables are read in subqueries, which SQLite executes for the
            rows of the page only.
        order: the order of the rows, which an index provides.
        filters: the column that each parameter of a request filters.
        filtered_order: the order with a filter, if it differs.
        complete: adds members to the rows of a page.
    """

    table: str
    columns: str
    order: str
    filters: Mapping[str, str] = field(default_factory=dict)
    filtered_order: str = ""
    complete: Callable[[Context, list[Row]], None] | None = None


def _count_tasks(table: str, unfinished: tuple[str, ...]) -> Callable[[Context, list[Row]], None]:
    """Return a function that adds the number of tasks of jobs by status, and the number of finished tasks."""

    def count(ctx: Context, jobs: list[Row]) -> None:
        by_id: dict[str, dict[str, int]] = {job["job_id"]: {} for job in jobs}
        marks = ", ".join("?" * len(jobs))
        sql = f"SELECT job_id, status, count(*) AS n FROM {table} WHERE job_id IN ({marks}) GROUP BY job_id, status"
        for row in ctx.store.rows(sql, *by_id):
            by_id[row["job_id"]][row["status"]] = row["n"]
        for job in jobs:
            tasks = by_id[job["job_id"]]
            job["tasks"] = tasks
            job["total"] = sum(tasks.values())
            job["finished"] = sum(number for status, number in tasks.items() if status not in unfinished)

    return count


LISTS: dict[str, _List] = {
    "products": _List(
        "product",
        "product_key, product_name, node_type, net_type, status, device_count, created_at",
        "rowid DESC",
    ),
    "devices": _List(
        "device",
        "iot_id, product_key, device_name, nickname, status, firmware_version, ip_address, online_at, status_at, "
        "(SELECT product_name FROM product WHERE product_key = device.product_key) AS product_name, "
        "EXISTS (SELECT 1 FROM simulated_device WHERE iot_id = device.iot_id) AS simulated",
        "rowid DESC",
        {"product": "product_key", "status": "status"},
        "created_at DESC, rowid DESC",
    ),
    "messages": _List(
        "message",
        # Identifiers exceed the numbers that JavaScript can represent.
        "CAST(message_id AS TEXT) AS id, at, topic, content, is_base64, length(content) AS characters",
        "message_id DESC",
    ),
    "rules": _List(
        "rule",
        "rule_id, rule_name, status, data_type, product_key, short_topic, select_text, where_text, "
        "(SELECT count(*) FROM rule_action WHERE rule_id = rule.rule_id) AS actions",
        "rule_id DESC",
    ),
    "jobs": _List(
        "device_job",
        "job_id, job_name, type, status, created_at, scheduled_at",
        "created_at DESC, rowid DESC",
        complete=_count_tasks("device_job_task", ("QUEUED", "SENT", "IN_PROGRESS")),
    ),
    "ota-jobs": _List(
        "ota_job",
        "job_id, job_type, selection_type, status, created_at, schedule_at, "
        "(SELECT product_name FROM product WHERE product_key = ota_job.product_key) AS product_name, "
        "(SELECT firmware_name FROM ota_firmware WHERE firmware_id = ota_job.firmware_id) AS firmware_name, "
        "(SELECT dest_version FROM ota_firmware WHERE firmware_id = ota_job.firmware_id) AS dest_version",
        "rowid DESC",
        complete=_count_tasks("ota_task", ("CONFIRM", "QUEUED", "NOTIFIED", "IN_PROGRESS")),
    ),
}


@dataclass(frozen=True)
class Dashboard:
    """The dashboard of one server.

    Attributes:
        platform: the emulated account.
        journal: the recorded calls.
        endpoint_settings: returns the fault rules and the latency that are active.
    """

    platform: Platform
    journal: Journal
    endpoint_settings: Callable[[], dict[str, Any]]

    def add_routes(self, router: web.UrlDispatcher) -> None:
        """Add the addresses to the router of an application."""
        router.add_get(CONTROL, self.page)
        router.add_get(CONTROL.rstrip("/"), self.redirect)
        router.add_get(f"{CONTROL}dashboard", self.summary)
        router.add_get(f"{CONTROL}dashboard/calls", self.calls)
        router.add_get(f"{CONTROL}dashboard/{{name}}", self.rows)

    async def redirect(self, _http: web.Request) -> web.Response:
        """Redirect to the page."""
        raise web.HTTPFound(CONTROL)

    async def page(self, _http: web.Request) -> web.Response:
        """Return the page."""
        text, policy = self._page
        headers = {
            "Content-Security-Policy": policy,
            "Cache-Control": "no-cache",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
        }
        return web.Response(text=text, content_type="text/html", charset="utf-8", headers=headers)

    async def summary(self, _http: web.Request) -> web.Response:
        """Return the numbers of resources, and the settings of the emulator."""
        return _json(self.platform.run(self._summary))

    async def rows(self, http: web.Request) -> web.Response:
        """Return one page of a list, newest rows first, and the number of all rows."""
        found = LISTS.get(http.match_info["name"])
        if found is None:
            return _json({"message": f"the lists are {', '.join(LISTS)} and calls"}, 404)
        try:
            offset, limit = _requested_page(http)
        except ValueError as error:
            return _json({"message": str(error)}, 400)
        return _json(self.platform.run(lambda ctx: read_list(ctx, found, http.query, offset, limit)))

    async def calls(self, http: web.Request) -> web.Response:
        """Return one page of the journal, newest calls first, and the number of all calls."""
        try:
            offset, limit = _requested_page(http)
        except ValueError as error:
            return _json({"message": str(error)}, 400)
        return _json({"total": len(self.journal), "rows": self.journal.newest(offset, limit)})

    @cached_property
    def _page(self) -> tuple[str, str]:
        """The page and its content security policy, which allows only the script and the style that the page has."""
        text = _PAGE_FILE.read_text(encoding="utf-8")
        allowed = {"script": "", "style": ""}
        for kind, content in _INLINE.findall(text):
            digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
            allowed[kind] += f" 'sha256-{digest}'"
        return text, (
            f"default-src 'none'; script-src{allowed['script']}; style-src{allowed['style']}; connect-src 'self'; "
            "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )

    def _summary(self, ctx: Context) -> dict[str, Any]:
        store = ctx.store
        statuses = store.rows("SELECT status, count(*) AS n FROM device GROUP BY status")
        counts = ("product", "message", "rule", "device_job", "ota_job", "due")
        return {
            "version": collection_version(),
            "now": ctx.now,
            "ahead": self.platform.clock.ahead,
            "devices": {row["status"]: row["n"] for row in statuses},
            "counts": {name: store.count(name) for name in counts},
            "calls": len(self.journal),
            **self.endpoint_settings(),
        }


def read_list(ctx: Context, found: _List, query: Mapping[str, str], offset: int, limit: int) -> dict[str, Any]:
    """Return the number of all rows of a list, and one page of them with masked secrets and shortened texts.

    Args:
        ctx: the context.
        found: the list, one of ``LISTS``.
        query: the parameters of the request, of which the filters of the list are used.
        offset: the number of rows to skip.
        limit: the largest number of rows to return.
    """
    filters = {column: query[name] for name, column in found.filters.items() if query.get(name)}
    order = found.filtered_order if filters and found.filtered_order else found.order
    rows, total = ctx.store.page(found.table, offset, limit, order, found.columns, **filters)
    if found.complete and rows:
        found.complete(ctx, rows)
    return {"total": total, "rows": [_shortened(masked(row)) for row in rows]}


def _shortened(row: Row) -> Row:
    """Return a row with shortened texts. The secrets were masked before, so no part of them remains."""
    return {
        name: value[:MAX_TEXT] + "…" if isinstance(value, str) and len(value) > MAX_TEXT else value
        for name, value in row.items()
    }


def _requested_page(http: web.Request) -> tuple[int, int]:
    """Return the offset (from 0) and the limit of a request. Raises ValueError if they are not valid."""
    values = []
    for name, default in (("offset", 0), ("limit", DEFAULT_ROWS)):
        text = http.query.get(name, str(default))
        if not (text.isascii() and text.isdigit() and len(text) <= _MAX_DIGITS):
            raise ValueError(f"{name} must be a number")
        values.append(int(text))
    offset, limit = values
    if not 1 <= limit <= MAX_ROWS:
        raise ValueError(f"limit must be a number from 1 to {MAX_ROWS}")
    return offset, limit


def _json(content: Any, status: int = 200) -> web.Response:
    return web.json_response(content, status=status, headers={"Cache-Control": "no-store"})
