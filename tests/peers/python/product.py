"""The program under test, in a home of its own."""

import os
import subprocess
from pathlib import Path

# More than any call may take; only a hang reaches it.
LIMIT_SECONDS = 60

TENANT = "11111111-1111-4111-8111-111111111111"
CLIENT_ID = "22222222-2222-4222-8222-222222222222"
GRAPH = "https://graph.microsoft.com/.default"


class Product:
    """Runs the program with no variable of the surrounding shell but PATH, and no terminal."""

    def __init__(self, binary: Path, directory: Path, **environment: str):
        self.binary = binary
        self.directory = directory
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder("home")),
            "ENTRA_AUTH_CONFIG_DIR": str(self.folder("config")),
            "ENTRA_AUTH_STATE_DIR": str(self.folder("state")),
            "ENTRA_AUTH_DATA_DIR": str(self.folder("data")),
            "XDG_RUNTIME_DIR": str(self.folder("runtime")),
            **environment,
        }

    def folder(self, name: str) -> Path:
        folder = self.directory / name
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder

    def run(self, *arguments: str, stdin: str = "", **environment: str):
        """Runs to the end; `environment` goes over this product's own for this one call."""
        return subprocess.run(
            [self.binary, *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            timeout=LIMIT_SECONDS,
            env={**self.environment, **environment},
            check=False,
        )

    def token(self, *arguments: str, **environment: str) -> str:
        """The token that `get-token` printed; standard output holds nothing but that."""
        done = self.run("get-token", *arguments, **environment)
        assert done.returncode == 0, done.stderr
        token, newline, rest = done.stdout.partition("\n")
        assert token and newline and not rest, "standard output is not one token and one newline"
        return token

    def refused(self, exit_code: int, *arguments: str, **environment: str) -> str:
        """What `get-token` said on standard error when it failed with this code."""
        done = self.run("get-token", *arguments, **environment)
        assert done.returncode == exit_code, (done.returncode, done.stderr)
        assert done.stdout == "", "a failed call printed something on standard output"
        assert done.stderr.strip(), "a failed call said nothing"
        return done.stderr
