# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Authenticate requests: check signature, timestamp and nonce.

There are two signature methods. V1 (HMAC-SHA1, ``Signature`` in the parameters) is defined in manual chapter 4.5 and
used by the original SDK; ACS3-HMAC-SHA256 (the ``Authorization`` header) is used by the upgraded SDKs.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from urllib.parse import quote

from ansible_collections.iotops.aliyun.emulator.core.access_keys import TOLERANCE, AccessKeys
from ansible_collections.iotops.aliyun.emulator.core.errors import GatewayError, missing_parameter
from ansible_collections.iotops.aliyun.emulator.core.wire import Request

_ACS3 = "ACS3-HMAC-SHA256"
_V1_REQUIRED = ("AccessKeyId", "Signature", "SignatureMethod", "SignatureVersion", "SignatureNonce", "Timestamp")
_ACS3_REQUIRED = ("x-acs-date", "x-acs-signature-nonce", "x-acs-content-sha256")


class Authenticator:
    """Accepts requests with a valid signature.

    Args:
        keys: AccessKey secrets by AccessKey id. For an STS key any security token is accepted.
        clock: returns real time in seconds; signatures do not depend on the clock of the emulator.

    Attributes:
        access_keys: the AccessKeys, which other protocols accept too.
    """

    def __init__(self, keys: Mapping[str, str], clock: Callable[[], float] = time.time) -> None:
        self.access_keys = AccessKeys(keys, clock)
        self._nonces = _Nonces()

    def check(self, request: Request) -> None:
        """Raise GatewayError if the request is not accepted."""
        authorization = request.headers.get("Authorization")
        if authorization:
            self._check_acs3(request, authorization)
        else:
            self._check_v1(request)

    def reset(self) -> None:
        """Forget all used nonces."""
        self._nonces = _Nonces()

    def _check_v1(self, request: Request) -> None:
        values = request.values
        for name in _V1_REQUIRED:
            if not values.get(name):
                raise missing_parameter(name)
        if values["SignatureMethod"] != "HMAC-SHA1" or values["SignatureVersion"] != "1.0":
            raise GatewayError(400, "IncompleteSignature", "Only HMAC-SHA1 in signature version 1.0 is supported.")
        secret = self._secret(values["AccessKeyId"])
        now = self._check_time(values["Timestamp"])
        if not hmac.compare_digest(v1_signature(request.method, values, secret), values["Signature"].encode()):
            raise _mismatch()
        self._check_nonce(values["AccessKeyId"], values["SignatureNonce"], now)

    def _check_acs3(self, request: Request, authorization: str) -> None:
        algorithm, _space, rest = authorization.partition(" ")
        fields = dict(field.strip().partition("=")[::2] for field in rest.split(","))
        if algorithm != _ACS3 or not {"Credential", "SignedHeaders", "Signature"} <= fields.keys():
            raise GatewayError(400, "IncompleteSignature", f"Authorization must be a complete {_ACS3} header.")
        headers = request.headers
        for name in _ACS3_REQUIRED:
            if not headers.get(name):
                raise GatewayError(400, "IncompleteSignature", f"The header {name} is mandatory for this action.")
        secret = self._secret(fields["Credential"])
        now = self._check_time(headers["x-acs-date"])
        if hashlib.sha256(request.body).hexdigest() != headers["x-acs-content-sha256"]:
            raise _mismatch()
        signature = acs3_signature(request, fields["SignedHeaders"].split(";"), secret)
        if not hmac.compare_digest(signature, fields["Signature"].encode()):
            raise _mismatch()
        self._check_nonce(fields["Credential"], headers["x-acs-signature-nonce"], now)

    def _secret(self, access_key_id: str) -> str:
        secret = self.access_keys.secret(access_key_id)
        if secret is None:
            raise GatewayError(404, "InvalidAccessKeyId.NotFound")
        return secret

    def _check_time(self, timestamp: str) -> float:
        """Return the current time in seconds. Raises GatewayError if ``timestamp`` differs too much from it."""
        try:
            if len(timestamp) != 20 or timestamp[-1] != "Z":
                raise ValueError(timestamp)
            sent = datetime.fromisoformat(timestamp).timestamp()
        except ValueError:
            raise GatewayError(400, "InvalidTimeStamp.Format") from None
        if not self.access_keys.is_current(sent):
            raise GatewayError(400, "InvalidTimeStamp.Expired")
        return self.access_keys.now()

    def _check_nonce(self, access_key_id: str, nonce: str, now: float) -> None:
        # Checked after the signature, so that a request without the secret cannot use up a nonce.
        if not self._nonces.use(f"{access_key_id}\n{nonce}", now):
            raise GatewayError(400, "SignatureNonceUsed")


class _Nonces:
    """Stores nonces as long as a request with the same nonce could have a valid timestamp.

    The nonces are stored as hashes of 8 bytes, which is enough to distinguish them, in two generations: dropping a
    whole generation is cheap.
    """

    def __init__(self) -> None:
        self._current: set[int] = set()
        self._previous: set[int] = set()
        self._rotated_at = 0.0

    def use(self, nonce: str, now: float) -> bool:
        """Mark ``nonce`` as used; return False if it was used before."""
        if now - self._rotated_at > 2 * TOLERANCE:
            self._previous = self._current
            self._current = set()
            self._rotated_at = now
        key = hash(nonce)
        if key in self._current or key in self._previous:
            return False
        self._current.add(key)
        return True


def v1_signature(method: str, values: Mapping[str, str], secret: str) -> bytes:
    """Return the V1 signature in Base64. It covers all parameters of query and form body except ``Signature``."""
    canonical = _canonical(item for item in values.items() if item[0] != "Signature")
    # The encoded pairs contain no other character that must be encoded, and this is much faster than ``quote``.
    encoded = canonical.replace("%", "%25").replace("&", "%26").replace("=", "%3D")
    text = f"{method}&%2F&{encoded}"
    return base64.b64encode(hmac.digest(f"{secret}&".encode(), text.encode(), "sha1"))


def acs3_signature(request: Request, signed_headers: Iterable[str], secret: str) -> bytes:
    """Return the ACS3 signature in hexadecimal digits. It covers the query as sent, the body and the signed headers."""
    names = list(signed_headers)
    headers = "".join(f"{name}:{request.headers.get(name, '').strip()}\n" for name in names)
    canonical = "\n".join(
        (
            request.method,
            request.target.partition("?")[0] or "/",
            _canonical(request.query),
            headers,
            ";".join(names),
            request.headers.get("x-acs-content-sha256", ""),
        )
    )
    text = f"{_ACS3}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    return hmac.digest(secret.encode(), text.encode(), "sha256").hex().encode()


def _canonical(pairs: Iterable[tuple[str, str]]) -> str:
    return "&".join([f"{_encoded(name)}={_encoded(value)}" for name, value in sorted(pairs)])


def _encoded(text: str) -> str:
    # Most names and values need no encoding, and this check is much faster than ``quote``.
    return text if text.isascii() and text.isalnum() else quote(text, safe="~")


def _mismatch() -> GatewayError:
    return GatewayError(400, "SignatureDoesNotMatch", "Specified signature is not matched with our calculation.")
