"""The master key in a real gnome-keyring: unlocked, locked, empty, frozen, and none at all."""

import json
import time

from desktop_keyring import DesktopKeyring
from desktop_store import (
    LOCAL_STORE,
    PROFILE,
    SECRET,
    assert_nothing_in_plain_text,
    create_profile,
    creation,
    fresh_token,
    key_files,
)

MASTER_KEY_BYTES = 32


def without_schema(items):
    """gnome-keyring adds the attribute `xdg:schema` to items that it reads from its file."""
    return [
        (label, {name: value for name, value in attributes.items() if name != "xdg:schema"}, secret)
        for label, attributes, secret in items
    ]


def test_the_keyring_holds_one_small_key_and_nothing_else(on_desktop, unlocked, authority):
    create_profile(on_desktop, authority)
    fresh_token(on_desktop, authority)

    [(_label, attributes, key)] = unlocked.items()
    assert len(key) == MASTER_KEY_BYTES
    assert SECRET not in repr(attributes)
    assert key_files(on_desktop) == []
    assert_nothing_in_plain_text(on_desktop, *authority.issued)


def test_a_second_call_makes_no_second_key(on_desktop, unlocked, authority):
    create_profile(on_desktop, authority)
    before = unlocked.items()
    for _ in range(2):
        fresh_token(on_desktop, authority)
    assert unlocked.items() == before


def test_a_locked_keyring_is_an_error_that_unlocking_mends(on_desktop, bus, tmp_path, authority):
    login = tmp_path / "login"
    with DesktopKeyring(bus, login, unlocked=True) as keyring:
        create_profile(on_desktop, authority)
        before = keyring.items()
    with DesktopKeyring(bus, login, unlocked=False):
        said = on_desktop.refused(LOCAL_STORE, *PROFILE, "--force")
        assert "keyring" in said.lower()
        assert authority.requests == []
        assert key_files(on_desktop) == []
    with DesktopKeyring(bus, login, unlocked=True) as keyring:
        fresh_token(on_desktop, authority)
        assert without_schema(keyring.items()) == without_schema(before)


def assert_no_store_was_made(product, done):
    assert done.returncode == LOCAL_STORE, done.stderr
    assert "keyring" in done.stderr.lower()
    assert SECRET not in done.stderr
    assert key_files(product) == []
    assert not (product.folder("state") / "store.json").exists()


def test_a_locked_keyring_at_first_use_is_no_reason_for_a_key_file(
    on_desktop, bus, tmp_path, authority
):
    login = tmp_path / "login"
    with DesktopKeyring(bus, login, unlocked=True):
        pass  # Starting it makes the login keyring.
    with DesktopKeyring(bus, login, unlocked=False):
        assert_no_store_was_made(on_desktop, creation(on_desktop, authority))
    with DesktopKeyring(bus, login, unlocked=True) as keyring:
        create_profile(on_desktop, authority)
        assert len(keyring.items()) == 1
        assert key_files(on_desktop) == []


def test_a_frozen_keyring_at_first_use_is_no_reason_for_a_key_file(
    on_desktop, unlocked, authority
):
    unlocked.freeze()
    assert_no_store_was_made(on_desktop, creation(on_desktop, authority))


def test_an_empty_keyring_gets_no_new_key(on_desktop, bus, tmp_path, authority):
    with DesktopKeyring(bus, tmp_path / "login", unlocked=True):
        create_profile(on_desktop, authority)
    with DesktopKeyring(bus, tmp_path / "another-login", unlocked=True) as empty:
        said = on_desktop.refused(LOCAL_STORE, *PROFILE, "--force")
        assert "keyring" in said.lower()
        assert empty.is_empty()
    assert authority.requests == []
    assert key_files(on_desktop) == []


def test_a_keyring_that_is_gone_is_an_error(on_desktop, bus, tmp_path, authority):
    login = tmp_path / "login"
    nobody = {"DBUS_SESSION_BUS_ADDRESS": f"unix:path={tmp_path / 'no-such-bus'}"}
    with DesktopKeyring(bus, login, unlocked=True):
        create_profile(on_desktop, authority)
        on_desktop.refused(LOCAL_STORE, *PROFILE, "--force", **nobody)
    # The bus is there, but no keyring on it.
    on_desktop.refused(LOCAL_STORE, *PROFILE, "--force")
    assert authority.requests == []
    assert key_files(on_desktop) == []
    with DesktopKeyring(bus, login, unlocked=True):
        fresh_token(on_desktop, authority)


def test_a_frozen_keyring_is_given_up(on_desktop, unlocked, authority):
    create_profile(on_desktop, authority)
    unlocked.freeze()
    on_desktop.refused(LOCAL_STORE, *PROFILE, "--force")
    unlocked.thaw()
    fresh_token(on_desktop, authority)


def test_without_a_keyring_a_key_file_is_made_and_named_once(on_desktop, authority):
    done = create_profile(on_desktop, authority)
    [key_file] = key_files(on_desktop)
    assert key_file.stat().st_mode & 0o777 == 0o600
    assert done.stderr.count(str(key_file)) == 1
    again = on_desktop.run("get-token", *PROFILE)
    assert again.returncode == 0, again.stderr
    assert again.stderr == ""
    assert_nothing_in_plain_text(on_desktop, *authority.issued)


def test_a_keyring_asked_for_and_not_there_is_an_error(on_desktop, authority):
    done = creation(on_desktop, authority, ENTRA_AUTH_KEY_STORE="keyring")
    assert done.returncode == LOCAL_STORE, done.stderr
    assert key_files(on_desktop) == []
    assert SECRET not in done.stderr


def key_as_the_doctor_finds_it(product, *flags):
    done = product.run("doctor", "--offline", "-o", "json", *flags)
    [found] = [one for one in json.loads(done.stdout)["findings"] if one["id"] == "store.key"]
    return found


def test_the_doctor_tells_a_locked_keyring_without_asking_for_it(
    on_desktop, bus, tmp_path, authority
):
    login = tmp_path / "login"
    with DesktopKeyring(bus, login, unlocked=True):
        create_profile(on_desktop, authority)
        assert key_as_the_doctor_finds_it(on_desktop)["status"] == "ok"
    with DesktopKeyring(bus, login, unlocked=False):
        found = key_as_the_doctor_finds_it(on_desktop)
        assert (found["status"], found["detail"]) == ("warning", "the keyring is locked")
    assert key_as_the_doctor_finds_it(on_desktop)["status"] == "failed", "no keyring answers"


def test_the_doctor_gives_up_a_keyring_that_hangs(on_desktop, unlocked, authority):
    create_profile(on_desktop, authority)
    unlocked.freeze()
    began = time.monotonic()
    found = key_as_the_doctor_finds_it(on_desktop, "--timeout", "1s")
    assert time.monotonic() - began < 5
    assert found["status"] == "failed"
