# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The command that runs the embedded platform until it is told to stop."""

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

DEFAULT_KEY = ("emulator", "emulator")

_SHUTDOWN = 2.0  # seconds that a call under way gets to finish

_log = logging.getLogger("iotops.aliyun.emulator")


def main(arguments: list[str] | None = None) -> int:
    """Run the platform; returns the exit status."""
    arguments = sys.argv[1:] if arguments is None else arguments
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s: %(message)s", stream=sys.stderr)
    if options.background:
        return _run_in_background(arguments, options)
    if not _is_loopback(options.host):
        _log.warning("listening on %s: others can reach the platform and its control addresses", options.host)
    try:
        platform = Platform(options.data)
    except (StoreError, OSError) as error:
        _log.error("%s", error)
        return 1
    if options.mqtt_port is not None and not _can_speak_mqtt():
        platform.close()
        return 1
    gate = Authenticator(dict(options.access_key or [DEFAULT_KEY]))
    server = Server(platform, gate, None if options.no_throttle else Quota())
    try:
        asyncio.run(_serve(server, options))
    except OSError as error:
        _log.error("%s", error)
        return 1
    finally:
        platform.close()
    return 0


def _can_speak_mqtt() -> bool:
    """Whether there is the library for it, which is needed for nothing else."""
    if importlib.util.find_spec("amqtt"):
        return True
    _log.error("--mqtt-port needs the Python package amqtt: pip install 'amqtt>=0.12.1'")
    return False


def _run_in_background(arguments: list[str], options: argparse.Namespace) -> int:
    others = [argument for argument in arguments if argument != "--background"]
    try:
        print(background.start(others, options.ready_file))
    except background.StartFailed as error:
        _log.error("%s", error)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m ansible_collections.iotops.aliyun.emulator",
        description="The HTTP API of the Alibaba Cloud IoT Platform on loopback.",
    )
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=_port, default=8018, help="the port, 0 for a free one (default: %(default)s)")
    parser.add_argument(
        "--ready-file", type=Path, metavar="FILE", help="write endpoint and process id there, as JSON, when it listens"
    )
    parser.add_argument("--data", type=Path, metavar="DIR", help="keep the state there (default: in memory only)")
    parser.add_argument(
        "--mqtt-port",
        type=_port,
        metavar="PORT",
        help="let devices connect by MQTT there, on 127.0.0.1, 0 for a free one (default: they cannot)",
    )
    parser.add_argument("--no-throttle", action="store_true", help="do not enforce the requests per second of the API")
    parser.add_argument(
        "--background",
        action="store_true",
        help="start it in a process of its own, print endpoint and process id as JSON when it listens, and return",
    )
    parser.add_argument(
        "--access-key",
        type=_access_key,
        action="append",
        metavar="ID:SECRET",
        help="a key that may call, can be repeated (default: {}:{})".format(*DEFAULT_KEY),
    )
    return parser


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) < 65536):
        raise argparse.ArgumentTypeError("not a number from 0 to 65535")
    return int(text)


def _access_key(text: str) -> tuple[str, str]:
    access_key_id, colon, secret = text.partition(":")
    if not (access_key_id and colon and secret):
        raise argparse.ArgumentTypeError("not of the form ID:SECRET")
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
    runner = web.AppRunner(server.application(), access_log=None, shutdown_timeout=_SHUTDOWN)
    await runner.setup()
    try:
        await web.TCPSite(runner, options.host, options.port, backlog=1024).start()
        port = runner.addresses[0][1]
        host = f"[{options.host}]" if ":" in options.host else options.host
        endpoint = f"http://{host}:{port}"
        _log.info("the embedded platform listens on %s", endpoint)
        server.platform.account = replace(server.platform.account, endpoint=endpoint)
        ready = {"endpoint": endpoint, "pid": os.getpid()}
        # Whoever was connected to a platform that died with this state is not any longer.
        server.platform.run(session.end_all)
        server.platform.run(consumer_queue.nobody_online)
        async with _gateway(server.platform, options.mqtt_port) as address:
            if address:
                _log.info("devices can connect by MQTT to %s", address)
                ready["mqtt"] = address
            if options.ready_file:
                _write_whole(options.ready_file, json.dumps(ready))
            await stop.wait()
    finally:
        if options.ready_file:
            with contextlib.suppress(FileNotFoundError):
                options.ready_file.unlink()
        await runner.cleanup()


@contextlib.asynccontextmanager
async def _gateway(platform: Platform, port: int | None) -> AsyncIterator[str | None]:
    """Let devices connect while the block runs, and say where; None where they cannot."""
    if port is None:
        yield None
        return
    # Only here, because the library that it needs is optional.
    from ansible_collections.iotops.aliyun.emulator.mqtt.gateway import Gateway

    gateway = Gateway(platform)
    try:
        yield await gateway.start(port)
    finally:
        await gateway.stop()


def _write_whole(path: Path, text: str) -> None:
    """Write a file so that whoever waits for it never sees half of it."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)


if __name__ == "__main__":
    sys.exit(main())
