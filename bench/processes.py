"""Processes of a measurement: where they run, how they end, what they use."""

import contextlib
import os
import pathlib
import socket
import subprocess
import sys
import time


def two_cores():
    """One for what is under test, one for what calls and answers it; none when there is but one."""
    cores = sorted(os.sched_getaffinity(0))
    return (cores[0], cores[1]) if len(cores) > 1 else (None, None)


def on_core(core, command):
    words = [str(word) for word in command]
    return words if core is None else ["taskset", "-c", str(core), *words]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def process(command, log, core, **options):
    """Runs until the block ends; a process that outlives its SIGTERM for 10 s is killed."""
    with open(log, "w", encoding="utf-8") as output:
        child = subprocess.Popen(on_core(core, command), stdout=output, stderr=subprocess.STDOUT, **options)
    try:
        yield child
    finally:
        child.terminate()
        try:
            child.wait(timeout=10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def wait_until(ready, child, log, what, patience=20):
    """Ends the program, with the end of the log, when it is not ready within so many seconds."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline and child.poll() is None:
        if ready():
            return
        time.sleep(0.05)
    sys.exit(f"{what}:\n{pathlib.Path(log).read_text(encoding='utf-8')[-2000:]}")


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def in_turns(contenders, rounds):
    """(round, contender): all in each round, one after the other; who comes first rotates."""
    for turn in range(rounds):
        shift = turn % len(contenders)
        for contender in contenders[shift:] + contenders[:shift]:
            yield turn, contender
