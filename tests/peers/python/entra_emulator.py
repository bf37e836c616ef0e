"""Starts the program `entra-emulator` for the time of a test."""

import os
import re
import subprocess
from pathlib import Path

PUBLIC_CLIENT = "22223333-cccc-4444-dddd-5555eeee6666"
WEB_CLIENT = "11112222-bbbb-3333-cccc-4444dddd5555"
ACCOUNT = "ada@contoso.onmicrosoft.com"


def built_emulator() -> Path:
    """The built program, named by ENTRA_EMULATOR_BIN."""
    path = os.environ.get("ENTRA_EMULATOR_BIN")
    assert path and Path(path).is_file(), f"ENTRA_EMULATOR_BIN names no program: {path!r}"
    return Path(path)


class EntraEmulator:
    """A context manager; `arguments` are those of the program. With none it knows its examples."""

    def __init__(self, *arguments: str):
        self._command = [built_emulator(), *arguments]

    def __enter__(self):
        self._process = subprocess.Popen(self._command, stdout=subprocess.PIPE, text=True)
        said = self._introduction()
        self.authority: str = re.search(r"^authority +(\S+)", said, re.MULTILINE)[1]
        self.base_url, _, self.tenant = self.authority.rpartition("/")
        self.device_page: str = re.search(r"^device page +(\S+)", said, re.MULTILINE)[1]
        certificate = re.search(r"-----BEGIN.*END CERTIFICATE-----\n", said, re.DOTALL)
        self.ca_pem: str | None = certificate and certificate[0]
        return self

    def __exit__(self, *_):
        self._process.terminate()
        self._process.wait(timeout=10)
        self._process.stdout.close()

    @property
    def authorize_endpoint(self) -> str:
        return f"{self.authority}/oauth2/v2.0/authorize"

    def _introduction(self) -> str:
        """All it says when it starts; the certificate is last, where there is one."""
        last = "END CERTIFICATE" if "--tls" in self._command else "Stop it with"
        said = ""
        while last not in said:
            line = self._process.stdout.readline()
            assert line, "the emulator did not start; its standard error says why"
            said += line
        return said
