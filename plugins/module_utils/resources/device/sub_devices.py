# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Signature of a sub-device, which proves that the caller knows the DeviceSecret of the device."""

from __future__ import annotations

import hmac

SIGN_METHOD = "hmacSha256"


def sign_sub_device(product_key: str, name: str, secret: str) -> dict:
    """Return a sub-device with its signature, as an element of the parameter ``TopoAddItem``."""
    content = f"deviceName{name}productKey{product_key}"
    return {
        "ProductKey": product_key,
        "DeviceName": name,
        "SignMethod": SIGN_METHOD,
        "Sign": hmac.new(secret.encode(), content.encode(), "sha256").hexdigest().upper(),
    }
