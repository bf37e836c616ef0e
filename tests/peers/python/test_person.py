"""The person at the browser: does what the script says, reports what is there, ends by itself.

A listener of this folder stands where the product's will.
"""

import json
import os
import shlex
import subprocess
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest

from entra_emulator import ACCOUNT, PUBLIC_CLIENT, EntraEmulator
from redirect_listener import RedirectListener

# RFC 7636 appendix B
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(scope="module")
def emulator():
    with EntraEmulator("--public-client", PUBLIC_CLIENT) as running:
        yield running


@pytest.fixture
def address(emulator, listener):
    def with_parameters(**parameters: str) -> str:
        query = {
            "client_id": PUBLIC_CLIENT,
            "response_type": "code",
            "redirect_uri": listener.redirect_uri,
            "scope": "openid User.Read",
            "state": "the state",
            "nonce": "the nonce",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
            **parameters,
        }
        return f"{emulator.authorize_endpoint}?{urlencode(query)}"

    return with_parameters


@pytest.mark.parametrize("response_mode", ["query", "form_post"])
def test_signs_in(person, address, listener, response_mode, tmp_path):
    picture = tmp_path / "landing.png"
    visit = person.sign_in(
        address(response_mode=response_mode), account=ACCOUNT, screenshot=str(picture)
    )
    assert visit.report["outcome"] == "landed"
    assert visit.report["pages"][0] == "Pick an account"
    assert (visit.stdout, visit.stderr) == ("", "")
    landing = visit.landing
    assert landing["url"] == f"{listener.redirect_uri}/"
    assert landing["title"] == "Back at the app"
    assert landing["text"] == "The app has it."
    assert landing["headers"]["content-type"] == "text/html; charset=utf-8"
    assert (landing["status"], landing["consoleErrors"], landing["otherRequests"]) == (200, [], [])
    assert not landing["codeInAddress"]
    statuses = [reply["status"] for reply in landing["replies"]]
    assert statuses == ([303, 200] if response_mode == "query" else [200])
    # Chromium writes down where a redirect came from.
    assert visit.report["historyHoldsCode"] == (response_mode == "query")
    assert picture.read_bytes().startswith(PNG)
    answer = listener.answer()
    assert answer["code"] and answer["state"] == "the state"


def test_is_a_program_for_browser(person, address, listener, tmp_path):
    report = tmp_path / "report.json"
    variables = person.variables(report, account=ACCOUNT)
    program, place = shlex.split(variables["BROWSER"])
    assert place == "%s"
    nothing = subprocess.DEVNULL
    launched = subprocess.Popen(
        [program, address()],
        env={**os.environ, **variables},
        stdin=nothing,
        stdout=nothing,
        stderr=nothing,
    )
    assert person.report_of(report)["outcome"] == "landed"
    assert launched.wait(timeout=10) == 0
    assert listener.answer()["code"]


def test_cancels(person, address, listener):
    visit = person.sign_in(address(), cancel=True)
    assert visit.report["outcome"] == "landed"
    assert listener.answer()["error_subcode"] == "cancel"


def test_declines_when_permission_is_asked_for(person, address, listener):
    visit = person.sign_in(address(prompt="consent"), account=ACCOUNT, consent="decline")
    assert visit.report["pages"] == ["Pick an account", "Permissions requested"]
    assert listener.answer()["error"] == "access_denied"


def test_closes_the_tab(person, address, listener):
    visit = person.sign_in(address(), closeTab=True)
    assert visit.report["outcome"] == "closed"
    assert listener.has_no_answer()


def test_sends_strays_before_and_reloads_after(person, address, listener):
    visit = person.sign_in(address(), account=ACCOUNT, strayFirst="/stray", reloadLanding=True)
    assert visit.report["strays"] == [{"path": "/stray", "status": 404, "text": ""}]
    assert visit.report["reload"] == {"status": 200, "text": "The app has it."}
    assert listener.answer()["code"]


def test_signs_in_at_two_tabs(person, address, listener):
    visit = person.sign_in(address(), account=ACCOUNT, secondTab=True)
    assert (visit.report["outcome"], visit.report["secondOutcome"]) == ("landed", "landed")
    assert listener.answer()["code"] != listener.answer()["code"]


def test_makes_noise_when_asked(person, emulator):
    visit = person.look(emulator.device_page, noise=True)
    assert visit.landing["title"] == "Enter code"
    assert visit.stdout and visit.stderr


def test_sees_what_went_wrong(person, address):
    unknown = person.sign_in(address(), account="nobody@contoso.onmicrosoft.com")
    assert unknown.report["outcome"] == "failed"
    assert "the account is refused" in unknown.report["error"]
    refused = person.sign_in(address(client_id="33334444-dddd-5555-eeee-6666ffff7777"))
    assert refused.report["outcome"] == "stopped"
    assert "AADSTS700016" in refused.landing["text"]


def test_finds_localhost_where_it_is_told(person, address):
    """The listener is on 127.0.0.1 alone."""
    visit = person.sign_in(address(), account=ACCOUNT, addresses={"localhost": "[::1]"})
    assert visit.report["outcome"] == "failed"
    assert "ERR_CONNECTION_REFUSED" in visit.report["error"]


def test_reads_the_address_of_a_redirect_to_another_machine(person, emulator, address):
    with EntraEmulator(
        *("--app", "33334444-dddd-5555-eeee-6666ffff7777:secret"),
        *("--redirect-uri", "33334444-dddd-5555-eeee-6666ffff7777:https://app.example.test/back"),
    ) as emulator_of_a_web_app:
        url = address(
            client_id="33334444-dddd-5555-eeee-6666ffff7777",
            redirect_uri="https://app.example.test/back",
        ).replace(emulator.base_url, emulator_of_a_web_app.base_url)
        visit = person.sign_in(url, account=ACCOUNT)
    assert visit.report["outcome"] == "landed"
    assert visit.landing["url"].startswith("https://app.example.test/back?code=")
    assert visit.landing["codeInAddress"]


def test_ends_by_itself(person, address):
    visit = person.sign_in(address(), limitSeconds=0.01)
    assert visit.report["outcome"] == "failed"
    assert "not done after 0.01 s" in visit.report["error"]


def test_a_stranger_s_page_learns_nothing_from_a_listener_without_cors(person, listener):
    report = person.attack(listener.redirect_uri).report
    assert report["outcome"] == "done", report
    assert report["read"] == []
    # This listener does not look at the Host; the product's does.
    assert report["rebinding"]["status"] == 200


def test_a_stranger_s_page_learns_what_cors_gives_it(person):
    allowed = {"Access_Control_Allow_Origin": "*", "Access_Control_Allow_Methods": "*"}
    with RedirectListener(**allowed) as lax:
        report = person.attack(lax.redirect_uri).report
    assert {"fetch, cors, GET", "fetch, cors, POST of a form"} <= set(report["read"])


@pytest.mark.parametrize(
    ("script", "end"),
    [({}, "Signed in"), ({"consent": "decline"}, "Declined"), ({"cancel": True}, "Declined")],
    ids=str,
)
def test_types_a_code_in(person, emulator, script, end):
    request = urlopen(
        f"{emulator.authority}/oauth2/v2.0/devicecode",
        urlencode({"client_id": PUBLIC_CLIENT, "scope": "User.Read"}).encode(),
    )
    code = json.load(request)
    visit = person.enter_code(
        code["verification_uri"], code["user_code"], account=ACCOUNT, **script
    )
    assert (visit.report["outcome"], visit.landing["title"]) == ("stopped", end), visit
