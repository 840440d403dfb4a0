# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What puts a device behind a gateway: its signature, which proves that whoever asks for it knows its secret."""

from __future__ import annotations

import hmac

SIGN_METHOD = "hmacSha256"


def sign_sub_device(product_key: str, name: str, secret: str) -> dict:
    """A sub-device as ``TopoAddItem`` takes it."""
    content = f"deviceName{name}productKey{product_key}"
    return {
        "ProductKey": product_key,
        "DeviceName": name,
        "SignMethod": SIGN_METHOD,
        "Sign": hmac.new(secret.encode(), content.encode(), "sha256").hexdigest().upper(),
    }
