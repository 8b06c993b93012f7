"""man/weir.1 and docs/cli.md tell of every command and option, and their examples run."""

import pathlib
import re
import shlex
import subprocess

import pytest

from completion_test import every_command
from conftest import PATIENCE, ROOT

PAGES = {"man": ROOT / "man/weir.1", "docs": ROOT / "docs/cli.md"}


@pytest.mark.parametrize("page", PAGES)
def test_every_command_and_option_is_there(weir, page):
    text = re.sub(r"\\f[BIR]", "", PAGES[page].read_text().replace("\\-", "-"))
    for path, said in every_command(weir):
        for word in path:
            assert re.search(rf"\b{word}\b", text), word
        for names in re.findall(r"^  (-[^ =]+)", said, re.MULTILINE):
            for name in names.split(","):
                assert re.search(rf"(?<![\w-]){name}(?![\w-])", text), name


def test_the_manual_page_is_well_formed():
    groff = ["groff", "-man", "-P-c", "-P-bou", "-Tutf8", "-ww", str(PAGES["man"])]
    said = subprocess.run(groff, capture_output=True, timeout=PATIENCE, check=False)
    assert (said.returncode, said.stderr.decode()) == (0, "")
    assert b"EXIT STATUS" in said.stdout


def simulations():
    """The commands of docs/cli.md that need no gateway, with what it says they print."""
    blocks = re.findall(r"((?:^    .*\n|^\n)+)", PAGES["docs"].read_text(), re.MULTILINE)
    for block in blocks:
        lines = [line[4:] for line in block.strip("\n").splitlines()]
        if lines and lines[0].startswith("$ weir simulate"):
            yield lines[0][2:], "\n".join(lines[1:]) + "\n"


def test_the_simulations_in_the_docs_print_what_they_show(weir, folder):
    text = PAGES["docs"].read_text()
    for name, content in re.findall(r"`(\w+\.\w+)`:\n\n((?:    .*\n)+)", text):
        (pathlib.Path(folder) / name).write_text("".join(line[4:] + "\n" for line in content.splitlines()))
    shown = list(simulations())
    assert len(shown) == 3
    for command, output in shown:
        said = weir(*shlex.split(command)[1:])
        assert (said.returncode, said.stdout) == (0, output), command
