"""What every peer test needs. Nothing is skipped: what is missing is a failure."""

import os
import socket
from pathlib import Path

import pytest

from at_the_browser import Desk
from certificates import Identity, LoopbackServer
from desktop_keyring import DesktopKeyring, SessionBus
from msal_world import MsalWorld, emulator_for
from person import Person
from places import (
    Place,
    at_the_emulator,
    at_the_openid_provider,
    entra_emulator,
    openid_provider,
)
from product import Product
from recording_authority import RecordingAuthority
from recording_proxy import RecordingProxy
from redirect_listener import RedirectListener


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.skipped:
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def binary() -> Path:
    """The built program, named by ENTRA_AUTH_CLI_BIN."""
    path = os.environ.get("ENTRA_AUTH_CLI_BIN")
    if not path or not Path(path).is_file():
        pytest.fail(f"ENTRA_AUTH_CLI_BIN names no program: {path!r}")
    return Path(path)


@pytest.fixture
def product(binary, tmp_path) -> Product:
    """The program in a store of its own, whose key rests in a file."""
    return Product(binary, tmp_path / "product", ENTRA_AUTH_KEY_STORE="file")


@pytest.fixture(scope="session")
def identity(tmp_path_factory) -> Identity:
    """A certificate and its key."""
    return Identity.create(tmp_path_factory.mktemp("identity"), "app.example.test")


@pytest.fixture(scope="session")
def other_identity(tmp_path_factory) -> Identity:
    """A certificate that nobody was told about."""
    return Identity.create(tmp_path_factory.mktemp("other-identity"), "app.example.test")


@pytest.fixture
def redirect_uri() -> str:
    """A loopback redirect URI with a free port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return f"http://localhost:{free.getsockname()[1]}"


@pytest.fixture
def secret_file(tmp_path):
    """Writes a secret into a file that nobody else reads; the file's name."""

    def write(secret: str) -> str:
        file = tmp_path / "secret"
        file.write_text(secret)
        file.chmod(0o600)
        return str(file)

    return write


@pytest.fixture
def authority():
    """A look-alike of Entra's endpoints, over http, that records what it is sent."""
    with RecordingAuthority() as running:
        yield running


@pytest.fixture
def person(tmp_path) -> Person:
    """Someone at a browser."""
    return Person(tmp_path)


@pytest.fixture
def listener():
    """Takes the redirect where a client has no listener of its own."""
    with RedirectListener() as running:
        yield running


@pytest.fixture
def proxy(tmp_path):
    """https in front of a provider that is yet to be named."""
    with RecordingProxy(LoopbackServer.create(tmp_path)) as running:
        yield running


@pytest.fixture
def msal_world(identity, proxy, person, listener):
    """MSAL, a person and the emulator, with the recording proxy between them."""
    with emulator_for(identity) as emulator:
        yield MsalWorld(emulator, proxy, person, listener)


@pytest.fixture
def desk(product, person, tmp_path) -> Desk:
    """The program, and a person at the browser that it opens."""
    return Desk(product, person, tmp_path)


@pytest.fixture
def emulated():
    """The emulator of Entra, as a place to sign in at."""
    with entra_emulator() as running:
        yield at_the_emulator(running)


@pytest.fixture
def certified():
    """The certified provider, as a place to sign in at."""
    with openid_provider() as running:
        yield at_the_openid_provider(running)


@pytest.fixture(params=["emulated", "certified"])
def place(request) -> Place:
    """Each of the two."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def bus():
    with SessionBus() as running:
        yield running


@pytest.fixture
def on_desktop(binary, tmp_path, bus) -> Product:
    """The product on a desktop: it chooses where its key rests by itself."""
    return Product(binary, tmp_path / "product", DBUS_SESSION_BUS_ADDRESS=bus.address)


@pytest.fixture
def unlocked(bus, tmp_path):
    with DesktopKeyring(bus, tmp_path / "login", unlocked=True) as running:
        yield running
