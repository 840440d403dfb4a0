# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The command that runs the emulator until it receives SIGINT or SIGTERM."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import functools
import json
import logging
import os
import resource
import secrets
import signal
import sys
from dataclasses import replace
from pathlib import Path

from aiohttp import web

from ansible_collections.iotops.aliyun.emulator import background, libraries
from ansible_collections.iotops.aliyun.emulator.core.dispatch import Platform
from ansible_collections.iotops.aliyun.emulator.core.store import StoreError
from ansible_collections.iotops.aliyun.emulator.http import device_socket
from ansible_collections.iotops.aliyun.emulator.http.auth import Authenticator
from ansible_collections.iotops.aliyun.emulator.http.guard import Guard, is_loopback, protocol_logger
from ansible_collections.iotops.aliyun.emulator.http.latency import Latency, LatencySettings
from ansible_collections.iotops.aliyun.emulator.http.quota import Quota
from ansible_collections.iotops.aliyun.emulator.http.server import Server
from ansible_collections.iotops.aliyun.emulator.mqtt import websocket
from ansible_collections.iotops.aliyun.emulator.mqtt.gateway import Gateway
from ansible_collections.iotops.aliyun.emulator.network.tls import TlsSettings
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
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        latency = LatencySettings(options.latency, options.latency_jitter, options.latency_seed)
    except ValueError as error:
        parser.error(f"--latency or --latency-jitter: {error}")
    logging.basicConfig(level=logging.INFO, format="%(levelname)s: %(message)s", stream=sys.stderr)
    if options.background and options.exit_on_stdin_close:
        parser.error("--exit-on-stdin-close cannot be combined with --background, which has no standard input")
    missing = libraries.missing_libraries(libraries.AMQP) if options.amqp_port is not None else []
    if missing:
        _log.error("%s", libraries.missing_message(missing, "The option --amqp-port", libraries.AMQP))
        return 1
    if options.background:
        return _run_in_background(arguments, options)
    guard = Guard()
    if not is_loopback(options.host):
        guard = Guard(token=secrets.token_urlsafe())
        _log.warning(
            "Listening on %s: other hosts can reach the API. The control endpoints need the token of the ready file.",
            options.host,
        )
    try:
        platform = Platform(options.data, options.strict)
    except (StoreError, OSError) as error:
        _log.error("%s", error)
        return 1
    keys = dict([*(options.access_key or []), *(options.access_key_file or [])]) or DEFAULT_KEYS
    quota = None if options.no_throttle else Quota()
    server = Server(platform, Authenticator(keys), quota, guard=guard, latency=Latency(latency))
    try:
        asyncio.run(_serve(server, options))
    except OSError as error:
        _log.error("%s", error)
        return 1
    finally:
        platform.close()
    return 0


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
        prog="iotops-emulator",
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
        help="accept MQTT connections from devices, with and without TLS, on this port of 127.0.0.1, 0 for a free port "
        "(default: no MQTT)",
    )
    parser.add_argument(
        "--amqp-port",
        type=_port,
        metavar="PORT",
        help="accept AMQP 1.0 connections of consumer groups, with and without TLS, on this port of 127.0.0.1, 0 for a "
        "free port; requires python-qpid-proton (default: no AMQP)",
    )
    parser.add_argument(
        "--strict",
        action="store_true",
        help="refuse calls that the manual allows and the vendor's user guide does not (default: warn)",
    )
    parser.add_argument(
        "--https-port",
        type=_port,
        metavar="PORT",
        help="serve the API and the devices that use HTTPS with TLS, too, on this port, 0 for a free port "
        "(default: no HTTPS)",
    )
    parser.add_argument("--no-throttle", action="store_true", help="do not enforce the request quotas of the API")
    parser.add_argument(
        "--latency",
        type=float,
        default=0,
        metavar="MS",
        help="delay each response of the API by this number of milliseconds (default: 0)",
    )
    parser.add_argument(
        "--latency-jitter",
        type=float,
        default=0,
        metavar="MS",
        help="with --latency: vary the delay by up to this number of milliseconds in both directions, with a uniform "
        "distribution (default: 0)",
    )
    parser.add_argument(
        "--latency-seed",
        type=int,
        metavar="N",
        help="number that selects the sequence of delays, to repeat it (default: a random sequence)",
    )
    parser.add_argument(
        "--background",
        action="store_true",
        help="start a background process, wait until it is ready, print the endpoint and process id as JSON, and exit",
    )
    parser.add_argument(
        "--exit-on-stdin-close",
        action="store_true",
        help="end when standard input, which must be a pipe, is closed; so the emulator ends with the program that "
        "started it, also if that is killed",
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
    parser.add_argument(
        "--access-key-file",
        type=_access_key_file,
        metavar="FILE",
        help="file with one accepted access key ID:SECRET on each line, so that no process list shows the secrets",
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


def _access_key_file(text: str) -> list[tuple[str, str]]:
    try:
        lines = Path(text).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    keys = [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]
    if not keys:
        raise argparse.ArgumentTypeError(f"{text} contains no access key")
    try:
        return [_access_key(key) for key in keys]
    except argparse.ArgumentTypeError as error:
        # The line may contain a secret, so it is not quoted.
        raise argparse.ArgumentTypeError(f"a line of {text} is invalid: it {error}") from None


async def _serve(server: Server, options: argparse.Namespace) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    if options.exit_on_stdin_close:
        _watch_stdin(stop)
    runner = web.AppRunner(
        server.application(), access_log=None, logger=protocol_logger(), shutdown_timeout=_SHUTDOWN_TIMEOUT
    )
    await runner.setup()
    assert runner.server is not None
    if options.mqtt_port is not None:
        _allow_open_files()
    authority_file = options.ready_file.with_name(f"{options.ready_file.name}.ca.pem") if options.ready_file else None
    silent_connections = asyncio.create_task(server.guard.close_silent_connections(runner.server))
    try:
        await web.TCPSite(runner, options.host, options.port, backlog=1024).start()
        host = f"[{options.host}]" if ":" in options.host else options.host
        address = f"{host}:{runner.addresses[0][1]}"
        endpoint = f"http://{address}"
        _log.info("The emulator listens on %s.", endpoint)
        server.platform.account = replace(server.platform.account, endpoint=endpoint)
        ready = {"endpoint": endpoint, "pid": os.getpid()}
        if server.guard.token:
            ready["token"] = server.guard.token
        # No connection survives a restart of the process: mark all devices and consumers as offline.
        server.platform.run(session.end_all)
        server.platform.run(consumer_queue.disconnect_all_consumers)
        uses_tls = any(port is not None for port in (options.mqtt_port, options.amqp_port, options.https_port))
        tls = TlsSettings(server.platform) if uses_tls else None
        if tls and authority_file:
            ready["ca_file"] = str(authority_file.absolute())
            _write_atomically(authority_file, tls.authority)
        secure_address = ""
        if tls and options.https_port is not None:
            await web.TCPSite(
                runner, options.host, options.https_port, backlog=1024, ssl_context=tls.server_context()
            ).start()
            secure_address = f"{host}:{runner.addresses[-1][1]}"
            ready["https"] = f"https://{secure_address}"
            _log.info("The emulator listens on %s.", ready["https"])
        async with contextlib.AsyncExitStack() as gateways:
            if tls:
                ready |= await _start_gateways(gateways, server, options, tls)
            if "mqtt" in ready:
                ready["ws"] = f"ws://{address}{device_socket.PATH}"
                if secure_address:
                    ready["wss"] = f"wss://{secure_address}{device_socket.PATH}"
            if options.ready_file:
                _write_atomically(options.ready_file, json.dumps(ready))
            await stop.wait()
    finally:
        silent_connections.cancel()
        for path in filter(None, (options.ready_file, authority_file)):
            with contextlib.suppress(FileNotFoundError):
                path.unlink()
        await runner.cleanup()


def _watch_stdin(stop: asyncio.Event) -> None:
    """Set the event when standard input is closed. Raises OSError if it is no pipe."""
    loop = asyncio.get_running_loop()
    number = sys.stdin.fileno()

    def read() -> None:
        if not os.read(number, 4096):
            loop.remove_reader(number)
            stop.set()

    try:
        loop.add_reader(number, read)
    except PermissionError:
        raise OSError("--exit-on-stdin-close needs a pipe as standard input") from None


async def _start_gateways(
    gateways: contextlib.AsyncExitStack, server: Server, options: argparse.Namespace, tls: TlsSettings
) -> dict[str, str]:
    """Accept connections of devices and consumers until the stack is closed, and return the addresses by protocol."""
    addresses = {}
    if options.mqtt_port is not None:
        devices = Gateway(server.platform, tls, is_throttled=not options.no_throttle)
        gateways.push_async_callback(devices.stop)
        await devices.start(options.mqtt_port)
        server.device_api.mqtt_address = devices.address
        server.device_socket.accept = functools.partial(websocket.serve, devices)
        _log.info("Devices can connect with MQTT to %s, with and without TLS.", devices.address)
        addresses["mqtt"] = addresses["mqtts"] = devices.address
    if options.amqp_port is not None:
        # Imported here because the import fails without the optional library.
        from ansible_collections.iotops.aliyun.emulator.amqp.gateway import Gateway as AmqpGateway

        consumers = AmqpGateway(server.platform, server.authenticator.access_keys, tls)
        gateways.push_async_callback(consumers.stop)
        await consumers.start(options.amqp_port)
        _log.info("Consumers can connect with AMQP to %s, with and without TLS.", consumers.address)
        addresses["amqp"] = addresses["amqps"] = consumers.address
    return addresses


def _allow_open_files() -> None:
    """Raise the limit of open files, of which each connection is one, as far as the user may."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    # Some systems do not allow the limit that they report, such as "unlimited".
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _write_atomically(path: Path, text: str) -> None:
    """Write a file so that a process that waits for it never reads an incomplete file."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    # The file can contain the token of the control endpoints.
    with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    part.replace(path)


if __name__ == "__main__":
    sys.exit(main())
