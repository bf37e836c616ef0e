"""A real gnome-keyring on a session bus of its own."""

import os
import signal
import subprocess
import tempfile
import time
from contextlib import closing
from pathlib import Path

import secretstorage
from jeepney.io.blocking import open_dbus_connection

PASSWORD = "the password of the login keyring"
START_SECONDS = 20

# No service files: nothing may start a second keyring behind our back.
BUS_CONFIGURATION = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path={socket}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""


class SessionBus:
    """A D-Bus session bus with nobody on it. A context manager."""

    def __enter__(self):
        # Not a folder of pytest's: the address of a socket holds 107 bytes only.
        self._directory = tempfile.TemporaryDirectory(prefix="bus-")
        socket = Path(self._directory.name) / "socket"
        configuration = Path(self._directory.name) / "bus.conf"
        configuration.write_text(BUS_CONFIGURATION.format(socket=socket))
        self._process = subprocess.Popen(
            ["dbus-daemon", "--nofork", "--print-address", f"--config-file={configuration}"],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout.readline(), "dbus-daemon did not start"
        self.address = f"unix:path={socket}"
        return self

    def __exit__(self, *_):
        self._process.terminate()
        self._process.wait()
        self._process.stdout.close()
        self._directory.cleanup()


class DesktopKeyring:
    """gnome-keyring on a bus; its collections are files in `home`. A context manager.

    `unlocked` gives the daemon the login keyring's password, as a desktop's sign-in does, and makes
    that keyring if there is none. Without it the daemon runs as it does for cron, `sudo` or ssh.
    """

    def __init__(self, bus: SessionBus, home: Path, *, unlocked: bool):
        self._bus = bus
        self._home = home
        self._unlocked = unlocked

    def __enter__(self):
        for folder in (self._home, self._home / "runtime"):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        command = ["gnome-keyring-daemon", "--foreground", "--components=secrets"]
        command += ["--unlock"] if self._unlocked else ["--start"]
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(self._home),
                "XDG_DATA_HOME": str(self._home / "data"),
                "XDG_RUNTIME_DIR": str(self._home / "runtime"),
                "DBUS_SESSION_BUS_ADDRESS": self._bus.address,
            },
        )
        if self._unlocked:
            self._process.stdin.write(PASSWORD.encode())
        self._process.stdin.close()
        self._wait_until_it_answers()
        return self

    def __exit__(self, *_):
        self.thaw()
        self._process.terminate()
        self._process.wait()

    def connection(self):
        """A connection to this keyring's bus, to be closed by the caller."""
        return closing(open_dbus_connection(bus=self._bus.address))

    def items(self) -> list[tuple[str, dict[str, str], bytes]]:
        """Label, attributes and secret of every item of the login keyring."""
        with self.connection() as connection:
            collection = secretstorage.get_default_collection(connection)
            return [
                (item.get_label(), item.get_attributes(), item.get_secret())
                for item in collection.get_all_items()
            ]

    def is_empty(self) -> bool:
        """No collection holds an item, whether locked or not."""
        with self.connection() as connection:
            collections = secretstorage.get_all_collections(connection)
            return not any(list(collection.get_all_items()) for collection in collections)

    def lock(self) -> None:
        with self.connection() as connection:
            secretstorage.get_default_collection(connection).lock()

    def freeze(self) -> None:
        """From now on calls get no answer."""
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._process.send_signal(signal.SIGCONT)

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            assert self._process.poll() is None, "gnome-keyring-daemon ended"
            with self.connection() as connection:
                if secretstorage.check_service_availability(connection):
                    return
            assert time.monotonic() < deadline, "gnome-keyring-daemon does not answer"
            time.sleep(0.05)
