# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Clients of consumer groups that come, take messages and go when they are told to."""

from __future__ import annotations

import pytest

from ansible_collections.iotops.aliyun.emulator.core.times import utc
from ansible_collections.iotops.aliyun.emulator.http import control_consumers
from ansible_collections.iotops.aliyun.emulator.services.subscription import consumer_queue

ADDRESS = "192.0.2.1:1000"


@pytest.fixture
def group(api):
    """The id of a consumer group."""
    return api("CreateConsumerGroup", GroupName="billing")["GroupId"]


@pytest.fixture
def send(platform, group):
    """Let messages wait for the group."""

    def send(*payloads: bytes) -> None:
        for payload in payloads:
            platform.run(lambda ctx, it=payload: consumer_queue.enqueue_for_group(ctx, group, "/topic", "a1", "lamp", it))

    return send


@pytest.fixture
def act(platform, group):
    """Let the client ``one``, or another, do something."""

    def act(address: str = ADDRESS, **wanted):
        wanted = {"group": group, "client": "one", **wanted}
        return platform.run(lambda ctx: control_consumers.run_consumer_client(ctx, wanted, address))

    return act


@pytest.fixture
def clients(api, group):
    """The group's clients by their ids, as the API has them."""

    def clients():
        listed = api("QueryConsumerGroupStatus", GroupId=group)["ClientConnectionStatusList"]
        return {one.pop("ClientId"): one for one in listed["ConsumerGroupClientConnectionInfo"]}

    return clients


def test_a_client_takes_the_oldest_messages(platform, api, group, send, act, clients):
    send(b"first")
    before = platform.clock.now()
    assert act() == {"group_id": group, "messages": [], "waiting": 1}
    send("zwei €".encode(), b"\xff")
    taken = act(take=2)
    assert [message["payload"] for message in taken["messages"]] == ["first", "zwei €"]
    first = taken["messages"][0]
    assert {name: first[name] for name in ("topic", "product_key", "device_name")} == {
        "topic": "/topic",
        "product_key": "a1",
        "device_name": "lamp",
    }
    assert first["at"] <= before
    assert taken["waiting"] == 1
    (left,) = act(take=10)["messages"]
    assert (left["payload_base64"], "payload" in left) == ("/w==", False)
    assert clients()["one"]["ClientIpPort"] == ADDRESS
    # The first one had waited before a client was there.
    assert clients()["one"]["AccumulatedConsumeCountPerMinute"] == 1
    assert clients()["one"]["RealTimeConsumeCountPerMinute"] == 2
    assert api("QueryConsumerGroupStatus", GroupId=group)["LastConsumerTime"] >= utc(before)


def test_a_client_stays_until_it_is_told_to_go(platform, send, act, clients):
    act()
    online_at = clients()["one"]["OnlineTime"]
    platform.clock.advance(5)
    act("192.0.2.1:1001", take=1)
    act(client="two")
    assert list(clients()) == ["one", "two"]
    assert (clients()["one"]["OnlineTime"], clients()["one"]["ClientIpPort"]) == (online_at, ADDRESS)
    send(b"last")
    assert len(act(take=1, online=False)["messages"]) == 1
    assert list(clients()) == ["two"]
    act(online=True)
    assert clients()["one"]["OnlineTime"] >= online_at + 5000


def test_a_group_by_its_name(group, send, act):
    send(b"x")
    taken = act(group="billing", take=1)
    assert (taken["group_id"], len(taken["messages"])) == (group, 1)
    assert act(group="DEFAULT_GROUP")["group_id"] == "DEFAULT_GROUP"


@pytest.mark.parametrize(
    ("wanted", "why"),
    [
        ([], "the body is an object"),
        ({"client": "one"}, "group is a text"),
        ({"group": 1, "client": "one"}, "group is a text"),
        ({"group": "billing"}, "client is a text"),
        ({"group": "billing", "client": ""}, "client is a text"),
        ({"group": "nothing", "client": "one"}, "no consumer group nothing"),
        ({"group": "not an id", "client": "one"}, "no consumer group not an id"),
        ({"group": "billing", "client": "one", "take": -1}, "take is a number"),
        ({"group": "billing", "client": "one", "take": True}, "take is a number"),
        ({"group": "billing", "client": "one", "take": 1001}, "take is a number"),
        ({"group": "billing", "client": "one", "online": 0}, "online is true or false"),
        ({"group": "billing", "client": "one", "colour": "red"}, "no colour"),
    ],
)
def test_what_cannot_be_done(platform, group, clients, wanted, why):
    with pytest.raises(ValueError, match=why):
        platform.run(lambda ctx: control_consumers.run_consumer_client(ctx, wanted, ADDRESS))
    assert clients() == {}
