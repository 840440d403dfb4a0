# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Issue X.509 certificates for devices with a certificate authority of the emulator (ECDSA over P-256)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_address

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """A private key: ECDSA over P-256."""

    value: ec.EllipticCurvePrivateKey

    @classmethod
    def generate(cls) -> PrivateKey:
        """Return a new random key."""
        return cls(ec.generate_private_key(ec.SECP256R1()))

    @classmethod
    def from_pem(cls, pem: str) -> PrivateKey:
        """Return the key in a PEM text that ``to_pem`` returned."""
        value = serialization.load_pem_private_key(pem.encode(), None)
        assert isinstance(value, ec.EllipticCurvePrivateKey)
        return cls(value)

    def to_pem(self) -> str:
        """Return the key as unencrypted PEM text."""
        key_format = serialization.PrivateFormat.TraditionalOpenSSL
        encryption = serialization.NoEncryption()
        return self.value.private_bytes(serialization.Encoding.PEM, key_format, encryption).decode()


@dataclass(frozen=True, slots=True)
class CertificateAuthority:
    """A certificate authority with its common name and its private key. Times are milliseconds since 1970."""

    name: str
    key: PrivateKey

    def self_signed_certificate(self, serial: int, not_before: int, not_after: int) -> str:
        """Return the authority's own, self-signed certificate as PEM text."""
        usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
        builder = self._builder(serial, not_before, not_after, self.name, self.key)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        return self._sign(builder.add_extension(usage, critical=True))

    def issue_client_certificate(
        self, serial: int, not_before: int, not_after: int, subject: str, key: PrivateKey
    ) -> str:
        """Return a PEM certificate that the owner of ``key`` can use to authenticate to a server as ``subject``."""
        usage = x509.KeyUsage(True, False, False, False, False, False, False, False, False)
        authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.value.public_key())
        builder = self._builder(serial, not_before, not_after, subject, key)
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        builder = builder.add_extension(usage, critical=True)
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        return self._sign(builder.add_extension(authority, critical=False))

    def issue_server_certificate(
        self, serial: int, not_before: int, not_after: int, host_names: list[str], addresses: list[str], key: PrivateKey
    ) -> str:
        """Return a PEM certificate with which the owner of ``key`` can serve host names and IP addresses."""
        names: list[x509.GeneralName] = [x509.DNSName(name) for name in host_names]
        names += [x509.IPAddress(ip_address(address)) for address in addresses]
        authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.value.public_key())
        builder = self._builder(serial, not_before, not_after, host_names[0], key)
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        return self._sign(builder.add_extension(authority, critical=False))

    def _builder(
        self, serial: int, not_before: int, not_after: int, subject: str, key: PrivateKey
    ) -> x509.CertificateBuilder:
        public_key = key.value.public_key()
        return (
            x509.CertificateBuilder()
            .serial_number(serial)
            .issuer_name(_common_name(self.name))
            .subject_name(_common_name(subject))
            .not_valid_before(datetime.fromtimestamp(not_before // 1000, UTC))
            .not_valid_after(datetime.fromtimestamp(not_after // 1000, UTC))
            .public_key(public_key)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
        )

    def _sign(self, builder: x509.CertificateBuilder) -> str:
        certificate = builder.sign(self.key.value, hashes.SHA256())
        return certificate.public_bytes(serialization.Encoding.PEM).decode()


def subject_of(certificate: bytes) -> str:
    """Return the common name of the subject of a certificate (DER)."""
    (name,) = x509.load_der_x509_certificate(certificate).subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(name.value)


def _common_name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
