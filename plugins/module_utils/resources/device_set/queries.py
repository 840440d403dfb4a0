# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The queries that read a device set, the facts and the number of requests of each, and the selection of the cheapest.

Which queries are the cheapest depends on how many devices of the product are read: a list returns 50 devices a page,
one request for details takes 100 names, a search returns all facts about 50 devices a page, and other facts take one
request for each device.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations
from typing import Any

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import EngineError
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.estimate import Requests
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.state import (
    ALL_DEVICES,
    GROUPS,
    IDENTITY,
    MODULES,
    NICKNAME,
    SECRET,
    STATUS,
    TAGS,
    ReadSpec,
)

#: The maximum page size of all lists of devices.
PAGE_SIZE = 50
#: From this device on, a page of QueryDevice is a deep page with a lower quota.
DEEP_OFFSET = 100_000
#: The maximum number of devices of a request for details.
DETAILS_BATCH = 100
#: The maximum number of devices that one search returns.
SEARCH_LIMIT = 10_000

#: The maximum number of queries that are combined.
_MAX_COMBINED = 4


def page_count(count: int, size: int = PAGE_SIZE) -> int:
    """Return the number of pages for a number of devices."""
    return -(-count // size)


class Query:
    """A kind of query that reads facts about devices.

    Attributes:
        provides: The facts that it provides.
        operation: The operation that it calls.
    """

    provides: frozenset = frozenset()
    operation = ""

    def requests(self, spec: ReadSpec) -> Requests | None:
        """Return the requests of the query; None if the query is not possible.

        The first page of the list of devices is not counted: it was read before, for the number of devices.
        """
        raise NotImplementedError(type(self).__name__)


class DeviceList(Query):
    """The pages of the list of all devices of the product."""

    provides = frozenset({IDENTITY, NICKNAME, STATUS, SECRET, ALL_DEVICES})
    operation = "QueryDevice"

    def requests(self, spec: ReadSpec) -> Requests:
        pages = page_count(spec.total)
        deep = max(0, pages - DEEP_OFFSET // PAGE_SIZE + 1)
        return Requests({self.operation: max(0, pages - 1)}, {self.operation: deep})


class DeviceDetails(Query):
    """The details of devices, by name."""

    provides = frozenset({IDENTITY, NICKNAME, STATUS, SECRET})
    operation = "BatchQueryDeviceDetail"

    def requests(self, spec: ReadSpec) -> Requests | None:
        if spec.names is None:
            return None
        return Requests({self.operation: page_count(len(spec.names), DETAILS_BATCH) if spec.total else 0})


class DeviceSearch(Query):
    """The search for all devices of the product, with all facts; supported only by some kinds of instances."""

    provides = frozenset({IDENTITY, NICKNAME, STATUS, TAGS, GROUPS, MODULES, ALL_DEVICES})
    operation = "QueryDeviceBySQL"

    def requests(self, spec: ReadSpec) -> Requests | None:
        if not spec.searchable:
            return None
        # At the end of each search, except the last one, one request counts the devices of the last creation time.
        counting = max(0, page_count(spec.total, SEARCH_LIMIT) - 1)
        return Requests({self.operation: page_count(spec.total) + counting})


class DevicesByTag(Query):
    """The devices that have a tag, for each tag to read. Other tags of the devices remain unknown."""

    provides = frozenset({TAGS})
    operation = "QueryDeviceByTags"

    def requests(self, spec: ReadSpec) -> Requests | None:
        if spec.tags is None:
            return None
        return Requests({self.operation: sum(max(1, page_count(count)) for count in spec.tags.values())})


class TagsByDevice(Query):
    """The tags of each device."""

    provides = frozenset({TAGS})
    operation = "QueryDeviceProp"

    def requests(self, spec: ReadSpec) -> Requests:
        return Requests({self.operation: spec.requests_per_device(TAGS)})


class DevicesByGroup(Query):
    """The members of each group to read. Other groups of the devices remain unknown."""

    provides = frozenset({GROUPS})
    operation = "QueryDeviceListByDeviceGroup"

    def requests(self, spec: ReadSpec) -> Requests | None:
        if spec.other_groups:
            return None
        return Requests({self.operation: sum(max(1, page_count(count)) for count in spec.groups.values())})


class GroupsByDevice(Query):
    """The groups of each device."""

    provides = frozenset({GROUPS})
    operation = "QueryDeviceGroupByDevice"

    def requests(self, spec: ReadSpec) -> Requests:
        return Requests({self.operation: spec.requests_per_device(GROUPS)})


class ModulesByDevice(Query):
    """The OTA modules of each device."""

    provides = frozenset({MODULES})
    operation = "ListOTAModuleVersionsByDevice"

    def requests(self, spec: ReadSpec) -> Requests:
        return Requests({self.operation: spec.requests_per_device(MODULES)})


DEVICE_LIST, DEVICE_DETAILS, DEVICE_SEARCH = DeviceList(), DeviceDetails(), DeviceSearch()
DEVICES_BY_TAG, TAGS_BY_DEVICE = DevicesByTag(), TagsByDevice()
DEVICES_BY_GROUP, GROUPS_BY_DEVICE, MODULES_BY_DEVICE = DevicesByGroup(), GroupsByDevice(), ModulesByDevice()

QUERIES = (
    DEVICE_LIST,
    DEVICE_DETAILS,
    DEVICE_SEARCH,
    DEVICES_BY_TAG,
    TAGS_BY_DEVICE,
    DEVICES_BY_GROUP,
    GROUPS_BY_DEVICE,
    MODULES_BY_DEVICE,
)

#: The queries that send one request for each device.
ONE_BY_ONE = frozenset({TAGS_BY_DEVICE, GROUPS_BY_DEVICE, MODULES_BY_DEVICE})


def readable_facts(spec: ReadSpec) -> frozenset:
    """Return the facts to read that at least one possible query provides."""
    return spec.facts & _provided(query for query in QUERIES if _is_possible(query, spec))


def _provided(some_queries: Iterable[Query]) -> frozenset:
    return frozenset().union(*(query.provides for query in some_queries))


def _is_possible(query: Query, spec: ReadSpec) -> bool:
    return (spec.one_by_one or query not in ONE_BY_ONE) and query.requests(spec) is not None


def cheapest_queries(client: Any, spec: ReadSpec) -> tuple[tuple[Query, ...], Requests]:
    """Return the queries that provide all facts to read with the fewest requests, and their requests.

    Of several combinations with the same number of requests, the fastest is selected. A product without devices needs
    no queries.

    Args:
        client: The client, which has the quotas of the operations.
        spec: What to read.

    Raises:
        EngineError: If no combination of queries provides all facts.
    """
    if not spec.facts or not spec.total:
        return (), Requests()
    possible = {query: query.requests(spec) for query in QUERIES if _is_possible(query, spec)}
    best = None
    for count in range(1, _MAX_COMBINED + 1):
        for combination in combinations(possible, count):
            if not spec.facts <= _provided(combination):
                continue
            requests = sum((possible[query] for query in combination), Requests())
            cost = (requests.total, requests.seconds(client), count)
            if best is None or cost < best[0]:
                best = (cost, combination, requests)
    if best is None:
        raise EngineError(f"the platform has no query for {', '.join(sorted(spec.facts))} of a device set")
    return best[1], best[2]
