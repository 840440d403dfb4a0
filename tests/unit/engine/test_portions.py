# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Calls with many elements: in portions, each element once, and what is told where one of the calls fails."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.api.ota import OPERATIONS
from ansible_collections.iotops.aliyun.plugins.module_utils.client.errors import ApiError
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.action import PartialFailure, call_in_chunks


class Platform:
    """A platform that refuses every call from a number on."""

    def __init__(self, good: int):
        self.good = good
        self.sent: list = []

    def operation(self, name):
        return OPERATIONS[name]

    def call(self, name, params):
        self.sent.append((name, params))
        if len(self.sent) > self.good:
            raise ApiError("no such task", code="iot.firmware.InvalidOTATaskId")


def test_each_element_is_sent_once_and_not_too_many_at_once():
    platform = Platform(good=2)
    ids = [str(number) for number in range(12)]
    assert call_in_chunks(platform, "ReupgradeOTATask", "TaskId", [*ids, "0"], {"JobId": "j"}) == ids
    assert platform.sent == [
        ("ReupgradeOTATask", {"JobId": "j", "TaskId": ids[:10]}),
        ("ReupgradeOTATask", {"JobId": "j", "TaskId": ids[10:]}),
    ]


@pytest.mark.parametrize("good", [0, 1])
def test_what_was_done_before_a_failure_is_told(good):
    ids = [str(number) for number in range(12)]
    with pytest.raises(PartialFailure, match="no such task") as caught:
        call_in_chunks(Platform(good), "ConfirmOTATask", "TaskId", ids, {})
    assert caught.value.result == {"changed": bool(good), "done": ids[: good * 10]}
    assert caught.value.error.code == "iot.firmware.InvalidOTATaskId"
