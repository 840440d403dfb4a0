# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A transport that injects faults: it loses, delays and replaces requests and responses at the level of bytes.

The transport of the collection decodes what this one returns, so real faults meet the same code.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests

#: Sends a request to the platform and returns the HTTP status and the content of the response.
Exchange = Callable[[Any], tuple[int, bytes]]


@dataclass
class Sent:
    """A request of the client.

    Attributes:
        number: The number of the request within the run, from 0.
        operation: The name of the operation.
        writes: Whether the operation is a write.
        faulty: The fault of the request; empty if there was none.
        executed: Whether the platform executed the request successfully, as far as the fault shows it: True, False, or
            None if the request is executed later.
        request_id: The request ID in the response.
        is_modified: Whether the response is another one than that of the platform.
    """

    number: int
    operation: str
    writes: bool
    faulty: str = ""
    executed: bool | None = False
    request_id: str = ""
    is_modified: bool = False


@dataclass
class Recorder:
    """What a run sends, and the fault of each request.

    Attributes:
        fault: Called with the request, its bytes and the real exchange; returns the response or raises an exception of
            requests. It sets ``Sent.faulty`` if it changes anything.
        sent: The requests of the run.
        foreign: The numbers in the journal of requests that another client sent during the run.
    """

    fault: Callable[[Sent, Any, Exchange], tuple[int, bytes]] = lambda sent, request, exchange: exchange(request)
    sent: list[Sent] = field(default_factory=list)
    foreign: set[int] = field(default_factory=set)
    lock: Any = field(default_factory=threading.RLock)


def make_client_factory(recorder: Recorder) -> Callable[[Any, dict], Any]:
    """Return a function that opens a client for ``runner.execute`` whose requests are seen by the recorder."""
    from ansible_collections.iotops.aliyun.plugins.module_utils.client.client import Client
    from ansible_collections.iotops.aliyun.plugins.module_utils.client.credentials import resolve
    from ansible_collections.iotops.aliyun.plugins.module_utils.client.transport import Transport
    from ansible_collections.iotops.aliyun.plugins.module_utils.engine.runner import connection_settings

    class FaultyTransport(Transport):
        def __init__(self, connection: Any, catalogue: Any) -> None:
            super().__init__(connection.endpoint, connection.timeout, connection.verify)
            self._catalogue = catalogue

        def _exchange(self, request: Any) -> tuple[int, bytes]:
            # One request at a time, so that the order of requests does not depend on threads.
            with recorder.lock:
                operation = operation_of(request)
                sent = Sent(len(recorder.sent), operation, self._catalogue.operation(operation).writes)
                recorder.sent.append(sent)
                return recorder.fault(sent, request, self._real_exchange(sent))

        def _real_exchange(self, sent: Sent) -> Exchange:
            def exchange(request: Any) -> tuple[int, bytes]:
                status, content = super(FaultyTransport, self)._exchange(request)
                members = decoded(content)
                sent.executed = status == 200 and members.get("Success") is True
                sent.request_id = str(members.get("RequestId", ""))
                return status, content

            return exchange

    def make_client(entry: Any, params: dict) -> Any:
        connection = resolve(connection_settings(params))
        catalogue = entry.catalogue()
        return Client(connection, catalogue, transport=FaultyTransport(connection, catalogue))

    return make_client


def operation_of(request: Any) -> str:
    """Return the operation of a request, which is in the query or in the form body."""
    body = request.body or b""
    text = body.decode() if isinstance(body, bytes) else body
    for encoded in (urlsplit(request.url).query, text):
        names = parse_qs(encoded).get("Action")
        if names:
            return names[0]
    raise AssertionError("a request without Action")


def decoded(content: bytes) -> dict[str, Any]:
    """Return the members of a response; none if it is not a JSON object."""
    try:
        members = json.loads(content)
    except ValueError:
        return {}
    return members if isinstance(members, dict) else {}


def lost() -> requests.exceptions.ConnectionError:
    """Return the exception of a connection that the platform closed without a response."""
    return requests.exceptions.ConnectionError("Connection aborted.", ConnectionResetError(104, "Connection reset"))


def silent() -> requests.exceptions.ReadTimeout:
    """Return the exception of a request without a response before the timeout."""
    return requests.exceptions.ReadTimeout("Read timed out.")
