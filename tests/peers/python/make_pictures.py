"""Makes the pictures of the guide: what a person sees in the terminal and in the browser.

    python make_pictures.py DIRECTORY

Everything in them comes from the built program, the built emulator and a real Chromium.
"""

import os
import socket
import sys
import tempfile
from pathlib import Path

from entra_emulator import ACCOUNT, PUBLIC_CLIENT, WEB_CLIENT, EntraEmulator
from person import Person
from product import Product
from terminal import Terminal

SECRET = "emulated~secret"
LARGEST_BYTES = 100_000
WINDOW = {"width": 720, "height": 740}


class Studio:
    """The program with a profile for each flow, a terminal for each picture, and where they go."""

    def __init__(self, emulator: EntraEmulator, directory: Path, pictures: Path):
        self._person = Person(directory)
        self._directory = directory
        self._pictures = pictures
        self._product = Product(
            Path(os.environ["ENTRA_AUTH_CLI_BIN"]),
            directory / "product",
            ENTRA_AUTH_KEY_STORE="file",
            LANG="C.UTF-8",
        )
        self._product.environment["PATH"] = (
            f"{self._product.binary.parent}:{self._product.environment['PATH']}"
        )
        self._add_profiles(emulator)

    def browser_flow(self, profile: str, flow: str) -> None:
        """The terminal from the command to the end."""
        screen = self._with_a_browser(get_token(profile, flow), account=ACCOUNT)
        self._keep(profile, screen)

    def last_pages(self, profile: str, flow: str, scheme: str) -> None:
        """What the browser ends on: signed in, and after Cancel with the words on the terminal."""
        command = get_token(profile, flow)
        for name, script in (("signed-in", {"account": ACCOUNT}), ("refused", {"cancel": True})):
            page = self._pictures / f"{name}-page-{scheme}.png"
            look = {"colorScheme": scheme, "screenshot": str(page), "viewport": WINDOW}
            screen = self._with_a_browser(command, **look, **script)
        self._keep("refused", screen)

    def _with_a_browser(self, command: tuple[str, ...], **script) -> str:
        """Runs a command that opens the browser; the picture of its terminal."""
        self._sign_everybody_out()
        with tempfile.TemporaryDirectory(dir=self._directory) as directory:
            report = Path(directory) / "report.json"
            with self._terminal(self._person.variables(report, **script)) as terminal:
                terminal.type(*command)
                terminal.wait_for_prompt()
                # The browser may take longer than the program; it ends with the terminal.
                assert self._person.report_of(report)["outcome"] == "landed"
                return terminal.picture()

    def device_code(self, profile: str) -> None:
        """The block with the code, the page after it was typed, and the end."""
        self._sign_everybody_out()
        with self._terminal({}) as terminal:
            terminal.type(*get_token(profile, "DeviceCode"))
            user_code = terminal.wait_for(r"^Code: (\S+)")[1]
            url = terminal.wait_for(r"^URL: (\S+)")[1]
            terminal.wait_for(r"\d+:\d\d left")
            self._keep(f"{profile}-waiting", terminal.picture())
            page = self._pictures / f"{profile}-page.png"
            visit = self._person.enter_code(
                url, user_code, account=ACCOUNT, screenshot=str(page), viewport=WINDOW
            )
            assert visit.report["outcome"] == "stopped", visit
            terminal.wait_for_prompt()
            self._keep(profile, terminal.picture())

    def _sign_everybody_out(self) -> None:
        done = self._product.run("logout", "--all", "--yes")
        assert done.returncode == 0, done.stderr

    def sign_in_page(self, emulator: EntraEmulator) -> None:
        """The look-alike's own page, so that nobody takes it for Microsoft's."""
        page = self._pictures / "emulator-device-page.png"
        self._person.look(emulator.device_page, screenshot=str(page), viewport=WINDOW)

    def check_sizes(self) -> None:
        too_large = [
            picture.name
            for picture in self._pictures.iterdir()
            if picture.stat().st_size > LARGEST_BYTES
        ]
        assert not too_large, f"larger than {LARGEST_BYTES} bytes: {too_large}"

    def _terminal(self, variables: dict[str, str]) -> Terminal:
        return Terminal(self._directory, {**self._product.environment, **variables})

    def _keep(self, name: str, screen: str) -> None:
        (self._pictures / f"{name}.svg").write_text(screen)

    def _add_profiles(self, emulator: EntraEmulator) -> None:
        target = ("--authority", emulator.base_url, "--tenant-id", emulator.tenant)
        person = ("--scope", "User.Read", *target)
        public = ("--client-id", PUBLIC_CLIENT, "--auth-method", "Public", *person)
        web = (
            *("--client-id", WEB_CLIENT, "--client-secret-stdin", *person),
            *("--default-flow", "AuthorizationCode"),
            *("--redirect-uri", f"http://localhost:{free_port()}"),
        )
        for name, flags, stdin in (
            ("desktop-app", public, ""),
            ("iot-device", public, ""),
            ("webapp", web, SECRET),
        ):
            done = self._product.run("config", "create", "--name", name, *flags, stdin=stdin)
            assert done.returncode == 0, done.stderr


def get_token(profile: str, flow: str) -> tuple[str, ...]:
    return ("entra-auth-cli", "get-token", "-p", profile, "-f", flow, "--file", "token.txt")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


def main(pictures: Path) -> None:
    pictures.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as directory,
        EntraEmulator(
            *("--public-client", PUBLIC_CLIENT, "--app", f"{WEB_CLIENT}:{SECRET}"),
            *("--redirect-uri", f"{WEB_CLIENT}:http://localhost"),
        ) as emulator,
    ):
        studio = Studio(emulator, Path(directory), pictures)
        studio.sign_in_page(emulator)
        # A refusal is the answer for all who ask the same within two seconds.
        studio.browser_flow("desktop-app", "InteractiveBrowser")
        studio.last_pages("desktop-app", "InteractiveBrowser", "light")
        studio.browser_flow("webapp", "AuthorizationCode")
        studio.device_code("iot-device")
        studio.last_pages("desktop-app", "InteractiveBrowser", "dark")
        studio.check_sizes()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
