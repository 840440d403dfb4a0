# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One HTTP request and its reply, over a connection that is kept; and files, to and from where replies say."""

from __future__ import annotations

import json
import os
import re
import ssl
import traceback
from urllib.parse import urlsplit
from urllib.request import DataHandler, Request

from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import PERMANENT, TRANSIENT
from ansible_collections.iotops.aliyun.plugins.module_utils.client.errors import IotError, TransportError
from ansible_collections.iotops.aliyun.plugins.module_utils.client.form import Form

try:
    import requests
    from requests.adapters import HTTPAdapter
    from requests.utils import get_environ_proxies
except ImportError:  # reported by the doors, which know how to name the interpreter
    requests = None
    REQUESTS_IMPORT_ERROR = traceback.format_exc()
else:
    REQUESTS_IMPORT_ERROR = None

_STORAGE_CODE = re.compile(rb"<Code>(\w+)</Code>")

HEADERS = {"Accept": "application/json", "Accept-Encoding": "gzip, deflate", "User-Agent": "iotops.aliyun"}


class Transport:
    """Sends requests to one endpoint.

    Args:
        endpoint: scheme, host and port, such as ``https://iot.cn-shanghai.aliyuncs.com``.
        timeout: seconds to wait for a connection, and then for the reply.
        verify: True, False, or the path of a CA bundle.
        connections: how many connections are kept at most, for callers on several threads.
    """

    def __init__(self, endpoint: str, timeout: float = 30.0, verify=True, connections: int = 16):
        self.endpoint = endpoint
        self._timeout = (min(timeout, 10.0), timeout)
        self._url = f"{endpoint}/"
        # The environment is asked for proxies and certificates once, and not at each request.
        self._proxies = get_environ_proxies(self._url)
        self._verify = _certificates() if verify is True else verify
        # An adapter and no session: there are no cookies, no redirects, and a .netrc must not add a header of its own.
        self._adapter = HTTPAdapter(pool_connections=1, pool_maxsize=connections, max_retries=0)
        # Every request is a copy of one: requests would parse and encode again a query that is encoded already.
        self._blank = requests.Request("POST", self._url, headers=HEADERS).prepare()

    def post(self, query: str, body: str) -> tuple[int, dict]:
        """Sends a POST and decodes the reply.

        Args:
            query: the encoded query.
            body: the encoded form body, which may be empty.

        Returns:
            The HTTP status and the reply's members; an error that is not JSON gives none.

        Raises:
            TransportError: no reply came, or one that is no error and not JSON either, as of a proxy that asks who one
                is. It is ambiguous unless the connection was never made.
        """
        request = self._blank.copy()
        request.url = f"{self._url}?{query}"
        if body:
            request.headers["Content-Type"] = "application/x-www-form-urlencoded"
            request.prepare_body(body.encode(), None)
        try:
            reply = self._adapter.send(request, timeout=self._timeout, verify=self._verify, proxies=self._proxies)
            content = reply.content
        except requests.exceptions.SSLError as error:
            if any(isinstance(cause, ssl.SSLEOFError) for cause in _causes(error)):
                raise self._unreachable(error, ambiguous=True) from None
            raise TransportError(
                f"the certificate of {self.endpoint} cannot be trusted: {_reason(error)}",
                code="SSLError",
                category="permanent",
                remedy="Check the endpoint and ca_path",
            ) from None
        except (requests.exceptions.ConnectTimeout, requests.exceptions.ProxyError) as error:
            raise self._unreachable(error, ambiguous=False) from None
        except requests.exceptions.ConnectionError as error:
            raise self._unreachable(error, ambiguous=not _never_connected(error)) from None
        except ValueError:  # requests' InvalidURL and InvalidProxyURL, and what urllib3 says of such a name
            raise TransportError(
                f"{self.endpoint} cannot be an address, or that of the proxy cannot",
                code="InvalidEndpoint",
                category="permanent",
                remedy="Check the endpoint, the region and the proxy",
            ) from None
        except requests.exceptions.RequestException as error:
            raise self._unreachable(error, ambiguous=True) from None
        except OSError:  # requests looks for the file when it connects, and has no exception of its own for it
            raise TransportError(
                f"there are no certificates at {self._verify}",
                code="SSLError",
                category="permanent",
                remedy="Check ca_path",
            ) from None
        try:
            members = json.loads(content)
        except ValueError:
            members = None
        if reply.status_code < 400 and not (reply.status_code < 300 and isinstance(members, dict)):
            raise TransportError(
                f"{self.endpoint} answers, but not as the platform does (HTTP {reply.status_code})",
                code="InvalidReply",
                category="permanent",
                remedy="Check the endpoint, and what stands between it and this machine",
                ambiguous=True,
            )
        return reply.status_code, members if isinstance(members, dict) else {}

    def get(self, url: str) -> bytes:
        """Fetches a file, wherever it is; a URL of the scheme ``data`` holds it.

        Raises:
            TransportError: it cannot be had.
        """
        if url.startswith("data:"):
            try:
                with DataHandler().data_open(Request(url)) as file:
                    return file.read()
            except ValueError:
                raise TransportError("the file's URL is broken", code="InvalidURL", category=PERMANENT) from None
        status, content = self._ask_storage("GET", url)
        if status != 200:
            raise _refused(url, status, content, "does not give the file")
        return content

    def upload(self, url: str, fields: dict, path: str) -> None:
        """Posts a form with a local file, as object storage takes it (PostObject).

        Args:
            url: where to; it is as good as a key, as the fields are, and no message holds any of them.
            fields: the form's other fields, in their order.
            path: the file; it is sent as it is read, however large it is.

        Raises:
            TransportError: the file cannot be read, or is not taken.
        """
        try:
            file = os.fdopen(os.open(path, os.O_RDONLY), "rb")
        except OSError as error:
            raise TransportError(f"{path} cannot be read: {error.strerror}", code="File", category=PERMANENT) from None
        with file:
            form = Form(fields, file)
            headers = {"Content-Type": form.content_type, "Content-Length": str(len(form))}
            status, content = self._ask_storage("POST", url, headers, form)
        if not 200 <= status < 300:
            raise _refused(url, status, content, f"does not take {path}")

    def _ask_storage(self, method: str, url: str, headers: dict | None = None, body=None) -> tuple[int, bytes]:
        host = ""
        try:
            host = urlsplit(url).hostname
            given = {"User-Agent": HEADERS["User-Agent"], **(headers or {})}
            request = requests.Request(method, url, headers=given).prepare()
            if body is not None:
                request.headers.update(headers)
                request.body = body
            proxies = get_environ_proxies(url)
            reply = self._adapter.send(request, timeout=self._timeout, verify=self._verify, proxies=proxies)
            return reply.status_code, reply.content
        except requests.exceptions.SSLError as error:
            raise TransportError(
                f"the certificate of {host} cannot be trusted: {_reason(error)}",
                code="SSLError",
                category=PERMANENT,
                remedy="Check ca_path",
            ) from None
        except ValueError:
            raise TransportError("the file's URL is broken", code="InvalidURL", category=PERMANENT) from None
        except (requests.exceptions.RequestException, OSError) as error:
            raise TransportError(
                f"no answer from {host}, which holds the file: {_reason(error)}",
                code="ConnectionError",
                remedy="Check the network between it and this machine",
            ) from None

    def close(self) -> None:
        """Closes the connections."""
        self._adapter.close()

    def _unreachable(self, error, ambiguous: bool) -> TransportError:
        return TransportError(
            f"no answer from {self.endpoint}: {_reason(error)}",
            code="ConnectionError",
            remedy="Check the endpoint, the region and the network",
            ambiguous=ambiguous,
        )


def _certificates():
    """The bundle of certificates that the environment names, by the variables that requests itself asks."""
    return os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or True


def _refused(url: str, status: int, content: bytes, what: str) -> TransportError:
    """An answer of object storage that is an error. Its code tells enough: its words may quote what was sent."""
    code = _STORAGE_CODE.search(content)
    return TransportError(
        f"{urlsplit(url).hostname} {what}",
        code=code.group(1).decode() if code else f"HTTP {status}",
        category=TRANSIENT if status >= 500 or status == 429 else PERMANENT,
    )


def _causes(error):
    """The exceptions behind an exception; requests and urllib3 wrap them in arguments as well as in chains.

    What this collection raised belongs to an earlier request, whose failure somebody is handling.
    """
    seen = []
    waiting = [error]
    while waiting:
        cause = waiting.pop()
        if not isinstance(cause, BaseException) or isinstance(cause, IotError) or cause in seen:
            continue
        seen.append(cause)
        waiting += [cause.__cause__, cause.__context__, getattr(cause, "reason", None), *cause.args]
    return seen


def _never_connected(error) -> bool:
    names = {type(cause).__name__ for cause in _causes(error)}
    return bool(names & {"NewConnectionError", "NameResolutionError", "ConnectTimeoutError"})


def _reason(error) -> str:
    """Why, in words that hold no URL."""
    for cause in _causes(error):
        if isinstance(cause, OSError) and cause.strerror:
            return cause.strerror
    if isinstance(error, requests.exceptions.Timeout):
        return "timed out"
    return "the connection broke"
