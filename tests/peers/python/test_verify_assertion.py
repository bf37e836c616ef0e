"""The judge itself: it accepts a good assertion and refuses each kind of bad one."""

import time
import uuid

import jwt
import pytest

from product import CLIENT_ID
from verify_assertion import Rejected, verify_assertion

AUDIENCE = "https://login.example.test/tenant/oauth2/v2.0/token"


def mint(identity, *, algorithm="PS256", key=None, headers=None, **changes) -> str:
    now = int(time.time())
    claims = {
        "aud": AUDIENCE,
        "iss": CLIENT_ID,
        "sub": CLIENT_ID,
        "jti": str(uuid.uuid4()),
        "iat": now,
        "nbf": now,
        "exp": now + 300,
        **changes,
    }
    thumbprints = {
        "PS256": {"x5t#S256": identity.sha256_thumbprint},
        "RS256": {"x5t": identity.sha1_thumbprint},
    }
    headers = thumbprints[algorithm] if headers is None else headers
    claims = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(claims, key or identity.key, algorithm=algorithm, headers=headers)


def judge(assertion, identity, algorithm="PS256"):
    return verify_assertion(
        assertion, identity, algorithm=algorithm, client_id=CLIENT_ID, audience=AUDIENCE
    )


@pytest.mark.parametrize("algorithm", ["PS256", "RS256"])
def test_accepts_a_good_one(identity, algorithm):
    claims = judge(mint(identity, algorithm=algorithm), identity, algorithm)
    assert claims["iss"] == CLIENT_ID


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "https://login.example.test/tenant/v2.0"},
        {"aud": [AUDIENCE]},
        {"iss": "someone-else"},
        {"sub": "someone-else"},
        {"jti": None},
        {"jti": "1"},
        {"exp": None},
        {"nbf": None},
        {"iat": None},
        {"exp": 1},
        {"nbf": 9_999_999_999},
        {"exp": 9_999_999_999},
        {"scope": "more"},
    ],
    ids=str,
)
def test_refuses_wrong_claims(identity, changes):
    with pytest.raises(Rejected):
        judge(mint(identity, **changes), identity)


def test_refuses_another_key(identity, other_identity):
    with pytest.raises(Rejected):
        judge(mint(identity, key=other_identity.key), identity)


def test_refuses_another_algorithm(identity):
    with pytest.raises(Rejected):
        judge(mint(identity, algorithm="RS256"), identity, "PS256")


def test_refuses_a_wrong_header(identity, other_identity):
    sha256 = {"x5t#S256": identity.sha256_thumbprint}
    for headers in [
        {},
        {"x5t#S256": other_identity.sha256_thumbprint},
        {"x5t": identity.sha1_thumbprint},
        {**sha256, "typ": "at+jwt"},
        {**sha256, "jku": "https://attacker.example.test/keys"},
        {**sha256, "x5c": []},
    ]:
        with pytest.raises(Rejected):
            judge(mint(identity, headers=headers), identity)


def test_refuses_what_is_no_jwt(identity):
    with pytest.raises(Rejected):
        judge("not.a.jwt", identity)
