#!/usr/bin/env python3
"""Functions inside AWS Lambda: from the event to the end of the answer, and from there to the next poll, with Redis up,
away, stopped, lost in mid-answer, and closed while the function was frozen. Prints one JSON line a measurement."""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
HARNESS = ROOT / "tests/lambda_host"
sys.path[:0] = [str(HERE.parent), str(HARNESS)]

import conftest  # noqa: E402
import processes  # noqa: E402
from upstash_rest import UpstashRest  # noqa: E402

HELD = 3  # seconds without the next poll
EXAMPLE = [ROOT / "build/release/examples/lambda-cpp"]
RATE = "1000000/1h"


def every_tenth_time_lost(function, server, number):
    if number % 10:
        return
    if server.process is None:
        server.start()

    def lose(_):
        server.kill()
        function.api.on_piece = lambda invocation: None

    function.api.on_piece = lose


def closed_while_frozen(function, server, number):
    if number == 0:
        function.api.on_next = function.freeze
        function.api.before_answer = lambda invocation: function.thaw()
    else:
        server.close_clients()


# What a function is given to count in, what befalls its Redis before the first invocation, and before each one.
SCENES = {
    "no Redis": ("memory", None, None),
    "Redis up": (None, None, None),
    "Redis away": (None, lambda server: server.kill(), None),
    "Redis stopped": (None, lambda server: server.pause(), None),
    "Redis lost in mid-answer, each tenth time": (None, None, every_tenth_time_lost),
    "frozen each time, connections closed meanwhile": (None, None, closed_while_frozen),
}


class Scene:
    """A function and a redis-server, both of this scene's own. `environment`: the server to the function's variables."""

    def __init__(self, command, environment):
        self.folder = tempfile.TemporaryDirectory(prefix="weir-bench-")
        folder = pathlib.Path(self.folder.name)
        self.server = conftest.RedisServer(folder).start()
        self.function = conftest.Function(command, folder, environment(self.server)).wait_until_asking()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.function.process.kill()
        self.function.process.wait()
        self.function.api.close()
        self.server.kill()
        self.folder.cleanup()


def tell(turn, who, seen):
    answers = [each.to_answer * 1e6 for each in seen]
    polls = [each.to_next * 1e6 for each in seen]
    print(json.dumps({"case": "lambda host", "contender": who, "round": turn, "answer_us": statistics.median(answers),
                      "slowest_answer_us": max(answers), "next_us": statistics.median(polls), "slowest_next_us": max(polls)}), flush=True)


def example(turn, name, invocations):
    url, at_first, each_time = SCENES[name]
    with Scene(EXAMPLE, lambda server: {"WEIR_RATE": RATE, "WEIR_STORE": url or server.url}) as scene:
        scene.function.invoke({"user": "ann"})
        if at_first:
            at_first(scene.server)
        seen = []
        for number in range(invocations):
            if each_time:
                each_time(scene.function, scene.server, number)
            seen.append(scene.function.invoke({"user": "ann"}))
        tell(turn, f"lambda-cpp, {name}", seen)


def package(turn, version, invocations):
    """A version that holds its invocation has one, which is told as not having ended."""
    command = ["node", HARNESS / "node_modules/aws-lambda-ric/bin/index.mjs", f"{HARNESS}/handler.handler"]
    rests = []

    def environment(server):
        rests.append(UpstashRest(server.port))
        return {"PACKAGE": f"ratelimit-{version}", "ANALYTICS": "on", "UPSTASH_URL": rests[0].url, "LAMBDA_TASK_ROOT": str(HARNESS)}

    who = f"@upstash/ratelimit {version}, analytics, Redis up"
    try:
        with Scene(command, environment) as scene:
            first = scene.function.answer({"user": "ann"})
            if not first.done.wait(HELD):
                print(json.dumps({"case": "lambda host", "contender": who, "round": turn, "answer_us": first.to_answer * 1e6,
                                  "held_s": HELD}), flush=True)
                return
            tell(turn, who, [scene.function.invoke({"user": "ann"}) for _ in range(invocations)])
    finally:
        for rest in rests:
            rest.close()


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--invocations", type=int, default=100)
    options = arguments.parse_args()
    packages = (HARNESS / "node_modules/aws-lambda-ric").is_dir() and \
        subprocess.run([HARNESS / "rapid_client"]).returncode == 0
    if not packages:
        print("  without Node's packages, so the npm versions are left out", file=sys.stderr)
    for turn, name in processes.in_turns(list(SCENES), options.rounds):
        example(turn, name, options.invocations)
    if packages:
        for turn, version in processes.in_turns(["1.1.1", "1.1.2"], options.rounds):
            package(turn, version, options.invocations)


if __name__ == "__main__":
    main()
