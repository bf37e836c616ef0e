"""What is sent when a person signs in and stays signed in, beside what MSAL Python sends for the same.

Whatever differs stands in ONE_REASON_EACH; what is not there is a failure, and so is a row that
nothing needs any more.
"""

import json
import re
import socket

import pytest

from beside_msal import differences, without_headers
from entra_emulator import ACCOUNT, PUBLIC_CLIENT, WEB_CLIENT
from msal_client import SCOPE
from msal_world import SECRET

# What a resource demands after an event (continuous access evaluation); it takes no second factor.
CLAIMS = json.dumps({"access_token": {"nbf": {"essential": True, "value": "1767225600"}}})

OF_THE_HTTP_LIBRARY = "the HTTP library's"
WE_DO_NOT_POSE_AS_MSAL = "we do not pose as MSAL"
TELEMETRY = "statistics about MSAL itself"
ROUTING = "a hint for Entra's front doors that Entra does not need, and that names the person"

# To every endpoint that the program itself talks to.
OF_EVERY_POST = {
    "header accept-encoding": OF_THE_HTTP_LIBRARY,
    "header connection": OF_THE_HTTP_LIBRARY,
    "header content-type": "names the charset besides, which is ASCII in a form",
    "header return-client-request-id": "errors name the request as Entra's logs do",
    "header user-agent": OF_THE_HTTP_LIBRARY,
    "header x-client-cpu": "for Entra's sign-in logs, as other MSALs send it",
    "header x-client-sku": WE_DO_NOT_POSE_AS_MSAL,
    "header x-client-ver": WE_DO_NOT_POSE_AS_MSAL,
}
OF_EVERY_TOKEN_REQUEST = {
    **OF_EVERY_POST,
    "header x-client-current-telemetry": TELEMETRY,
    "header x-client-last-telemetry": TELEMETRY,
}

OF_EVERY_PAGE = {
    "query client-request-id": "the page's errors name the request as Entra's logs do",
    "query response_mode": "where the address may be pasted, it has to hold the answer",
}

ONE_REASON_EACH = {
    "authorize": OF_EVERY_PAGE,
    "authorize with a hint": {**OF_EVERY_PAGE, "query X-AnchorMailbox": ROUTING},
    "code": {**OF_EVERY_TOKEN_REQUEST, "header x-anchormailbox": ROUTING},
    "refresh": {**OF_EVERY_TOKEN_REQUEST, "header x-anchormailbox": ROUTING},
    "device authorization": {
        **OF_EVERY_POST,
        "header accept": "the endpoint answers with JSON (RFC 8628 §3.2)",
    },
    "device code": {
        **OF_EVERY_TOKEN_REQUEST,
        "form code": "an older name of device_code, which MSAL sends besides (RFC 8628 §3.4)",
    },
}


class ProductClient:
    """The program, and the person for it, as MsalClient is for MSAL."""

    def __init__(self, product, proxy, person, tenant, flow, client_id, *credential):
        self._product = product
        self._person = person
        self._inputs = (
            *("--authority", proxy.url, "--authority-type", "entra", "--tenant-id", tenant),
            *("--client-id", client_id, "--ca-file", proxy.ca_file),
            *("-f", flow, "-s", SCOPE, *credential),
        )

    def sign_in(self, *more: str) -> str:
        with self._product.start("get-token", *self._inputs, "--no-browser", *more) as running:
            url = "http" + running.line("http")
            visit = self._person.sign_in(url, account=ACCOUNT, anyCertificate=True)
            assert visit.report["outcome"] == "landed", visit
            return running.token()

    def sign_in_on_device(self) -> str:
        with self._product.start("get-token", *self._inputs) as running:
            user_code, url = running.line("Code:"), running.line("URL:")
            visit = self._person.enter_code(url, user_code, account=ACCOUNT, anyCertificate=True)
            assert visit.report["outcome"] == "stopped", visit
            return running.token()

    def refresh(self, *more: str) -> str:
        done = self._product.run("refresh", *self._inputs, "--no-input", *more)
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture
def ours(product, proxy, person, msal_world):
    def client(flow, client_id, *credential):
        return ProductClient(
            product, proxy, person, msal_world.tenant, flow, client_id, *credential
        )

    return client


@pytest.fixture
def sent(proxy):
    """What is sent to each of these endpoints while something is done, in order."""

    def during(action, *endpoints):
        begin = len(proxy.requests)
        action()
        new = proxy.requests[begin:]
        return [
            [request for request in new if request.path.endswith(f"/{endpoint}")]
            for endpoint in endpoints
        ]

    return during


def explained(kind, ours, theirs):
    found = differences(ours, theirs)
    expected = ONE_REASON_EACH[kind]
    unexplained = {name: both for name, both in found.items() if name not in expected}
    assert not unexplained, f"{kind}: (ours, MSAL's) {unexplained}"
    assert expected.keys() == found.keys(), f"{kind}: rows that nothing needs"


def sign_ins_are_alike(sent, ours, theirs, page="authorize"):
    (our_page, *_), [our_token] = sent(ours, "authorize", "token")
    (their_page, *_), [their_token] = sent(theirs, "authorize", "token")
    assert our_page.query["response_mode"] == "query"
    explained(page, without_headers(our_page), without_headers(their_page))
    explained("code", our_token, their_token)


def test_interactive_browser(msal_world, sent, ours):
    theirs = msal_world.public()
    sign_ins_are_alike(sent, ours("InteractiveBrowser", PUBLIC_CLIENT).sign_in, theirs.sign_in)


def test_interactive_browser_with_claims(msal_world, sent, ours):
    client = ours("InteractiveBrowser", PUBLIC_CLIENT)
    sign_ins_are_alike(
        sent,
        lambda: client.sign_in("--claims", CLAIMS),
        lambda: msal_world.public().sign_in(claims_challenge=CLAIMS),
    )


def test_interactive_browser_with_hints(msal_world, sent, ours):
    client = ours("InteractiveBrowser", PUBLIC_CLIENT)
    domain = ACCOUNT.partition("@")[2]
    hints = ("--login-hint", ACCOUNT, "--domain-hint", domain, "--prompt", "login")
    sign_ins_are_alike(
        sent,
        lambda: client.sign_in(*hints),
        lambda: msal_world.public().sign_in(
            login_hint=ACCOUNT, domain_hint=domain, prompt="login"
        ),
        page="authorize with a hint",
    )


@pytest.fixture
def redirect():
    """A redirect URI with a free port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    return ("--redirect-uri", f"http://localhost:{port}")


def test_authorization_code_with_a_secret(msal_world, sent, ours, redirect, tmp_path):
    secret_file = tmp_path / "secret"
    secret_file.write_text(SECRET)
    secret_file.chmod(0o600)
    credential = ("--client-secret-file", str(secret_file))
    client = ours("AuthorizationCode", WEB_CLIENT, *credential, *redirect)
    sign_ins_are_alike(sent, client.sign_in, msal_world.with_secret().sign_in)


def test_authorization_code_with_a_certificate(msal_world, sent, ours, redirect, identity):
    credential = ("--certificate-path", str(identity.pem_file))
    client = ours("AuthorizationCode", WEB_CLIENT, *credential, *redirect)
    sign_ins_are_alike(sent, client.sign_in, msal_world.with_certificate(identity).sign_in)


def test_device_code(msal_world, sent, ours):
    client = ours("DeviceCode", PUBLIC_CLIENT)
    # However often it is asked, it is asked alike.
    [our_code], (our_token, *_) = sent(client.sign_in_on_device, "devicecode", "token")
    theirs = msal_world.public()
    [their_code], (their_token, *_) = sent(theirs.sign_in_on_device, "devicecode", "token")
    explained("device authorization", our_code, their_code)
    explained("device code", our_token, their_token)


@pytest.mark.parametrize("claims", [None, CLAIMS], ids=["plain", "with claims"])
def test_refresh(msal_world, sent, ours, claims):
    client, theirs = ours("InteractiveBrowser", PUBLIC_CLIENT), msal_world.public()
    client.sign_in()
    theirs.sign_in()
    flags = ("--claims", claims) if claims else ()
    [[our_token]] = sent(lambda: client.refresh(*flags), "token")
    [[their_token]] = sent(lambda: theirs.refresh(claims_challenge=claims), "token")
    assert our_token.form["grant_type"] == "refresh_token"
    explained("refresh", our_token, their_token)


def test_state_is_long_and_nothing_comes_twice(sent, ours):
    client = ours("InteractiveBrowser", PUBLIC_CLIENT)
    pages = [sent(lambda: client.sign_in("--no-cache"), "authorize")[0][0] for _ in range(2)]
    for name in ("state", "nonce", "code_challenge", "client-request-id"):
        first, second = (page.query[name] for page in pages)
        assert first != second, name
    # 256 bits in base64url
    assert all(re.fullmatch(r"[\w-]{43}", page.query["state"]) for page in pages)
