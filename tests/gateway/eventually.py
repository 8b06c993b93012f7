"""Waiting for a state instead of for a time."""

import time

from conftest import PATIENCE


def eventually(holds, what, within=PATIENCE):
    """What `holds` gives once it is true; `what` did not happen when it stays false."""
    deadline = time.monotonic() + within
    while not (found := holds()):
        assert time.monotonic() < deadline, what
        time.sleep(0.01)
    return found


def becomes(read, expected, within=PATIENCE):
    deadline = time.monotonic() + within
    while (value := read()) != expected and time.monotonic() < deadline:
        time.sleep(0.01)
    assert value == expected
