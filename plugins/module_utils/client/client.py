# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The API client. All requests of this collection to the platform are sent by ``Client``."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Any, Protocol, TypeVar

from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import (
    DELETE,
    READ,
    THROTTLED,
    TRANSIENT,
    VERSION,
    Operation,
    Params,
    Response,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.api.spelling import vendor_spelling
from ansible_collections.iotops.aliyun.plugins.module_utils.client.cache import ReadCache
from ansible_collections.iotops.aliyun.plugins.module_utils.client.catalogue import Catalogue
from ansible_collections.iotops.aliyun.plugins.module_utils.client.credentials import Connection
from ansible_collections.iotops.aliyun.plugins.module_utils.client.encoding import encode
from ansible_collections.iotops.aliyun.plugins.module_utils.client.errors import (
    ApiError,
    InvalidRequest,
    IotError,
    TransportError,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.client.paging import read_pages
from ansible_collections.iotops.aliyun.plugins.module_utils.client.rate_limit import (
    AnyRateLimiter,
    NoRateLimiter,
    RateLimiter,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.client.response import (
    check_response,
    mask,
    required_list,
    response_id,
    safe_text,
    secret_values,
    with_members,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.client.retry import RetryPolicy
from ansible_collections.iotops.aliyun.plugins.module_utils.client.shared_rate_limit import (
    shared_bucket_factory,
    shared_directory,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.client.signing import canonical_query, sign
from ansible_collections.iotops.aliyun.plugins.module_utils.client.transport import Transport

#: If the query is longer, the parameters of the operation are sent in the form body: some proxies truncate URLs at
#: 2,048 characters.
MAX_QUERY_LENGTH = 1800

_CODES_THAT_QUOTE_THE_REQUEST = ("SignatureDoesNotMatch", "IncompleteSignature")

_Result = TypeVar("_Result")


class AnyTransport(Protocol):
    """What a client needs of a transport."""

    def post(self, query: str, body: str) -> tuple[int, Response]:
        """Send a POST request, and return the HTTP status and the members of the response."""

    def get(self, url: str) -> bytes:
        """Download a file."""

    def upload(self, url: str, fields: Mapping[str, object], path: str) -> None:
        """Post a form with a local file."""

    def close(self) -> None:
        """Close the connections."""


def _rate_limiter_for(connection: Connection) -> AnyRateLimiter:
    if not connection.pacing:
        return NoRateLimiter()
    return RateLimiter(shared=shared_bucket_factory(connection.access_key_id, connection.endpoint))


class Client:
    """A client of one account. Several threads can use it at the same time.

    Args:
        connection: The account, the endpoint and the connection settings.
        catalogue: The operations that can be called.
        transport: The transport; created from the connection by default, tests replace it.
        rate_limiter: The rate limiter; created from the connection by default, tests replace it.
        policy: The retry policy; created from the connection by default, tests replace it.

    Attributes:
        calls: The number of requests sent, including retries and file transfers.
        warnings: The warnings in responses, without duplicates.
        completed_writes: The operations that changed something, in the order of their responses.
        last_call_was_repeated: Whether the last write was sent again after an attempt that may have been executed, so
            that its response may report that nothing was left to do.
        reads_whole_lists: Whether many resources of each kind are read. They are then found in one list of all of them,
            not by a search for each.
    """

    def __init__(
        self,
        connection: Connection,
        catalogue: Catalogue,
        transport: AnyTransport | None = None,
        rate_limiter: AnyRateLimiter | None = None,
        policy: RetryPolicy | None = None,
    ) -> None:
        self.connection = connection
        self.catalogue = catalogue
        self.calls = 0
        self.warnings: list[str] = []
        self.completed_writes: list[str] = []
        self.last_call_was_repeated = False
        self.reads_whole_lists = False
        self._is_interrupted = False
        self._transport: AnyTransport = transport or Transport(
            connection.endpoint, connection.timeout, connection.verify, warn=self._warn
        )
        self._rate_limiter = rate_limiter or _rate_limiter_for(connection)
        self._policy = policy or RetryPolicy(retries=connection.retries)
        self._cache = ReadCache(catalogue)
        self._lock = threading.Lock()

    def call(self, name: str, params: Params | None = None, keep_lists: str = "") -> Response:
        """Call an operation.

        Args:
            name: The operation, such as ``QueryProduct``.
            params: The parameters by API name; nested ones are lists and dictionaries. Parameters with the value None
                are not sent.
            keep_lists: The operation whose cached lists a successful write keeps. The caller has to change them with
                ``update_lists``.

        Returns:
            The members of the response.

        Raises:
            InvalidRequest: The parameters do not match the operation. No request was sent.
            ApiError: The platform returned an error: an HTTP status 4xx or 5xx, or ``Success: false``.
            InvalidResponse: The response does not match the API data.
            TransportError: There was no response, or the response is not from the platform.
            KeyboardInterrupt: The client was interrupted; see ``interrupt``.
        """
        operation = self.operation(name)
        params = params or {}
        query, body = self.check(name, params)
        if operation.writes:
            self._cache.invalidate(name, keep_lists)
        qps = self._quota(operation, params)
        attempts = 0
        ambiguous = False
        while True:
            attempts += 1
            kept = ""
            self._rate_limiter.wait(name, qps)
            if self._is_interrupted:
                raise KeyboardInterrupt
            try:
                response = self._send(name, operation, query, body, params)
                if operation.writes:
                    self.completed_writes.append(name)
                    self.last_call_was_repeated = ambiguous
                    kept = keep_lists
                return response
            except IotError as error:
                error.after_ambiguous = ambiguous
                # If the response to the first delete was lost, the second delete may not find the resource: it is
                # deleted.
                if operation.kind == DELETE and ambiguous and operation.means_not_found(error.code):
                    self.completed_writes.append(name)
                    return {}
                ambiguous = ambiguous or error.ambiguous
                if error.category == THROTTLED:
                    self._rate_limiter.slow_down(name, qps)
                if not self._policy.should_retry(operation.kind, error, attempts):
                    raise
                time.sleep(self._policy.delay(attempts))
            finally:
                if operation.writes:
                    self._cache.invalidate(name, kept)

    @property
    def has_instance(self) -> bool:
        """Whether the connection has an instance ID. The old public instance has none."""
        return bool(self.connection.iot_instance_id)

    def check(self, name: str, params: Params) -> tuple[dict[str, str], dict[str, str]]:
        """Return the encoded query parameters and form body parameters of a request, without sending it.

        Raises:
            InvalidRequest: The parameters do not match the operation.
        """
        operation = self.operation(name)
        if operation.instance and self.connection.iot_instance_id:
            params = {"IotInstanceId": self.connection.iot_instance_id, **params}
        return encode(name, operation, params)

    def read(self, name: str, params: Params | None = None) -> Response:
        """Return the response of a read, from the cache if possible.

        The same read is sent once, until a write may have changed its response. Callers share the response and must not
        change it.

        Raises:
            ValueError: The operation is a write.
        """
        if self.operation(name).writes:
            raise ValueError(f"{name} is not a read")
        return self._cache.get(name, params, lambda: self.call(name, params))

    def find(self, name: str, params: Params | None = None) -> Response | None:
        """Return the response of ``read``, or None if the platform reports that the resource does not exist.

        All other errors are raised.
        """
        try:
            return self.read(name, params)
        except ApiError as error:
            if self.operation(name).means_not_found(error.code):
                return None
            raise

    def pages(self, name: str, params: Params | None = None, keep: bool = True) -> Iterator[Any]:
        """Yield the elements of a paged list, in as few requests as the maximum page size allows.

        A list that was read completely is cached like the response of a read. Callers must not change the elements.

        If the list grows or shrinks during the iteration, an element can be missing or be returned twice; the platform
        offers no snapshot.

        Args:
            name: The operation.
            params: The parameters of the requests.
            keep: Whether to cache the list. A list that may be too long for the memory is not kept, except for its
                first page.

        Raises:
            ValueError: The operation returns no pages.
            InvalidResponse: The list is missing, or does not end.
        """
        known = self._cache.list_elements(name, params)
        if known is not None:
            yield from known
            return
        operation = self.operation(name)
        if not keep:

            def read(name: str, request: Params) -> Response:
                is_first = operation.pages is not None and request.get(operation.pages.page) in (1, None)
                return self.read(name, request) if is_first else self.call(name, request)

            yield from read_pages(read, name, operation, params)
            return
        generation = self._cache.generation
        elements = []
        for element in read_pages(self.read, name, operation, params):
            elements.append(element)
            yield element
        self._cache.add_list(name, params, elements, generation)

    def elements(self, name: str, params: Params | None, path: str) -> list[Any]:
        """Return the elements of a list without pages.

        Args:
            name: The operation.
            params: The parameters of the request.
            path: The path of the list in the response.

        Raises:
            InvalidResponse: The list is missing.
        """
        known = self._cache.list_elements(name, params)
        if known is None:
            generation = self._cache.generation
            known = required_list(name, self.read(name, params), path)
            self._cache.add_list(name, params, known, generation)
        return known

    def update_lists(self, name: str, change: Callable[[Params, list], list | None]) -> None:
        """Replace the elements of the cached lists of an operation after a write.

        Args:
            name: The operation that returns the lists.
            change: Called with the parameters and the elements of a list. Returns the new elements, or None to drop the
                list. It must not change the old elements.
        """
        self._cache.update_lists(name, change)

    def download(self, url: str) -> bytes:
        """Return the content of a file whose URL is in a response.

        The URL grants access to the file like a password, so no message contains it.

        Raises:
            TransportError: The file cannot be downloaded.
        """
        return self._with_retries(lambda: self._transport.get(url))

    def upload(self, url: str, fields: Mapping[str, object], path: str) -> None:
        """Post a local file with the form of a response. Posting it twice results in one file.

        The form grants write access like a password, so no message contains it.

        Raises:
            TransportError: The file cannot be read, or object storage does not accept it.
        """
        self._with_retries(lambda: self._transport.upload(url, fields, path))

    def _with_retries(self, request: Callable[[], _Result]) -> _Result:
        attempts = 0
        while True:
            attempts += 1
            with self._lock:
                self.calls += 1
            try:
                return request()
            except TransportError as error:
                if not self._policy.should_retry(READ, error, attempts):
                    raise
                time.sleep(self._policy.delay(attempts))

    def platform_time(self) -> datetime:
        """Return the time of the platform in UTC, from its last response.

        The clock of this machine can be wrong. It is used only if no response had a date.
        """
        try:
            return parsedate_to_datetime(getattr(self._transport, "date", "")).astimezone(timezone.utc)
        except (TypeError, ValueError):  # which one depends on the version of Python
            return datetime.now(timezone.utc)

    def clone(self) -> Client:
        """Return another client of the same account, with connections and a cache of its own.

        Both share the rate limit. Different threads can write with different clients.
        """
        return Client(self.connection, self.catalogue, rate_limiter=self._rate_limiter, policy=self._policy)

    def interrupt(self) -> None:
        """Send no further request: the threads that use this client get the exception KeyboardInterrupt.

        The system delivers an interrupt to the main thread only.
        """
        self._is_interrupted = True

    def clear_cache(self) -> None:
        """Drop all cached responses."""
        self._cache.clear()

    @staticmethod
    def shared_directory() -> str | None:
        """Return a directory that only the processes of this user can access; None if there is none."""
        return shared_directory()

    def close(self) -> None:
        """Close the connections and the files of the rate limiter."""
        self._transport.close()
        self._rate_limiter.close()

    def operation(self, name: str) -> Operation:
        """Return an operation by its name.

        Raises:
            InvalidRequest: The catalogue does not have the operation.
        """
        if name not in self.catalogue:
            raise InvalidRequest(
                f"unknown operation {name}", code="InvalidAction.NotFound", remedy="Check the name of the operation"
            )
        return self.catalogue.operation(name)

    def _quota(self, operation: Operation, params: Params) -> int | None:
        pages = operation.pages
        if operation.deep_qps and pages:
            record = int(params.get(pages.page) or 1) * int(params.get(pages.size) or 10)
            if record >= 100_000:
                return operation.deep_qps
        return operation.qps

    def _send(
        self, name: str, operation: Operation, query: Mapping[str, str], body: Mapping[str, str], params: Params
    ) -> Response:
        common = {
            "Action": name,
            "Version": VERSION,
            "Format": "JSON",
            "RegionId": self.connection.region,
            "AccessKeyId": self.connection.access_key_id,
            "SignatureMethod": "HMAC-SHA1",
            "SignatureVersion": "1.0",
            "SignatureNonce": uuid.uuid4().hex,
            "Timestamp": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        if self.connection.security_token:
            common["SecurityToken"] = self.connection.security_token
        # One operation has a parameter with the name of a common parameter, which must be sent once.
        common = {key: value for key, value in common.items() if key not in query}
        url, signature = sign("POST", {**common, **query}, body, self.connection.access_key_secret)
        if len(url) > MAX_QUERY_LENGTH:
            body = {**query, **body}
            url, signature = sign("POST", common, body, self.connection.access_key_secret)
        with self._lock:
            self.calls += 1
        try:
            status, response = self._transport.post(f"{url}&Signature={signature}", canonical_query(body))
        except IotError as error:
            error.set_operation(name)
            raise
        if status < 400 and str(response.get("Success", True)).lower() != "false":
            check_response(name, operation, response)
            return with_members(name, response)
        raise self._error(name, status, response, params)

    def _warn(self, text: str) -> None:
        text = safe_text(text)
        with self._lock:
            if text not in self.warnings:
                self.warnings.append(text)

    def _error(self, name: str, status: int, response: Response, params: Params) -> ApiError:
        code = vendor_spelling(safe_text(str(response.get("Code") or f"HTTP {status}"), 100))
        known = self.catalogue.error(code, status)
        # For scripts, a separate member describes the error.
        text = response.get("SyntaxErrorMsg") or response.get("ErrorMessage") or response.get("Message") or ""
        # The message may quote the request.
        secrets = {self.connection.access_key_secret, self.connection.security_token, *secret_values(params)}
        message = safe_text(mask(str(text), secrets))
        # The platform's message names the invalid value, so it is preferred to the one in the catalogue, unless it is
        # not in English. The message about a wrong signature quotes the signed text, which contains all parameters.
        if known.meaning and (not message.isascii() or code in _CODES_THAT_QUOTE_THE_REQUEST):
            message = ""
        return ApiError(
            message or known.meaning or "the platform returned an error without a message",
            operation=name,
            code=code,
            request_id=response_id(response),
            category=known.category,
            remedy=known.remedy,
            ambiguous=known.category == TRANSIENT,
        )
