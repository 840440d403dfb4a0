# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A client with a fake transport that returns prepared responses.

Functions in this file import the collection locally: pytest loads this file before Ansible's collection finder is
active, and modules that are already imported would bypass it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import settings

ENDPOINT = "https://iot.cn-shanghai.aliyuncs.com"

#: The settings of property-based tests, without a deadline because machines differ in speed.
property_test = settings(deadline=None, max_examples=30)


def ok(**members: Any) -> tuple[int, dict[str, Any]]:
    """Return a successful response."""
    return 200, {"RequestId": "r-1", "Success": True, **members}


def error_response(code: str, message: str = "so", status: int = 200) -> tuple[int, dict[str, Any]]:
    """Return a business error (HTTP status 200), or a gateway error (another status)."""
    if status == 200:
        return 200, {"RequestId": "r-1", "Success": False, "Code": code, "ErrorMessage": message}
    return status, {"RequestId": "r-1", "HostId": "iot", "Code": code, "Message": message}


@dataclass
class Request:
    """A request that was sent."""

    query: dict[str, str]
    body: dict[str, str]

    @property
    def action(self) -> str:
        return self.query["Action"]

    @property
    def params(self) -> dict[str, str]:
        """All parameters, of the query and of the body."""
        return {**self.query, **self.body}


class FakeTransport:
    """A transport that returns prepared answers.

    An answer is a response, an exception to raise, or a function that returns one of them for a request. The last
    answer is used for all further requests.
    """

    def __init__(self, *answers: Any):
        self.answers = list(answers) or [ok()]
        self.requests: list[Request] = []
        self.urls: list[str] = []
        self.closed = False

    def post(self, query: str, body: str) -> tuple[int, dict[str, Any]]:
        request = Request(*(dict(parse_qsl(text, True, strict_parsing=bool(text))) for text in (query, body)))
        self.requests.append(request)
        assert len(self.requests) < 1000, "endless loop"
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
    """A rate limiter that never waits and records its calls."""

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
    """Return a client with all families that never waits; ``connection`` are its settings."""
    from ansible_collections.iotops.aliyun.plugins.module_utils.api.families import FAMILIES
    from ansible_collections.iotops.aliyun.plugins.module_utils.client.catalogue import Catalogue
    from ansible_collections.iotops.aliyun.plugins.module_utils.client.client import Client
    from ansible_collections.iotops.aliyun.plugins.module_utils.client.credentials import Connection
    from ansible_collections.iotops.aliyun.plugins.module_utils.client.retry import RetryPolicy

    key = {"access_key_id": "id", "access_key_secret": "secret"}
    defaults = {"endpoint": ENDPOINT, "region": "cn-shanghai", "pacing": False, **key}
    policy = RetryPolicy(retries=retries, base_delay=0)
    return Client(Connection(**{**defaults, **connection}), Catalogue(*FAMILIES), transport, rate_limiter, policy)


def no_response(ambiguous: bool = True) -> Exception:
    """Return the error of a request without a response."""
    from ansible_collections.iotops.aliyun.plugins.module_utils.client.errors import TransportError

    return TransportError("no response", code="ConnectionError", ambiguous=ambiguous)


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch):
    """Remove the proxy and certificate settings from the environment."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "requests_ca_bundle", "curl_ca_bundle"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
