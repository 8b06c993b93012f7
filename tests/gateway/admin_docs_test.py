"""The examples of docs/api.md, run as they stand, one after the other."""

import re
import subprocess
import textwrap

import pytest
from admin_client import start_admin
from conftest import PATIENCE, ROOT

PAGE = (ROOT / "docs/api.md").read_text()


def config():
    """The block that shows limits; its upstream is the tests' own."""
    block = re.search(r"^    limits:\n(    .*\n)+", PAGE, re.MULTILINE)[0]
    return re.sub(r"upstreams:\n.*\n", "", textwrap.dedent(block))


def examples():
    """(command, what it prints)"""
    for block in re.findall(r"(?:^    .*\n)+", PAGE, re.MULTILINE):
        command, _, output = textwrap.dedent(block).partition("\n")
        if command.startswith("$ "):
            yield command[2:], output


def without_times(text):
    """Times differ from run to run; that one is there does not."""
    text = re.sub(r'("(?:reset_ms|expires_ms)":)[1-9]\d{12}\b', r"\1TIME", text)
    return re.sub(r'("retry_after_ms":)[1-9]\d*', r"\1SOON", text)


@pytest.fixture(scope="module")
def admin(folder):
    return start_admin(folder, config())


def test_every_example_prints_what_the_page_says(admin):
    ran = 0
    for command, output in examples():
        assert "localhost:9090" in command
        done = subprocess.run(["bash", "-c", command.replace("localhost:9090", f"localhost:{admin.port}")],
                              capture_output=True, text=True, timeout=PATIENCE, check=False)
        assert without_times(done.stdout) == without_times(output), command
        ran += 1
    assert ran >= 20


def test_every_call_is_on_the_page(admin):
    for path in admin.call("GET", "/openapi.json").json()["paths"]:
        plain = path.replace("/keys/{key}/rate", "/rate")
        assert plain in PAGE or re.search(re.sub(r"\\\{\w+\\\}", r"[^/ ]+", re.escape(path)) + r"\b", PAGE), path
