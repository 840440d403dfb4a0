# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Credentials of AMQP clients, written from the vendor's documentation and independent of the code under test."""

from __future__ import annotations

import base64
import hmac
import time
from typing import Any

from .conftest import KEY

METHODS = {"hmacmd5": "md5", "hmacsha1": "sha1", "hmacsha256": "sha256"}


def credentials(
    group: str, client: str = "client", *, secret: str = KEY, age: float = 0, **options: Any
) -> tuple[str, str]:
    """Return the user name and the password of a client of a consumer group.

    Args:
        group: The id of the consumer group.
        client: The id of the client.
        secret: The secret of the AccessKey.
        age: How old the timestamp is, in seconds.
        options: Options of the user name that differ from the defaults; None for one that is omitted.
    """
    values = {
        "authMode": "aksign",
        "signMethod": "hmacsha1",
        "timestamp": str(int((time.time() - age) * 1000)),
        "authId": KEY,
        "iotInstanceId": "",
        "consumerGroupId": group,
        **options,
    }
    signed = {name: values[name] for name in ("authId", "securityToken", "timestamp") if name in values}
    content = "&".join(f"{name}={value}" for name, value in signed.items())
    digest = hmac.digest(secret.encode(), content.encode(), METHODS.get(str(values["signMethod"]).lower(), "sha1"))
    text = ",".join(f"{name}={value}" for name, value in values.items() if value is not None)
    return f"{client}|{text}|", base64.b64encode(digest).decode()
