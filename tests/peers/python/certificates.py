"""Certificates made by `cryptography`, independently of the product."""

import base64
import hashlib
import ipaddress
import json
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from jwt.algorithms import RSAAlgorithm


def base64url(data: bytes) -> str:
    """RFC 7515 §2: the URL-safe alphabet, no padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def named(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def certificate_for(common_name: str, key: rsa.RSAPrivateKey) -> x509.CertificateBuilder:
    """A certificate to be signed, valid from an hour ago for a day."""
    now = datetime.now(timezone.utc)
    return (
        x509.CertificateBuilder()
        .subject_name(named(common_name))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
    )


@dataclass(frozen=True)
class Identity:
    """A self-signed certificate, its RSA key, and one PEM file that holds both."""

    key: rsa.RSAPrivateKey
    certificate: x509.Certificate
    pem_file: Path

    @classmethod
    def create(cls, directory: Path, common_name: str) -> "Identity":
        key = new_key()
        unsigned = certificate_for(common_name, key).issuer_name(named(common_name))
        certificate = unsigned.sign(key, hashes.SHA256())
        pem_file = directory / "identity.pem"
        identity = cls(key, certificate, pem_file)
        pem_file.write_bytes(identity.certificate_pem + identity.key_pem)
        pem_file.chmod(0o600)
        return identity

    @property
    def certificate_pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def key_pem(self) -> bytes:
        return self.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @property
    def sha256_thumbprint(self) -> str:
        """The `x5t#S256` header (RFC 7515 §4.1.8)."""
        return base64url(hashlib.sha256(self.der).digest())

    @property
    def sha1_thumbprint(self) -> str:
        """The `x5t` header (RFC 7515 §4.1.7)."""
        return base64url(hashlib.sha1(self.der).digest())

    def public_jwk(self, algorithm: str) -> dict:
        jwk = json.loads(RSAAlgorithm.to_jwk(self.key.public_key()))
        return {**jwk, "use": "sig", "alg": algorithm}


@dataclass(frozen=True)
class LoopbackServer:
    """A server's certificate for this machine and the CA that signed it, as PEM files."""

    ca_file: Path
    pem_file: Path

    @classmethod
    def create(cls, directory: Path) -> "LoopbackServer":
        ca_key, key = new_key(), new_key()
        ca_name = "CA of this test"
        ca = (
            certificate_for(ca_name, ca_key)
            .issuer_name(named(ca_name))
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(ca_key.public_key()), critical=False
            )
            .sign(ca_key, hashes.SHA256())
        )
        addresses = [
            x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
            x509.DNSName("localhost"),
        ]
        certificate = (
            certificate_for("localhost", key)
            .issuer_name(named(ca_name))
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName(addresses), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()),
                critical=False,
            )
            .sign(ca_key, hashes.SHA256())
        )
        server = cls(directory / "ca.pem", directory / "server.pem")
        server.ca_file.write_bytes(ca.public_bytes(serialization.Encoding.PEM))
        both = Identity(key, certificate, server.pem_file)
        server.pem_file.write_bytes(both.certificate_pem + both.key_pem)
        server.pem_file.chmod(0o600)
        return server
