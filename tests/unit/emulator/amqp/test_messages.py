# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Test the encoding of messages: the library must decode them."""

from __future__ import annotations

import proton
import pytest

from ansible_collections.iotops.aliyun.emulator.amqp.messages import encode


@pytest.mark.parametrize("topic", ["/a1/lamp/user/update", "/a1/灯/" + "x" * 300])
@pytest.mark.parametrize("payload", [b"", b'{"a": 1}', b"\xff" * 255, b"\0" * 256, bytes(300_000)], ids=len)
def test_encoded_message_is_decoded_by_library(topic, payload):
    row = {"message_id": 1324198300680719360, "topic": topic, "at": 1573489088171, "payload": payload}
    message = proton.Message()
    message.decode(encode(row))
    assert message.id == "1324198300680719360"
    assert message.properties == {"topic": topic, "messageId": message.id, "generateTime": 1573489088171}
    assert bytes(message.body) == payload
    assert message.inferred  # the body is binary data, not a value
