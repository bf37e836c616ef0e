"""The program under test, in a home of its own."""

import os
import queue
import subprocess
import threading
from pathlib import Path

# More than any call may take; only a hang reaches it.
LIMIT_SECONDS = 60

TENANT = "11111111-1111-4111-8111-111111111111"
CLIENT_ID = "22222222-2222-4222-8222-222222222222"
GRAPH = "https://graph.microsoft.com/.default"


class Running:
    """A call under way whose standard error is read as it comes. A context manager: it is killed at
    the end if it still runs."""

    def __init__(self, process: subprocess.Popen):
        self._process = process
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._said: list[str] = []
        self._reader = threading.Thread(target=self._read)

    def __enter__(self):
        self._reader.start()
        return self

    def __exit__(self, *_):
        self._process.kill()
        self._process.wait()
        self._reader.join()
        self._process.stdout.close()
        self._process.stderr.close()

    def line(self, prefix: str) -> str:
        """The next line that begins like this, without the prefix."""
        while (line := self._lines.get(timeout=LIMIT_SECONDS)) is not None:
            if line.startswith(prefix):
                return line.removeprefix(prefix).strip()
        raise AssertionError(f"no line begins with {prefix!r}:\n{''.join(self._said)}")

    def token(self) -> str:
        """The token that it printed in the end; standard output holds nothing but that."""
        code, printed, said = self._end()
        assert code == 0, (code, said)
        return only_token(printed)

    def refused(self, exit_code: int) -> str:
        """What it said on standard error, having failed with this code and printed nothing."""
        code, printed, said = self._end()
        assert (code, printed) == (exit_code, ""), (code, said)
        return said

    def _end(self) -> tuple[int, str, str]:
        printed = self._process.stdout.read()
        code = self._process.wait(timeout=LIMIT_SECONDS)
        self._reader.join()
        return code, printed, "".join(self._said)

    def _read(self):
        for line in self._process.stderr:
            self._said.append(line)
            self._lines.put(line)
        self._lines.put(None)


def only_token(printed: str) -> str:
    token, newline, rest = printed.partition("\n")
    assert token and newline and not rest, "standard output is not one token and one newline"
    return token


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
        return only_token(done.stdout)

    def start(self, *arguments: str, **environment: str) -> Running:
        """Starts a call that waits for a person; standard input is closed."""
        process = subprocess.Popen(
            [self.binary, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**self.environment, **environment},
        )
        return Running(process)

    def refused(self, exit_code: int, *arguments: str, **environment: str) -> str:
        """What `get-token` said on standard error when it failed with this code."""
        done = self.run("get-token", *arguments, **environment)
        assert done.returncode == exit_code, (done.returncode, done.stderr)
        assert done.stdout == "", "a failed call printed something on standard output"
        assert done.stderr.strip(), "a failed call said nothing"
        return done.stderr
