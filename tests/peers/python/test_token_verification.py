"""`inspect --verify` and PyJWT look at the same tokens with the same keys; where they differ, it is
said why."""

import json

import jwt
import pytest

import token_corpus

# How far clocks may be apart, as the program has it.
LEEWAY_SECONDS = 300
ALGORITHMS = {
    "RSA": ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"],
    "P-256": ["ES256"],
    "P-384": ["ES384"],
}

THE_PROGRAM = "the program"
PYJWT = "PyJWT"

TWICE = "a member that stands twice is refused (RFC 8725 §3.10): readers differ in which counts"
NO_JSON = "RFC 8259 does not have it, Python's reader of JSON does"
NO_UTF_8 = "RFC 7519 §7.2 asks for UTF-8; Python's reader guesses the encoding"
A_NUMBER = "a time is a number (RFC 7519 §2); PyJWT takes texts of digits too"
UNWRAPPED = "a terminal or a mail wrapped it: the program takes the white space out, and says so"
NONCE = "Entra signs another header than it sends then, so the program says that it cannot tell"

# Who alone accepts the token, and why the other does not.
DIFFERENCES = {
    "a name twice further down": (PYJWT, TWICE),
    "algorithm twice": (PYJWT, TWICE),
    "app for Graph with a nonce": (PYJWT, NONCE),
    "audience twice": (PYJWT, TWICE),
    "audience twice by an escape": (PYJWT, TWICE),
    "beginning is a text": (PYJWT, A_NUMBER),
    "claims after a byte order mark": (PYJWT, NO_UTF_8),
    "claims in UTF-16": (PYJWT, NO_UTF_8),
    "content is a token": (PYJWT, "what is inside would have to be verified (RFC 7519 §7.2)"),
    "end is a text": (PYJWT, A_NUMBER),
    "half of a pair": (PYJWT, NO_JSON),
    "key named by x5t alone": (THE_PROGRAM, "Entra names its keys by both; PyJWT's reader by kid"),
    "key of another issuer": (PYJWT, "Entra's `issuer` of a key is none of RFC 7517's members"),
    "line break in the signature": (THE_PROGRAM, UNWRAPPED),
    "nested 200 deep": (PYJWT, "the program reads 128 levels"),
    "nonce": (PYJWT, NONCE),
    "not a number": (PYJWT, NO_JSON),
    "padding after the signature": (PYJWT, "RFC 7515 §2 leaves padding out"),
    "wrapped and set in": (THE_PROGRAM, UNWRAPPED),
    "wrapped by a terminal": (THE_PROGRAM, UNWRAPPED),
}

ROWS = {row["name"]: row for rows in token_corpus.corpus().values() for row in rows}


def judged(row: dict) -> bool:
    """Whether a resource server with PyJWT would accept the token: the key by `kid`, the algorithms
    by the key."""
    token = token_corpus.whole(row)
    try:
        named = jwt.get_unverified_header(token).get("kid")
        [key] = [key for key in token_corpus.KEYS["keys"] if key["kid"] == named]
        jwt.decode(
            token,
            jwt.PyJWK(key).key,
            algorithms=[key["alg"]] if "alg" in key else ALGORITHMS[key.get("crv", key["kty"])],
            audience=row["audience"],
            issuer=row["issuer"],
            leeway=LEEWAY_SECONDS,
            options={"require": ["exp"]},
        )
    except (jwt.PyJWTError, ValueError, OverflowError, TypeError):
        # PyJWT lets some errors of Python through, such as those of numbers that are none.
        return False
    return True


@pytest.fixture(scope="module")
def keys(tmp_path_factory) -> str:
    file = tmp_path_factory.mktemp("keys") / "keys.json"
    file.write_text(json.dumps(token_corpus.KEYS))
    return str(file)


def accepted(product, keys: str, row: dict) -> bool:
    """Whether the program does, which must say so in its answer and by its exit code."""
    done = product.run(
        *("inspect", "--verify", "--keys", keys, "-o", "json"),
        *("--audience", row["audience"], "--issuer", row["issuer"]),
        stdin=token_corpus.whole(row),
    )
    if done.returncode == 4:
        assert json.loads(done.stderr.splitlines()[-1])["code"] == "not_verifiable"
        return False
    genuine = json.loads(done.stdout)["verification"]["genuine"]
    assert done.returncode == (0 if genuine else 1), done.stderr
    return genuine


def test_both_accept_the_same_tokens_but_for_those_that_are_listed(product, keys):
    ours = {name for name, row in ROWS.items() if accepted(product, keys, row)}
    theirs = {name for name, row in ROWS.items() if judged(row)}
    listed = {name: who for name, (who, _) in DIFFERENCES.items()}
    found = {name: THE_PROGRAM for name in ours - theirs} | {name: PYJWT for name in theirs - ours}
    assert found == listed
    assert len(ours & theirs) >= 40, "too few tokens are genuine to tell anything"


@pytest.mark.parametrize("name", sorted(token_corpus.files()))
def test_the_tokens_on_disk_are_those_of_the_script(name):
    assert (token_corpus.FOLDER / name).read_text() == token_corpus.files()[name]
