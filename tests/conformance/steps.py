# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What tables of calls are made of, and how they are carried out, whoever makes the calls.

A table is a list of steps. Their values are written as they are, but for what an earlier step has kept: the text
``"<key>"`` is the value that is kept under ``key``, with its type, and in a longer text it is put in.
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

_KEPT = re.compile(r"<(\w+(?:\.\w+)*)>")

#: The moments that any table can name: so many seconds from its beginning, by the platform's clock.
MOMENTS = {"hour_ago": -3600, "hour_ahead": 3600, "day_ahead": 24 * 3600}

Caller = Callable[..., dict[str, Any]]


@dataclass(frozen=True)
class Json:
    """A value that travels as a JSON text."""

    value: Any


@dataclass(frozen=True)
class Call:
    """A call that must succeed, or be refused with ``code``.

    ``keep`` has what is kept of the reply, by name: a dotted path, numbers in lists.
    """

    operation: str
    params: dict[str, Any] = field(default_factory=dict)
    keep: dict[str, str] = field(default_factory=dict)
    code: str = ""


@dataclass(frozen=True)
class Devices:
    """Simulated devices are made or changed, as ``POST /_emulator/devices`` takes it."""

    wanted: dict[str, Any]


@dataclass(frozen=True)
class Consumer:
    """A client of a consumer group comes, takes messages or goes, as ``POST /_emulator/consumers`` takes it."""

    wanted: dict[str, Any]


@dataclass(frozen=True)
class Later:
    """The clock moves by so many seconds."""

    seconds: float


@dataclass(frozen=True)
class Upload:
    """A file goes where the kept reply ``form`` says; ``key_id`` is that reply's name for the id of the access key."""

    form: str
    content: str
    key_id: str = "OSSAccessKeyId"


@dataclass(frozen=True)
class Made:
    """What ``function`` makes of all that is kept is kept as well."""

    name: str
    function: Callable[[dict[str, Any]], Any]


Step = Call | Consumer | Devices | Later | Upload | Made


def call(operation: str, /, keep: dict[str, str] | None = None, **params: Any) -> Call:
    """A step that calls an operation."""
    return Call(operation, params, keep or {})


def refused(code: str, operation: str, /, **params: Any) -> Call:
    """A step that calls an operation, which must refuse it."""
    return Call(operation, params, code=code)


def devices(product: str, *names: str, **wanted: Any) -> Devices:
    """A step that makes simulated devices."""
    return Devices({"product": product, "names": list(names), **wanted})


def carry_out(
    steps: Iterable[Step], server: EmulatorProcess, caller: Caller, known: dict[str, Any] | None = None
) -> Iterable[tuple[Call, dict[str, Any], dict]]:
    """Carry out a table step by step; of each call its step, the parameters that were sent, and the reply.

    ``known`` is what is kept from the beginning.
    """
    kept = dict(known or {})
    now = server.control("POST", "clock", {"advance": 0})["now"]
    for name, seconds in MOMENTS.items():
        kept[name] = now + seconds * 1000
    for step in steps:
        if isinstance(step, Devices):
            server.control("POST", "devices", resolved(step.wanted, kept))
        elif isinstance(step, Consumer):
            server.control("POST", "consumers", resolved(step.wanted, kept))
        elif isinstance(step, Later):
            server.control("POST", "clock", {"advance": step.seconds})
        elif isinstance(step, Upload):
            upload(server, member_at(kept, step.form), step.content.encode(), step.key_id)
        elif isinstance(step, Made):
            kept[step.name] = step.function(kept)
        else:
            params = resolved(step.params, kept)
            reply = caller(step.operation, **params)
            yield step, params, reply
            for name, path in step.keep.items():
                kept[name] = member_at(reply, path)


def resolved(value: Any, kept: dict[str, Any]) -> Any:
    """A value with what is kept in the place of its names."""
    if isinstance(value, Json):
        return json.dumps(resolved(value.value, kept), ensure_ascii=False)
    if isinstance(value, dict):
        return {name: resolved(inner, kept) for name, inner in value.items()}
    if isinstance(value, list):
        return [resolved(inner, kept) for inner in value]
    if not isinstance(value, str):
        return value
    whole = _KEPT.fullmatch(value)
    if whole:
        return member_at(kept, whole[1])
    return _KEPT.sub(lambda match: str(member_at(kept, match[1])), value)


def as_sent(params: dict[str, Any]) -> dict[str, Any]:
    """The parameters of a call as they travel: objects as JSON."""
    return {name: json.dumps(value) if isinstance(value, dict) else value for name, value in params.items()}


def member_at(tree: Any, path: str) -> Any:
    """The member at a dotted path, whose numbers are places in lists."""
    for name in path.split("."):
        tree = tree[int(name)] if isinstance(tree, list) else tree[name]
    return tree


def upload(server: EmulatorProcess, form: dict[str, str], content: bytes, key_id: str) -> None:
    """Upload a file as the object storage takes it, by a form that the platform gave out."""
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
    status, _headers, answer = server.exchange("POST", path, body, headers)
    assert status == 200, (path, status, answer)


def base64_of(text: str) -> str:
    """A text as Base64, as messages travel."""
    return base64.b64encode(text.encode()).decode()
