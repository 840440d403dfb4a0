# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The command that runs the emulator until it receives SIGINT or SIGTERM."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import importlib.util
import ipaddress
import json
import logging
import os
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

from aiohttp import web

from ansible_collections.iotops.aliyun.emulator import background
from ansible_collections.iotops.aliyun.emulator.core.dispatch import Platform
from ansible_collections.iotops.aliyun.emulator.core.store import StoreError
from ansible_collections.iotops.aliyun.emulator.http.auth import Authenticator
from ansible_collections.iotops.aliyun.emulator.http.quota import Quota
from ansible_collections.iotops.aliyun.emulator.http.server import Server
from ansible_collections.iotops.aliyun.emulator.routing import session
from ansible_collections.iotops.aliyun.emulator.services.subscription import consumer_queue

#: The AccessKeys that are accepted by default: secrets by id. The secret in examples is not a word, because
#: ansible-core masks each occurrence of a secret in its output.
DEFAULT_KEYS = {"emulator-id": "emulator-secret-2018", "emulator": "emulator"}

_SHUTDOWN_TIMEOUT = 2.0  # seconds for requests in progress to finish

_log = logging.getLogger("iotops.aliyun.emulator")


def main(arguments: list[str] | None = None) -> int:
    """Run the emulator and return the exit status."""
    arguments = sys.argv[1:] if arguments is None else arguments
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s: %(message)s", stream=sys.stderr)
    if options.background:
        return _run_in_background(arguments, options)
    if not _is_loopback(options.host):
        _log.warning("Listening on %s: other hosts can reach the API and the control endpoints.", options.host)
    try:
        platform = Platform(options.data)
    except (StoreError, OSError) as error:
        _log.error("%s", error)
        return 1
    if options.mqtt_port is not None and not _is_mqtt_available():
        platform.close()
        return 1
    authenticator = Authenticator(dict(options.access_key or DEFAULT_KEYS))
    server = Server(platform, authenticator, None if options.no_throttle else Quota())
    try:
        asyncio.run(_serve(server, options))
    except OSError as error:
        _log.error("%s", error)
        return 1
    finally:
        platform.close()
    return 0


def _is_mqtt_available() -> bool:
    """Return whether the optional MQTT library is installed; log an error if not."""
    if importlib.util.find_spec("amqtt"):
        return True
    _log.error("--mqtt-port requires amqtt. Install with: %s -m pip install 'amqtt>=0.12.1'", sys.executable)
    return False


def _run_in_background(arguments: list[str], options: argparse.Namespace) -> int:
    remaining = [argument for argument in arguments if argument != "--background"]
    try:
        print(background.start(remaining, options.ready_file))
    except background.StartFailed as error:
        _log.error("%s", error)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m ansible_collections.iotops.aliyun.emulator",
        description="Emulate the HTTP API of the Alibaba Cloud IoT Platform on the loopback interface.",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=_port, default=8018, help="port, 0 for a free port (default: %(default)s)")
    parser.add_argument(
        "--ready-file",
        type=Path,
        metavar="FILE",
        help="write the endpoint and the process id to this file as JSON as soon as the emulator accepts connections",
    )
    parser.add_argument("--data", type=Path, metavar="DIR", help="directory for the state (default: in memory only)")
    parser.add_argument(
        "--mqtt-port",
        type=_port,
        metavar="PORT",
        help="accept MQTT connections from devices on this port of 127.0.0.1, 0 for a free port (default: no MQTT)",
    )
    parser.add_argument("--no-throttle", action="store_true", help="do not enforce the request quotas of the API")
    parser.add_argument(
        "--background",
        action="store_true",
        help="start a background process, wait until it is ready, print the endpoint and process id as JSON, and exit",
    )
    parser.add_argument(
        "--access-key",
        type=_access_key,
        action="append",
        metavar="ID:SECRET",
        help="access key that is accepted, can be repeated (default: {})".format(
            ", ".join(f"{key}:{secret}" for key, secret in DEFAULT_KEYS.items())
        ),
    )
    return parser


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) < 65536):
        raise argparse.ArgumentTypeError("must be a number from 0 to 65535")
    return int(text)


def _access_key(text: str) -> tuple[str, str]:
    access_key_id, colon, secret = text.partition(":")
    if not (access_key_id and colon and secret):
        raise argparse.ArgumentTypeError("must have the form ID:SECRET")
    return access_key_id, secret


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


async def _serve(server: Server, options: argparse.Namespace) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    runner = web.AppRunner(server.application(), access_log=None, shutdown_timeout=_SHUTDOWN_TIMEOUT)
    await runner.setup()
    try:
        await web.TCPSite(runner, options.host, options.port, backlog=1024).start()
        port = runner.addresses[0][1]
        host = f"[{options.host}]" if ":" in options.host else options.host
        endpoint = f"http://{host}:{port}"
        _log.info("The emulator listens on %s.", endpoint)
        server.platform.account = replace(server.platform.account, endpoint=endpoint)
        ready = {"endpoint": endpoint, "pid": os.getpid()}
        # No connection survives a restart of the process: mark all devices and consumers as offline.
        server.platform.run(session.end_all)
        server.platform.run(consumer_queue.disconnect_all_consumers)
        async with _mqtt_gateway(server.platform, options.mqtt_port) as address:
            if address:
                _log.info("Devices can connect with MQTT to %s.", address)
                ready["mqtt"] = address
            if options.ready_file:
                _write_atomically(options.ready_file, json.dumps(ready))
            await stop.wait()
    finally:
        if options.ready_file:
            with contextlib.suppress(FileNotFoundError):
                options.ready_file.unlink()
        await runner.cleanup()


@contextlib.asynccontextmanager
async def _mqtt_gateway(platform: Platform, port: int | None) -> AsyncIterator[str | None]:
    """Accept MQTT connections while the block runs, and yield the address; yield None if ``port`` is None."""
    if port is None:
        yield None
        return
    # Imported here because the library that it needs is optional.
    from ansible_collections.iotops.aliyun.emulator.mqtt.gateway import Gateway

    gateway = Gateway(platform)
    try:
        yield await gateway.start(port)
    finally:
        await gateway.stop()


def _write_atomically(path: Path, text: str) -> None:
    """Write a file so that a process that waits for it never reads an incomplete file."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)


if __name__ == "__main__":
    sys.exit(main())
