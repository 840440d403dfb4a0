# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests of simulated consumer clients (``/_emulator/consumers``)."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.emulator.core.times import utc
from ansible_collections.iotops.aliyun.emulator.http import control_consumers
from ansible_collections.iotops.aliyun.emulator.services.subscription import consumer_queue

ADDRESS = "192.0.2.1:1000"


@pytest.fixture
def group(api):
    """Create a consumer group and return its id."""
    return api("CreateConsumerGroup", GroupName="billing")["GroupId"]


@pytest.fixture
def enqueue(platform, group):
    """Add messages to the queue of the group."""

    def enqueue(*payloads: bytes) -> None:
        for payload in payloads:
            platform.run(
                lambda ctx, it=payload: consumer_queue.enqueue_for_group(ctx, group, "/topic", "a1", "lamp", it)
            )

    return enqueue


@pytest.fixture
def run_client(platform, group):
    """Send a request for the client ``one`` or another client."""

    def run_client(address: str = ADDRESS, **body):
        body = {"group": group, "client": "one", **body}
        return platform.run(lambda ctx: control_consumers.run_consumer_client(ctx, body, address))

    return run_client


@pytest.fixture
def clients(api, group):
    """Return the clients of the group by id, as the API returns them."""

    def clients():
        listed = api("QueryConsumerGroupStatus", GroupId=group)["ClientConnectionStatusList"]
        return {one.pop("ClientId"): one for one in listed["ConsumerGroupClientConnectionInfo"]}

    return clients


def test_client_consumes_oldest_messages(platform, api, group, enqueue, run_client, clients):
    enqueue(b"first")
    before = platform.clock.now()
    assert run_client() == {"group_id": group, "messages": [], "waiting": 1}
    enqueue("zwei €".encode(), b"\xff")
    reply = run_client(take=2)
    assert [message["payload"] for message in reply["messages"]] == ["first", "zwei €"]
    first = reply["messages"][0]
    assert {name: first[name] for name in ("topic", "product_key", "device_name")} == {
        "topic": "/topic",
        "product_key": "a1",
        "device_name": "lamp",
    }
    assert first["at"] <= before
    assert reply["waiting"] == 1
    (remaining,) = run_client(take=10)["messages"]
    assert (remaining["payload_base64"], "payload" in remaining) == ("/w==", False)
    assert clients()["one"]["ClientIpPort"] == ADDRESS
    # The first message was queued before the client was online.
    assert clients()["one"]["AccumulatedConsumeCountPerMinute"] == 1
    assert clients()["one"]["RealTimeConsumeCountPerMinute"] == 2
    assert api("QueryConsumerGroupStatus", GroupId=group)["LastConsumerTime"] >= utc(before)


def test_client_stays_online_until_disconnected(platform, enqueue, run_client, clients):
    run_client()
    online_at = clients()["one"]["OnlineTime"]
    platform.clock.advance(5)
    run_client("192.0.2.1:1001", take=1)
    run_client(client="two")
    assert list(clients()) == ["one", "two"]
    assert (clients()["one"]["OnlineTime"], clients()["one"]["ClientIpPort"]) == (online_at, ADDRESS)
    enqueue(b"last")
    assert len(run_client(take=1, online=False)["messages"]) == 1
    assert list(clients()) == ["two"]
    run_client(online=True)
    assert clients()["one"]["OnlineTime"] >= online_at + 5000


def test_consumer_group_is_found_by_name(group, enqueue, run_client):
    enqueue(b"x")
    reply = run_client(group="billing", take=1)
    assert (reply["group_id"], len(reply["messages"])) == (group, 1)
    assert run_client(group="DEFAULT_GROUP")["group_id"] == "DEFAULT_GROUP"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ([], "the body must be an object"),
        ({"client": "one"}, "group must be a string"),
        ({"group": 1, "client": "one"}, "group must be a string"),
        ({"group": "billing"}, "client must be a string"),
        ({"group": "billing", "client": ""}, "client must be a string"),
        ({"group": "nothing", "client": "one"}, "consumer group nothing does not exist"),
        ({"group": "not an id", "client": "one"}, "consumer group not an id does not exist"),
        ({"group": "billing", "client": "one", "take": -1}, "take must be a number"),
        ({"group": "billing", "client": "one", "take": True}, "take must be a number"),
        ({"group": "billing", "client": "one", "take": 1001}, "take must be a number"),
        ({"group": "billing", "client": "one", "online": 0}, "online must be true or false"),
        ({"group": "billing", "client": "one", "color": "red"}, "unknown member color"),
    ],
)
def test_invalid_consumer_request_is_rejected(platform, group, clients, body, message):
    with pytest.raises(ValueError, match=message):
        platform.run(lambda ctx: control_consumers.run_consumer_client(ctx, body, ADDRESS))
    assert clients() == {}
