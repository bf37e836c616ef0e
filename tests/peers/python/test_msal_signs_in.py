"""MSAL Python at the two providers of these tests: what they take and give is what a client expects
that nobody here wrote."""

import functools
import json

import msal
import pytest

from entra_emulator import ACCOUNT, PUBLIC_CLIENT, WEB_CLIENT, EntraEmulator
from msal_client import MsalClient
from openid_provider import OpenIdProvider

SECRET = "a+b/c=d&e%f~g h"
CLAIMS = json.dumps({"access_token": {"acrs": {"essential": True, "value": "c1"}}})


@pytest.fixture
def emulator(proxy, identity):
    with EntraEmulator(
        "--tls",
        *("--public-client", PUBLIC_CLIENT),
        *("--app", f"{WEB_CLIENT}:{SECRET}", "--certificate", f"{WEB_CLIENT}:{identity.pem_file}"),
        *("--redirect-uri", f"{WEB_CLIENT}:http://localhost"),
    ) as running:
        proxy.lead_to(running.base_url, running.ca_pem)
        yield running


@pytest.fixture
def client(emulator, proxy, person, listener):
    def build(kind, client_id, **credential):
        application = functools.partial(
            kind,
            client_id,
            authority=f"{proxy.url}/{emulator.tenant}",
            instance_discovery=False,
            **credential,
        )
        return MsalClient(application, proxy, person, listener, ACCOUNT)

    return build


@pytest.fixture
def public(client):
    return client(msal.PublicClientApplication, PUBLIC_CLIENT)


def test_by_browser_and_stays_signed_in(public, proxy):
    answer = public.sign_in()
    assert answer["id_token_claims"]["preferred_username"] == ACCOUNT
    assert proxy.last("/authorize").query["code_challenge_method"] == "S256"
    refreshed = public.refresh()
    assert refreshed["access_token"] != answer["access_token"]
    assert proxy.last("/token").form["grant_type"] == "refresh_token"


def test_by_device_code(public):
    assert public.sign_in_on_device()["id_token_claims"]["preferred_username"] == ACCOUNT


def test_with_claims(public, proxy):
    public.sign_in(claims_challenge=CLAIMS)
    assert proxy.last("/token").form["claims"] == CLAIMS
    public.refresh(claims_challenge=CLAIMS)
    assert proxy.last("/token").form["claims"] == CLAIMS


@pytest.mark.parametrize("proof", ["client_secret", "client_assertion"])
def test_as_a_web_app(client, proxy, identity, proof):
    certificate = {
        "private_key": identity.key_pem.decode(),
        "public_certificate": identity.certificate_pem.decode(),
    }
    credential = SECRET if proof == "client_secret" else certificate
    web = client(
        msal.ConfidentialClientApplication, WEB_CLIENT, client_credential=credential
    )
    web.sign_in()
    assert proof in proxy.last("/token").form


def test_at_an_openid_provider(proxy, person, listener):
    native = {
        "client_id": "native-app",
        "application_type": "native",
        "token_endpoint_auth_method": "none",
        "grant_types": [
            "authorization_code",
            "refresh_token",
            "urn:ietf:params:oauth:grant-type:device_code",
        ],
        "redirect_uris": ["http://localhost"],
    }
    features = {"authorizationCode": True, "deviceCode": True}
    with OpenIdProvider(clients=[native], features=features, publicUrl=f"{proxy.url}/realm") as provider:
        proxy.lead_to(provider.address)
        application = functools.partial(
            msal.PublicClientApplication, "native-app", oidc_authority=provider.issuer
        )
        client = MsalClient(application, proxy, person, listener, "ada")
        answer = client.sign_in("api.read", prompt="consent")
        assert answer["id_token_claims"]["sub"] == "ada"
        assert answer["refresh_token"]
        client.sign_in_on_device("api.read")
        assert provider.journal()["refreshTokensReused"] == 0
