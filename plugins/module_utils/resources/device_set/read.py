# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Getting to know a fleet, by the ways that take the fewest requests."""

from __future__ import annotations

import json
from dataclasses import replace

from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import member
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.common import tags
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set import queries
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.concurrency import Lanes
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.estimate import Requests
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.search import CannotSearch, search
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.state import (
    EVERY,
    GROUPS,
    MODULES,
    TAGS,
    Known,
    Question,
)

#: Beyond this device a list is told page after page only, each by a token of the one before.
SIDE_BY_SIDE = 10_000


class Fleet:
    """The devices of a product, as far as they are known.

    Args:
        client: the client.
        lanes: what requests go out by.
        product_key: the product.
        shared: whether other products of the account are looked at, too: lists that are of all of them are read once.

    Attributes:
        devices: what is known, by name; of the named devices, or of all where none were named.
        others: the names of the product's other devices, as far as they were told: all of them where every
            device was asked for.
        product_key: the product.
        untold: the facts that no way tells that may be gone.
        planned: the requests that it was going to take, stage by stage.
    """

    def __init__(self, client, lanes: Lanes, product_key: str, shared: bool = False):
        self.devices: dict = {}
        self.others: set = set()
        self.untold: frozenset = frozenset()
        self.planned: list = []
        self._client = client
        self._lanes = lanes
        self._read_list = lanes.read if shared else lanes.call
        self.product_key = product_key
        self._names: frozenset | None = None
        self._concerned: dict = {}

    # Asking

    def ask(
        self,
        facts,
        names=None,
        *,
        wanted_tags: dict | None = None,
        groups: dict | None = None,
        other_groups: bool = True,
        concerned: dict | None = None,
        one_by_one: bool = True,
    ) -> None:
        """Gets to know facts of devices.

        Args:
            facts: what.
            names: of which devices; None for all of them.
            wanted_tags, groups, other_groups: see ``tags`` and the like of ``Question``.
            concerned: by fact the names of those devices that it matters of, where it does not of all.
            one_by_one: whether devices may be asked one by one; what cannot be known otherwise is in ``untold`` then.

        Raises:
            IotError: a request failed.
        """
        facts = frozenset(facts) | (frozenset({EVERY}) if names is None else frozenset())
        self._names = None if names is None else frozenset(names)
        self._concerned = concerned or {}
        if names is not None and len(names) <= queries.DETAILS and facts <= queries.DETAILED.tells:
            # No list is shorter than one request.
            self.planned.append(Requests({"BatchQueryDeviceDetail": 1 if names else 0}))
            self._detail(sorted(names))
            return
        total, first = self._count()
        question = Question(
            self.product_key,
            facts,
            self._names,
            total,
            wanted_tags,
            groups or {},
            other_groups,
            {fact: len(some) for fact, some in self._concerned.items()},
            searchable=bool(self._client.connection.iot_instance_id),
            one_by_one=one_by_one,
        )
        for row in first:
            self._add(row)
        if total <= len(first):
            # The first page was the last one, and told what a list tells.
            self._fill(replace(question, facts=facts - queries.LISTED.tells))
            return
        searched = self._lanes.requests["QueryDeviceBySQL"]
        try:
            self._go(question)
        except CannotSearch:
            self.planned[-1] = Requests({"QueryDeviceBySQL": self._lanes.requests["QueryDeviceBySQL"] - searched})
            self._go(replace(question, searchable=False))

    def learn_secrets(self, names: list) -> None:
        """Gets to know the secrets of devices that are there, of those that it was not told of."""
        unknown = sorted(name for name in names if self.devices[name].secret is None)
        self.planned.append(Requests({"BatchQueryDeviceDetail": queries.pages(len(unknown), queries.DETAILS)}))
        self._detail(unknown)

    def _count(self) -> tuple:
        """How many devices the product has, and the first page of them."""
        self.planned.append(Requests({"QueryDevice": 1}))
        reply = self._lanes.call("QueryDevice", self._page(1))
        return int(reply.get("Total") or 0), member(reply, "Data.DeviceInfo") or []

    def _go(self, question: Question) -> None:
        question = self._without_untold(question)
        chosen, _requests = queries.cheapest(self._client, question)
        told: frozenset = frozenset()
        for way in chosen:
            if way in (queries.LISTED, queries.DETAILED, queries.SEARCHED):
                self.planned.append(way.requests(question))
                told |= way.tells
        if queries.SEARCHED in chosen:
            search(self._lanes, self.product_key, question.total, self._add_searched)
            self._look_after(question)
        if queries.LISTED in chosen:
            self._list(question.total)
        if queries.DETAILED in chosen:
            self._detail(sorted(question.names))
        self._fill(replace(question, facts=question.facts - told))

    def _without_untold(self, question: Question) -> Question:
        told = queries.told(question)
        self.untold |= question.facts - told
        return replace(question, facts=told)

    def _fill(self, question: Question) -> None:
        """Gets to know what is still unknown of the devices that are there."""
        facts = question.facts & _TOLD_OF_SOME.keys()
        there = self.devices.keys()
        question = replace(
            question,
            facts=facts,
            names=frozenset(there),
            total=min(question.total, len(there)),
            concerned={fact: len(there & names) for fact, names in self._concerned.items()},
            searchable=False,
        )
        question = self._without_untold(question)
        chosen, requests = queries.cheapest(self._client, question)
        self.planned.append(requests)
        for way in chosen:
            if way is queries.TAGGED:
                self._ask_tags(question.tags)
            elif way is queries.MEMBERS:
                self._ask_members(question.groups)
            else:
                self._of_each(way)
        self._lanes.finish()

    # Devices

    def _page(self, number: int, token: str | None = None) -> dict:
        params = {"ProductKey": self.product_key, "CurrentPage": number, "PageSize": queries.PAGE}
        return {**params, "NextToken": token} if token else params

    def _list(self, total: int) -> None:
        last = queries.pages(total)
        tokens: dict = {}

        def read(number: int, token: str | None = None) -> None:
            reply = self._lanes.call("QueryDevice", self._page(number, token))
            for row in member(reply, "Data.DeviceInfo") or []:
                self._add(row)
            tokens[number] = reply.get("NextToken")

        reach = min(last, SIDE_BY_SIDE // queries.PAGE)
        for number in range(2, reach + 1):
            self._lanes.put("QueryDevice", lambda number=number: read(number))
        self._lanes.finish()
        number = reach
        while number < last and tokens.get(number):
            read(number + 1, tokens[number])
            number += 1

    def _detail(self, names: list) -> None:
        def read(some: list) -> None:
            reply = self._lanes.call("BatchQueryDeviceDetail", {"ProductKey": self.product_key, "DeviceName": some})
            for row in member(reply, "Data.Data") or []:
                self._add(row)

        for start in range(0, len(names), queries.DETAILS):
            self._lanes.put("BatchQueryDeviceDetail", lambda some=names[start : start + queries.DETAILS]: read(some))
        self._lanes.finish()

    def _add(self, row: dict) -> Known | None:
        name = row["DeviceName"]
        if self._names is not None and name not in self._names:
            self.others.add(name)
            return None
        known = self.devices.get(name)
        if known is None:
            known = self.devices[name] = Known(name)
        known.iot_id = row.get("IotId")
        known.nickname = row.get("Nickname") or ""
        known.status = row.get("DeviceStatus") or row.get("Status")
        if row.get("DeviceSecret"):
            known.secret = row["DeviceSecret"]
        return known

    def _add_searched(self, row: dict) -> None:
        known = self._add(row)
        if known is not None:
            known.tags = {tag["TagName"]: tag.get("TagValue", "") for tag in row.get("Tags") or []}
            known.groups = tuple(group["GroupId"] for group in row.get("Groups") or [])
            known.modules = {
                module["ModuleName"]: module.get("FirmwareVersion", "") for module in row.get("OTAModules") or []
            }

    def _look_after(self, question: Question) -> None:
        """A search has no stable order: what may have slipped through is looked for by name."""
        missing = sorted(question.names - self.devices.keys()) if question.names else []
        if not missing or len(self.devices) + len(self.others) >= question.total:
            return
        self.planned.append(Requests({"BatchQueryDeviceDetail": queries.pages(len(missing), queries.DETAILS)}))
        self._detail(missing)

    # What is told of tags, groups and modules

    def _pages_of(self, operation: str, params: dict, take) -> None:
        """Reads all pages of a list of devices, the first one first, since it says how many there are."""

        def read(number: int) -> None:
            reply = self._read_list(operation, {**params, "CurrentPage": number, "PageSize": queries.PAGE})
            for row in member(reply, "Data.SimpleDeviceInfo") or []:
                known = self.devices.get(row["DeviceName"]) if row["ProductKey"] == self.product_key else None
                if known is not None:
                    take(known)
            if number == 1:
                for following in range(2, queries.pages(int(reply.get("Total") or 0)) + 1):
                    self._lanes.put(operation, lambda following=following: read(following))

        self._lanes.put(operation, lambda: read(1))

    def _ask_tags(self, wanted: dict) -> None:
        for known in self.devices.values():
            known.tags = {}
        for key, text in wanted:
            self._pages_of(
                "QueryDeviceByTags",
                {"Tag": tags.rows([(key, text)])},
                lambda known, key=key, text=text: known.tags.update({key: text}),
            )

    def _ask_members(self, groups: dict) -> None:
        for known in self.devices.values():
            known.groups = ()

        def join(known: Known, group: str) -> None:
            known.groups = (*known.groups, group)

        for group in groups:
            self._pages_of(
                "QueryDeviceListByDeviceGroup", {"GroupId": group}, lambda known, group=group: join(known, group)
            )

    def _of_each(self, way: queries.Way) -> None:
        (fact,) = way.tells
        take = _TOLD_OF_SOME[fact]
        pages = self._client.operation(way.operation).pages
        whole = {pages.page: 1, pages.size: pages.max_size} if pages else {}

        def read(known: Known) -> None:
            named = {"ProductKey": self.product_key, "DeviceName": known.name}
            reply = self._lanes.find(way.operation, {**named, **whole})
            if reply is None:
                # A device that went away meanwhile is as absent as one that was never there.
                del self.devices[known.name]
            else:
                take(known, reply)

        for name in self._concerned.get(fact, self.devices.keys()) & self.devices.keys():
            self._lanes.put(way.operation, lambda known=self.devices[name]: read(known))


def _tags_of(known: Known, reply: dict) -> None:
    known.tags = {str(key): str(text) for key, text in json.loads(reply.get("Props") or "{}").items()}


def _groups_of(known: Known, reply: dict) -> None:
    rows = member(reply, "GroupInfos.GroupInfo") or []
    known.groups = tuple(row["GroupId"] for row in rows if "DYNAMIC" not in str(row.get("GroupType")))


def _modules_of(known: Known, reply: dict) -> None:
    rows = member(reply, "Data.SimpleOTAModuleInfo") or []
    known.modules = {row["ModuleName"]: row.get("ModuleVersion", "") for row in rows}


#: What is told of single devices, and what takes it from the reply.
_TOLD_OF_SOME = {TAGS: _tags_of, GROUPS: _groups_of, MODULES: _modules_of}
