"""What protects the store is changed, to and from a real gnome-keyring."""

import json

import pytest

from desktop_keyring import DesktopKeyring
from desktop_store import (
    LOCAL_STORE,
    SECRET,
    assert_nothing_in_plain_text,
    create_profile,
    fresh_token,
    key_files,
)

PASSPHRASE = "correct horse battery"


def change(product, to, *more, **environment):
    return product.run("config", "storage", "--to", to, *more, "-o", "json", **environment)


def changed(product, to, *more, **environment):
    done = change(product, to, *more, **environment)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def refused(product, to):
    done = change(product, to)
    assert done.returncode == LOCAL_STORE, done.stderr
    assert SECRET not in done.stderr
    return done.stderr


def test_from_a_key_file_to_the_keyring_and_back(on_desktop, bus, tmp_path, authority):
    create_profile(on_desktop, authority)
    assert len(key_files(on_desktop)) == 1
    with DesktopKeyring(bus, tmp_path / "login", unlocked=True) as keyring:
        shown = changed(on_desktop, "keyring")
        assert shown["protection"] == "keyring"
        [(_label, attributes, _key)] = keyring.items()
        assert shown["keyring_account"] in attributes.values()
        assert key_files(on_desktop) == []
        fresh_token(on_desktop, authority)
        # Another key under another name; the old one is gone.
        again = changed(on_desktop, "keyring")
        assert again["key_id"] != shown["key_id"]
        [(_label, attributes, _key)] = keyring.items()
        assert again["keyring_account"] in attributes.values()
        fresh_token(on_desktop, authority)

        assert changed(on_desktop, "file")["protection"] == "file"
        assert keyring.is_empty()
        fresh_token(on_desktop, authority)
    assert_nothing_in_plain_text(on_desktop)


def test_from_the_keyring_to_a_passphrase(on_desktop, unlocked, authority):
    create_profile(on_desktop, authority)
    new = ("--new-passphrase-env", "ENTRA_AUTH_PASSPHRASE")
    shown = changed(on_desktop, "passphrase", *new, ENTRA_AUTH_PASSPHRASE=PASSPHRASE)
    assert shown["protection"] == "passphrase"
    assert unlocked.is_empty()
    fresh_token(on_desktop, authority, ENTRA_AUTH_PASSPHRASE=PASSPHRASE)
    assert_nothing_in_plain_text(on_desktop, PASSPHRASE)


@pytest.mark.parametrize("answers", ["locked", "frozen", "gone"])
def test_a_keyring_that_does_not_take_the_key_changes_nothing(
    on_desktop, bus, tmp_path, authority, answers
):
    create_profile(on_desktop, authority)
    before = key_files(on_desktop)
    login = tmp_path / "login"
    with DesktopKeyring(bus, login, unlocked=True) as keyring:
        if answers == "frozen":
            keyring.freeze()
            assert "keyring" in refused(on_desktop, "keyring").lower()
            keyring.thaw()
    if answers == "locked":
        with DesktopKeyring(bus, login, unlocked=False):
            assert "keyring" in refused(on_desktop, "keyring").lower()
    if answers == "gone":
        assert "keyring" in refused(on_desktop, "keyring").lower()
    assert key_files(on_desktop) == before
    fresh_token(on_desktop, authority)


def test_a_locked_keyring_keeps_the_store_as_it_is(on_desktop, bus, tmp_path, authority):
    login = tmp_path / "login"
    with DesktopKeyring(bus, login, unlocked=True):
        create_profile(on_desktop, authority)
    with DesktopKeyring(bus, login, unlocked=False):
        assert "nlock the keyring" in refused(on_desktop, "file")
        assert key_files(on_desktop) == []
    with DesktopKeyring(bus, login, unlocked=True) as keyring:
        fresh_token(on_desktop, authority)
        assert changed(on_desktop, "file")["protection"] == "file"
        assert keyring.is_empty()
