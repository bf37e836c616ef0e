"""The program and a person at a real Chromium, at two providers."""

import re
import socket

import pytest

from at_the_browser import NOISE
from places import WEB_SECRET

EXIT_REFUSED = 2
EXIT_TIMED_OUT = 6

EVERY_PAGE_S_HEADERS = {
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}


@pytest.fixture
def redirect_uri() -> str:
    """A loopback redirect URI with a free port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return f"http://localhost:{free.getsockname()[1]}"


@pytest.fixture
def secret_file(tmp_path):
    def write(secret: str) -> str:
        file = tmp_path / "secret"
        file.write_text(secret)
        file.chmod(0o600)
        return str(file)

    return write


def assert_is_fenced(page: dict) -> None:
    """The page loads nothing, and lets no other page load or frame it."""
    assert page["headers"].items() >= EVERY_PAGE_S_HEADERS.items()
    policy = page["headers"]["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-"), policy
    assert not [name for name in page["headers"] if name.startswith("access-control-")]
    assert (page["consoleErrors"], page["otherRequests"]) == ([], [])


@pytest.mark.parametrize("response_mode", ["form_post", "query"])
def test_interactive_browser(desk, place, response_mode):
    modes = {"form_post": (), "query": ("--response-mode", "query")}
    flags = (*place.public("InteractiveBrowser"), *modes[response_mode])
    signed_in = desk.sign_in("get-token", *flags, account=place.account, noise=True)
    assert place.client_of(signed_in.token) == place.public_client
    assert f"Signed in as {place.user_name}" in signed_in.stderr
    assert NOISE not in signed_in.stderr

    page = signed_in.landing
    assert page["title"] == "Signed in · entra-auth-cli"
    assert place.user_name in page["text"]
    assert re.fullmatch(r"http://localhost:\d+/", page["url"])
    assert not page["codeInAddress"]
    assert_is_fenced(page)
    answers = [(reply["method"], reply["status"]) for reply in page["replies"]]
    if response_mode == "form_post":
        assert answers == [("POST", 200)]
    else:
        assert answers == [("GET", 303), ("GET", 200)]
    # Chromium writes down where a redirect came from; what it has is redeemed by then.
    assert signed_in.report["historyHoldsCode"] == (response_mode == "query")
    assert desk.without_a_person("get-token", *flags) == signed_in.token


def test_authorization_code_with_a_secret(desk, place, redirect_uri, secret_file):
    flags = (*place.web(secret_file(WEB_SECRET)), "--redirect-uri", redirect_uri)
    signed_in = desk.sign_in("get-token", *flags, account=place.account)
    assert place.client_of(signed_in.token) == place.web_client
    assert signed_in.landing["url"] == f"{redirect_uri}/"


def test_authorization_code_of_a_public_client(desk, place, redirect_uri):
    flags = (*place.public("AuthorizationCode"), "--redirect-uri", redirect_uri)
    signed_in = desk.sign_in("get-token", *flags, account=place.account)
    assert place.client_of(signed_in.token) == place.public_client
    assert signed_in.landing["url"] == f"{redirect_uri}/"


def test_a_wrong_secret_is_said_on_the_page_too(desk, place, redirect_uri, secret_file):
    flags = (*place.web(secret_file("wrong-secret")), "--redirect-uri", redirect_uri)
    refused = desk.sign_in("get-token", *flags, account=place.account)
    said = refused.refused(EXIT_REFUSED)
    page = refused.landing
    assert page["title"] == "Not signed in · entra-auth-cli"
    assert "The sign-in did not work" in page["text"]
    assert_is_fenced(page)
    for text in (said, page["text"]):
        assert "invalid_client" in text
        assert "wrong-secret" not in text


def test_cancelled(desk, place):
    cancelled = desk.sign_in("get-token", *place.public("InteractiveBrowser"), cancel=True)
    said = cancelled.refused(EXIT_REFUSED)
    page = cancelled.landing
    assert page["title"] == "Not signed in · entra-auth-cli"
    assert_is_fenced(page)
    first_line = re.search(r"^error: (.+)$", said, re.MULTILINE)[1]
    assert first_line.lower() in page["text"].lower()


@pytest.mark.parametrize("address", ["127.0.0.1", "[::1]"])
def test_localhost_is_both_families(desk, emulated, address):
    """The browser finds `localhost` at one of them only; the emulator's is a literal address."""
    signed_in = desk.sign_in(
        *("get-token", *emulated.public("InteractiveBrowser")),
        account=emulated.account,
        addresses={"localhost": address},
    )
    assert signed_in.token
    assert signed_in.landing["title"] == "Signed in · entra-auth-cli"


def test_strays_change_nothing(desk, emulated):
    strays = {
        "/favicon.ico": 404,
        "/robots.txt": 404,
        "/": 200,
        "/?code=stolen&state=wrong": 400,
        "/?error=access_denied&state=wrong": 400,
    }
    signed_in = desk.sign_in(
        *("get-token", *emulated.public("InteractiveBrowser")),
        account=emulated.account,
        strayFirst=list(strays),
    )
    assert signed_in.token
    assert {stray["path"]: stray["status"] for stray in signed_in.report["strays"]} == strays


def test_a_second_tab_costs_nothing(desk, emulated):
    signed_in = desk.sign_in(
        *("get-token", *emulated.public("InteractiveBrowser")),
        account=emulated.account,
        secondTab=True,
    )
    assert signed_in.token
    assert signed_in.stderr.count("Signed in as") == 1


def test_a_reload_costs_nothing(desk, emulated):
    signed_in = desk.sign_in(
        *("get-token", *emulated.public("InteractiveBrowser")),
        account=emulated.account,
        reloadLanding=True,
    )
    assert signed_in.token
    reload = signed_in.report["reload"]
    # Nobody listens any more once the page was handed out, which the browser may overtake.
    if "error" in reload:
        assert "ERR_CONNECTION_REFUSED" in reload["error"]
    else:
        assert reload["text"] == signed_in.landing["text"]


def test_a_closed_tab_ends_with_the_time_allowed(desk, emulated):
    closed = desk.sign_in(
        *("get-token", *emulated.public("InteractiveBrowser"), "--timeout", "4s"), closeTab=True
    )
    assert closed.report["outcome"] == "closed"
    assert "nobody signed in within 4 seconds" in closed.refused(EXIT_TIMED_OUT)


def test_a_stranger_s_page_learns_nothing(desk, emulated):
    flags = emulated.public("InteractiveBrowser")
    with desk.product.start("get-token", *flags, "--no-browser") as running:
        url = "http" + running.line("http")
        redirect_uri = re.search(r"redirect_uri=http%3A%2F%2Flocalhost%3A(\d+)", url)
        report = desk.person.attack(f"http://localhost:{redirect_uri[1]}").report
        assert (report["outcome"], report["read"]) == ("done", []), report
        assert report["rebinding"]["status"] == 421
        assert "There is nothing here." in report["rebinding"]["text"]
        visit = desk.person.sign_in(url, account=emulated.account)
        assert visit.report["outcome"] == "landed", visit
        assert running.token()
