"""`weir completion`: real shells complete what `weir` has."""

import os
import pty
import re
import subprocess
import time

import pytest

from conftest import BUILD, PATIENCE

SHELLS = ["bash", "zsh", "fish"]


@pytest.fixture
def script(weir, folder):
    """The file with a shell's completions."""

    def write(shell):
        said = weir("completion", shell)
        assert (said.returncode, said.stderr) == (0, "")
        path = folder / ("_weir" if shell == "zsh" else f"weir.{shell}")
        path.write_text(said.stdout)
        return path

    return write


def run(arguments, **options):
    said = subprocess.run(arguments, capture_output=True, text=True, timeout=PATIENCE, check=False, **options)
    assert (said.returncode, said.stderr) == (0, "")
    return said.stdout.splitlines()


def in_bash(script, folder, *words):
    """What bash's function for `weir` offers for the last of these words."""
    code = 'source "$0"; COMP_WORDS=(weir "$@"); COMP_CWORD=$#; _weir; printf "%s\\n" "${COMPREPLY[@]}"'
    return [word for word in run(["bash", "--norc", "-c", code, script("bash"), *words], cwd=folder) if word]


def in_fish(script, folder, *words):
    line = " ".join(["weir", *words])
    code = f"source {script('fish')}; complete -C '{line}'"
    offers = run(["fish", "--no-config", "-c", code], cwd=folder, env=os.environ | {"HOME": str(folder)})
    return [offer.split("\t")[0] for offer in offers]


def typed(arguments, setup, keys, expected, folder):
    """Types `keys` into an interactive shell, and waits until the terminal shows `expected`."""
    terminal, line = pty.openpty()
    environment = {"PATH": f"{BUILD}:{os.environ['PATH']}", "HOME": str(folder), "TERM": "dumb", "PS1": "ready> ", "LC_ALL": "C.UTF-8"}
    shell = subprocess.Popen(arguments, stdin=line, stdout=line, stderr=line, cwd=folder, env=environment, start_new_session=True)
    os.close(line)
    os.set_blocking(terminal, False)
    seen, sent, deadline = "", 0, time.monotonic() + PATIENCE
    steps = [(b"ready> ", setup.encode() + b" && echo is-set-''up\n"), (b"is-set-up", keys.encode())]
    try:
        while expected not in " ".join(seen.replace("\b", " ").split()) or sent < len(steps):
            assert time.monotonic() < deadline, seen
            try:
                seen += os.read(terminal, 65536).decode(errors="replace")
            except BlockingIOError:
                time.sleep(0.01)
            if sent < len(steps) and steps[sent][0].decode() in seen:
                os.write(terminal, steps[sent][1])
                sent, seen = sent + 1, ""
    finally:
        shell.kill()
        shell.wait()
        os.close(terminal)


COMPLETE = [in_bash, in_fish]


@pytest.mark.parametrize("complete", COMPLETE)
def test_commands_are_completed(complete, script, folder):
    assert complete(script, folder, "si") == ["simulate"]
    assert {"up", "check", "limit", "rate", "completion"} <= set(complete(script, folder, ""))
    assert complete(script, folder, "rate", "s") == ["set"]
    assert set(complete(script, folder, "completion", "")) >= set(SHELLS)


@pytest.mark.parametrize("complete", COMPLETE)
def test_options_are_completed(complete, script, folder):
    assert complete(script, folder, "check", "--c") == ["--config"]
    assert complete(script, folder, "rate", "set", "--bur") == ["--burst"]
    assert complete(script, folder, "rate", "get", "--bur") == []
    assert "--ttl" in complete(script, folder, "deny", "add", "--")


@pytest.mark.parametrize("complete", COMPLETE)
def test_values_are_completed(complete, script, folder):
    (folder / "gold weir.yaml").touch()
    assert complete(script, folder, "up", "--log-level", "wa") == ["warning"]
    assert [re.sub(r"\\", "", offer) for offer in complete(script, folder, "check", "--config", "gol")] == ["gold weir.yaml"]
    assert complete(script, folder, "up", "--workers", "gol") == []
    assert "gold weir.yaml" in [re.sub(r"\\", "", offer) for offer in complete(script, folder, "simulate", "gol")]


@pytest.mark.parametrize("shell", SHELLS)
def test_the_scripts_are_without_errors(script, shell):
    run([shell, "-n", script(shell)])


def test_a_person_in_bash_presses_tab(script, folder):
    typed(["bash", "--norc", "--noprofile", "-i"], f"source {script('bash')}", "weir simu\t--dec\t", "weir simulate --decisions", folder)


def test_a_person_in_zsh_presses_tab(script, folder):
    setup = f"autoload -U compinit && compinit -D -u && source {script('zsh')}"
    typed(["zsh", "-f", "-i"], setup, "weir rate se\t--bur\t", "weir rate set --burst", folder)


def test_zsh_finds_it_as_an_autoloaded_function(script, folder):
    script("zsh")
    setup = f"fpath=({folder} $fpath); autoload -U compinit && compinit -D -u"
    typed(["zsh", "-f", "-i"], setup, "weir chec\t--con\t", "weir check --config", folder)


def every_command(weir, path=()):
    """Each command with its help, as `--help` tells of them."""
    said = weir(*path, "--help").stdout
    yield path, said
    commands = said.partition("Subcommands:\n")[2].partition("\n\n")[0]
    for name in re.findall(r"^  ([a-z]+)", commands, re.MULTILINE):
        yield from every_command(weir, (*path, name))


def test_nothing_that_help_tells_is_missing(weir, script, folder):
    seen = 0
    for path, said in every_command(weir):
        offered = in_bash(script, folder, *path, "-")
        for option in re.findall(r"^  (-[^ ]+)", said, re.MULTILINE):
            assert set(option.split("=")[0].split(",")) <= set(offered), path
            seen += 1
    assert seen > 40


@pytest.mark.parametrize("arguments", [[], ["tcsh"], ["bash", "zsh"]])
def test_another_shell_is_status_2(weir, arguments):
    said = weir("completion", *arguments)
    assert (said.returncode, said.stdout) == (2, "")


def test_every_command_comes_with_an_example(weir):
    for path, said in every_command(weir):
        assert not path or f"Example: weir {path[0]}" in said or f"(weir {path[0]} bash)" in said, path
