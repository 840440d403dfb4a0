# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Check the credentials of consumers, as the public documentation of the platform for AMQP clients describes them.

The user name has options in any order::

    CLIENTID|authMode=aksign,signMethod=hmacsha1,timestamp=1573489088171,authId=ACCESSKEYID,consumerGroupId=GROUP|

The password is a signature with the secret of the AccessKey in Base64. It covers ``authId`` and ``timestamp`` and, with
``authMode=ststoken``, the security token.
"""

from __future__ import annotations

import base64
import hmac

from ansible_collections.iotops.aliyun.emulator.core.access_keys import AccessKeys

#: The maximum number of characters of a client id.
MAX_CLIENT_ID_LENGTH = 64

# Names of hash functions by signature method. The vendor's sample for Go writes "Hmacsha1".
_METHODS = {"hmacmd5": "md5", "hmacsha1": "sha1", "hmacsha256": "sha256"}

# The signed options by authentication mode, in the order in which they are signed.
_SIGNED = {"aksign": ("authId", "timestamp"), "ststoken": ("authId", "securityToken", "timestamp")}

_MAX_TIMESTAMP_DIGITS = 15


class InvalidCredentials(Exception):
    """The credentials are not accepted. The text is the reason, without secrets."""


def check(keys: AccessKeys, username: str, password: str, *, is_reconnect: bool = False) -> tuple[str, str]:
    """Return the client id and the id of the consumer group of a client; the group may not exist.

    Args:
        keys: the accepted AccessKeys.
        username: the user name.
        password: the password.
        is_reconnect: whether the same credentials were accepted before, so that their timestamp may be old.

    Raises:
        InvalidCredentials: the credentials are not accepted.
    """
    client_id, options = _parse(username)
    signed = _SIGNED.get(options.get("authMode", ""))
    if signed is None:
        raise InvalidCredentials("authMode must be aksign or ststoken")
    method = _METHODS.get(options.get("signMethod", "").lower())
    if method is None:
        raise InvalidCredentials(f"signMethod must be one of {', '.join(_METHODS)}")
    missing = [name for name in (*signed, "consumerGroupId") if not options.get(name)]
    if missing:
        raise InvalidCredentials(f"{' and '.join(missing)} missing in the user name")
    if not is_reconnect:
        _check_timestamp(keys, options["timestamp"])
    secret = keys.secret(options["authId"])
    content = "&".join(f"{name}={options[name]}" for name in signed)
    expected = base64.b64encode(hmac.digest((secret or "").encode(), content.encode(), method))
    if secret is None or not hmac.compare_digest(expected, password.encode()):
        raise InvalidCredentials("the AccessKey does not exist, or the password is wrong")
    return client_id, options["consumerGroupId"]


def _parse(username: str) -> tuple[str, dict[str, str]]:
    client_id, separator, rest = username.partition("|")
    if not separator:
        raise InvalidCredentials("the user name must be CLIENTID|OPTIONS|")
    if not 1 <= len(client_id) <= MAX_CLIENT_ID_LENGTH:
        raise InvalidCredentials(f"the client id must have 1 to {MAX_CLIENT_ID_LENGTH} characters")
    pairs = (option.partition("=") for option in rest.removesuffix("|").split(","))
    return client_id, {name.strip(): value.strip() for name, _sign, value in pairs}


def _check_timestamp(keys: AccessKeys, text: str) -> None:
    if not (text.isascii() and text.isdigit() and len(text) <= _MAX_TIMESTAMP_DIGITS):
        raise InvalidCredentials("timestamp must be a time in milliseconds")
    if not keys.is_current(int(text) / 1000):
        raise InvalidCredentials("timestamp differs too much from the current time")
