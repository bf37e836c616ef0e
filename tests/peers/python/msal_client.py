"""MSAL Python as the client, and a person at a browser for it."""

import warnings

import msal
import requests

SCOPE = "User.Read"


class MsalClient:
    """One application of MSAL behind `proxy`; `build` makes it, given what every one of them needs."""

    def __init__(self, build, proxy, person, listener, account):
        session = requests.Session()
        session.verify = proxy.ca_file
        # The surrounding shell's REQUESTS_CA_BUNDLE would win over `verify`.
        session.trust_env = False
        self.application: msal.ClientApplication = build(http_client=session)
        self._person = person
        self._listener = listener
        self._account = account

    def sign_in(self, scope=SCOPE, **parameters) -> dict:
        """Authorization code with PKCE; the answer of the token endpoint."""
        with warnings.catch_warnings():
            # That form_post would be better; what is sent without being asked for is the point here.
            warnings.filterwarnings("ignore", message="response_mode=")
            flow = self.application.initiate_auth_code_flow(
                [scope], redirect_uri=self._listener.redirect_uri, **parameters
            )
        visit = self._person.sign_in(
            flow["auth_uri"], account=self._account, anyCertificate=True
        )
        assert visit.report["outcome"] == "landed", visit
        return with_token(
            self.application.acquire_token_by_auth_code_flow(flow, self._listener.answer())
        )

    def sign_in_on_device(self, scope=SCOPE, **parameters) -> dict:
        """The code is typed in before the first poll, so that nothing waits."""
        flow = self.application.initiate_device_flow([scope], **parameters)
        visit = self._person.enter_code(
            flow["verification_uri"], flow["user_code"], account=self._account, anyCertificate=True
        )
        assert visit.report["outcome"] == "stopped", visit
        return with_token(self.application.acquire_token_by_device_flow(flow))

    def refresh(self, scope=SCOPE, **parameters) -> dict:
        """With the refresh token of the sign-in before."""
        [account] = self.application.get_accounts()
        answer = self.application.acquire_token_silent(
            [scope], account=account, force_refresh=True, **parameters
        )
        return with_token(answer)


def with_token(answer: dict | None) -> dict:
    assert answer and "access_token" in answer, answer
    return answer
