# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""WebSockets of MQTT clients: binary messages carry the bytes of packets (section 6 of the MQTT specification)."""

from __future__ import annotations

import asyncio
import contextlib

from aiohttp import WSCloseCode, WSMsgType, web

from ansible_collections.iotops.aliyun.emulator.mqtt.client import MAX_PACKET
from ansible_collections.iotops.aliyun.emulator.mqtt.gateway import Gateway

#: The name of the protocol in the WebSocket handshake, and the one that clients of MQTT 3.1 use.
SUBPROTOCOLS = ("mqtt", "mqttv3.1")


class WebSocketChannel:
    """The channel of a client that is connected through a WebSocket.

    Args:
        socket: the WebSocket, after the handshake.
    """

    def __init__(self, socket: web.WebSocketResponse) -> None:
        self._socket = socket
        self._to_send: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._sender = asyncio.create_task(self._send_all())

    def write(self, data: bytes) -> None:
        """Send bytes."""
        if not self._sender.done():
            self._to_send.put_nowait(data)

    async def drain(self) -> None:
        """Wait until all bytes were sent."""
        joined = asyncio.create_task(self._to_send.join())
        await asyncio.wait((joined, self._sender), return_when=asyncio.FIRST_COMPLETED)
        joined.cancel()

    def close(self) -> None:
        """Close the connection after all sent bytes have left."""
        self._to_send.put_nowait(None)

    async def end(self) -> None:
        """Stop sending, after the connection has ended."""
        self._sender.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._sender

    async def _send_all(self) -> None:
        # The client may have closed the connection meanwhile.
        with contextlib.suppress(ConnectionError):
            while (data := await self._to_send.get()) is not None:
                await self._socket.send_bytes(data)
                self._to_send.task_done()
            await self._socket.close()


async def serve(gateway: Gateway, http: web.Request) -> web.StreamResponse:
    """Connect the client of a WebSocket to the gateway until the connection ends."""
    offered = [name.strip() for name in http.headers.get("Sec-WebSocket-Protocol", "").split(",")]
    if not any(name in SUBPROTOCOLS for name in offered):
        return web.json_response({"message": f"the subprotocol must be {SUBPROTOCOLS[0]}"}, status=400)
    transport = http.transport
    if transport is None:  # the client has closed the connection
        return web.Response()
    socket = web.WebSocketResponse(protocols=SUBPROTOCOLS, max_msg_size=MAX_PACKET)
    await socket.prepare(http)
    channel = WebSocketChannel(socket)
    connection = gateway.open_connection(channel, http.remote or "", transport.abort)
    try:
        async for message in socket:
            if message.type is not WSMsgType.BINARY:
                await socket.close(code=WSCloseCode.UNSUPPORTED_DATA)
                break
            connection.feed(message.data)
    finally:
        connection.ended()
        await channel.end()
    return socket
