"""`weir top`: once into a pipe, again and again on a terminal."""

import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time

import pytest

from admin_gateway import TOKEN, admin_gateway
from conftest import BUILD, PATIENCE, free_port

LIMITS = """\
  per-user: { key: "header:x-user-id", rate: 2/1d }
  pair: { key: ["header:x-user-id", path], rate: 10/1d }
"""
KEY = '["ann","/x"]'


@pytest.fixture(scope="module")
def gateway(tmp_path_factory):
    with admin_gateway(tmp_path_factory.mktemp("gateway"), LIMITS, "per-user") as address:
        yield address


@pytest.fixture
def ask(weir, gateway):
    return lambda *arguments: weir(*arguments, "--admin", gateway, env={"WEIR_ADMIN_TOKEN": TOKEN})


def rows(text):
    return [re.split(r" {2,}", line.strip()) for line in text.splitlines()]


def test_into_a_pipe_it_prints_one_table_and_ends(ask):
    for _ in range(3):
        ask("limit", "per-user", "ann")
    ask("limit", "pair", KEY)
    said = ask("top")
    assert (said.returncode, said.stderr) == (0, "")
    assert "\x1b" not in said.stdout
    assert ["per-user", "2", "1", "0", "0", "2"] in rows(said.stdout)
    assert ["per-user", "ann", "2"] in rows(said.stdout)  # busiest
    assert ["per-user", "ann", "1"] in rows(said.stdout)  # most limited
    assert ["pair", KEY, "1"] in rows(said.stdout)


def test_as_json_it_is_what_the_api_answered(ask):
    ask("limit", "pair", KEY)
    said = json.loads(ask("top", "--json", "--last", "1h", "-n", "1").stdout)
    assert set(said) == {"usage", "busiest", "limited", "denied", "tokens", "lambda"}
    assert len(said["busiest"]["top"]) == 1


def test_a_wrong_time_is_wrong_usage_and_no_gateway_is_out_of_reach(ask, weir):
    assert ask("top", "--last", "soon").returncode == 2
    assert ask("top", "--every", "1ms").returncode == 2
    said = weir("top", "--admin", f"http://127.0.0.1:{free_port()}")
    assert (said.returncode, said.stdout) == (3, "")
    assert "cannot reach the admin API" in said.stderr


class Terminal:
    """`weir top` on a terminal of so many columns and rows."""

    def __init__(self, gateway, columns, rows):
        self.side, other = pty.openpty()
        self.before = termios.tcgetattr(other)
        self.resize(columns, rows)
        self.process = subprocess.Popen([BUILD / "weir", "top", "--admin", gateway, "--every", "100ms"], stdin=other,
                                        stdout=other, stderr=other, start_new_session=True,
                                        env={**os.environ, "WEIR_ADMIN_TOKEN": TOKEN})
        self.other = other
        self.seen = ""

    def resize(self, columns, rows):
        fcntl.ioctl(self.side, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read(self, patience):
        """Whether there was something."""
        if not select.select([self.side], [], [], patience)[0]:
            return False
        self.seen += os.read(self.side, 65536).decode(errors="replace")
        return True

    def until(self, wanted):
        deadline = time.monotonic() + PATIENCE
        while not wanted(self.seen):
            assert time.monotonic() < deadline, repr(self.seen[-2000:])
            self.read(0.1)

    def frame(self):
        """The last whole one."""
        frames = self.seen.split("\x1b[H")
        return re.sub(r"\x1b\[[0-9;?]*\w", "", frames[-2] if len(frames) > 2 else "").replace("\r", "").split("\n")

    def ends(self):
        deadline = time.monotonic() + PATIENCE
        while self.process.poll() is None and time.monotonic() < deadline:
            self.read(0.05)
        while self.read(0):
            pass
        return self.process.returncode

    def close(self):
        self.process.kill()
        self.process.wait(PATIENCE)
        os.close(self.side)
        os.close(self.other)


@pytest.fixture
def terminal(gateway):
    opened = []

    def open_one(columns=80, rows=24):
        opened.append(Terminal(gateway, columns, rows))
        return opened[-1]

    yield open_one
    for one in opened:
        one.close()


def test_on_a_terminal_it_shows_what_changes_until_q(ask, terminal):
    top = terminal()
    top.until(lambda seen: seen.count("\x1b[H") > 2)
    ask("limit", "per-user", "newcomer")
    top.until(lambda seen: "newcomer" in seen)
    os.write(top.side, b"q")
    assert top.ends() == 0
    assert top.seen.endswith("\x1b[?25h\x1b[?1049l")
    assert termios.tcgetattr(top.other)[3] == top.before[3]


def test_it_stays_within_a_terminal_that_is_resized(terminal):
    top = terminal(columns=30, rows=4)
    top.until(lambda seen: seen.count("\x1b[H") > 3)
    assert all(len(line) <= 30 for line in top.frame()) and len(top.frame()) <= 4
    top.resize(60, 10)
    os.killpg(top.process.pid, signal.SIGWINCH)
    top.until(lambda _: any(len(line) > 30 for line in top.frame()))


def test_a_signal_gives_the_terminal_back(terminal):
    top = terminal()
    top.until(lambda seen: seen.count("\x1b[H") > 1)
    top.process.terminate()
    assert top.ends() == 0
    assert top.seen.endswith("\x1b[?25h\x1b[?1049l")
