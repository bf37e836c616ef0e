"""What the .NET tool of the same name writes, made with another library than the program's own.

Run as `python dotnet_tool.py DIRECTORY`, it writes the fixtures of crates/vault/tests/fixtures/dotnet.
"""

import base64
import hashlib
import json
import sys
from pathlib import Path

from cryptography.hazmat.primitives import hashes, padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

ROUNDS = 100_000
PASSPHRASE = "correct horse battery"

APP = {
    "name": "sp",
    "tenantId": "contoso.com",
    "clientId": "11112222-bbbb-3333-cccc-4444dddd5555",
    "scopes": ["https://graph.microsoft.com/.default"],
    "resource": None,
    "authMethod": "clientSecret",
    "redirectUri": None,
    "certificatePath": None,
    "cacheCertificatePassword": None,
    "defaultFlow": "clientCredentials",
    "createdAt": "2024-03-01T10:20:30.1234567Z",
    "updatedAt": None,
}
APP_SECRET = "s3cr~t+/=&%25 xé€"

CERTIFICATE = {
    **APP,
    "name": "cert.app",
    "authMethod": "certificate",
    "certificatePath": "/home/me/app.pfx",
    "cacheCertificatePassword": True,
}
CERTIFICATE_PASSWORD = "päss'wörd\" \\"


def document(profile, client_secret=None, certificate_password=None):
    """The JSON that is sealed in an export."""
    return {
        "Profile": profile,
        "ClientSecret": client_secret,
        "CertificatePassword": certificate_password,
        "ExportedAt": "2024-05-06T07:08:09Z",
    }


def seal(text: bytes, passphrase: str, salt: bytes, iv: bytes) -> bytes:
    """An export file of that text."""
    derivation = PBKDF2HMAC(algorithm=hashes.SHA256(), length=32, salt=salt, iterations=ROUNDS)
    padder = padding.PKCS7(128).padder()
    padded = padder.update(text) + padder.finalize()
    key = derivation.derive(passphrase.encode())
    encryptor = Cipher(algorithms.AES(key), modes.CBC(iv)).encryptor()
    return base64.b64encode(salt + iv + encryptor.update(padded) + encryptor.finalize())


def export(contents, passphrase: str, salt: bytes, iv: bytes, indent=None) -> bytes:
    """An export file."""
    text = json.dumps(contents, ensure_ascii=False, indent=indent)
    return seal(text.encode(), passphrase, salt, iv)


def secret_file_name(profile: str, what: str) -> str:
    """The name of the file that a secret is kept in on Linux; `what` is secret or cert-password."""
    key = f"profile:{profile}:{what}"
    return hashlib.sha256(key.encode()).hexdigest() + ".dat"


def masked(secret: str) -> bytes:
    """What such a file holds."""
    return bytes(byte ^ 0xAA for byte in secret.encode())


def write_fixtures(directory: Path) -> None:
    """The same bytes each time: salts and IVs count up."""
    salt, iv = bytes(range(32)), bytes(range(100, 116))
    directory.mkdir(parents=True, exist_ok=True)

    def write(name: str, contents: bytes) -> None:
        directory.joinpath(name).write_bytes(contents)

    app = document(APP, client_secret=APP_SECRET)
    certificate = document(CERTIFICATE, certificate_password=CERTIFICATE_PASSWORD)
    write("secret.export", export(app, PASSPHRASE, salt, iv))
    write("secret-indented.export", export(app, PASSPHRASE, salt, iv, indent=2))
    write("certificate.export", export(certificate, PASSPHRASE, salt, iv))
    for name, contents in {
        "unknown-field": {**app, "Profile": {**APP, "clientSecret": "x"}},
        "numbered-method": {**app, "Profile": {**APP, "authMethod": 0}},
        "bad-name": {**app, "Profile": {**APP, "name": "../x"}},
        "control-character": document(APP, client_secret="a\x1b[2J"),
        "two-profiles": {**app, "Profile": [APP, CERTIFICATE]},
    }.items():
        write(f"{name}.refused", export(contents, PASSPHRASE, salt, iv))
    twice = json.dumps(app).replace('"ClientSecret"', '"ClientSecret": "x", "ClientSecret"')
    write("secret-twice.refused", seal(twice.encode(), PASSPHRASE, salt, iv))
    profiles = json.dumps([APP, CERTIFICATE], ensure_ascii=False, indent=2)
    write("profiles.json", profiles.encode())
    write(secret_file_name("sp", "secret"), masked(APP_SECRET))
    write(secret_file_name("cert.app", "cert-password"), masked(CERTIFICATE_PASSWORD))
    write("app.secret", APP_SECRET.encode())
    write("certificate.password", CERTIFICATE_PASSWORD.encode())


if __name__ == "__main__":
    write_fixtures(Path(sys.argv[1]))
