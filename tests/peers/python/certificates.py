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


@dataclass(frozen=True)
class Identity:
    """A self-signed certificate, its RSA key, and one PEM file that holds both."""

    key: rsa.RSAPrivateKey
    certificate: x509.Certificate
    pem_file: Path

    @classmethod
    def create(cls, directory: Path, common_name: str) -> "Identity":
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
        now = datetime.now(timezone.utc)
        loopback = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName([loopback]), critical=False)
            .sign(key, hashes.SHA256())
        )
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
