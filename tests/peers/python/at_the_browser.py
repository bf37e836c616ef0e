"""The program, and a person at the browser that it opens."""

import itertools
from dataclasses import dataclass
from pathlib import Path

from person import Person
from product import Product, only_token

# What the person's browser writes on both streams if it is told to.
NOISE = "noise"


@dataclass(frozen=True)
class SignIn:
    """How a call ended, and what the person at its browser saw."""

    exit_code: int
    stdout: str
    stderr: str
    report: dict

    @property
    def token(self) -> str:
        """What was printed; standard output holds nothing but that."""
        assert self.exit_code == 0, (self.exit_code, self.stderr, self.report)
        return only_token(self.stdout)

    @property
    def landing(self) -> dict:
        """The page that the browser ended on."""
        assert self.report["outcome"] == "landed", self
        return self.report["landing"]

    def refused(self, exit_code: int) -> str:
        """What standard error said of a sign-in that failed like this."""
        assert (self.exit_code, self.stdout) == (exit_code, ""), self
        return self.stderr


class Desk:
    """One user with one store, who signs in whenever the program opens the browser."""

    def __init__(self, product: Product, person: Person, directory: Path):
        self.product = product
        self.person = person
        self._directory = directory
        self._numbers = itertools.count(1)

    def sign_in(self, *words: str, **script) -> SignIn:
        """Runs a command of the program that opens the browser; `script` is the person's."""
        report = self._directory / f"sign-in-{next(self._numbers)}.json"
        done = self.product.run(*words, **self.person.variables(report, **script))
        assert "The sign-in page opens in your browser" in done.stderr, done
        seen = self.person.report_of(report)
        return SignIn(done.returncode, done.stdout, done.stderr, seen)

    def sign_in_on_device(self, *words: str, **script) -> tuple[str, dict]:
        """Runs a command that shows a device code, which the person types in elsewhere. The token, and
        what the person saw."""
        with self.product.start(*words) as running:
            user_code, url = running.line("Code:"), running.line("URL:")
            visit = self.person.enter_code(url, user_code, **script)
            return running.token(), visit.report

    def without_a_person(self, *words: str) -> str:
        """The token of a call during which nobody may be asked."""
        done = self.product.run(*words, "--no-input")
        assert done.returncode == 0, done.stderr
        return only_token(done.stdout)
