"""The applications that MSAL and the product sign in to, at one emulator behind one proxy."""

import functools

import msal

from certificates import Identity
from entra_emulator import ACCOUNT, PUBLIC_CLIENT, WEB_CLIENT, EntraEmulator
from msal_client import MsalClient

SECRET = "a+b/c=d&e%f~g h"


def emulator_for(identity: Identity) -> EntraEmulator:
    """A public client, and a web app that proves itself by secret or certificate."""
    return EntraEmulator(
        "--tls",
        *("--public-client", PUBLIC_CLIENT),
        *("--app", f"{WEB_CLIENT}:{SECRET}", "--certificate", f"{WEB_CLIENT}:{identity.pem_file}"),
        *("--redirect-uri", f"{WEB_CLIENT}:http://localhost"),
    )


class MsalWorld:
    def __init__(self, emulator, proxy, person, listener):
        proxy.lead_to(emulator.base_url, emulator.ca_pem)
        self.authority = f"{proxy.url}/{emulator.tenant}"
        self.tenant: str = emulator.tenant
        self._others = (proxy, person, listener, ACCOUNT)

    def public(self) -> MsalClient:
        return self._client(msal.PublicClientApplication, PUBLIC_CLIENT)

    def with_secret(self) -> MsalClient:
        return self._web_app(SECRET)

    def with_certificate(self, identity: Identity) -> MsalClient:
        return self._web_app(
            {
                "private_key": identity.key_pem.decode(),
                "public_certificate": identity.certificate_pem.decode(),
            }
        )

    def _web_app(self, credential) -> MsalClient:
        application = msal.ConfidentialClientApplication
        return self._client(application, WEB_CLIENT, client_credential=credential)

    def _client(self, application, client_id: str, **more) -> MsalClient:
        build = functools.partial(
            application, client_id, authority=self.authority, instance_discovery=False, **more
        )
        return MsalClient(build, *self._others)
