# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Test consumers of consumer groups with the libraries rhea (Node.js) and python-qpid-proton."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from pathlib import Path

import pytest

from ...amqp_client import METHODS, MinimalClient, credentials, require_proton
from ..linkkit_device import TIMEOUT

MAX_CONNECTIONS = 128
RATES = ("AccumulatedConsumeCountPerMinute", "RealTimeConsumeCountPerMinute")


@pytest.fixture
def proton_connect(server):
    """Return a function that connects a consumer with python-qpid-proton and returns its receiver."""
    proton = pytest.importorskip("proton")
    from proton.utils import BlockingConnection

    with contextlib.ExitStack() as connections:

        def connect(login: tuple[str, str], *, tls: bool = False, credit: int = 10):
            domain = None
            if tls:
                domain = proton.SSLDomain(proton.SSLDomain.MODE_CLIENT)
                domain.set_trusted_ca_db(server.ca_file)
                domain.set_peer_authentication(proton.SSLDomain.VERIFY_PEER)
            scheme, (username, password) = ("amqps" if tls else "amqp"), login
            connection = BlockingConnection(
                f"{scheme}://{server.amqp}",
                timeout=TIMEOUT,
                ssl_domain=domain,
                heartbeat=60,
                user=username,
                password=password,
                allowed_mechs="PLAIN",
                reconnect=False,
            )
            connections.callback(connection.close)
            return connection.create_receiver(None, credit=credit)

        yield connect


@pytest.fixture
def status(call):
    """Read the status of a group."""
    return lambda group: call("QueryConsumerGroupStatus", GroupId=group)


@pytest.fixture
def wait_until():
    """Wait until a condition is met, or fail."""

    def wait_until(condition) -> None:
        deadline = time.monotonic() + TIMEOUT
        while not condition():
            assert time.monotonic() < deadline, "the condition was not met in time"
            time.sleep(0.02)

    return wait_until


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
def test_rhea_client_receives_message(server, group, publish, connect, method, tls):
    login = credentials(group, signMethod=method)
    client = connect(group, login=login, ca_file=server.ca_file if tls else "")
    client.event("attached")
    publish(b"\x00\xffdata", groups=[group])
    (message,) = client.messages(1)
    assert message["body"] == b"\x00\xffdata"
    assert message["topic"].endswith("/lamp/user/update")
    assert message["messageId"] == message["id"]
    assert message["messageId"].isdecimal()
    assert abs(message["generateTime"] / 1000 - time.time()) < TIMEOUT


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
def test_proton_client_receives_message(group, publish, proton_connect, wait_until, status, method, tls):
    receiver = proton_connect(credentials(group, signMethod=method), tls=tls)
    publish(b'{"level": 1}', groups=[group])
    message = receiver.receive()
    assert bytes(message.body) == b'{"level": 1}'
    assert set(message.properties) == {"topic", "messageId", "generateTime"}
    assert isinstance(message.properties["generateTime"], int)
    receiver.accept()
    receiver.connection.close()
    wait_until(lambda: status(group)["AccumulationCount"] == 0)


def test_client_with_security_token_receives_message(group, publish, connect):
    login = credentials(group, authMode="ststoken", securityToken="CAIS" + "x" * 1000)
    client = connect(group, login=login)
    client.event("attached")
    publish(b"1", groups=[group])
    assert client.bodies(1) == [b"1"]


@pytest.mark.parametrize(
    "options",
    [
        {"secret": "wrong"},
        {"authId": "unknown"},
        {"age": 3600},
        {"age": -3600},
        {"signMethod": "hmacsha512"},
        {"authMode": "other"},
        {"consumerGroupId": "unknown"},
        {"consumerGroupId": None},
        {"authMode": "ststoken"},
        {"client": "x" * 65},
    ],
    ids=str,
)
def test_client_with_invalid_credentials_is_refused(group, connect, status, options):
    client = connect(group, login=credentials(group, **options))
    assert client.event("error")["condition"] == "amqp:unauthorized-access"
    assert status(group)["ClientConnectionStatusList"] == {"ConsumerGroupClientConnectionInfo": []}


def test_proton_client_with_wrong_password_is_refused(group, proton_connect):
    from proton import ConnectionException

    with pytest.raises(ConnectionException, match=r"[Aa]uthentication failed"):
        proton_connect(credentials(group, secret="wrong"))


def test_clients_of_group_share_messages(group, publish, connect, wait_until, status):
    clients = [connect(group, f"client-{number}") for number in range(2)]
    for client in clients:
        client.event("attached")
    payloads = [str(number).encode() for number in range(20)]
    publish(*payloads, groups=[group])
    received: list[list[bytes]] = [[] for _client in clients]

    def all_received() -> bool:
        for bodies, client in zip(received, clients, strict=True):
            bodies += client.received()
        return len(received[0]) + len(received[1]) >= len(payloads)

    wait_until(all_received)
    wait_until(lambda: status(group)["AccumulationCount"] == 0)
    assert sorted(received[0] + received[1]) == sorted(payloads)
    assert all(received)


def test_each_group_receives_its_copy(group, other, publish, connect):
    clients = [connect(one) for one in (group, other)]
    for client in clients:
        client.event("attached")
    publish(b"1", b"2", groups=[group, other])
    (first, second) = [client.messages(2) for client in clients]
    assert [message["body"] for message in first] == [message["body"] for message in second] == [b"1", b"2"]
    assert [message["messageId"] for message in first] == [message["messageId"] for message in second]
    assert first[0]["messageId"] != first[1]["messageId"]


def test_backlog_is_delivered_after_connect(group, publish, connect, status, wait_until):
    publish(b"1", b"2", b"3", groups=[group])
    assert status(group)["AccumulationCount"] == 3
    client = connect(group, credit=1)
    assert client.bodies(3) == [b"1", b"2", b"3"]
    wait_until(lambda: status(group)["AccumulationCount"] == 0)
    assert status(group)["AccumulatedConsumeCountPerMinute"] == 3


@pytest.mark.parametrize("outcome", ["release", "reject", "modify"])
def test_message_that_is_not_accepted_is_delivered_again(server, group, publish, connect, status, wait_until, outcome):
    client = connect(group, outcome="")
    client.event("attached")
    publish(b"1", groups=[group])
    (first,) = client.messages(1)
    client.send(outcome)
    (second,) = client.messages(1)
    assert (second["body"], second["messageId"]) == (b"1", first["messageId"])
    client.send(outcome)
    # Then it is delivered after about a minute.
    wait_until(lambda: server.control("GET", "state")["queued_message"][0]["holder"] == "retry")
    assert status(group)["AccumulationCount"] == 1
    server.control("POST", "clock", {"advance": 61})
    assert client.bodies(1) == [b"1"]


def test_message_without_acknowledgement_is_delivered_again_after_connection_loss(
    group, publish, connect, status, wait_until
):
    client = connect(group, outcome="")
    client.event("attached")
    publish(b"1", b"2", groups=[group])
    assert client.bodies(2) == [b"1", b"2"]
    assert status(group)["AccumulationCount"] == 2
    client.send("drop")
    wait_until(lambda: not status(group)["ClientConnectionStatusList"]["ConsumerGroupClientConnectionInfo"])
    assert connect(group, "other").bodies(2) == [b"1", b"2"]
    wait_until(lambda: status(group)["AccumulationCount"] == 0)


def test_message_without_acknowledgement_is_delivered_again_after_timeout(server, group, publish, connect):
    slow = connect(group, "slow", outcome="")
    slow.event("attached")
    publish(b"1", groups=[group])
    assert slow.bodies(1) == [b"1"]
    server.control("POST", "clock", {"advance": 31})
    assert slow.bodies(1) == [b"1"]


def test_connected_clients_and_rates_are_in_status(group, publish, connect, status, wait_until):
    client = connect(group, "868575026")
    client.event("attached")
    publish(b"1", b"2", groups=[group])
    assert client.bodies(2) == [b"1", b"2"]
    wait_until(lambda: status(group)["ConsumerSpeed"] == 2)
    read = status(group)
    (info,) = read["ClientConnectionStatusList"]["ConsumerGroupClientConnectionInfo"]
    assert (info["ClientId"], info[RATES[0]], info[RATES[1]]) == ("868575026", 0, 2)
    assert info["ClientIpPort"].startswith("127.0.0.1:")
    assert read["LastConsumerTime"]


def test_simulated_consumer_does_not_receive_message_of_connected_client(server, group, publish, connect, status):
    client = connect(group, outcome="")
    client.event("attached")
    publish(b"1", groups=[group])
    assert client.bodies(1) == [b"1"]
    taken = server.control("POST", "consumers", {"group": group, "client": "simulated", "take": 10})
    assert (taken["messages"], taken["waiting"]) == ([], 1)
    clients = status(group)["ClientConnectionStatusList"]["ConsumerGroupClientConnectionInfo"]
    assert [info["ClientId"] for info in clients] == ["client", "simulated"]


def test_position_reset_discards_messages_without_acknowledgement(group, publish, connect, call, status, wait_until):
    client = connect(group, outcome="")
    client.event("attached")
    publish(b"1", b"2", groups=[group])
    assert client.bodies(2) == [b"1", b"2"]
    call("ResetConsumerGroupPosition", GroupId=group)
    client.send("accept")
    publish(b"3", groups=[group])
    assert client.bodies(1) == [b"3"]
    assert status(group)["AccumulationCount"] == 1


def test_second_link_and_sender_are_refused(group, connect):
    second = connect(group, links=2)
    assert second.event("refused")["condition"] == "amqp:not-allowed"
    sender = connect(group, role="sender")
    assert sender.event("refused")["condition"] == "amqp:not-allowed"


def test_deleted_group_closes_its_connections(group, connect, call):
    client = connect(group)
    client.event("attached")
    call("DeleteConsumerGroup", GroupId=group)
    assert client.event("error")["condition"] == "amqp:resource-deleted"
    assert connect(group).event("error")["condition"] == "amqp:unauthorized-access"


def test_reset_closes_connections(server, group, connect):
    client = connect(group)
    client.event("attached")
    server.control("POST", "reset")
    assert client.event("error")["condition"] == "amqp:resource-deleted"


def test_idle_timeout_of_server_is_half_of_that_of_client(group, connect):
    # The other half is a margin, as the specification recommends.
    assert connect(group, idle_time_out=80000).event("opened")["idle"] == 40000
    assert connect(group, idle_time_out=1000).event("opened")["idle"] == 15000


def test_ready_file_names_port_and_certificate(launch, tmp_path):
    require_proton()
    server = launch("--amqp-port", "0")
    (ready,) = [json.loads(path.read_text("utf-8")) for path in tmp_path.glob("ready-*.json")]
    assert ready["amqp"] == ready["amqps"] == server.amqp
    assert "CERTIFICATE" in Path(ready["ca_file"]).read_text("utf-8")


def test_consumer_is_disconnected_when_emulator_ends(launch):
    require_proton()
    server = launch("--amqp-port", "0")

    async def main() -> None:
        client = await MinimalClient.connect(server.amqp, *credentials("DEFAULT_GROUP"))
        stopped = asyncio.create_task(asyncio.to_thread(server.end))
        with pytest.raises(ConnectionRefusedError, match="connection:forced"):
            await asyncio.wait_for(client.receive(), TIMEOUT)
        client.writer.close()
        assert await stopped == 0

    asyncio.run(main())
    assert "Traceback" not in server.process.stderr.read()


def test_client_that_reads_late_receives_all_messages(server, group, publish):
    payloads = [bytes([number]) * 200_000 for number in range(60)]

    async def main() -> None:
        client = await MinimalClient.connect(server.amqp, *credentials(group))
        client.grant_credit(0)
        await client.writer.drain()
        await asyncio.to_thread(publish, *payloads, groups=[group])
        for payload in payloads:
            assert payload in await asyncio.wait_for(client.receive(), TIMEOUT)
        client.writer.close()

    asyncio.run(main())


def test_group_has_at_most_128_connections(server, group, other):
    async def connect(number: int, one: str = group) -> MinimalClient:
        return await MinimalClient.connect(server.amqp, *credentials(one, f"client-{number}"))

    async def main() -> None:
        clients = [await connect(number) for number in range(MAX_CONNECTIONS)]
        with pytest.raises(ConnectionRefusedError, match="resource-limit-exceeded"):
            await connect(MAX_CONNECTIONS)
        clients.append(await connect(0, other))
        clients.pop(0).writer.close()
        deadline = time.monotonic() + TIMEOUT
        while time.monotonic() < deadline:
            with contextlib.suppress(ConnectionRefusedError):
                clients.append(await connect(MAX_CONNECTIONS))
                break
        assert len(clients) == MAX_CONNECTIONS + 1
        for client in clients:
            client.writer.close()

    asyncio.run(main())
