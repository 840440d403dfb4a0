# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""X.509 certificates for devices, of an authority that a platform has for itself: ECDSA over P-256."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID


@dataclass(frozen=True, slots=True)
class Key:
    """A private key."""

    private: ec.EllipticCurvePrivateKey

    @classmethod
    def new(cls) -> Key:
        """A random one."""
        return cls(ec.generate_private_key(ec.SECP256R1()))

    @classmethod
    def of(cls, pem: str) -> Key:
        """The one that ``pem`` wrote."""
        return cls(serialization.load_pem_private_key(pem.encode(), None))

    def pem(self) -> str:
        """The key as PEM text, unencrypted."""
        form = serialization.PrivateFormat.TraditionalOpenSSL
        plain = serialization.NoEncryption()
        return self.private.private_bytes(serialization.Encoding.PEM, form, plain).decode()


@dataclass(frozen=True, slots=True)
class Authority:
    """A certificate authority: its common name and its key. Times are milliseconds since 1970."""

    name: str
    key: Key

    def own_certificate(self, serial: int, begins: int, ends: int) -> str:
        """Its own certificate as PEM text, signed by itself."""
        may = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
        builder = self._builder(serial, begins, ends, self.name, self.key)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        return self._sign(builder.add_extension(may, critical=True))

    def certify_client(self, serial: int, begins: int, ends: int, subject: str, key: Key) -> str:
        """A certificate as PEM text with which the holder of ``key`` proves to a server that it is ``subject``."""
        may = x509.KeyUsage(True, False, False, False, False, False, False, False, False)
        authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.private.public_key())
        builder = self._builder(serial, begins, ends, subject, key)
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        builder = builder.add_extension(may, critical=True)
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        return self._sign(builder.add_extension(authority, critical=False))

    def _builder(self, serial: int, begins: int, ends: int, subject: str, key: Key) -> x509.CertificateBuilder:
        public = key.private.public_key()
        return (
            x509.CertificateBuilder()
            .serial_number(serial)
            .issuer_name(_name(self.name))
            .subject_name(_name(subject))
            .not_valid_before(datetime.fromtimestamp(begins // 1000, UTC))
            .not_valid_after(datetime.fromtimestamp(ends // 1000, UTC))
            .public_key(public)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        )

    def _sign(self, builder: x509.CertificateBuilder) -> str:
        certificate = builder.sign(self.key.private, hashes.SHA256())
        return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
