# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The only way out: every request of this collection to the platform is a ``Client.call``."""

from __future__ import annotations

import threading
import time
import uuid
from datetime import datetime, timezone

from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import (
    DELETE,
    READ,
    THROTTLED,
    TRANSIENT,
    VERSION,
    Operation,
    member,
)
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
from ansible_collections.iotops.aliyun.plugins.module_utils.client.pacing import NoPacer, Pacer
from ansible_collections.iotops.aliyun.plugins.module_utils.client.retrying import RetryPolicy
from ansible_collections.iotops.aliyun.plugins.module_utils.client.shared_pacing import shared_by
from ansible_collections.iotops.aliyun.plugins.module_utils.client.signing import canonical_query, sign
from ansible_collections.iotops.aliyun.plugins.module_utils.client.transport import Transport

#: Where the query would be longer than this, what is the operation's own of it goes into the form body: some proxies
#: cut URLs at 2,048 characters.
LONGEST_QUERY = 1800

_QUOTES_THE_REQUEST = ("SignatureDoesNotMatch", "IncompleteSignature")


def _pacer_for(connection: Connection):
    if not connection.pacing:
        return NoPacer()
    return Pacer(shared=shared_by(connection.access_key_id, connection.endpoint))


class Client:
    """Calls operations of one account.

    It may be used from several threads.

    Args:
        connection: the account, the endpoint and how to reach it.
        catalogue: the operations that may be called.
        transport, pacer, policy: for tests; made from the connection otherwise.
    """

    def __init__(self, connection: Connection, catalogue: Catalogue, transport=None, pacer=None, policy=None):
        self.connection = connection
        self.catalogue = catalogue
        self.calls = 0
        self._transport = transport or Transport(connection.endpoint, connection.timeout, connection.verify)
        self._pacer = pacer or _pacer_for(connection)
        self._policy = policy or RetryPolicy(retries=connection.retries)
        self._cache = ReadCache(catalogue)
        self._lock = threading.Lock()

    def call(self, name: str, params: dict | None = None) -> dict:
        """Calls an operation.

        Args:
            name: the operation, such as ``QueryProduct``.
            params: its parameters by API name; nested ones as lists and dictionaries; None is left out.

        Returns:
            The reply's members.

        Raises:
            InvalidRequest: the parameters do not fit the operation; nothing was sent.
            ApiError: the platform refused, with a 4xx or 5xx or with ``Success: false``.
            TransportError: no answer came, or none of the platform's.
        """
        operation = self.operation(name)
        params = params or {}
        query, body = self.check(name, params)
        if operation.writes:
            self._cache.drop(name)
        qps = self._quota(operation, params)
        tried = 0
        lost = False
        while True:
            tried += 1
            self._pacer.wait(name, qps)
            try:
                return self._send(name, query, body)
            except IotError as error:
                # Sent twice because the first answer was lost, a delete finds nothing: that is what was asked for.
                if operation.kind == DELETE and lost and operation.says_absent(error.code):
                    return {}
                lost = lost or error.ambiguous
                if error.category == THROTTLED:
                    self._pacer.slow_down(name, qps)
                if not self._policy.again(operation.kind, error, tried):
                    raise
                time.sleep(self._policy.delay(tried))
            finally:
                if operation.writes:
                    self._cache.drop(name)

    def check(self, name: str, params: dict) -> tuple[dict, dict]:
        """The encoded parameters of a call, of the query and of the form body; nothing is sent.

        Raises:
            InvalidRequest: they do not fit the operation.
        """
        operation = self.operation(name)
        if operation.instance and self.connection.iot_instance_id:
            params = {"IotInstanceId": self.connection.iot_instance_id, **params}
        return encode(name, operation, params)

    def read(self, name: str, params: dict | None = None) -> dict:
        """Like ``call``, for an operation that changes nothing; the same read is sent once until a write may change it.

        Replies are shared: do not change them.
        """
        if self.operation(name).writes:
            raise ValueError(f"{name} is not a read")
        return self._cache.get(name, params, lambda: self.call(name, params))

    def find(self, name: str, params: dict | None = None) -> dict | None:
        """Like ``read``, with None where the platform says that the thing does not exist, and only then."""
        try:
            return self.read(name, params)
        except ApiError as error:
            if self.operation(name).says_absent(error.code):
                return None
            raise

    def pages(self, name: str, params: dict | None = None):
        """Every element of a paged list, page by page, in as few requests as its page size allows.

        A list that grows or shrinks meanwhile can show an element twice or not at all; the platform offers no snapshot.
        """
        pages = self.operation(name).pages
        if pages is None:
            raise ValueError(f"{name} has no pages")
        params = {pages.size: pages.most, **(params or {})}
        size = int(params[pages.size])
        seen = 0
        position = params.pop(pages.page, None)
        along = params.pop(pages.along, None)
        if not pages.token:
            position = int(position or 1)
        while True:
            reply = self.read(name, {**params, pages.page: position, **({pages.along: along} if along else {})})
            items = member(reply, pages.items) or []
            yield from items
            seen += len(items)
            if pages.token:
                asked, position = position, member(reply, pages.token)
                # A token that leads to itself has no end.
                if not position or not items or position == asked:
                    return
                continue
            if pages.total:
                # A platform that hands out smaller pages than asked for does not end the list.
                if not items or seen >= int(member(reply, pages.total) or 0):
                    return
            elif len(items) < size:
                return
            position += 1
            along = member(reply, pages.along) if pages.along else None

    def download(self, url: str) -> bytes:
        """The content of a file that a reply refers to. Its URL is as good as a key, and no message holds it.

        Raises:
            TransportError: it cannot be had.
        """
        return self._patiently(lambda: self._transport.get(url))

    def upload(self, url: str, fields: dict, path: str) -> None:
        """Posts a local file with a form that a reply gave; twice the same leaves one file. No message holds the form.

        Raises:
            TransportError: the file cannot be read, or is not taken.
        """
        self._patiently(lambda: self._transport.upload(url, fields, path))

    def _patiently(self, request):
        tried = 0
        while True:
            tried += 1
            with self._lock:
                self.calls += 1
            try:
                return request()
            except TransportError as error:
                if not self._policy.again(READ, error, tried):
                    raise
                time.sleep(self._policy.delay(tried))

    def forget(self) -> None:
        """Drops everything read so far."""
        self._cache.clear()

    def close(self) -> None:
        """Closes the connections, and the files of the pace."""
        self._transport.close()
        self._pacer.close()

    def operation(self, name: str) -> Operation:
        """The operation of that name.

        Raises:
            InvalidRequest: the catalogue has none.
        """
        if name not in self.catalogue:
            raise InvalidRequest(f"there is no operation {name}", code="InvalidAction.NotFound")
        return self.catalogue.operation(name)

    def _quota(self, operation, params: dict) -> int | None:
        pages = operation.pages
        if operation.deep_qps and pages:
            record = int(params.get(pages.page) or 1) * int(params.get(pages.size) or 10)
            if record >= 100_000:
                return operation.deep_qps
        return operation.qps

    def _send(self, name: str, query: dict, body: dict) -> dict:
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
        # One operation has a parameter that is named like one of every request, which then is sent once.
        common = {member: value for member, value in common.items() if member not in query}
        url, signature = sign("POST", {**common, **query}, body, self.connection.access_key_secret)
        if len(url) > LONGEST_QUERY:
            body = {**query, **body}
            url, signature = sign("POST", common, body, self.connection.access_key_secret)
        with self._lock:
            self.calls += 1
        try:
            status, reply = self._transport.post(f"{url}&Signature={signature}", canonical_query(body))
        except IotError as error:
            error.operation = name
            error.args = (error._text(),)
            raise
        if status < 400 and str(reply.get("Success", True)).lower() != "false":
            return reply
        raise self._failure(name, status, reply)

    def _failure(self, name: str, status: int, reply: dict) -> ApiError:
        code = str(reply.get("Code") or f"HTTP {status}")
        known = self.catalogue.error(code, status)
        # Of a script the platform says what is wrong with it in a member of its own.
        said = str(reply.get("SyntaxErrorMsg") or reply.get("ErrorMessage") or reply.get("Message") or "")
        # The platform's own words name the value that is wrong; the catalogue's are in English. Where a signature does
        # not fit, the platform's words hold what it signed, and that is everything that was sent.
        if known.meaning and (not said.isascii() or code in _QUOTES_THE_REQUEST):
            said = ""
        meaning = said or known.meaning
        return ApiError(
            meaning or "the platform gave no reason",
            operation=name,
            code=code,
            request_id=str(reply.get("RequestId", "")),
            category=known.category,
            remedy=known.remedy,
            ambiguous=known.category == TRANSIENT,
        )
