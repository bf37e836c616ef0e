"""Our token request beside the one that MSAL Python sends for the same app."""

import jwt
import msal
import pytest
import requests

from certificates import LoopbackServer
from product import CLIENT_ID, GRAPH, TENANT
from recording_authority import RecordingAuthority

SECRET = "a+b/c=d&e%f~g h"

# MSAL asks for this to fill its account cache; an app-only token has no account.
ONLY_MSAL_SENDS = {"client_info"}


@pytest.fixture
def tls_authority(tmp_path):
    """https, because MSAL accepts nothing else; and the CA that both sides trust."""
    server = LoopbackServer.create(tmp_path)
    with RecordingAuthority(pem_file=server.pem_file) as running:
        yield running, str(server.ca_file)


def sent_by_msal(authority, ca_file, client_credential):
    session = requests.Session()
    session.verify = ca_file
    session.trust_env = False
    application = msal.ConfidentialClientApplication(
        CLIENT_ID,
        client_credential=client_credential,
        authority=f"{authority.url}/{TENANT}",
        instance_discovery=False,
        http_client=session,
    )
    answer = application.acquire_token_for_client([GRAPH])
    assert answer["access_token"] == authority.issued[-1], answer
    return authority.requests[-1]


def sent_by_product(product, authority, ca_file, *credential):
    token = product.token(
        *("--tenant", TENANT, "--client-id", CLIENT_ID, "--authority", authority.url),
        *("--ca-file", ca_file, "--scope", GRAPH, "--no-cache"),
        *credential,
    )
    assert token == authority.issued[-1]
    return authority.requests[-1]


def without(form, names):
    return {name: value for name, value in form.items() if name not in names}


def test_with_a_secret(product, tls_authority, tmp_path):
    secret_file = tmp_path / "secret"
    secret_file.write_text(SECRET)
    secret_file.chmod(0o600)
    theirs = sent_by_msal(*tls_authority, SECRET)
    ours = sent_by_product(product, *tls_authority, "--client-secret-file", str(secret_file))

    assert theirs.form["client_secret"] == SECRET
    assert ours.url == theirs.url
    assert ours.headers["content-type"].startswith("application/x-www-form-urlencoded")
    assert ours.form == without(theirs.form, ONLY_MSAL_SENDS)


def test_with_a_certificate(product, tls_authority, identity):
    theirs = sent_by_msal(
        *tls_authority,
        {
            "private_key": identity.key_pem.decode(),
            "public_certificate": identity.certificate_pem.decode(),
        },
    )
    ours = sent_by_product(product, *tls_authority, "--certificate-path", str(identity.pem_file))

    fresh = {"client_assertion"}
    assert ours.url == theirs.url
    assert without(ours.form, fresh) == without(theirs.form, ONLY_MSAL_SENDS | fresh)
    assert_same_assertion(ours.form["client_assertion"], theirs.form["client_assertion"])


def assert_same_assertion(ours: str, theirs: str) -> None:
    our_header, their_header = map(jwt.get_unverified_header, (ours, theirs))
    # MSAL always sends the chain; we do on request. MSAL pads the thumbprint; RFC 7515 §2 does not.
    their_header["x5t#S256"] = their_header["x5t#S256"].rstrip("=")
    assert our_header == without(their_header, {"x5c"})

    our_claims, their_claims = (
        jwt.decode(assertion, options={"verify_signature": False}) for assertion in (ours, theirs)
    )
    same = ("aud", "iss", "sub")
    assert [our_claims[name] for name in same] == [their_claims[name] for name in same]
    assert set(their_claims) <= set(our_claims)
    assert our_claims["jti"] != their_claims["jti"]


def test_nobody_sends_msal_s_name(product, tls_authority, identity):
    theirs = sent_by_msal(*tls_authority, SECRET)
    ours = sent_by_product(product, *tls_authority, "--certificate-path", str(identity.pem_file))
    assert theirs.headers["x-client-sku"] == "MSAL.Python"
    assert not any("msal" in value.lower() for value in ours.headers.values())
