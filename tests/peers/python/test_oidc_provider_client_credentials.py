"""Client credentials against the certified `oidc-provider`: secrets and signed assertions."""

import pytest

from openid_provider import OpenIdProvider
from product import TENANT

# Every character that form encoding, shells or an encoding done twice could spoil.
NASTY_SECRET = "a+b/c=d&e%f~g h%20i%2Bj\"k'l\\m<n>o?p#q$r"


@pytest.fixture(scope="module")
def provider(identity):
    app = {"grant_types": ["client_credentials"], "response_types": [], "redirect_uris": []}

    def certificate_client(algorithm):
        return {
            **app,
            "client_id": f"app-{algorithm}",
            "token_endpoint_auth_method": "private_key_jwt",
            "token_endpoint_auth_signing_alg": algorithm,
            "jwks": {"keys": [identity.public_jwk(algorithm)]},
        }

    secret_client = {
        **app,
        "client_id": "app-secret",
        "client_secret": NASTY_SECRET,
        "token_endpoint_auth_method": "client_secret_post",
    }
    clients = [secret_client, certificate_client("PS256"), certificate_client("RS256")]
    with OpenIdProvider(clients=clients) as running:
        yield running


def arguments(provider, client_id):
    return (
        *("--tenant", TENANT, "--client-id", client_id),
        *("--authority", provider.issuer, "--authority-type", "oidc"),
        *("--scope", "api.read", "--no-cache"),
    )


def test_a_secret_arrives_as_it_is(product, provider, secret_file):
    token = product.token(
        *arguments(provider, "app-secret"), "--client-secret-file", secret_file(NASTY_SECRET)
    )
    claims = provider.claims(token)
    assert claims["client_id"] == "app-secret"
    assert claims["scope"] == "api.read"


def test_a_wrong_secret_is_refused_by_the_provider(product, provider, secret_file):
    said = product.refused(
        2, *arguments(provider, "app-secret"), "--client-secret-file", secret_file("wrong-secret")
    )
    assert "invalid_client" in said
    assert "wrong-secret" not in said


@pytest.mark.parametrize("algorithm", ["PS256", "RS256"])
def test_an_assertion_proves_the_client(product, provider, identity, algorithm):
    client_id = f"app-{algorithm}"
    # Twice: the provider remembers every jti and refuses one that it has seen.
    for _ in range(2):
        token = product.token(
            *arguments(provider, client_id),
            *("--certificate-path", str(identity.pem_file)),
            *("--assertion-algorithm", algorithm),
        )
        assert provider.claims(token)["client_id"] == client_id


def test_another_certificate_is_refused_by_the_provider(product, provider, other_identity):
    said = product.refused(
        2,
        *arguments(provider, "app-PS256"),
        *("--certificate-path", str(other_identity.pem_file)),
        *("--assertion-algorithm", "PS256"),
    )
    assert "invalid_client" in said
