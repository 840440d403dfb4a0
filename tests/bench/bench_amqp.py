# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Messages per second that one consumer of a group receives over AMQP and acknowledges."""

from __future__ import annotations

import asyncio

from ..amqp_client import MinimalClient, credentials, require_proton

DEVICES = 10_000
ROUNDS = 3
MIN_RATE = 5000  # messages per second


async def consume(address: str, group: str, count: int) -> float:
    """Return the messages per second of a new client that receives ``count`` messages."""
    client = await MinimalClient.connect(address, *credentials(group))
    seconds = await client.consume(count)
    client.writer.close()
    return count / seconds


def bench_amqp_consumer(launch, table):
    require_proton()
    server = launch("--no-throttle", "--amqp-port", "0")
    groups = [server.call("CreateConsumerGroup", GroupName=f"bench{number}")[1]["GroupId"] for number in range(ROUNDS)]
    key = server.call("CreateProduct", ProductName="bench", NodeType=0)[1]["ProductKey"]
    flags = {"DeviceLifeCycleFlag": True, "DeviceStatusChangeFlag": True}
    server.call("CreateSubscribeRelation", ProductKey=key, Type="AMQP", ConsumerGroupIds=groups, **flags)
    for start in range(0, DEVICES, 1000):
        names = [f"lamp{number}" for number in range(start, start + 1000)]
        server.control("POST", "devices", {"product": key, "names": names, "online": True})
    rates = []
    for group in groups:
        count = server.call("QueryConsumerGroupStatus", GroupId=group)[1]["AccumulationCount"]
        assert count == 2 * DEVICES
        rates.append(asyncio.run(consume(server.amqp, group, count)))
        status = server.call("QueryConsumerGroupStatus", GroupId=group)[1]
        assert (status["AccumulationCount"], status["ConsumerSpeed"]) == (0, count)
    table(
        f"One consumer over AMQP, {2 * DEVICES} messages, {ROUNDS} rounds",
        ("round", "messages per second, each acknowledged"),
        [(number, f"{rate:.0f}") for number, rate in enumerate(rates, 1)],
    )
    assert max(rates) >= MIN_RATE
