# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of calls with more elements than one request takes."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.api.ota import OPERATIONS
from ansible_collections.iotops.aliyun.plugins.module_utils.client.errors import ApiError
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.action import PartialFailure, call_in_chunks


class Client:
    """A client whose calls fail after ``good`` successful ones."""

    def __init__(self, good: int):
        self.good = good
        self.sent: list = []

    def operation(self, name):
        return OPERATIONS[name]

    def call(self, name, params):
        self.sent.append((name, params))
        if len(self.sent) > self.good:
            raise ApiError("the task does not exist", code="iot.firmware.InvalidOTATaskId")


def test_call_in_chunks_sends_each_element_once():
    client = Client(good=2)
    ids = [str(number) for number in range(12)]
    assert call_in_chunks(client, "ReupgradeOTATask", "TaskId", [*ids, "0"], {"JobId": "j"}) == ids
    assert client.sent == [
        ("ReupgradeOTATask", {"JobId": "j", "TaskId": ids[:10]}),
        ("ReupgradeOTATask", {"JobId": "j", "TaskId": ids[10:]}),
    ]


@pytest.mark.parametrize("good", [0, 1])
def test_call_in_chunks_failure_returns_done_elements(good):
    ids = [str(number) for number in range(12)]
    with pytest.raises(PartialFailure, match="the task does not exist") as caught:
        call_in_chunks(Client(good), "ConfirmOTATask", "TaskId", ids, {})
    assert caught.value.result == {"changed": bool(good), "done": ids[: good * 10]}
    assert caught.value.error.code == "iot.firmware.InvalidOTATaskId"
