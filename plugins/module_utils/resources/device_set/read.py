# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The current state of a device set, read with the queries that send the fewest requests."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import member
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.chunks import chunked
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import invalid_response
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common import tags
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set import queries
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.concurrency import WorkerPool
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.estimate import Requests
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.search import (
    SearchUnavailable,
    search_devices,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.state import (
    ALL_DEVICES,
    GROUPS,
    MODULES,
    TAGS,
    DeviceState,
    ReadSpec,
)

#: The pages of QueryDevice up to this device are read concurrently. Each later page needs the token of the page before.
MAX_CONCURRENT_OFFSET = 10_000


class DeviceSet:
    """The current state of the devices of a product, as far as it was read.

    Args:
        client: The client.
        workers: Sends the requests.
        product_key: The ProductKey.
        is_one_of_many: Whether other products of the account are read, too. Lists that contain devices of all products
            are then read only once.

    Attributes:
        devices: The current state by name: of the listed devices, or of all devices if none are listed.
        unlisted: The names of other devices of the product that were read: all of them if all devices were requested.
        total: The number of devices of the product; None if it was not read.
        unknown: The requested facts that no allowed query provides.
        planned_requests: The planned requests, stage by stage.
        product_key: The ProductKey.
    """

    def __init__(self, client: Any, workers: WorkerPool, product_key: str, is_one_of_many: bool = False) -> None:
        self.devices: dict[str, DeviceState] = {}
        self.unlisted: set[str] = set()
        self.total: int | None = None
        self.unknown: frozenset = frozenset()
        self.planned_requests: list[Requests] = []
        self.product_key = product_key
        self._client = client
        self._workers = workers
        self._read_list = workers.read if is_one_of_many else workers.call
        self._names: frozenset | None = None
        self._relevant: dict[str, set] = {}

    # Entry points

    def read(
        self,
        facts: Iterable[str],
        names: list[str] | None = None,
        *,
        desired_tags: dict | None = None,
        desired_groups: dict | None = None,
        other_groups: bool = True,
        relevant: dict[str, set] | None = None,
        one_by_one: bool = True,
    ) -> None:
        """Read facts about devices.

        Args:
            facts: The facts to read.
            names: The names of the devices; None for all devices.
            desired_tags, desired_groups, other_groups: See ``tags``, ``groups`` and ``other_groups`` of ``ReadSpec``.
            relevant: For each fact the names of the devices for which it matters; if missing, it matters for all.
            one_by_one: Whether queries that send one request for each device are allowed. If not, facts that only those
                queries provide are added to ``unknown``.

        Raises:
            IotError: If a request fails.
        """
        facts = frozenset(facts) | (frozenset({ALL_DEVICES}) if names is None else frozenset())
        self._names = None if names is None else frozenset(names)
        self._relevant = relevant or {}
        if names is not None and len(names) <= queries.DETAILS_BATCH and facts <= queries.DEVICE_DETAILS.provides:
            # No query needs fewer than one request.
            self.planned_requests.append(Requests({"BatchQueryDeviceDetail": 1 if names else 0}))
            self._read_details(sorted(names))
            return
        total, first_page = self._read_first_page()
        self.total = total
        spec = ReadSpec(
            self.product_key,
            facts,
            self._names,
            total,
            desired_tags,
            desired_groups or {},
            other_groups,
            {fact: len(devices) for fact, devices in self._relevant.items()},
            searchable=bool(self._client.connection.iot_instance_id),
            one_by_one=one_by_one,
        )
        for row in first_page:
            self._add(row)
        missing = replace(spec, facts=facts - queries.DEVICE_LIST.provides, searchable=False)
        if total <= len(first_page) and (not spec.searchable or queries.readable_facts(missing) == missing.facts):
            # There is no other page, the first page contains all facts of the list, and no search is needed.
            self._read_missing_facts(missing)
            return
        searches = self._workers.requests["QueryDeviceBySQL"]
        try:
            self._read_devices(spec)
        except SearchUnavailable:
            sent = self._workers.requests["QueryDeviceBySQL"] - searches
            self.planned_requests[-1] = Requests({"QueryDeviceBySQL": sent})
            self._read_devices(replace(spec, searchable=False))

    def read_secrets(self, names: Iterable[str]) -> None:
        """Read the secrets of existing devices whose secrets are not known yet."""
        unknown = sorted(name for name in names if self.devices[name].secret is None)
        self._plan_details(unknown)
        self._read_details(unknown)

    # Selection of the queries

    def _read_devices(self, spec: ReadSpec) -> None:
        """Read the devices with lists, details or a search, and then the facts that these do not contain."""
        spec = self._without_unknown_facts(spec)
        selected, _requests = queries.cheapest_queries(self._client, spec)
        provided: frozenset = frozenset()
        for query in selected:
            if query in (queries.DEVICE_LIST, queries.DEVICE_DETAILS, queries.DEVICE_SEARCH):
                self.planned_requests.append(query.requests(spec))
                provided |= query.provides
        if queries.DEVICE_SEARCH in selected:
            search_devices(self._workers, self.product_key, spec.total, self._add_search_result)
            self._read_not_found(spec)
        if queries.DEVICE_LIST in selected:
            self._read_device_list(spec.total)
        if queries.DEVICE_DETAILS in selected:
            self._read_details(sorted(spec.names))
        self._read_missing_facts(replace(spec, facts=spec.facts - provided))

    def _without_unknown_facts(self, spec: ReadSpec) -> ReadSpec:
        readable = queries.readable_facts(spec)
        self.unknown |= spec.facts - readable
        return replace(spec, facts=readable)

    def _read_missing_facts(self, spec: ReadSpec) -> None:
        """Read the tags, groups and modules that are not known yet, of the devices that exist."""
        existing = self.devices.keys()
        spec = replace(
            spec,
            facts=spec.facts & _PARSERS.keys(),
            names=frozenset(existing),
            total=min(spec.total, len(existing)),
            relevant_counts={fact: len(existing & names) for fact, names in self._relevant.items()},
            searchable=False,
        )
        spec = self._without_unknown_facts(spec)
        selected, requests = queries.cheapest_queries(self._client, spec)
        self.planned_requests.append(requests)
        for query in selected:
            if query is queries.DEVICES_BY_TAG:
                self._read_devices_by_tag(spec.tags)
            elif query is queries.DEVICES_BY_GROUP:
                self._read_devices_by_group(spec.groups)
            else:
                self._read_one_by_one(query)
        self._workers.wait()

    # Lists, details and search

    def _page_params(self, number: int, token: str | None = None) -> dict:
        params = {"ProductKey": self.product_key, "CurrentPage": number, "PageSize": queries.PAGE_SIZE}
        return {**params, "NextToken": token} if token else params

    def _read_first_page(self) -> tuple[int, list[dict]]:
        """Return the number of devices of the product, and the first page of the list."""
        self.planned_requests.append(Requests({"QueryDevice": 1}))
        # Through the cache: several sets can manage devices of the product, and a plan looks for other devices.
        reply = self._workers.read("QueryDevice", self._page_params(1))
        return int(reply.get("Total") or 0), member(reply, "Data.DeviceInfo") or []

    def _read_device_list(self, total: int) -> None:
        last = queries.page_count(total)
        tokens: dict[int, str | None] = {}

        def read_page(number: int, token: str | None = None) -> None:
            reply = self._workers.call("QueryDevice", self._page_params(number, token))
            for row in member(reply, "Data.DeviceInfo") or []:
                self._add(row)
            tokens[number] = reply.get("NextToken")

        last_concurrent = min(last, MAX_CONCURRENT_OFFSET // queries.PAGE_SIZE)
        for number in range(2, last_concurrent + 1):
            self._workers.submit("QueryDevice", lambda number=number: read_page(number))
        self._workers.wait()
        number = last_concurrent
        while number < last and tokens.get(number):
            read_page(number + 1, tokens[number])
            number += 1

    def _plan_details(self, names: list[str]) -> None:
        count = queries.page_count(len(names), queries.DETAILS_BATCH)
        self.planned_requests.append(Requests({"BatchQueryDeviceDetail": count}))

    def _read_details(self, names: list[str]) -> None:
        def read_batch(batch: list[str]) -> None:
            params = {"ProductKey": self.product_key, "DeviceName": batch}
            reply = self._workers.call("BatchQueryDeviceDetail", params)
            for row in member(reply, "Data.Data") or []:
                self._add(row)

        for batch in chunked(names, queries.DETAILS_BATCH):
            self._workers.submit("BatchQueryDeviceDetail", lambda batch=batch: read_batch(batch))
        self._workers.wait()

    def _add(self, row: dict) -> DeviceState | None:
        """Add a row of a list; return None if the device is not listed in the task."""
        name = row["DeviceName"]
        if self._names is not None and name not in self._names:
            self.unlisted.add(name)
            return None
        state = self.devices.get(name)
        if state is None:
            state = self.devices[name] = DeviceState(name)
        state.iot_id = row.get("IotId")
        state.nickname = row.get("Nickname") or ""
        state.status = row.get("DeviceStatus") or row.get("Status")
        if row.get("DeviceSecret"):
            state.secret = row["DeviceSecret"]
        return state

    def _add_search_result(self, row: dict) -> None:
        state = self._add(row)
        if state is not None:
            state.tags = {tag["TagName"]: tag.get("TagValue", "") for tag in row.get("Tags") or []}
            state.groups = tuple(group["GroupId"] for group in row.get("Groups") or [])
            state.modules = {
                module["ModuleName"]: module.get("FirmwareVersion", "") for module in row.get("OTAModules") or []
            }

    def _read_not_found(self, spec: ReadSpec) -> None:
        """Read the listed devices that a search did not return: it has no stable order, and can miss devices."""
        missing = sorted(spec.names - self.devices.keys()) if spec.names else []
        if not missing or len(self.devices) + len(self.unlisted) >= spec.total:
            return
        self._plan_details(missing)
        self._read_details(missing)

    # Tags, groups and modules

    def _read_pages(self, operation: str, params: dict, update: Callable[[DeviceState], Any]) -> None:
        """Read all pages of a list of devices: first page 1, which contains their number, and then the others."""

        def read_page(number: int) -> None:
            page = {"CurrentPage": number, "PageSize": queries.PAGE_SIZE}
            reply = self._read_list(operation, {**params, **page})
            for row in member(reply, "Data.SimpleDeviceInfo") or []:
                state = self.devices.get(row["DeviceName"]) if row["ProductKey"] == self.product_key else None
                if state is not None:
                    update(state)
            if number == 1:
                for following in range(2, queries.page_count(int(reply.get("Total") or 0)) + 1):
                    self._workers.submit(operation, lambda following=following: read_page(following))

        self._workers.submit(operation, lambda: read_page(1))

    def _read_devices_by_tag(self, desired: dict) -> None:
        for state in self.devices.values():
            state.tags = {}
        for key, text in desired:
            self._read_pages(
                "QueryDeviceByTags",
                {"Tag": tags.to_rows([(key, text)])},
                lambda state, key=key, text=text: state.tags.update({key: text}),
            )

    def _read_devices_by_group(self, groups: dict) -> None:
        for state in self.devices.values():
            state.groups = ()

        def add_group(state: DeviceState, group: str) -> None:
            state.groups = (*state.groups, group)

        for group in groups:
            self._read_pages(
                "QueryDeviceListByDeviceGroup", {"GroupId": group}, lambda state, group=group: add_group(state, group)
            )

    def _read_one_by_one(self, query: queries.Query) -> None:
        (fact,) = query.provides
        parse = _PARSERS[fact]
        pages = self._client.operation(query.operation).pages
        page = {pages.page: 1, pages.size: pages.max_size} if pages else {}

        def read_device(state: DeviceState) -> None:
            device = {"ProductKey": self.product_key, "DeviceName": state.name}
            reply = self._workers.find(query.operation, {**device, **page})
            if reply is None:
                # The device was deleted in the meantime.
                del self.devices[state.name]
            else:
                parse(state, reply)

        for name in self._relevant.get(fact, self.devices.keys()) & self.devices.keys():
            self._workers.submit(query.operation, lambda state=self.devices[name]: read_device(state))


def _parse_tags(state: DeviceState, reply: dict) -> None:
    try:
        state.tags = {str(key): str(text) for key, text in json.loads(reply.get("Props") or "{}").items()}
    except (AttributeError, ValueError) as error:
        raise invalid_response(reply, "Props is not a JSON object") from error


def _parse_groups(state: DeviceState, reply: dict) -> None:
    rows = member(reply, "GroupInfos.GroupInfo") or []
    state.groups = tuple(row["GroupId"] for row in rows if "DYNAMIC" not in str(row.get("GroupType")))


def _parse_modules(state: DeviceState, reply: dict) -> None:
    rows = member(reply, "Data.SimpleOTAModuleInfo") or []
    state.modules = {row["ModuleName"]: row.get("ModuleVersion", "") for row in rows}


#: The functions that parse the reply of a query for one device, by fact.
_PARSERS = {TAGS: _parse_tags, GROUPS: _parse_groups, MODULES: _parse_modules}
