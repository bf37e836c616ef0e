"""A terminal that can be looked at: tmux draws, the picture is an SVG that follows light and dark."""

import re
import secrets
import shlex
import subprocess
import time
from html import escape
from pathlib import Path

COLUMNS, ROWS = 100, 24
CHARACTER_WIDTH, LINE_HEIGHT, MARGIN = 8.4, 18, 16
PATIENCE_SECONDS = 60

# By SGR number (ECMA-48 §8.3.117): a class of the style below.
CLASSES = {
    1: "bold",
    2: "dim",
    3: "italic",
    4: "underlined",
    **{30 + n: f"c{n}" for n in range(8)},
    **{90 + n: f"c{n}" for n in range(8)},
}
ENDS = {22: {"bold", "dim"}, 23: {"italic"}, 24: {"underlined"}, 39: {f"c{n}" for n in range(8)}}

STYLE = """
text { font: 14px ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #1f2328 }
rect { fill: #f6f8fa } .bold { font-weight: 700 } .dim { opacity: .65 } .italic { font-style: italic }
.underlined { text-decoration: underline } .c1 { fill: #b3261e } .c2 { fill: #1a7f37 }
.c3 { fill: #7d4e00 } .c4 { fill: #0550ae } .c5 { fill: #8250df } .c6 { fill: #1b7c83 }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 } rect { fill: #161b22 } .c1 { fill: #ff8a80 } .c2 { fill: #56d364 }
.c3 { fill: #e3b341 } .c4 { fill: #79c0ff } .c5 { fill: #d2a8ff } .c6 { fill: #76e3ea }
}
""".strip()


class Terminal:
    """A context manager: a shell in a terminal of its own, with these variables and no others."""

    def __init__(self, directory: Path, environment: dict[str, str]):
        # A server that was told to end may still hold the socket when the next one begins.
        socket = directory / f"{secrets.token_hex(4)}.tmux"
        self._tmux = ["tmux", "-f", "/dev/null", "-S", str(socket)]
        self._environment = {**environment, "PS1": "$ ", "TERM": "xterm-256color"}
        self._directory = directory

    def __enter__(self):
        size = ("-x", str(COLUMNS), "-y", str(ROWS))
        self._run("new-session", "-d", *size, "sh", "-i")
        self.wait_for(r"^\$ ")
        return self

    def __exit__(self, *_):
        self._run("kill-server")

    def type(self, *words: str) -> None:
        command = shlex.join(words)
        self._run("send-keys", "-l", command)
        self.wait_for(re.escape(command))
        self._run("send-keys", "Enter")

    def press(self, key: str) -> None:
        """A key by tmux's name for it, such as C-c."""
        self._run("send-keys", key)

    def wait_for(self, pattern: str) -> re.Match:
        """Waits until a line of the screen matches."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            screen = self._run("capture-pane", "-p", "-J")
            if found := re.search(pattern, screen, re.MULTILINE):
                return found
            assert time.monotonic() < deadline, f"no line matches {pattern!r}:\n{screen}"
            time.sleep(0.1)

    def wait_for_prompt(self) -> None:
        """Waits until the command that was typed has ended."""
        self.wait_for(r"^\$ ?\s*\Z")

    def picture(self) -> str:
        """The screen as SVG, without the empty lines and the waiting prompt at its end."""
        lines = self._run("capture-pane", "-p", "-e").rstrip().split("\n")
        if re.fullmatch(r"(\x1b\[[\d;]*m)*\$", lines[-1].rstrip()):
            lines.pop()
        return svg(lines)

    def _run(self, *words: str) -> str:
        done = subprocess.run(
            [*self._tmux, *words],
            cwd=self._directory,
            env=self._environment,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout


def svg(lines: list[str]) -> str:
    """Lines with SGR sequences as a picture."""
    width = round(COLUMNS * CHARACTER_WIDTH + 2 * MARGIN)
    height = len(lines) * LINE_HEIGHT + 2 * MARGIN
    drawn: list[str] = []
    classes: set[str] = set()
    for number, line in enumerate(lines):
        y = MARGIN + (number + 1) * LINE_HEIGHT - 5
        drawn.append(f'<text x="{MARGIN}" y="{y}" xml:space="preserve">{spans(line, classes)}</text>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}">\n'
        f"<style>{STYLE}</style>\n"
        f'<rect width="{width}" height="{height}" rx="8"/>\n' + "\n".join(drawn) + "\n</svg>\n"
    )


def spans(line: str, classes: set[str]) -> str:
    """One line; `classes` are those in force, which the line may change for the next."""
    drawn = ""
    for piece in re.split(r"(\x1b\[[\d;]*m)", line):
        if sequence := re.fullmatch(r"\x1b\[([\d;]*)m", piece):
            for number in sequence[1].split(";"):
                change(classes, int(number or 0))
        elif piece:
            # Whatever else is no text has no place in a picture.
            text = escape(re.sub(r"[\x00-\x1f\x7f]", "", piece))
            names = " ".join(sorted(classes))
            drawn += f'<tspan class="{names}">{text}</tspan>' if names else text
    return drawn


def change(classes: set[str], number: int) -> None:
    if number == 0:
        classes.clear()
    elif number in ENDS:
        classes -= ENDS[number]
    elif number in CLASSES:
        name = CLASSES[number]
        if name in ENDS[39]:
            classes -= ENDS[39]
        classes.add(name)
