# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether a request may come in: its signature, its time, its nonce.

Two signatures are in use. V1 (HMAC-SHA1, ``Signature`` among the parameters) is the manual's chapter 4.5 and the
original SDK's; ACS3-HMAC-SHA256 (the ``Authorization`` header) is the upgraded SDKs'.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from urllib.parse import quote

from ansible_collections.iotops.aliyun.emulator.core.errors import GatewayError, missing_parameter
from ansible_collections.iotops.aliyun.emulator.core.wire import Request

#: How far, in seconds, a request's timestamp may be from the platform's clock, either way.
TOLERANCE = 15 * 60

_ACS3 = "ACS3-HMAC-SHA256"
_V1_REQUIRED = ("AccessKeyId", "Signature", "SignatureMethod", "SignatureVersion", "SignatureNonce", "Timestamp")
_ACS3_REQUIRED = ("x-acs-date", "x-acs-signature-nonce", "x-acs-content-sha256")


class Authenticator:
    """Lets signed requests in.

    ``keys`` maps AccessKey ids to secrets. An STS key is one of them, and whatever security token comes with it is
    accepted. ``clock`` gives real time in seconds: signatures do not follow the platform's own clock.
    """

    def __init__(self, keys: Mapping[str, str], clock: Callable[[], float] = time.time) -> None:
        self._keys = dict(keys)
        self._clock = clock
        self._nonces = _Nonces()

    def check(self, request: Request) -> None:
        """Raises GatewayError where the request must not come in."""
        authorization = request.headers.get("Authorization")
        if authorization:
            self._check_acs3(request, authorization)
        else:
            self._check_v1(request)

    def forget(self) -> None:
        """Take every nonce as unused."""
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
        try:
            return self._keys[access_key_id]
        except KeyError:
            raise GatewayError(404, "InvalidAccessKeyId.NotFound") from None

    def _check_time(self, timestamp: str) -> float:
        """The present time in seconds, provided ``timestamp`` is near it."""
        try:
            if len(timestamp) != 20 or timestamp[-1] != "Z":
                raise ValueError(timestamp)
            sent = datetime.fromisoformat(timestamp).timestamp()
        except ValueError:
            raise GatewayError(400, "InvalidTimeStamp.Format") from None
        now = self._clock()
        if abs(now - sent) > TOLERANCE:
            raise GatewayError(400, "InvalidTimeStamp.Expired")
        return now

    def _check_nonce(self, access_key_id: str, nonce: str, now: float) -> None:
        # After the signature, so that nobody without the key can use up a nonce.
        if not self._nonces.use(f"{access_key_id}\n{nonce}", now):
            raise GatewayError(400, "SignatureNonceUsed")


class _Nonces:
    """Remembers nonces for as long as a request that carries them could pass the check of its time.

    Two generations of hashes: 8 bytes tell two nonces apart well enough, and dropping a whole generation costs nothing.
    """

    def __init__(self) -> None:
        self._young: set[int] = set()
        self._old: set[int] = set()
        self._turn = 0.0

    def use(self, nonce: str, now: float) -> bool:
        """Whether ``nonce`` is new; from now on it is not."""
        if now - self._turn > 2 * TOLERANCE:
            self._old = self._young
            self._young = set()
            self._turn = now
        key = hash(nonce)
        if key in self._young or key in self._old:
            return False
        self._young.add(key)
        return True


def v1_signature(method: str, values: Mapping[str, str], secret: str) -> bytes:
    """The Base64 text of the V1 signature over all parameters, those of a form body included, but ``Signature``."""
    canonical = _canonical(item for item in values.items() if item[0] != "Signature")
    text = f"{method}&%2F&{_encoded(canonical)}"
    return base64.b64encode(hmac.digest(f"{secret}&".encode(), text.encode(), "sha1"))


def acs3_signature(request: Request, signed_headers: Iterable[str], secret: str) -> bytes:
    """The hexadecimal text of the ACS3 signature, over the query as it was sent and the headers that it names."""
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
    # Most names and values stand for themselves, which is seen in a fraction of the time that ``quote`` takes.
    return text if text.isascii() and text.isalnum() else quote(text, safe="~")


def _mismatch() -> GatewayError:
    return GatewayError(400, "SignatureDoesNotMatch", "Specified signature is not matched with our calculation.")
