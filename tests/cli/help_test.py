"""`weir --help`, `--version`, and what happens to arguments that make no sense."""

import re

import pytest


def test_help_lists_every_command(weir):
    said = weir("--help")
    assert said.returncode == 0
    for command in ("up", "check", "envoy"):
        assert re.search(rf"^  {command} +\S", said.stdout, re.MULTILINE)


def test_version_is_one_line(weir):
    said = weir("--version")
    assert (said.returncode, said.stderr) == (0, "")
    assert re.fullmatch(r"weir \d+\.\d+\.\d+\n", said.stdout)


@pytest.mark.parametrize("command, option", [("up", "--workers"), ("check", "--config"), ("envoy", "--config")])
def test_each_command_explains_its_options(weir, command, option):
    said = weir(command, "--help")
    assert said.returncode == 0
    assert option in said.stdout


def test_a_misspelt_command_is_answered_with_the_right_one(weir):
    said = weir("chekc")
    assert said.returncode == 2
    assert "there is no command 'chekc'; did you mean 'check'?" in said.stderr


def test_no_command_prints_help_on_stderr(weir):
    said = weir()
    assert (said.returncode, said.stdout) == (2, "")
    assert "Subcommands:" in said.stderr


@pytest.mark.parametrize("arguments", [["check", "--frobnicate"], ["--frobnicate"], ["check", "-c"], ["up", "--workers", "0"],
                                       ["up", "--workers", "many"], ["up", "--log-level", "loud"], ["check", "extra"]])
def test_wrong_arguments_are_status_2_with_a_hint(weir, arguments):
    said = weir(*arguments)
    assert said.returncode == 2
    assert said.stderr.startswith("weir")
    assert "--help" in said.stderr
