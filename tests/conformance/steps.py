# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Steps of the call tables, and the code that runs them with any client.

A table is a list of steps. Parameter values are literals, except placeholders for values that an earlier step saved:
the string ``"<key>"`` is replaced by the value saved as ``key`` and keeps its type; in a longer string it is
interpolated.
"""

from __future__ import annotations

import base64
import json
import re
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from ..conftest import EmulatorProcess

_PLACEHOLDER = re.compile(r"<(\w+(?:\.\w+)*)>")

#: Times that steps of any table can refer to, in seconds relative to the start of the table on the emulator's clock.
TIMES = {"hour_ago": -3600, "hour_ahead": 3600, "day_ahead": 24 * 3600}

Caller = Callable[..., dict[str, Any]]


@dataclass(frozen=True)
class Json:
    """A value that is sent as a JSON string."""

    value: Any


@dataclass(frozen=True)
class Call:
    """A call that must succeed, or fail with the error ``code``.

    ``save`` maps names to values of the reply to save: dotted paths with list indexes.
    """

    operation: str
    params: dict[str, Any] = field(default_factory=dict)
    save: dict[str, str] = field(default_factory=dict)
    code: str = ""


@dataclass(frozen=True)
class Devices:
    """Create or update simulated devices with the body of ``POST /_emulator/devices``."""

    body: dict[str, Any]


@dataclass(frozen=True)
class Consumer:
    """Connect or disconnect a consumer, or take messages, with the body of ``POST /_emulator/consumers``."""

    body: dict[str, Any]


@dataclass(frozen=True)
class AdvanceClock:
    """Advance the clock by a number of seconds."""

    seconds: float


@dataclass(frozen=True)
class Upload:
    """Upload a file with the saved upload form ``form``; ``key_id`` is the name of the access key id in the form."""

    form: str
    content: str
    key_id: str = "OSSAccessKeyId"


@dataclass(frozen=True)
class Compute:
    """Save the result of ``function``, which receives all saved values."""

    name: str
    function: Callable[[dict[str, Any]], Any]


Step = Call | Consumer | Devices | AdvanceClock | Upload | Compute


def call(operation: str, /, save: dict[str, str] | None = None, **params: Any) -> Call:
    """Return a step that calls an operation."""
    return Call(operation, params, save or {})


def rejected(code: str, operation: str, /, **params: Any) -> Call:
    """Return a step that calls an operation, which must fail with an error code."""
    return Call(operation, params, code=code)


def devices(product: str, *names: str, **body: Any) -> Devices:
    """Return a step that creates simulated devices."""
    return Devices({"product": product, "names": list(names), **body})


def run_steps(
    steps: Iterable[Step], server: EmulatorProcess, caller: Caller, initial: dict[str, Any] | None = None
) -> Iterable[tuple[Call, dict[str, Any], dict]]:
    """Run the steps of a table.

    Args:
        steps: the table.
        server: the emulator.
        caller: the function that calls an operation.
        initial: values that are saved before the first step.

    Yields:
        For each call: its step, the parameters that were sent, and the reply.
    """
    saved = dict(initial or {})
    now = server.control("POST", "clock", {"advance": 0})["now"]
    for name, seconds in TIMES.items():
        saved[name] = now + seconds * 1000
    for step in steps:
        if isinstance(step, Devices):
            server.control("POST", "devices", resolve(step.body, saved))
        elif isinstance(step, Consumer):
            server.control("POST", "consumers", resolve(step.body, saved))
        elif isinstance(step, AdvanceClock):
            server.control("POST", "clock", {"advance": step.seconds})
        elif isinstance(step, Upload):
            upload(server, value_at(saved, step.form), step.content.encode(), step.key_id)
        elif isinstance(step, Compute):
            saved[step.name] = step.function(saved)
        else:
            params = resolve(step.params, saved)
            reply = caller(step.operation, **params)
            yield step, params, reply
            for name, path in step.save.items():
                saved[name] = value_at(reply, path)


def resolve(value: Any, saved: dict[str, Any]) -> Any:
    """Return a value with placeholders replaced by saved values."""
    if isinstance(value, Json):
        return json.dumps(resolve(value.value, saved), ensure_ascii=False)
    if isinstance(value, dict):
        return {name: resolve(inner, saved) for name, inner in value.items()}
    if isinstance(value, list):
        return [resolve(inner, saved) for inner in value]
    if not isinstance(value, str):
        return value
    placeholder = _PLACEHOLDER.fullmatch(value)
    if placeholder:
        return value_at(saved, placeholder[1])
    return _PLACEHOLDER.sub(lambda match: str(value_at(saved, match[1])), value)


def to_request_params(params: dict[str, Any]) -> dict[str, Any]:
    """Return the parameters of a call in request format: objects become JSON strings."""
    return {name: json.dumps(value) if isinstance(value, dict) else value for name, value in params.items()}


def value_at(tree: Any, path: str) -> Any:
    """Return the value at a dotted path; numbers are list indexes."""
    for name in path.split("."):
        tree = tree[int(name)] if isinstance(tree, list) else tree[name]
    return tree


def upload(server: EmulatorProcess, form: dict[str, str], content: bytes, key_id: str) -> None:
    """Upload a file with a form that the emulator returned."""
    fields = {
        "key": form["Key"],
        "policy": form["Policy"],
        "OSSAccessKeyId": form[key_id],
        "signature": form["Signature"],
        "success_action_status": "200",
    }
    boundary = uuid.uuid4().hex
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="file"\r\n\r\n'
    body = "".join([*parts, head]).encode() + content + f"\r\n--{boundary}--\r\n".encode()
    path = form["Host"].split(server.address, 1)[-1] or "/"
    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    status, _headers, response = server.exchange("POST", path, body, headers)
    assert status == 200, (path, status, response)


def base64_of(text: str) -> str:
    """Return a string encoded as Base64, as in messages."""
    return base64.b64encode(text.encode()).decode()
