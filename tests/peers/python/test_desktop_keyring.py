"""The stand-in for a desktop session behaves as one: what it keeps, and when it refuses."""

import pytest
import secretstorage

from desktop_keyring import DesktopKeyring, SessionBus


@pytest.fixture
def bus():
    with SessionBus() as running:
        yield running


def test_a_bus_with_nobody_on_it_has_no_secret_service(bus, tmp_path):
    with DesktopKeyring(bus, tmp_path / "home", unlocked=True) as keyring:
        with keyring.connection() as connection:
            assert secretstorage.check_service_availability(connection)
    with keyring.connection() as connection:
        assert not secretstorage.check_service_availability(connection)


def test_keeps_a_secret_across_sessions_and_locks_it(bus, tmp_path):
    home = tmp_path / "home"
    with DesktopKeyring(bus, home, unlocked=True) as keyring:
        assert keyring.is_empty()
        with keyring.connection() as connection:
            collection = secretstorage.get_default_collection(connection)
            collection.create_item("a label", {"name": "value"}, b"\x00\xff secret")
    with DesktopKeyring(bus, home, unlocked=False) as keyring:
        assert not keyring.is_empty()
        with pytest.raises(secretstorage.LockedException):
            keyring.items()
    with DesktopKeyring(bus, home, unlocked=True) as keyring:
        [(label, attributes, secret)] = keyring.items()
        assert (label, attributes["name"], secret) == ("a label", "value", b"\x00\xff secret")
        keyring.lock()
        with pytest.raises(secretstorage.LockedException):
            keyring.items()
