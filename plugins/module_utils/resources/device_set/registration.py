# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Registering devices in batches (the manual's chapters 4.8.15 to 4.8.20).

A batch is handed in with its names, checked by the platform in its own time, and then registered in its own time. Its
ApplyId stands for all of that, and can be used once: whatever answer is lost, no device comes twice.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import member
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import EngineError
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.waiting import wait
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.concurrency import (
    Failure,
    Lanes,
    Refusal,
    concerns_one,
)

#: The most names of one batch. The manual says 10,000 in one place and 1,000 in another, and that what is beyond the
#: limit is dropped in silence.
BATCH = 1_000

#: Seconds before the first look at a batch: the platform does not answer at once.
FIRST_LOOK = 1.0
#: The most seconds that the platform may take for a batch.
PATIENCE = 900

_CHECKING, _CHECKED, _REFUSED = "CHECK", "CHECK_SUCCESS", "CHECK_FAILED"
_CREATED, _FAILED = "CREATE_SUCCESS", "CREATE_FAILED"


class Registration:
    """Registers devices of one product.

    Args:
        lanes: what requests go out by.
        product_key: the product.
        refused: is told of each name that the platform does not take, and why.
    """

    def __init__(self, lanes: Lanes, product_key: str, refused: Callable[[str, str], None] = lambda name, reason: None):
        self._lanes = lanes
        self._product_key = product_key
        self._refused = refused

    def register(self, nicknames: dict, with_secrets: bool) -> dict:
        """Registers one batch.

        Args:
            nicknames: the nickname of each, or None, by name.
            with_secrets: whether to ask for the devices' secrets.

        Returns:
            The devices that are registered by name: their secrets, or None where those were not asked for.

        Raises:
            IotError: a request failed for another reason than a name.
            EngineError: the platform has not come to an end in time.
        """
        left = dict(nicknames)
        while left:
            try:
                apply_id = self._hand_in(left)
            except Refusal as error:
                if not concerns_one(error):
                    raise
                return self._in_halves(left, with_secrets, error)
            state = self._state(apply_id, _CHECKING)
            if state["Status"] == _CHECKED:
                return self._make(apply_id, left, with_secrets)
            if not self._turn_away(state, left):
                raise EngineError(f"the platform refused {len(left)} names and did not say which")
        return {}

    def draw(self, count: int) -> dict:
        """Registers so many devices that the platform gives names to.

        Returns:
            Their secrets by name.

        Raises:
            IotError: a request failed; where no answer came, devices may have been registered all the same.
            EngineError: the platform has not come to an end in time, or did not register all of them.
        """
        reply = self._lanes.call("BatchRegisterDevice", {"ProductKey": self._product_key, "Count": count})
        apply_id = int(member(reply, "Data.ApplyId"))
        state = self._state(apply_id, "CREATE")
        made = self._secrets(apply_id)
        if state["Status"] != _CREATED:
            raise EngineError(f"the platform registered {len(made)} of {count} devices")
        return made

    def _in_halves(self, nicknames: dict, with_secrets: bool, error: Refusal) -> dict:
        """Registers what can be of a batch that was not even looked at."""
        names = list(nicknames)
        if len(names) == 1:
            self._refused(names[0], str(error))
            return {}
        middle = len(names) // 2
        made = {}
        for some in (names[:middle], names[middle:]):
            made.update(self.register({name: nicknames[name] for name in some}, with_secrets))
        return made

    def _hand_in(self, nicknames: dict) -> int:
        rows = [
            {"DeviceName": name, **({"DeviceNickname": nickname} if nickname else {})}
            for name, nickname in nicknames.items()
        ]
        reply = self._lanes.call("BatchCheckDeviceNames", {"ProductKey": self._product_key, "DeviceNameList": rows})
        return int(member(reply, "Data.ApplyId"))

    def _make(self, apply_id: int, names: dict, with_secrets: bool) -> dict:
        application = {"ProductKey": self._product_key, "ApplyId": apply_id}
        try:
            self._lanes.call("BatchRegisterDeviceWithApplyId", application)
        except Failure as error:
            if concerns_one(error):
                for name in names:
                    self._refused(name, str(error))
                return {}
            # Nobody knows whether it came through: the batch's own state tells.
            if not error.ambiguous:
                raise
            if self._look(apply_id)["Status"] == _CHECKED:
                self._lanes.call("BatchRegisterDeviceWithApplyId", application)
        state = self._state(apply_id, "CREATE", _CHECKED)
        if state["Status"] == _FAILED:
            self._turn_away(state, names)
        valid = member(state, "ValidList.Name") or []
        # Some replies leave the list of what is valid empty.
        made = [name for name in names if not valid or name in set(valid)]
        if not with_secrets:
            return dict.fromkeys(made)
        secrets = self._secrets(apply_id)
        return {name: secrets.get(name) for name in made}

    def _turn_away(self, state: dict, names: dict) -> set:
        """Drops from names what the platform does not take; returns what that is."""
        reasons = {
            row.get("DeviceName"): row.get("ErrorMsg")
            for row in member(state, "InvalidDetailList.invalidDetailList") or []
        }
        wrong = {*(member(state, "InvalidList.Name") or []), *reasons} & names.keys()
        for name in wrong:
            del names[name]
            self._refused(name, reasons.get(name) or "the platform does not take the name")
        return wrong

    def _look(self, apply_id: int) -> dict:
        application = {"ProductKey": self._product_key, "ApplyId": apply_id}
        return member(self._lanes.call("QueryBatchRegisterDeviceStatus", application), "Data") or {}

    def _state(self, apply_id: int, *unfinished: str) -> dict:
        """The state of a batch once it is none of those."""
        time.sleep(FIRST_LOOK)

        def said(state: dict) -> str:
            return f"a batch of devices is in state {state.get('Status')}" if state.get("Status") in unfinished else ""

        state, reason = wait(lambda: self._look(apply_id), said, PATIENCE)
        if reason:
            raise EngineError(f"after {PATIENCE} seconds {reason}", remedy="Run the task again: it goes on from there")
        return state

    def _secrets(self, apply_id: int) -> dict:
        found: dict = {}
        number = 1
        while True:
            page = {"ApplyId": apply_id, "CurrentPage": number, "PageSize": 50}
            reply = self._lanes.call("QueryPageByApplyId", page)
            rows = member(reply, "ApplyDeviceList.ApplyDeviceInfo") or []
            found.update((row["DeviceName"], row.get("DeviceSecret")) for row in rows)
            if not rows or len(found) >= int(reply.get("Total") or 0):
                return found
            number += 1
