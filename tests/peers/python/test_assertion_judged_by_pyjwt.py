"""The assertion that the product signs with a certificate, judged by PyJWT and `cryptography`."""

import pytest

from product import CLIENT_ID, GRAPH, TENANT
from verify_assertion import verify_assertion

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def get_token(product, authority, identity, *more):
    return product.token(
        *("--tenant", TENANT, "--client-id", CLIENT_ID, "--authority", authority.url),
        *("--certificate-path", str(identity.pem_file), "--scope", GRAPH, "--no-cache"),
        *more,
    )


def judged(request, authority, identity, algorithm):
    assert request.url == authority.token_endpoint(TENANT)
    assert request.form["client_assertion_type"] == ASSERTION_TYPE
    assert "client_secret" not in request.form
    return verify_assertion(
        request.form["client_assertion"],
        identity,
        algorithm=algorithm,
        client_id=CLIENT_ID,
        audience=request.url,
    )


def test_entra_gets_ps256_and_a_sha256_thumbprint(product, authority, identity):
    token = get_token(product, authority, identity)
    assert [token] == authority.issued
    [request] = authority.requests
    judged(request, authority, identity, "PS256")


@pytest.mark.parametrize("algorithm", ["PS256", "RS256"])
def test_the_algorithm_can_be_chosen(product, authority, identity, algorithm):
    get_token(product, authority, identity, "--assertion-algorithm", algorithm)
    [request] = authority.requests
    judged(request, authority, identity, algorithm)


def test_every_request_has_an_assertion_of_its_own(product, authority, identity):
    for _ in range(2):
        get_token(product, authority, identity)
    claims = [judged(request, authority, identity, "PS256") for request in authority.requests]
    assert len({claim["jti"] for claim in claims}) == 2
