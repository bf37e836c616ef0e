"""Judges a client assertion as a strict authorization server would, with PyJWT and `cryptography`.

RFC 7523 §3 and Entra's page "Microsoft identity platform application authentication certificate
credentials".
"""

import base64

import jwt

from certificates import Identity

# Entra accepts up to 24 hours; a leaked assertion is useful for as long as it lives.
LONGEST_LIFE_SECONDS = 600
CLAIMS = {"aud", "exp", "iat", "iss", "jti", "nbf", "sub"}
THUMBPRINT_HEADER = {"PS256": "x5t#S256", "RS256": "x5t"}


class Rejected(Exception):
    """Why an authorization server would refuse the assertion."""


def verify_assertion(
    assertion: str, identity: Identity, *, algorithm: str, client_id: str, audience: str
) -> dict:
    """Returns the claims, or raises `Rejected`."""
    try:
        header = jwt.get_unverified_header(assertion)
        claims = jwt.decode(
            assertion,
            identity.key.public_key(),
            algorithms=[algorithm],
            audience=audience,
            issuer=client_id,
            options={"require": sorted(CLAIMS), "strict_aud": True},
        )
    except jwt.InvalidTokenError as error:
        raise Rejected(repr(error)) from error
    _verify_header(header, identity, algorithm)
    _verify_claims(claims, client_id)
    return claims


def _verify_header(header: dict, identity: Identity, algorithm: str) -> None:
    thumbprints = {"x5t#S256": identity.sha256_thumbprint, "x5t": identity.sha1_thumbprint}
    name = THUMBPRINT_HEADER[algorithm]
    _require(header.get("typ") == "JWT", f"typ is {header.get('typ')!r}")
    _require(header.get(name) == thumbprints[name], f"{name} names another certificate")
    _require(set(header) <= {"alg", "typ", name, "x5c"}, f"unexpected header: {sorted(header)}")
    if "x5c" in header:
        # RFC 7515 §4.1.6: standard base64, the signer's certificate first.
        chain = header["x5c"]
        _require(isinstance(chain, list) and chain, "x5c is no list")
        first = base64.b64decode(chain[0], validate=True)
        _require(first == identity.der, "x5c begins with another certificate")


def _verify_claims(claims: dict, client_id: str) -> None:
    _require(set(claims) == CLAIMS, f"the claims are {sorted(claims)}")
    _require(claims["sub"] == client_id, "sub is not the client")
    _require(len(claims["jti"]) >= 16, "jti is guessable")
    life = claims["exp"] - claims["iat"]
    _require(0 < life <= LONGEST_LIFE_SECONDS, f"it lives for {life} seconds")
    _require(claims["nbf"] <= claims["iat"], "it is not valid when it is issued")


def _require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise Rejected(otherwise)
