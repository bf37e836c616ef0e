"""The tokens that `inspect` is shown, genuine ones and such as were written to deceive it.

`python token_corpus.py` writes them to `crates/protocol/tests/data/tokens`. The keys are fixed, and
so is every byte.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from fixed_keys import CurveKey, RsaKey, SharedSecret, encoded

FOLDER = Path(__file__).parents[3] / "crates/protocol/tests/data/tokens"

TENANT = "11111111-1111-4111-8111-111111111111"
CLIENT = "22222222-2222-4222-8222-222222222222"
API = "33333333-3333-4333-8333-333333333333"
OBJECT = "44444444-4444-4444-8444-444444444444"
PERSONAL = "9188040d-6c67-4c5b-b112-36a304b66dad"
GRAPH = "https://graph.microsoft.com"
ARM = "https://management.azure.com"
V1 = f"https://sts.windows.net/{TENANT}/"
V2 = f"https://login.microsoftonline.com/{TENANT}/v2.0"

# Letters that stand there this often are counted, not written.
MANY = 349_000

# The snapshots are taken at 2026-01-01T00:00:00Z. What is genuine stays so until 2100.
ISSUED = 1_767_222_000
EXPIRES = 4_102_444_800

RSA = RsaKey("signing key")
STRANGER = RsaKey("key of a stranger")
OTHER_ISSUER = RsaKey("key of another issuer")
PSS_ONLY = RsaKey("key for PS256 alone")
P256 = CurveKey("curve 256", 256)
P384 = CurveKey("curve 384", 384)

KEYS = {
    "keys": [
        RSA.jwk(kid="rsa"),
        OTHER_ISSUER.jwk(
            kid="other-issuer", issuer=f"https://login.microsoftonline.com/{PERSONAL}/v2.0"
        ),
        PSS_ONLY.jwk(kid="pss", alg="PS256"),
        P256.jwk(kid="p256"),
        P384.jwk(kid="p384"),
    ]
}

HEADER = {"typ": "JWT", "alg": "RS256", "kid": "rsa"}
TIMES = {"iat": ISSUED, "nbf": ISSUED, "exp": EXPIRES}
V1_CLAIMS = {"aud": ARM, "iss": V1, **TIMES, "tid": TENANT, "ver": "1.0"}
V2_CLAIMS = {"aud": API, "iss": V2, **TIMES, "tid": TENANT, "ver": "2.0"}
V1_APP = V1_CLAIMS | {
    "appid": CLIENT,
    "appidacr": "1",
    "idtyp": "app",
    "oid": OBJECT,
    "sub": OBJECT,
}
V2_APP = V2_CLAIMS | {"azp": CLIENT, "azpacr": "1", "oid": OBJECT, "sub": OBJECT, "roles": ["Read"]}
V1_USER = V1_CLAIMS | {
    "appid": CLIENT,
    "appidacr": "0",
    "name": "Ada Lovelace",
    "oid": OBJECT,
    "scp": "user_impersonation",
    "upn": "ada@contoso.com",
}
V2_USER = V2_CLAIMS | {
    "azp": CLIENT,
    "azpacr": "0",
    "oid": OBJECT,
    "preferred_username": "ada@contoso.com",
    "scp": "Files.Read Mail.Read",
    "sub": "pairwise",
}
ORDINARY = {"aud": API, "iss": V2, "exp": EXPIRES, "tid": TENANT, "scp": "Files.Read Mail.Read"}


@dataclass(frozen=True)
class Token:
    """A token, and by whose and for whose it would pass for genuine."""

    name: str
    token: str
    issuer: str = V2
    audience: str = API


def jws(claims, header=None, key=RSA, signature=None) -> str:
    """A token in its compact form; claims that are bytes or text stand in it as they are."""
    header = HEADER | header if isinstance(header, dict) else header or HEADER
    message = f"{encoded(_written(header))}.{encoded(_written(claims))}"
    if signature is None:
        algorithm = header.get("alg", "RS256") if isinstance(header, dict) else "RS256"
        known = isinstance(algorithm, str) and algorithm[:2] in ("RS", "PS", "ES", "HS")
        signed = key.sign(algorithm if known else "RS256", message.encode("ascii"))
        signature = encoded(signed)
    return f"{message}.{signature}"


def _written(part) -> bytes:
    if isinstance(part, bytes):
        return part
    text = part if isinstance(part, str) else json.dumps(part, separators=(",", ":"))
    return text.encode("utf-8")


def v2(name: str, **changed) -> Token:
    """The ordinary token with other claims; `None` takes one out."""
    claims = {key: value for key, value in (ORDINARY | changed).items() if value is not None}
    return Token(name, jws(claims))


def headed(name: str, key=RSA, **header) -> Token:
    """The ordinary token under another header."""
    return Token(name, jws(ORDINARY, header, key))


def written(name: str, members: str, without: str = "") -> Token:
    """The ordinary token with members in it that `json.dumps` would not write, in place of one."""
    claims = {key: value for key, value in ORDINARY.items() if key != without}
    return Token(name, jws(json.dumps(claims)[:-1] + f",{members}}}"))


def applications():
    identity = f"/subscriptions/{OBJECT}/resourcegroups/rg/providers/Microsoft"
    yield Token("v1 app", jws(V1_APP), V1, ARM)
    yield Token("v2 app", jws(V2_APP))
    yield Token("v1 app with a certificate", jws(V1_APP | {"appidacr": "2"}), V1, ARM)
    yield Token(
        "app with a role for Graph",
        jws(V1_APP | {"aud": GRAPH, "roles": ["User.Read.All"]}),
        V1,
        GRAPH,
    )
    yield Token(
        "app for Graph with a nonce", jws(V1_APP | {"aud": GRAPH}, {"nonce": "n"}), V1, GRAPH
    )
    system = f"{identity}.Compute/virtualMachines/vm"
    yield Token(
        "managed identity of a machine",
        jws(V1_APP | {"appidacr": "2", "xms_mirid": system}),
        V1,
        ARM,
    )
    own = f"{identity}.ManagedIdentity/userAssignedIdentities/id"
    yield Token(
        "managed identity of its own", jws(V1_APP | {"appidacr": "2", "xms_mirid": own}), V1, ARM
    )
    yield Token(
        "app by the Azure CLI",
        jws(V1_APP | {"appid": "04b07795-8ddb-461a-bbee-02f9e1bf7b46"}),
        V1,
        ARM,
    )


def people():
    yield Token("v1 user", jws(V1_USER), V1, ARM)
    yield Token("v2 user", jws(V2_USER))
    guest = {"idp": "https://sts.windows.net/55555555-5555-4555-8555-555555555555/", "acct": 1}
    yield Token("guest", jws(V1_USER | guest), V1, ARM)
    yield v2("guest of version 2", idp="live.com", acct=1)
    personal = f"https://login.microsoftonline.com/{PERSONAL}/v2.0"
    yield Token("personal account", jws(V2_USER | {"iss": personal, "tid": PERSONAL}), personal)
    yield v2("administrator", wids=["62e90394-69f5-4237-9190-012177145e10", OBJECT])
    yield v2("long-lived and revocable", xms_cc=["CP1"], exp=ISSUED + 86_400)
    yield v2(
        "groups left out",
        _claim_names={"groups": "src1"},
        _claim_sources={"src1": {"endpoint": f"{GRAPH}/v1.0"}},
    )
    yield v2("groups left out of an implicit grant", hasgroups=True)
    yield v2(
        "several factors", acrs=["c1", "urn:user:registersecurityinfo"], amr=["pwd", "mfa"], acr="1"
    )
    person = {"sub": "pairwise", "name": "Ada", "preferred_username": "ada@contoso.com"}
    yield Token("ID token", jws(V2_CLAIMS | person | {"aud": CLIENT, "nonce": "n"}), V2, CLIENT)
    china = f"https://sts.chinacloudapi.cn/{TENANT}/"
    china_arm = "https://management.chinacloudapi.cn"
    yield Token(
        "v1 user in China", jws(V1_USER | {"iss": china, "aud": china_arm}), china, china_arm
    )
    government = f"https://login.microsoftonline.us/{TENANT}/v2.0"
    yield Token("v2 user of the US government", jws(V2_USER | {"iss": government}), government)


def customers():
    b2c = f"https://contoso.b2clogin.com/{TENANT}/v2.0/"
    yield Token(
        "B2C user flow",
        jws(V2_USER | {"iss": b2c, "tfp": "B2C_1_sign_in", "emails": ["ada@example.com"]}),
        b2c,
    )
    yield Token(
        "B2C custom policy",
        jws(V2_USER | {"iss": b2c, "acr": "b2c_1a_sign_in", "idp": "google.com"}),
        b2c,
    )
    ciam = f"https://{TENANT}.ciamlogin.com/{TENANT}/v2.0"
    yield Token("CIAM", jws(V2_USER | {"iss": ciam}), ciam)
    openid = "https://issuer.example"
    claims = {
        "iss": openid,
        "sub": "ada",
        "aud": "api",
        "client_id": "app",
        "scope": "read",
        **TIMES,
    }
    yield Token("access token of RFC 9068", jws(claims, {"typ": "at+jwt"}), openid, "api")


def algorithms():
    for algorithm in ("RS384", "RS512", "PS256", "PS384", "PS512"):
        yield headed(algorithm, alg=algorithm)
    yield headed("ES256", P256, alg="ES256", kid="p256")
    yield headed("ES384", P384, alg="ES384", kid="p384")
    yield headed("PS256 by a key for PS256", PSS_ONLY, alg="PS256", kid="pss")
    yield headed("RS256 by a key for PS256", PSS_ONLY, kid="pss")
    for name in ("none", "nOnE"):
        yield Token(f"{name} without a signature", jws(ORDINARY, {"alg": name}, signature=""))
        yield headed(f"{name} with a signature", alg=name)
    yield Token("RS256 without a signature", jws(ORDINARY, signature=""))
    yield headed("public key as shared secret", SharedSecret(RSA.public_pem()), alg="HS256")
    modulus = SharedSecret(RSA.jwk()["n"].encode("ascii"))
    yield headed("modulus as shared secret", modulus, alg="HS256")
    yield headed("empty shared secret", SharedSecret(b""), alg="HS256")
    yield headed("unknown algorithm", alg="XY512")
    yield headed("algorithm in small letters", alg="rs256")
    yield headed("algorithm is a number", alg=256)
    yield Token("no algorithm", jws(ORDINARY, json.dumps({"typ": "JWT", "kid": "rsa"})))
    yield headed("curve algorithm on an RSA key", alg="ES256", key=P256)
    yield headed("signed by a stranger", STRANGER)
    yield Token("signature of zeros", jws(ORDINARY, signature=encoded(bytes(256))))
    yield Token("signature cut off", jws(ORDINARY)[:-8])
    other = jws(ORDINARY | {"oid": TENANT}).rsplit(".", 1)[1]
    yield Token("signature of another token", jws(ORDINARY, signature=other))


def headers():
    yield headed("unknown crit", crit=["exotic"], exotic=True)
    yield headed("crit of a claim", crit=["exp"], exp=EXPIRES)
    yield headed("crit of b64", crit=["b64"], b64=False)
    yield headed("empty crit", crit=[])
    yield headed("b64 without crit", b64=False)
    yield headed("key named by a number", kid=5, x5t="rsa")
    yield headed("nonce", nonce="n")
    yield headed("unknown key", kid="nobody's")
    yield headed("key of another algorithm", kid="p256")
    yield headed("key of another issuer", OTHER_ISSUER, kid="other-issuer")
    yield headed("key is a path", kid="../../../../dev/null")
    yield headed("key is a number", kid=1)
    yield Token("no key named", jws(ORDINARY, json.dumps({"alg": "RS256"})))
    yield Token("key named by x5t alone", jws(ORDINARY, json.dumps({"alg": "RS256", "x5t": "rsa"})))
    yield headed("its own key", STRANGER, jwk=STRANGER.jwk(kid="rsa"))
    yield headed("address of its keys", STRANGER, jku="https://issuer.example/keys")
    yield headed("address of its certificate", STRANGER, x5u="https://issuer.example/cert")
    yield headed("content is a token", cty="JWT")
    yield Token("algorithm twice", jws(ORDINARY, '{"alg":"none","kid":"rsa","alg":"RS256"}'))


def times():
    yield v2("no end", exp=None)
    yield written("end is null", '"exp":null', without="exp")
    yield v2("end is a text", exp=str(EXPIRES))
    yield v2("end is a fraction", exp=EXPIRES + 0.5)
    yield v2("end is negative", exp=-1)
    yield v2("end is true", exp=True)
    yield v2("end beyond any calendar", exp=99_999_999_999_999)
    yield written("end beyond any number", '"exp":1e400', without="exp")
    yield v2("end of 1e300", exp=1e300)
    yield v2("expired", iat=ISSUED - 7200, nbf=ISSUED - 7200, exp=ISSUED - 3600)
    yield v2("not valid yet", nbf=EXPIRES - 60)
    yield v2("ends before it begins", nbf=ISSUED, exp=ISSUED - 60)
    yield v2("issued in the future", iat=EXPIRES - 60)
    yield v2("beginning is a text", nbf=str(ISSUED))
    yield v2("issued is a text", iat="today")


def shapes():
    yield v2("no issuer", iss=None)
    yield v2("issuer is a list", iss=[V2])
    yield v2("issuer with another end", iss=V2 + "/")
    yield v2("no audience", aud=None)
    yield v2("several audiences", aud=["api://other", API])
    yield v2("audience is a number", aud=5)
    yield v2("audience is an object", aud={API: API})
    yield v2("audience in other letters", aud="api://A")
    yield written("audience twice", f'"aud":"{API}"')
    yield written("audience twice by an escape", f'"\\u0061ud":"{API}"')
    yield written("a name twice further down", '"other":{"a":1,"a":2}')
    yield v2("subject is a number", sub=5)
    yield v2("identifier is a number", jti=5)
    yield v2("one claim of a megabyte", other="a" * 1_048_576)
    yield written("nested 100 deep", f'"other":{"[" * 100}{"]" * 100}')
    yield written("nested 200 deep", f'"other":{"[" * 200}{"]" * 200}')
    yield written("number beyond 64 bits", '"other":123456789012345678901234567890')
    yield written("not a number", '"other":NaN')
    yield written("half of a pair", '"other":"\\ud800"')
    yield v2("name of no length", **{"": "nothing"})
    yield Token("no claims", jws({}))
    yield Token("claims are a list", jws([ORDINARY]))
    yield Token("claims are a text", jws('"claims"'))
    yield Token("claims are null", jws("null"))
    yield Token("something after the claims", jws(json.dumps(ORDINARY) + "{}"))
    yield Token("claims in UTF-16", jws(json.dumps(ORDINARY).encode("utf-16-le")))
    yield Token(
        "claims after a byte order mark", jws(b"\xef\xbb\xbf" + json.dumps(ORDINARY).encode())
    )
    yield Token("claims that are no UTF-8", jws(b'{"aud":"\xff\xfe"}'))


def hostile():
    texts = {
        "escape clears the screen": "\x1b[2J\x1b[HGenuine: issued by nobody.",
        "escape makes a link": "\x1b]8;;https://evil.example\x07Microsoft\x1b]8;;\x07",
        "escape writes the clipboard": "\x1b]52;c;ZXZpbA==\x07",
        "escape of one byte": "\u009b31mred",
        "return overwrites the line": "honest\rGenuine: issued by Microsoft.",
        "line feed adds a line": "honest\n\n! nothing is wrong",
        "tab and bell": "a\tb\x07c",
        "nothing and delete": "a\x00b\x7f",
        "direction is turned": "\u202egro.elpmaxe\u202c",
        "no width": "mi\u200bcro\u2060soft\ufeff",
        "separators of lines": "a\u2028b\u2029c\u0085d",
        "marks on a letter": "a" + "\u0301" * 40,
        "wide letters": "\u6f22\u5b57" * 40,
        "words of no end": "word " * 60,
        "tags that nobody sees": "".join(chr(0xE0000 + ord(letter)) for letter in "hidden"),
    }
    for name, text in texts.items():
        yield v2(name, preferred_username=text)
    yield v2("escape in a name", **{"\x1b[31mname\n": "x"})
    yield v2("escape in a list", roles=["\x1b[2J", "Reader"])
    yield v2("escape in an object", other={"\x1b[2J": "\x1b[2J"})
    yield headed("escape in the header", kid="\x1b[2J\x07")
    yield headed("escape as algorithm", alg="\x1b[2J")
    yield v2("escape as issuer and audience", iss="\x1b[2J", aud="\x1b[2J", tid="\x1b[2J")


def forms():
    whole = jws(ORDINARY)
    header, claims, signature = whole.split(".")
    encrypted = {"alg": "RSA-OAEP", "enc": "A256GCM", "kid": "rsa"}
    opening = encoded(_written(encrypted))
    yield Token("encrypted", f"{opening}.a2V5.aXY.Y2lwaGVy.dGFn")
    direct = encoded(_written({"alg": "dir", "enc": "A128CBC-HS256"}))
    yield Token("encrypted with a shared key", f"{direct}..aXY.Y2lwaGVy.dGFn")
    yield Token("five parts that say nothing", f"{header}.a.b.c.d")
    yield Token("token in a token", jws(whole))
    yield Token("one part", header)
    yield Token("two parts", f"{header}.{claims}")
    yield Token("four parts", f"{whole}.{signature}")
    yield Token("six parts", f"{whole}.a.b.c")
    yield Token("three empty parts", "..")
    yield Token("no header", f".{claims}.{signature}")
    yield Token("empty claims", f"{header}..{signature}")
    yield Token(
        "foreign character in the header", f"{header[:8]}*{header[8:]}.{claims}.{signature}"
    )
    yield Token(
        "foreign character in the claims", f"{header}.{claims[:9]}%{claims[9:]}.{signature}"
    )
    yield Token("foreign character in the signature", f"{whole[:-9]}*{whole[-9:]}")
    yield Token("padding after the signature", f"{whole}==")
    yield Token("spare bits in the signature", f"{whole[:-1]}{chr(ord(whole[-1]) + 1)}")
    wrapped = "\n".join(whole[at : at + 80] for at in range(0, len(whole), 80))
    yield Token("wrapped by a terminal", wrapped)
    yield Token("wrapped and set in", f"{header}.\r\n    {claims}.\r\n    {signature}\r\n")
    yield Token("line break in the signature", f"{whole[:-9]}\n{whole[-9:]}")
    yield Token("letters of plain base64", f"{header}.{claims}.ab+/{signature[4:]}")
    yield Token("claims cut off", f"{header}.{claims[:-20]}.{signature}")
    yield Token("one letter too many", f"{header}.{claims}A.{signature}")
    yield Token("header is no JSON", jws(ORDINARY, "alg=RS256"))
    yield Token("header is a list", jws(ORDINARY, "[]"))
    yield Token("personal account's compact token", "Ew" + "AbCd1234" * 20)
    yield Token("refresh token of Entra", "1.A" + "AbCd1234" * 20 + ".Ag")
    yield Token("refresh token of a personal account", "M.C5" + "AbCd1234" * 20)
    yield Token("opaque", "2YotnFZFEjr1zCsicMWpAA")
    yield Token("letters of another script", "жетон.жетон.жетон")


GROUPS = (applications, people, customers, algorithms, headers, times, shapes, hostile, forms)


def corpus() -> dict:
    """Every token by its group. A megabyte of the same letters is written as how often they stand
    there."""
    return {group.__name__: [_row(token) for token in group()] for group in GROUPS}


def _row(token: Token) -> dict:
    row = {"name": token.name, "token": token.token}
    for letters in ("YWFh", "FhYW", "hYWF", "WFhY"):
        if letters * MANY in token.token:
            row["token"] = token.token.replace(letters * MANY, "<repeated>", 1)
            row["repeated"] = {"letters": letters, "times": MANY}
            break
    return row | {"issuer": token.issuer, "audience": token.audience}


def whole(row: dict) -> str:
    """The token of a row."""
    repeated = row.get("repeated", {"letters": "", "times": 0})
    return row["token"].replace("<repeated>", repeated["letters"] * repeated["times"])


def _text(value) -> str:
    return json.dumps(value, indent=1, ensure_ascii=True) + "\n"


def files() -> dict[str, str]:
    """What stands in each file."""
    return {"corpus.json": _text(corpus()), "keys.json": _text(KEYS)}


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in files().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
