# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The ways to get to know a fleet, what each tells, and how many requests each takes: the cheapest are chosen.

Which way is the cheapest depends on how much of a product is asked about: a list hands out 50 devices a page, details
are told of 100 that are named, a search tells everything of 50 at a time, and what is asked of single devices takes a
request for each.
"""

from __future__ import annotations

from itertools import combinations

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import EngineError
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.estimate import Requests
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.state import (
    EVERY,
    GROUPS,
    IDENTITY,
    MODULES,
    NICKNAME,
    SECRET,
    STATUS,
    TAGS,
    Question,
)

#: The most devices of one page of every list of devices.
PAGE = 50
#: From this device on a page of QueryDevice counts as deep, and its quota is lower.
DEEP = 100_000
#: The most devices of which one request tells the details.
DETAILS = 100
#: The last device that a search reaches before it has to be narrowed.
REACH = 10_000


def pages(count: int, size: int = PAGE) -> int:
    """How many pages so many devices take."""
    return -(-count // size)


class Way:
    """One way to get to know something of devices.

    Attributes:
        tells: what it tells.
        operation: the operation that it takes.
    """

    tells: frozenset = frozenset()
    operation = ""

    def requests(self, question: Question) -> Requests | None:
        """The requests that it takes; None where it cannot be gone.

        The first page of the list of devices has been seen before, to learn how many there are.
        """
        raise NotImplementedError(type(self).__name__)


class Listed(Way):
    """Page by page, all devices of the product."""

    tells = frozenset({IDENTITY, NICKNAME, STATUS, SECRET, EVERY})
    operation = "QueryDevice"

    def requests(self, question):
        count = max(0, pages(question.total) - 1)
        return Requests({self.operation: count}, {self.operation: max(0, pages(question.total) - DEEP // PAGE + 1)})


class Detailed(Way):
    """The details of devices that are named."""

    tells = frozenset({IDENTITY, NICKNAME, STATUS, SECRET})
    operation = "BatchQueryDeviceDetail"

    def requests(self, question):
        if question.names is None:
            return None
        return Requests({self.operation: pages(len(question.names), DETAILS) if question.total else 0})


class Searched(Way):
    """Everything of all devices of the product, by a search; only instances of some kinds have it."""

    tells = frozenset({IDENTITY, NICKNAME, STATUS, TAGS, GROUPS, MODULES, EVERY})
    operation = "QueryDeviceBySQL"

    def requests(self, question):
        if not question.searchable:
            return None
        # At the end of each reach it is asked whether that is the end of a moment.
        narrowed = max(0, pages(question.total, REACH) - 1)
        return Requests({self.operation: pages(question.total) + narrowed})


class Tagged(Way):
    """The devices that have a tag, for each tag that matters; what other tags a device has stays unknown."""

    tells = frozenset({TAGS})
    operation = "QueryDeviceByTags"

    def requests(self, question):
        if question.tags is None:
            return None
        return Requests({self.operation: sum(max(1, pages(count)) for count in question.tags.values())})


class TagsOfEach(Way):
    """The tags of each device."""

    tells = frozenset({TAGS})
    operation = "QueryDeviceProp"

    def requests(self, question):
        return Requests({self.operation: question.each(TAGS)})


class Members(Way):
    """The devices of each group that matters; what other groups a device is in stays unknown."""

    tells = frozenset({GROUPS})
    operation = "QueryDeviceListByDeviceGroup"

    def requests(self, question):
        if question.other_groups:
            return None
        return Requests({self.operation: sum(max(1, pages(count)) for count in question.groups.values())})


class GroupsOfEach(Way):
    """The groups of each device."""

    tells = frozenset({GROUPS})
    operation = "QueryDeviceGroupByDevice"

    def requests(self, question):
        return Requests({self.operation: question.each(GROUPS)})


class ModulesOfEach(Way):
    """The OTA modules of each device."""

    tells = frozenset({MODULES})
    operation = "ListOTAModuleVersionsByDevice"

    def requests(self, question):
        return Requests({self.operation: question.each(MODULES)})


LISTED, DETAILED, SEARCHED = Listed(), Detailed(), Searched()
TAGGED, TAGS_OF_EACH = Tagged(), TagsOfEach()
MEMBERS, GROUPS_OF_EACH, MODULES_OF_EACH = Members(), GroupsOfEach(), ModulesOfEach()

WAYS = (LISTED, DETAILED, SEARCHED, TAGGED, TAGS_OF_EACH, MEMBERS, GROUPS_OF_EACH, MODULES_OF_EACH)


#: What is asked of devices one by one.
OF_EACH = frozenset({TAGS_OF_EACH, GROUPS_OF_EACH, MODULES_OF_EACH})


def told(question: Question) -> frozenset:
    """The facts that are asked for and that some way tells."""
    possible = (way.tells for way in WAYS if _is_open(way, question))
    return question.facts & frozenset().union(*possible)


def _is_open(way: Way, question: Question) -> bool:
    return (question.one_by_one or way not in OF_EACH) and way.requests(question) is not None


def cheapest(client, question: Question) -> tuple:
    """The ways that together tell what is asked in the fewest requests, and of those that take as many, the fastest.

    A product that has no devices takes none.

    Args:
        client: knows the operations and their quotas.
        question: what is asked.

    Returns:
        The ways, and their requests.

    Raises:
        EngineError: no ways tell it.
    """
    if not question.facts or not question.total:
        return (), Requests()
    possible = {way: way.requests(question) for way in WAYS if _is_open(way, question)}
    best = None
    for count in range(1, 5):
        for some in combinations(possible, count):
            if not question.facts <= frozenset().union(*(way.tells for way in some)):
                continue
            requests = sum((possible[way] for way in some), Requests())
            cost = (requests.total, requests.seconds(client), count)
            if best is None or cost < best[0]:
                best = (cost, some, requests)
    if best is None:
        raise EngineError(f"the platform does not tell {', '.join(sorted(question.facts))} of a fleet")
    return best[1], best[2]
