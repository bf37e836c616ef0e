"""Keys that are the same at every run, and signatures that are: what they sign can be committed and
written again. They are made from a name alone, so they keep nothing safe."""

import base64
import hashlib
import hmac
import itertools
import random
from dataclasses import dataclass
from functools import cached_property

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils

EXPONENT = 65537
RSA_BITS = 2048


def encoded(data: bytes) -> str:
    """base64url without padding (RFC 7515 §2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def number(value: int, length: int | None = None) -> str:
    """An unsigned number as a JWK holds it (RFC 7518 §2)."""
    return encoded(value.to_bytes(length or (value.bit_length() + 7) // 8, "big"))


def hash_of(algorithm: str) -> hashes.HashAlgorithm:
    return {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}[algorithm[-3:]]


@dataclass(frozen=True)
class RsaKey:
    """An RSA key made from its name."""

    name: str

    @cached_property
    def private(self) -> rsa.RSAPrivateKey:
        drawn = random.Random(self.name)
        p, q = _prime(drawn, RSA_BITS // 2), _prime(drawn, RSA_BITS // 2)
        d = pow(EXPONENT, -1, (p - 1) * (q - 1))
        public = rsa.RSAPublicNumbers(EXPONENT, p * q)
        return rsa.RSAPrivateNumbers(
            p, q, d, d % (p - 1), d % (q - 1), rsa.rsa_crt_iqmp(p, q), public
        ).private_key()

    def jwk(self, **more: str) -> dict:
        numbers = self.private.public_key().public_numbers()
        return {"kty": "RSA", "use": "sig", "n": number(numbers.n), "e": number(numbers.e)} | more

    def public_pem(self) -> bytes:
        return self.private.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    def sign(self, algorithm: str, message: bytes) -> bytes:
        if algorithm.startswith("PS"):
            return self._pss(algorithm, message)
        return self.private.sign(message, padding.PKCS1v15(), hash_of(algorithm))

    def _pss(self, algorithm: str, message: bytes) -> bytes:
        """EMSA-PSS (RFC 8017 §9.1.1) with a salt that is no accident."""
        digest = getattr(hashlib, f"sha{algorithm[-3:]}")
        size = digest().digest_size
        salt = digest(b"salt" + message).digest()
        seed = digest(bytes(8) + digest(message).digest() + salt).digest()
        length = RSA_BITS // 8
        block = bytes(length - 2 * size - 2) + b"\x01" + salt
        counters = range(-(-len(block) // size))
        mask = b"".join(digest(seed + counter.to_bytes(4, "big")).digest() for counter in counters)
        masked = bytearray(one ^ other for one, other in zip(block, mask, strict=False))
        masked[0] &= 0x7F
        numbers = self.private.private_numbers()
        whole = int.from_bytes(bytes(masked) + seed + b"\xbc", "big")
        return pow(whole, numbers.d, numbers.public_numbers.n).to_bytes(length, "big")


@dataclass(frozen=True)
class CurveKey:
    """A key on P-256 or P-384, made from its name."""

    name: str
    bits: int

    @cached_property
    def private(self) -> ec.EllipticCurvePrivateKey:
        curve = {256: ec.SECP256R1, 384: ec.SECP384R1}[self.bits]()
        return ec.derive_private_key(random.Random(self.name).getrandbits(self.bits - 1), curve)

    def jwk(self, **more: str) -> dict:
        numbers = self.private.public_key().public_numbers()
        size = self.bits // 8
        point = {"x": number(numbers.x, size), "y": number(numbers.y, size)}
        return {"kty": "EC", "use": "sig", "crv": f"P-{self.bits}"} | point | more

    def sign(self, algorithm: str, message: bytes) -> bytes:
        method = ec.ECDSA(hash_of(algorithm), deterministic_signing=True)
        r, s = utils.decode_dss_signature(self.private.sign(message, method))
        size = self.bits // 8
        return r.to_bytes(size, "big") + s.to_bytes(size, "big")


@dataclass(frozen=True)
class SharedSecret:
    """What a forger signs with who takes a public key for a shared secret (RFC 8725 §2.1)."""

    secret: bytes

    def sign(self, algorithm: str, message: bytes) -> bytes:
        return hmac.new(self.secret, message, f"sha{algorithm[-3:]}").digest()


def _prime(drawn: random.Random, bits: int) -> int:
    """The next prime above what was drawn, for which e is usable. The two highest bits are set, so
    that the product of two has its full length."""
    start = drawn.getrandbits(bits) | 0b11 << (bits - 2) | 1
    fits = (
        candidate
        for candidate in itertools.count(start, 2)
        if candidate % EXPONENT != 1 and _is_prime(candidate)
    )
    return next(fits)


def _is_prime(candidate: int) -> bool:
    """Miller and Rabin's test with fixed bases: the candidates were not chosen to deceive it."""
    small = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37)
    if any(candidate % prime == 0 for prime in small):
        return False
    odd, twos = candidate - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    for base in small:
        power = pow(base, odd, candidate)
        if power in (1, candidate - 1):
            continue
        for _ in range(twos - 1):
            power = pow(power, 2, candidate)
            if power == candidate - 1:
                break
        else:
            return False
    return True
