# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""HTTP requests over persistent connections, and transfers of files from and to URLs in responses."""

from __future__ import annotations

import json
import os
import re
import ssl
import traceback
import warnings
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit
from urllib.request import DataHandler, Request

from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import PERMANENT, TRANSIENT, Response
from ansible_collections.iotops.aliyun.plugins.module_utils.client.deadline import LimitedRequest, Watchdog
from ansible_collections.iotops.aliyun.plugins.module_utils.client.errors import IotError, TransportError
from ansible_collections.iotops.aliyun.plugins.module_utils.client.form import Form

REQUESTS_IMPORT_ERROR: str | None
try:
    import requests
    from requests.adapters import HTTPAdapter
    from requests.utils import get_environ_proxies, select_proxy
    from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
    from urllib3.exceptions import InsecureRequestWarning
except ImportError:  # The runners report it with the path of the Python interpreter.
    requests = None  # type: ignore[assignment]
    REQUESTS_IMPORT_ERROR = traceback.format_exc()
else:
    REQUESTS_IMPORT_ERROR = None

#: The maximum size of a decompressed response in bytes. The largest legitimate one, a page of devices, has about 1 MB.
MAX_RESPONSE = 64 * 1024 * 1024
# Small, because a compressed chunk can grow a thousand times.
_CHUNK = 16 * 1024

# What OpenSSL reports if the other side does not use TLS.
_NOT_TLS = (
    "WRONG_VERSION_NUMBER",
    "wrong version number",
    "RECORD_LAYER_FAILURE",
    "record layer failure",
    "HTTP_REQUEST",
)

# The texts in the header ``Warning`` (RFC 7234, section 5.5), such as 299 - "text".
_WARNING = re.compile(r'\b\d{3} \S+ "([^"]*)"')

_STORAGE_CODE = re.compile(rb"<Code>(\w+)</Code>")

HEADERS = {"Accept": "application/json", "Accept-Encoding": "gzip, deflate", "User-Agent": "iotops.aliyun"}


def _adapter(watchdog: Watchdog, connections: int) -> Any:
    """Return an adapter whose connections are known to the watchdog."""

    def tracked(pool: Any) -> Any:
        class Connection(pool.ConnectionCls):  # type: ignore[misc,name-defined]
            def request(self, *args: Any, **kwargs: Any) -> Any:
                watchdog.connection_used(self)
                return super().request(*args, **kwargs)

            def connect(self) -> None:
                watchdog.connection_used(self)
                super().connect()

        return type(pool.__name__, (pool,), {"ConnectionCls": Connection})

    pools = {"http": tracked(HTTPConnectionPool), "https": tracked(HTTPSConnectionPool)}

    class Adapter(HTTPAdapter):
        def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
            super().init_poolmanager(*args, **kwargs)
            self.poolmanager.pool_classes_by_scheme = pools

        def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
            known = proxy in self.proxy_manager
            manager = super().proxy_manager_for(proxy, **kwargs)
            # The manager for SOCKS proxies has connection classes of its own.
            if not known and not proxy.lower().startswith("socks"):
                manager.pool_classes_by_scheme = pools
            return manager

    return Adapter(pool_connections=1, pool_maxsize=connections, max_retries=0)


class Transport:
    """A sender of HTTP requests to one endpoint.

    Args:
        endpoint: Scheme, host and port, such as ``https://iot.cn-shanghai.aliyuncs.com``.
        timeout: The timeout in seconds for a request and its whole response; for the connection the same, but at most
            10 seconds.
        verify: True, False, or the path of a CA bundle.
        connections: The maximum number of connections to keep open, for callers in several threads.
        warn: Called with each warning in a response: the texts of the header ``Warning``.

    Attributes:
        date: The header ``Date`` of the last response; empty if it had none.
    """

    def __init__(
        self,
        endpoint: str,
        timeout: float = 30.0,
        verify: bool | str = True,
        connections: int = 16,
        warn: Callable[[str], None] = lambda _text: None,
    ) -> None:
        self.endpoint = endpoint
        self.date = ""
        self._warn = warn
        self._timeout = (min(timeout, 10.0), timeout)
        self._url = f"{endpoint}/"
        # Proxies and certificates are read from the environment once, not for each request.
        self._proxies = get_environ_proxies(self._url)
        self._verify = _environment_certificates() if verify is True else verify
        # An adapter instead of a session: there must be no cookies, no redirects, and no header from a .netrc file.
        self._watchdog = Watchdog()
        self._adapter = _adapter(self._watchdog, connections)
        if verify is False:
            # The option says so; Ansible shows the warning of each worker on stderr.
            warnings.filterwarnings("ignore", category=InsecureRequestWarning)
        # Each request is a copy of this one. The query is already encoded, and requests would parse and encode it
        # again.
        self._blank = requests.Request("POST", self._url, headers=HEADERS).prepare()

    def post(self, query: str, body: str) -> tuple[int, Response]:
        """Send a POST request, and decode the response.

        Args:
            query: The encoded query.
            body: The encoded form body, which may be empty.

        Returns:
            The HTTP status and the members of the response. An error response that is not JSON has no members.

        Raises:
            TransportError: There was no response, or a response that is neither an error nor JSON, such as the login
                page of a proxy. The error is ambiguous unless no connection was established.
        """
        request = self._blank.copy()
        request.url = f"{self._url}?{query}"
        if body:
            request.headers["Content-Type"] = "application/x-www-form-urlencoded"
            request.prepare_body(body.encode(), None)
        limited = LimitedRequest(self._timeout[1])
        try:
            with self._watchdog.watch(limited):
                status, content = self._exchange(request)
        except (requests.exceptions.RequestException, ValueError, OSError) as error:
            raise self._transport_error(error, limited.expired) from None
        try:
            members = json.loads(content)
            if b"\\ud" in content.lower():
                # Half of a surrogate pair cannot be encoded, neither in a request nor in a result.
                json.dumps(members, ensure_ascii=False).encode()
        except (ValueError, RecursionError):
            members = None
        # Every response of the platform has at least one of the two members.
        is_platform = isinstance(members, dict) and not {"RequestId", "Success"}.isdisjoint(members)
        if status < 400 and not (status < 300 and is_platform):
            raise TransportError(
                f"the response of {self.endpoint} is not from the IoT Platform (HTTP status {status})",
                code="InvalidReply",
                category=PERMANENT,
                remedy="Check endpoint, and proxies between the endpoint and this machine",
                ambiguous=True,
            )
        return status, members if isinstance(members, dict) else {}

    def _transport_error(self, error: Exception, is_expired: bool) -> TransportError:
        """Return the error of this collection for an exception of requests, with its real cause."""
        if isinstance(error, requests.exceptions.SSLError):
            return self._tls_error(error)
        if isinstance(error, requests.exceptions.ProxyError):
            return self._proxy_error(error)
        if isinstance(error, requests.exceptions.InvalidSchema):
            return TransportError(
                f"the proxy {self._proxy()} is a SOCKS proxy, which requires the Python package PySocks",
                code="ProxyError",
                category=PERMANENT,
                remedy="Install PySocks, or set another proxy",
            )
        if isinstance(error, ValueError):  # InvalidURL and InvalidProxyURL of requests, and errors of urllib3
            return TransportError(
                f"{self.endpoint} or the URL of the proxy is malformed",
                code="InvalidEndpoint",
                category=PERMANENT,
                remedy="Check endpoint, region and the proxy",
            )
        if not isinstance(error, requests.exceptions.RequestException):
            # requests reads the CA bundle when it connects, and has no specific exception for a missing one.
            return TransportError(
                f"the CA bundle {self._verify} does not exist",
                code="SSLError",
                category=PERMANENT,
                remedy="Check ca_path",
            )
        if is_expired:
            return self._too_slow()
        unconnected = isinstance(error, requests.exceptions.ConnectTimeout) or (
            isinstance(error, requests.exceptions.ConnectionError) and _never_connected(error)
        )
        if unconnected and self._proxy():
            return self._proxy_error(error)
        return self._no_response(error, ambiguous=not unconnected)

    def _tls_error(self, error: requests.exceptions.SSLError) -> TransportError:
        if any(isinstance(cause, ssl.SSLEOFError) for cause in _causes(error)):
            return self._no_response(error, ambiguous=True)
        if any(reason in str(error) for reason in _NOT_TLS):
            return TransportError(
                f"{self.endpoint} does not use TLS",
                code="SSLError",
                category=PERMANENT,
                remedy=f"Set endpoint to {self.endpoint.replace('https://', 'http://', 1)}, or check the port",
            )
        return TransportError(
            f"the certificate of {self.endpoint} is not trusted: {_reason(error)}",
            code="SSLError",
            category=PERMANENT,
            remedy="Check endpoint, or set ca_path to a file with the certificate authority",
        )

    def _exchange(self, request: Any) -> tuple[int, bytes]:
        """Send a request, and return the status and the content of the response, which is limited in size."""
        response = self._adapter.send(
            request, stream=True, timeout=self._timeout, verify=self._verify, proxies=self._proxies
        )
        chunks = []
        size = 0
        try:
            for chunk in response.iter_content(_CHUNK):
                size += len(chunk)
                if size > MAX_RESPONSE:
                    raise TransportError(
                        f"the response of {self.endpoint} is larger than {MAX_RESPONSE // 1024 // 1024} MiB",
                        code="InvalidReply",
                        category=PERMANENT,
                        remedy="Check endpoint, and proxies between the endpoint and this machine",
                        ambiguous=True,
                    )
                chunks.append(chunk)
        finally:
            response.close()
        self.date = response.headers.get("Date", "")
        for text in _WARNING.findall(response.headers.get("Warning", "")):
            self._warn(text)
        return response.status_code, b"".join(chunks)

    def _proxy(self) -> str:
        """Return the URL of the proxy of the endpoint without user name and password, or an empty string."""
        proxy = select_proxy(self._url, self._proxies)
        return proxy.rpartition("@")[2] if proxy else ""

    def _proxy_error(self, error: BaseException) -> TransportError:
        return TransportError(
            f"no connection to {self.endpoint} through the proxy {self._proxy()}: {_reason(error)}",
            code="ProxyError",
            remedy="Check the environment variables http_proxy, https_proxy and no_proxy",
        )

    def _too_slow(self) -> TransportError:
        return TransportError(
            f"the response of {self.endpoint} was not complete after {self._timeout[1]:g} seconds",
            code="ConnectionError",
            remedy="Increase timeout_in_seconds, or check the network",
            ambiguous=True,
            timed_out=True,
        )

    def get(self, url: str) -> bytes:
        """Download a file. A URL with the scheme ``data`` contains it.

        Raises:
            TransportError: The file cannot be downloaded.
        """
        if url.startswith("data:"):
            try:
                with DataHandler().data_open(Request(url)) as file:
                    return bytes(file.read())
            except ValueError:
                raise _malformed_url() from None
        status, content = self._send_to_storage("GET", url)
        if status != 200:
            raise _storage_error(url, status, content, "returned an error instead of the file")
        return content

    def upload(self, url: str, fields: Mapping[str, object], path: str) -> None:
        """Post a form with a local file, as object storage requires it (PostObject).

        Args:
            url: The URL. The URL and the fields grant write access like a password, so no message contains them.
            fields: The other fields of the form, in their order.
            path: The file. It is sent while it is read, so its size is not limited by the memory.

        Raises:
            TransportError: The file cannot be read, or object storage does not accept it.
        """
        try:
            file = os.fdopen(os.open(path, os.O_RDONLY), "rb")
        except OSError as error:
            raise TransportError(
                f"{path} cannot be read: {error.strerror}",
                code="File",
                category=PERMANENT,
                remedy="Check the path and the permissions of the file",
            ) from None
        with file:
            form = Form(fields, file)
            headers = {"Content-Type": form.content_type, "Content-Length": str(len(form))}
            status, content = self._send_to_storage("POST", url, headers, form)
        if not 200 <= status < 300:
            raise _storage_error(url, status, content, f"rejected the upload of {path}")

    def _send_to_storage(
        self, method: str, url: str, headers: Mapping[str, str] | None = None, body: Form | None = None
    ) -> tuple[int, bytes]:
        host: str | None = ""
        headers = {"User-Agent": HEADERS["User-Agent"], **(headers or {})}
        try:
            host = urlsplit(url).hostname
            request: Any = requests.Request(method, url, headers=headers).prepare()
            if body is not None:
                request.headers.update(headers)
                request.body = body
            proxies = get_environ_proxies(url)
            response = self._adapter.send(request, timeout=self._timeout, verify=self._verify, proxies=proxies)
            return response.status_code, response.content
        except requests.exceptions.SSLError as error:
            raise TransportError(
                f"the certificate of {host} is not trusted: {_reason(error)}",
                code="SSLError",
                category=PERMANENT,
                remedy="Set ca_path to a file with the certificate authority",
            ) from None
        except ValueError:
            raise _malformed_url() from None
        except (requests.exceptions.RequestException, OSError) as error:
            raise TransportError(
                f"no response from the file storage {host}: {_reason(error)}",
                code="ConnectionError",
                remedy="Check the network between this machine and the file storage",
            ) from None

    def close(self) -> None:
        """Close the connections."""
        self._watchdog.close()
        self._adapter.close()

    def _no_response(self, error: BaseException, ambiguous: bool) -> TransportError:
        return TransportError(
            f"no response from {self.endpoint}: {_reason(error)}",
            code="ConnectionError",
            remedy="Check endpoint, region and the network",
            ambiguous=ambiguous,
            timed_out=ambiguous and isinstance(error, requests.exceptions.Timeout),
        )


def _environment_certificates() -> str | bool:
    """Return the CA bundle of the environment variables that requests uses, or True if none is set."""
    return os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or True


def _malformed_url() -> TransportError:
    return TransportError(
        "the URL of the file is malformed", code="InvalidURL", category=PERMANENT, remedy="Read the URL again"
    )


def _storage_error(url: str, status: int, content: bytes, what: str) -> TransportError:
    """Return the error for an error response of object storage.

    It contains the error code but not the message of the response, which may quote the request.
    """
    code = _STORAGE_CODE.search(content)
    return TransportError(
        f"{urlsplit(url).hostname} {what}",
        code=code.group(1).decode() if code else f"HTTP {status}",
        category=TRANSIENT if status >= 500 or status == 429 else PERMANENT,
    )


def _causes(error: BaseException) -> list[BaseException]:
    """Return an exception and its causes; requests and urllib3 wrap them in arguments as well as in chains.

    Errors of this collection are left out: they belong to an earlier request whose error is being handled.
    """
    seen: list[BaseException] = []
    waiting: list[Any] = [error]
    while waiting:
        cause = waiting.pop()
        if not isinstance(cause, BaseException) or isinstance(cause, IotError) or cause in seen:
            continue
        seen.append(cause)
        waiting += [cause.__cause__, cause.__context__, getattr(cause, "reason", None), *cause.args]
    return seen


def _never_connected(error: BaseException) -> bool:
    names = {type(cause).__name__ for cause in _causes(error)}
    return bool(names & {"NewConnectionError", "NameResolutionError", "ConnectTimeoutError"})


def _reason(error: BaseException) -> str:
    """Return the reason of an error, in a text without a URL."""
    for cause in _causes(error):
        if isinstance(cause, OSError) and cause.strerror:
            return cause.strerror
    if isinstance(error, requests.exceptions.Timeout):
        return "timed out"
    return "the connection was lost"
