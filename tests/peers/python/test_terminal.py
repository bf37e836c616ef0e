"""The terminal of the pictures: shows what a program drew."""

import os

import pytest

from terminal import Terminal, svg


@pytest.fixture
def terminal(tmp_path):
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LANG": "C.UTF-8"}
    with Terminal(tmp_path, environment) as running:
        yield running


def test_shows_text_and_colour(terminal):
    terminal.type("printf", r"\033[1;31mred & <bold>\033[0m plain\n")
    assert terminal.wait_for(r"^red & (\S+)")[1] == "<bold>"
    terminal.wait_for_prompt()
    picture = terminal.picture()
    assert '<tspan class="bold c1">red &amp; &lt;bold&gt;</tspan>' in picture
    assert picture.count("<text") == 2


def test_shows_what_was_drawn_over(terminal):
    terminal.type("printf", r"14:59 left\r14:58 left\n")
    assert terminal.wait_for(r"^14:\d\d left")[0] == "14:58 left"


def test_a_key_ends_a_program(terminal):
    terminal.type("sh", "-c", "echo running; exec sleep 300")
    terminal.wait_for("^running$")
    terminal.press("C-c")
    terminal.wait_for_prompt()
    terminal.type("echo", "after it")
    terminal.wait_for("^after it$")


def test_a_style_lasts_until_it_is_ended():
    picture = svg(["\x1b[32mgreen", "still\x1b[39m not"])
    assert '<tspan class="c2">green</tspan>' in picture
    assert '<tspan class="c2">still</tspan> not' in picture
    assert "\x1b" not in svg(["\x1b]0;title\x07text"])
