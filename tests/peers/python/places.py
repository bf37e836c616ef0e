"""Where people sign in: the emulator of Entra, and the certified provider that nobody here wrote."""

from dataclasses import dataclass

import jwt

from entra_emulator import ACCOUNT, PUBLIC_CLIENT, WEB_CLIENT, EntraEmulator
from openid_provider import OpenIdProvider

# Every character that form encoding could spoil.
WEB_SECRET = "a+b/c=d&e%f~g h"
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
SCOPES = [f"api.{name}" for name in ("read", "write", "list", "share", "audit")]


@dataclass(frozen=True)
class Place:
    """A provider with a public client and a web app."""

    provider: EntraEmulator | OpenIdProvider
    # Where it is, as flags of the program.
    target: tuple[str, ...]
    public_client: str
    web_client: str
    scope: str
    # What the person types or picks, and what the program calls them.
    account: str
    user_name: str

    def public(self, flow: str, scope: str | None = None) -> tuple[str, ...]:
        """The flags for a token by this flow, without a proof of the application."""
        return (*self.target, "--client-id", self.public_client, "-f", flow, *self._for(scope))

    def web(self, secret_file: str) -> tuple[str, ...]:
        """The flags for a token as the web app, at whose redirect URI any port is free."""
        client = ("--client-id", self.web_client, "--client-secret-file", secret_file)
        return (*self.target, *client, "-f", "AuthorizationCode", *self._for(None))

    def client_of(self, token: str) -> str:
        """The application that the token was issued to."""
        claims = jwt.decode(token, options={"verify_signature": False})
        return claims.get("client_id") or claims.get("azp") or claims["appid"]

    def _for(self, scope: str | None) -> tuple[str, ...]:
        return ("-s", scope or self.scope)


def entra_emulator() -> EntraEmulator:
    return EntraEmulator(
        *("--public-client", PUBLIC_CLIENT, "--app", f"{WEB_CLIENT}:{WEB_SECRET}"),
        *("--redirect-uri", f"{WEB_CLIENT}:http://localhost"),
    )


def at_the_emulator(emulator: EntraEmulator) -> Place:
    where = ("--authority", emulator.base_url, "--authority-type", "entra")
    return Place(
        provider=emulator,
        target=(*where, "--tenant-id", emulator.tenant),
        public_client=PUBLIC_CLIENT,
        web_client=WEB_CLIENT,
        scope="User.Read",
        account=ACCOUNT,
        user_name=ACCOUNT,
    )


def openid_provider() -> OpenIdProvider:
    native = {
        "client_id": "native-app",
        "application_type": "native",
        "token_endpoint_auth_method": "none",
        "grant_types": ["authorization_code", "refresh_token", DEVICE_GRANT],
        "redirect_uris": ["http://localhost"],
    }
    web = {
        "client_id": "web-app",
        "client_secret": WEB_SECRET,
        "token_endpoint_auth_method": "client_secret_post",
        "grant_types": ["authorization_code", "refresh_token"],
        # A web client's redirect URI has to be https.
        "application_type": "native",
        "redirect_uris": ["http://localhost"],
    }
    return OpenIdProvider(
        clients=[native, web],
        scopes=SCOPES,
        features={"authorizationCode": True, "deviceCode": True},
        tokenDelayMilliseconds=50,
    )


def at_the_openid_provider(provider: OpenIdProvider) -> Place:
    return Place(
        provider=provider,
        target=("--authority", provider.issuer, "--authority-type", "oidc"),
        public_client="native-app",
        web_client="web-app",
        scope="profile api.read",
        account="ada",
        user_name="ada@example.test",
    )
