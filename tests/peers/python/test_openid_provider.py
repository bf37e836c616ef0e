"""The certified provider itself, as a person and a client with no library meet it."""

import base64
import hashlib
import json
import secrets
import time
from http.client import HTTPConnection
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit
from urllib.request import urlopen

import jwt
import pytest

from places import DEVICE_GRANT, NATIVE, WEB, WEB_SECRET, openid_provider

SCOPE = "openid profile offline_access api.read"


@pytest.fixture
def provider():
    with openid_provider() as running:
        yield running


class Attempt:
    """A sign-in with PKCE."""

    def __init__(self, provider, listener, client_id=NATIVE, **more: str):
        self.verifier = secrets.token_urlsafe(32)
        self.nonce = secrets.token_urlsafe(16)
        digest = hashlib.sha256(self.verifier.encode()).digest()
        query = {
            "client_id": client_id,
            "response_type": "code",
            "redirect_uri": listener.redirect_uri,
            "scope": SCOPE,
            "prompt": "consent",
            "state": "the state",
            "nonce": self.nonce,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
            **more,
        }
        self.url = f"{provider.authorization_endpoint}?{urlencode(query)}"
        self._redemption = {
            "grant_type": "authorization_code",
            "client_id": client_id,
            "redirect_uri": listener.redirect_uri,
            "code_verifier": self.verifier,
        }

    def redemption(self, answer: dict, **more: str) -> dict[str, str]:
        return {**self._redemption, "code": answer["code"], **more}


def post(endpoint: str, **form: str) -> tuple[int, dict]:
    try:
        with urlopen(endpoint, urlencode(form).encode()) as answer:
            return answer.status, json.load(answer)
    except HTTPError as error:
        return error.code, json.load(error)


def refresh(provider, tokens, **more):
    return post(
        provider.token_endpoint,
        grant_type="refresh_token",
        client_id=NATIVE,
        refresh_token=tokens["refresh_token"],
        **more,
    )


@pytest.mark.parametrize("response_mode", ["query", "form_post"])
def test_a_person_signs_in_at_a_native_app(person, provider, listener, response_mode):
    attempt = Attempt(provider, listener, response_mode=response_mode)
    visit = person.sign_in(attempt.url, account="ada")
    assert visit.report["outcome"] == "landed", visit
    answer = listener.answer()
    # RFC 9207
    assert (answer["iss"], answer["state"]) == (provider.issuer, "the state")
    status, tokens = post(provider.token_endpoint, **attempt.redemption(answer))
    assert status == 200, tokens
    assert provider.claims(tokens["access_token"])["scope"] == "api.read"
    identity = jwt.decode(tokens["id_token"], options={"verify_signature": False})
    assert identity["nonce"] == attempt.nonce
    assert (identity["sub"], identity["aud"]) == ("ada", NATIVE)
    assert identity["preferred_username"] == "ada@example.test"


def test_a_web_app_needs_its_secret_and_the_verifier(person, provider, listener):
    attempt = Attempt(provider, listener, WEB)
    person.sign_in(attempt.url, account="ada")
    form = attempt.redemption(listener.answer())
    assert post(provider.token_endpoint, **form)[1]["error"] == "invalid_client"
    form["client_secret"] = WEB_SECRET
    wrong = {**form, "code_verifier": secrets.token_urlsafe(32)}
    assert post(provider.token_endpoint, **wrong)[1]["error"] == "invalid_grant"


def test_a_web_app_redeems_with_its_secret(person, provider, listener):
    attempt = Attempt(provider, listener, WEB)
    person.sign_in(attempt.url, account="ada")
    form = attempt.redemption(listener.answer(), client_secret=WEB_SECRET)
    status, tokens = post(provider.token_endpoint, **form)
    assert status == 200 and tokens["refresh_token"], tokens


@pytest.mark.parametrize("script", [{"cancel": True}, {"consent": "decline"}], ids=str)
def test_a_person_refuses(person, provider, listener, script):
    person.sign_in(Attempt(provider, listener).url, account="ada", **script)
    assert listener.answer()["error"] == "access_denied"


def test_refresh_tokens_rotate_and_a_second_use_revokes_all(person, provider, listener):
    attempt = Attempt(provider, listener)
    person.sign_in(attempt.url, account="ada")
    _, first = post(provider.token_endpoint, **attempt.redemption(listener.answer()))
    status, second = refresh(provider, first)
    assert status == 200 and second["refresh_token"] != first["refresh_token"]
    journal = provider.journal()
    assert (journal["refreshTokensReused"], journal["grantsRevoked"]) == (0, 0)
    assert journal["mostAtOnce"] == 1
    kinds = [one["grantType"] for one in journal["requests"] if one["endpoint"] == "token"]
    assert kinds == ["authorization_code", "refresh_token"]

    assert refresh(provider, first)[1]["error"] == "invalid_grant"
    assert refresh(provider, second)[1]["error"] == "invalid_grant"
    journal = provider.journal()
    assert (journal["refreshTokensReused"], journal["grantsRevoked"]) == (1, 1)


def begun_refresh(provider, body: bytes) -> HTTPConnection:
    """A request whose body is still to come, and which so is under way."""
    endpoint = urlsplit(provider.token_endpoint)
    connection = HTTPConnection(endpoint.netloc)
    connection.putrequest("POST", endpoint.path)
    connection.putheader("Content-Type", "application/x-www-form-urlencoded")
    connection.putheader("Content-Length", str(len(body)))
    connection.endheaders()
    return connection


def test_the_journal_sees_requests_at_once(provider):
    form = {"grant_type": "refresh_token", "client_id": NATIVE, "refresh_token": "unknown"}
    body = urlencode(form).encode()
    begun = [begun_refresh(provider, body) for _ in range(3)]
    patience = time.monotonic() + 10
    while provider.journal()["mostAtOnce"] < len(begun):
        assert time.monotonic() < patience
    for connection in begun:
        connection.send(body)
        assert connection.getresponse().status == 400
        connection.close()
    assert provider.journal()["mostAtOnce"] == len(begun)


@pytest.mark.parametrize("is_complete", [False, True])
def test_a_person_types_a_device_code_in(person, provider, is_complete):
    _, code = post(provider.device_authorization_endpoint, client_id=NATIVE, scope=SCOPE)
    device = {"grant_type": DEVICE_GRANT, "client_id": NATIVE, "device_code": code["device_code"]}
    assert post(provider.token_endpoint, **device)[1]["error"] == "authorization_pending"
    if is_complete:
        visit = person.enter_code(code["verification_uri_complete"], account="ada")
    else:
        visit = person.enter_code(code["verification_uri"], code["user_code"], account="ada")
    assert visit.report["outcome"] == "stopped", visit
    assert visit.landing["title"] == "Sign-in Success"
    status, tokens = post(provider.token_endpoint, **device)
    assert status == 200 and tokens["refresh_token"], tokens


def test_a_person_declines_a_device(person, provider):
    _, code = post(provider.device_authorization_endpoint, client_id=NATIVE, scope=SCOPE)
    person.enter_code(code["verification_uri"], code["user_code"], cancel=True)
    device = {"grant_type": DEVICE_GRANT, "client_id": NATIVE, "device_code": code["device_code"]}
    assert post(provider.token_endpoint, **device)[1]["error"] == "access_denied"
