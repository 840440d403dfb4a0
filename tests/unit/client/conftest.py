# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A client whose platform is a list of answers.

Imports from the collection are inside of functions here: pytest reads this file before Ansible's way of finding
collections is in force, and what was imported by then would stand in its way.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import settings

ENDPOINT = "https://iot.cn-shanghai.aliyuncs.com"

#: How hard a property is tried, on a machine of any speed.
property_test = settings(deadline=None, max_examples=30)


def ok(**members: Any) -> tuple[int, dict[str, Any]]:
    """A reply that says that the call succeeded."""
    return 200, {"RequestId": "r-1", "Success": True, **members}


def refused(code: str, message: str = "so", status: int = 200) -> tuple[int, dict[str, Any]]:
    """A business error, or the gateway's with an HTTP status that says so."""
    if status == 200:
        return 200, {"RequestId": "r-1", "Success": False, "Code": code, "ErrorMessage": message}
    return status, {"RequestId": "r-1", "HostId": "iot", "Code": code, "Message": message}


@dataclass
class Request:
    """A request as it was sent."""

    query: dict[str, str]
    body: dict[str, str]

    @property
    def action(self) -> str:
        return self.query["Action"]

    @property
    def params(self) -> dict[str, str]:
        """All parameters, wherever they travelled."""
        return {**self.query, **self.body}


class FakeTransport:
    """Gives one answer after the other: a reply, an exception to raise, or a function that makes one from the request.

    The last answer is given again and again.
    """

    def __init__(self, *answers: Any):
        self.answers = list(answers) or [ok()]
        self.requests: list[Request] = []
        self.urls: list[str] = []
        self.closed = False

    def post(self, query: str, body: str) -> tuple[int, dict[str, Any]]:
        request = Request(*(dict(parse_qsl(text, True, strict_parsing=bool(text))) for text in (query, body)))
        self.requests.append(request)
        assert len(self.requests) < 1000, "this does not end"
        self.urls.append(query)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Callable):
            answer = answer(request)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def close(self) -> None:
        self.closed = True

    @property
    def actions(self) -> list[str]:
        return [request.action for request in self.requests]


class RecordingRateLimiter:
    """Holds nothing back, and keeps what it was told."""

    def __init__(self):
        self.waits: list[tuple] = []
        self.slowed: list[tuple] = []
        self.closed = False

    def wait(self, name: str, qps: int | None) -> float:
        self.waits.append((name, qps))
        return 0.0

    def slow_down(self, name: str, qps: int | None) -> None:
        self.slowed.append((name, qps))

    def close(self) -> None:
        self.closed = True


def make_client(transport: Any, rate_limiter: Any = None, retries: int = 3, **connection: Any):
    """A client of all families that never waits; ``connection`` are its settings."""
    from ansible_collections.iotops.aliyun.plugins.module_utils.api.families import FAMILIES
    from ansible_collections.iotops.aliyun.plugins.module_utils.client.catalogue import Catalogue
    from ansible_collections.iotops.aliyun.plugins.module_utils.client.client import Client
    from ansible_collections.iotops.aliyun.plugins.module_utils.client.credentials import Connection
    from ansible_collections.iotops.aliyun.plugins.module_utils.client.retry import RetryPolicy

    key = {"access_key_id": "id", "access_key_secret": "secret"}
    usual = {"endpoint": ENDPOINT, "region": "cn-shanghai", "pacing": False, **key}
    policy = RetryPolicy(retries=retries, base_delay=0)
    return Client(Connection(**{**usual, **connection}), Catalogue(*FAMILIES), transport, rate_limiter, policy)


def lost(ambiguous: bool = True) -> Exception:
    """No answer came."""
    from ansible_collections.iotops.aliyun.plugins.module_utils.client.errors import TransportError

    return TransportError("no answer", code="ConnectionError", ambiguous=ambiguous)


@pytest.fixture(autouse=True)
def _no_surroundings(monkeypatch):
    """The environment of whoever runs the tests plays no part."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "requests_ca_bundle", "curl_ca_bundle"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
