#!/usr/bin/env python3
"""Requests per second and latency through Envoy: bare, with Weir, with Envoy's own local_ratelimit, in turn; bare
with the two headers that Weir adds, which Envoy adds itself; and with a module whose filter does nothing.

All Envoys run with one worker before one nginx; wrk calls one of them at a time, who comes first rotates. Prints one
JSON line a measurement: bench/report.py forms the ratios."""

import argparse
import contextlib
import pathlib
import sys
import tempfile
from dataclasses import replace

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

import bootstraps  # noqa: E402
import envoys  # noqa: E402
import processes  # noqa: E402

# The longest pause of each connection before its next request, in ms. Saturated tells how much one worker can take;
# paced, some 8,000 requests per second in all, tells what a request waits when nobody queues.
LOADS = {"saturated": 0, "paced": 16}
WITHOUT_ANALYTICS = "weir, ip key, analytics off"  # saturated alone


def contenders(weir, empty_module, folder, upstream):
    """Name, bootstrap and port of each."""
    changes = {"bare": bootstraps.without_weir,
               "bare, two headers more": bootstraps.with_two_headers,
               "an empty module": lambda whole: bootstraps.without_weir(whole, [bootstraps.empty_module(empty_module)]),
               "local_ratelimit": lambda whole: bootstraps.without_weir(whole, [bootstraps.LOCAL_RATELIMIT]),
               "weir, header key": lambda whole: whole,
               "weir, ip key": lambda whole: whole,
               WITHOUT_ANALYTICS: lambda whole: whole}
    if not empty_module:
        del changes["an empty module"]
    for name, change in changes.items():
        port = processes.free_port()
        config = bootstraps.weir_config(port, upstream, "header:x-user-id" if name == "weir, header key" else "ip")
        if name == WITHOUT_ANALYTICS:
            config["analytics"] = "off"
        yield name, change(envoys.bootstrap_of(weir, folder, config)), port


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=11)
    arguments.add_argument("--seconds", type=int, default=3, help="of each measurement")
    arguments.add_argument("--weir", default=str(envoys.ROOT / "build/release/weir"), help="the command line, its module beside it")
    arguments.add_argument("--empty-module", help="bench_empty_module's library; without it that contender is left out")
    options = arguments.parse_args()
    envoy = envoys.require(options.weir, "nginx")

    # The worker under test has a core of its own; what calls it and what answers share another.
    envoy_core, other_core = processes.two_cores()
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="weir-bench-")))
        upstream = envoys.start_nginx(stack, folder, other_core)
        running = []
        for name, bootstrap, port in contenders(options.weir, options.empty_module, folder, upstream):
            child = envoys.start_envoy(stack, envoy, options.weir, folder, bootstrap, port, envoy_core)
            running.append(envoys.Contender(name, port, child.pid))
        for load, pause in LOADS.items():
            paced = [replace(each, words=(pause,)) for each in running if pause == 0 or each.name != WITHOUT_ANALYTICS]
            envoys.measure(load, "load.lua", paced, options.rounds, options.seconds, other_core)


if __name__ == "__main__":
    main()
