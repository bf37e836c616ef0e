"""MSAL Python at the two providers of these tests: what they take and give is what a client expects
that nobody here wrote."""

import functools
import json

import msal

from entra_emulator import ACCOUNT
from msal_client import MsalClient
from places import NATIVE, openid_provider

CLAIMS = json.dumps({"access_token": {"acrs": {"essential": True, "value": "c1"}}})


def test_by_browser_and_stays_signed_in(msal_world, proxy):
    client = msal_world.public()
    answer = client.sign_in()
    assert answer["id_token_claims"]["preferred_username"] == ACCOUNT
    assert proxy.last("/authorize").query["code_challenge_method"] == "S256"
    refreshed = client.refresh()
    assert refreshed["access_token"] != answer["access_token"]
    assert proxy.last("/token").form["grant_type"] == "refresh_token"


def test_by_device_code(msal_world):
    answer = msal_world.public().sign_in_on_device()
    assert answer["id_token_claims"]["preferred_username"] == ACCOUNT


def test_with_claims(msal_world, proxy):
    client = msal_world.public()
    client.sign_in(claims_challenge=CLAIMS)
    assert json.loads(proxy.last("/token").form["claims"]) == json.loads(CLAIMS)
    client.refresh(claims_challenge=CLAIMS)
    assert json.loads(proxy.last("/token").form["claims"]) == json.loads(CLAIMS)


def test_as_a_web_app_with_a_secret(msal_world, proxy):
    msal_world.with_secret().sign_in()
    assert "client_secret" in proxy.last("/token").form


def test_as_a_web_app_with_a_certificate(msal_world, proxy, identity):
    msal_world.with_certificate(identity).sign_in()
    assert "client_assertion" in proxy.last("/token").form


def test_at_an_openid_provider(proxy, person, listener):
    # MSAL takes no authority without a path.
    issuer = f"{proxy.url}/realm"
    with openid_provider(publicUrl=issuer) as provider:
        proxy.lead_to(provider.address)
        application = functools.partial(
            msal.PublicClientApplication, NATIVE, oidc_authority=issuer
        )
        client = MsalClient(application, proxy, person, listener, "ada")
        answer = client.sign_in("api.read", prompt="consent")
        assert answer["id_token_claims"]["sub"] == "ada"
        assert answer["refresh_token"]
        client.sign_in_on_device("api.read")
        assert provider.journal()["refreshTokensReused"] == 0
