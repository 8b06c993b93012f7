#!/usr/bin/env python3
"""run: the demo upstream and a gateway before it, until Ctrl-C or SIGTERM. `make run` ends here."""

import ctypes
import os
import pathlib
import signal
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
WEIR = os.environ.get("DEMO_WEIR", HERE.parent.parent / "build/release/weir")
CONFIG = HERE / "weir.yaml"
ADMIN = "http://" + os.environ.get("DEMO_ADMIN", "127.0.0.1:9090")  # as the config has it
PR_SET_PDEATHSIG = 1
ASKED = '{"model":"demo","stream":true,"messages":[{"role":"user","content":"What is a weir?"}]}'
libc = ctypes.CDLL(None)


def end_with_parent():
    """Whatever becomes of whoever started this process, it does not stay behind."""
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def start(command, **options):
    # A group of its own: a terminal's Ctrl-C reaches this script alone, which stops the rest in order.
    return subprocess.Popen([str(part) for part in command], stdin=subprocess.DEVNULL, process_group=0,
                            preexec_fn=end_with_parent, text=True, **options)


def invitation(url):
    bold, plain = ("\x1b[1m", "\x1b[0m") if sys.stdout.isatty() else ("", "")
    question = f"{url}/v1/chat/completions -H 'x-user-id: ada' -d '{ASKED}'"
    remaining = "%header{x-ratelimit-remaining-tokens}\\n"
    return f"""
{bold}Weir is running.{plain} From another terminal:

  {bold}curl -i {url}/hello{plain}
      allowed, with its RateLimit headers
  {bold}for i in $(seq 8); do curl -s -o /dev/null -w '%{{http_code}} ' {url}/hello; done; echo{plain}
      5 in 10 seconds for each client, then 429
  {bold}curl -N {question}{plain}
      a streamed answer of a model
  {bold}for i in $(seq 8); do curl -s -o /dev/null -w '%{{http_code}} {remaining}' {question}; done{plain}
      what is left of 200 tokens a minute, then 429
  {bold}curl -i {question}{plain}
      the refusal, as OpenAI's SDKs expect it
  {bold}curl -i {url}/orders/7{plain}
      the answer of a function of AWS Lambda
  {bold}curl -N {url}/story{plain}
      a streamed answer of another one
  {bold}curl -X PUT {url}/demo/throttle/orders{plain}
      from now on Lambda throttles it; DELETE instead of PUT ends that
  {bold}curl -i {url}/orders/7{plain}
      after three attempts an error that says the truth, as API Gateway shows it
  {bold}curl -s {ADMIN}/api/v1/limits/per-client/keys/127.0.0.1{plain}
      what you have left; DELETE instead of GET gives it all back

The config is {CONFIG.relative_to(HERE.parent.parent)}. Ctrl-C stops it all.
"""


def signing(environment):
    """Requests to functions are signed. Where this machine has no credentials of AWS, the demo's function takes any."""
    if "AWS_ACCESS_KEY_ID" in environment:
        return {}
    return {"AWS_ACCESS_KEY_ID": "demo", "AWS_SECRET_ACCESS_KEY": "demo", "AWS_EC2_METADATA_DISABLED": "true"}


def main():
    end_with_parent()
    told_to_stop = False
    gateway = None

    def stop(*_):
        nonlocal told_to_stop
        told_to_stop = True
        if gateway is not None:
            gateway.send_signal(signal.SIGTERM)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # nohup stays nohup
            signal.signal(number, stop)

    upstream = start([sys.executable, "-B", HERE / "demo_upstream.py"], stdout=subprocess.PIPE)
    try:
        port = upstream.stdout.readline().strip()
        if not port:
            return 0 if told_to_stop else 3
        environment = os.environ | {"DEMO_UPSTREAM": f"http://127.0.0.1:{port}"} | signing(os.environ)
        gateway = start([WEIR, "up", "-c", CONFIG], stderr=subprocess.PIPE, env=environment)
        if told_to_stop:
            stop()
        for line in gateway.stderr:
            sys.stderr.write(line)
            sys.stderr.flush()
            if line.startswith("weir: listening on "):
                print(invitation(line.split()[3]), flush=True)
        return gateway.wait()
    finally:
        upstream.terminate()
        upstream.wait()


if __name__ == "__main__":
    sys.exit(main())
