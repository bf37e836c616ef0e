"""Starts ../browser/person.mjs, a person at a real Chromium."""

import json
import os
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

PROGRAM = Path(__file__).resolve().parent.parent / "browser" / "person.mjs"

# More than the person's own limit, so that the report says what was wrong.
LIMIT_SECONDS = 90


@dataclass(frozen=True)
class Visit:
    """How it went, and what the program wrote on its standard output and standard error."""

    report: dict
    stdout: str
    stderr: str

    @property
    def landing(self) -> dict:
        return self.report["landing"]


@dataclass
class Person:
    """Each call starts a browser of its own; what the script may hold stands in person.mjs."""

    directory: Path
    visits: int = field(default=0)

    def sign_in(self, url: str, **script) -> Visit:
        return self._visit(url, **script)

    def enter_code(self, url: str, user_code: str | None = None, **script) -> Visit:
        return self._visit("--device", url, *filter(None, [user_code]), **script)

    def look(self, url: str, **script) -> Visit:
        return self._visit("--look", url, **script)

    def attack(self, url: str) -> Visit:
        return self._visit("--attack", url)

    def variables(self, report: Path, **script) -> dict[str, str]:
        """For a program that starts the person itself: `BROWSER` and the script."""
        whole = json.dumps({"report": str(report), **script})
        return {"BROWSER": f"{PROGRAM} %s", "PERSON_SCRIPT": whole}

    def report_of(self, report: Path) -> dict:
        """The report of a person whom another program started, waited for."""
        deadline = time.monotonic() + LIMIT_SECONDS
        while not report.exists():
            assert time.monotonic() < deadline, "the person left no report"
            time.sleep(0.05)
        return json.loads(report.read_text())

    def _visit(self, *words: str, **script) -> Visit:
        self.visits += 1
        report = self.directory / f"visit-{self.visits}.json"
        done = subprocess.run(
            ["node", PROGRAM, *words],
            env={**os.environ, **self.variables(report, **script)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=LIMIT_SECONDS,
            check=False,
        )
        assert report.exists(), f"the person left no report: {done.stderr}"
        visit = Visit(json.loads(report.read_text()), done.stdout, done.stderr)
        assert (visit.report["outcome"] == "failed") == (done.returncode != 0), visit
        return visit
