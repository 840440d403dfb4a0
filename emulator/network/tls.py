# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The TLS settings of the endpoints for devices. Clients can authenticate with the certificate of their device."""

from __future__ import annotations

import ssl
import tempfile

from ansible_collections.iotops.aliyun.emulator.core.dispatch import Platform
from ansible_collections.iotops.aliyun.emulator.services.device import certificate

#: The names and addresses in the certificate of the server.
HOST_NAMES = ["localhost"]
ADDRESSES = ["127.0.0.1", "::1"]


class TlsSettings:
    """The TLS settings of an emulated account.

    Args:
        platform: the emulated account, which issues the certificates of devices.

    Attributes:
        authority: the certificate (PEM) with which clients can verify the server's certificate.
    """

    def __init__(self, platform: Platform) -> None:
        self.authority, self._certificate, self._key = certificate.create_server_certificate(HOST_NAMES, ADDRESSES)
        self._platform = platform
        self._context: ssl.SSLContext | None = None
        self._device_authority = ""

    def context(self) -> ssl.SSLContext:
        """Return the settings. After a reset, the account has a new authority for its devices."""
        device_authority = self._platform.run(certificate.authority_certificate)
        if self._context is None or device_authority != self._device_authority:
            self._context, self._device_authority = self._create(device_authority), device_authority
        return self._context

    def server_context(self) -> ssl.SSLContext:
        """Return settings for clients that do not authenticate with a certificate."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._load_certificate(context)
        return context

    def _create(self, device_authority: str) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_verify_locations(cadata=device_authority)
        context.verify_mode = ssl.CERT_OPTIONAL
        self._load_certificate(context)
        return context

    def _load_certificate(self, context: ssl.SSLContext) -> None:
        # The ssl module reads the server's certificate and key from a file only. The file is private to the user.
        with tempfile.NamedTemporaryFile("w", encoding="utf-8") as file:
            file.write(self._certificate + self._key)
            file.flush()
            context.load_cert_chain(file.name)
