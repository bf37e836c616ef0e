"""Starts ../oidc-provider/server.mjs, the certified provider, for the time of a test."""

import json
import subprocess
from pathlib import Path
from urllib.request import urlopen

import jwt

SERVER = Path(__file__).resolve().parent.parent / "oidc-provider" / "server.mjs"


class OpenIdProvider:
    """A context manager; the provider ends when its standard input closes."""

    def __init__(self, **configuration):
        self._configuration = configuration

    def __enter__(self):
        self._process = subprocess.Popen(
            ["node", SERVER],
            cwd=SERVER.parent,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._process.stdin.write(json.dumps(self._configuration) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, "the OpenID provider did not start; its standard error says why"
        ready = json.loads(line)
        self.issuer: str = ready["issuer"]
        self.jwks_uri: str = ready["jwks_uri"]
        self.token_endpoint: str = ready["token_endpoint"]
        self.authorization_endpoint: str = ready["authorization_endpoint"]
        self.device_authorization_endpoint: str = ready["device_authorization_endpoint"]
        self.resource: str = ready["resource"]
        self.address: str = ready["address"]
        self._journal: str = ready["journal"]
        return self

    def __exit__(self, *_):
        self._process.stdin.close()
        self._process.stdout.close()
        assert self._process.wait(timeout=10) == 0

    def journal(self) -> dict:
        """What has happened there so far: see ../oidc-provider/journal.mjs."""
        with urlopen(self._journal) as answer:
            return json.load(answer)

    def claims(self, access_token: str) -> dict:
        """The claims of a token of this provider; raises if it is anything else."""
        key = jwt.PyJWKClient(self.jwks_uri).get_signing_key_from_jwt(access_token)
        return jwt.decode(
            access_token,
            key,
            algorithms=["RS256"],
            audience=self.resource,
            issuer=self.issuer,
            options={"require": ["exp", "iat", "client_id"]},
        )
