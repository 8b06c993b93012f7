"""A gateway before a model's API, with limits of every kind that counts tokens, and calls of it."""

import contextlib
import http.client
import json

from conftest import PATIENCE
from metrics import admin

CONFIG = """
access_log: {{ to: LOG }}
prices: {{ "priced-*": {{ input: 1000, output: 2000 }} }}
limits:
  tokens: {{ key: header:x-user-id, rate: 1000/1d, algorithm: fixed_window, unit: tokens }}
  unheld: {{ key: header:x-user-id, rate: 100/1d, algorithm: fixed_window, unit: tokens, reserve: off }}
  weighted: {{ key: [header:x-user-id, model], rate: 1000/1d, algorithm: fixed_window, unit: tokens, reserve: off,
              weights: {{ output: 3, model: {{ "big-*": 10 }} }} }}
  money: {{ key: header:x-user-id, rate: 1.00/1d, algorithm: fixed_window, unit: cost, reserve: off }}
  cut: {{ key: header:x-user-id, rate: 100/1d, algorithm: fixed_window, unit: tokens, reserve: off, on_exceeded: truncate }}
  paced: {{ key: header:x-user-id, rate: 100/1s, algorithm: token_bucket, burst: 20, unit: output_tokens, reserve: off,
           on_exceeded: pace }}
  calls: {{ key: header:x-user-id, rate: 1000/1d, algorithm: fixed_window }}
upstreams:
  model: {{ url: "http://127.0.0.1:{model}", ai: openai }}
  held: {{ url: "http://127.0.0.1:{model}", ai: openai, ask_usage: never, usage_missing: held }}
  free: {{ url: "http://127.0.0.1:{model}", ai: openai, ask_usage: never, usage_missing: free }}
  guessed: {{ url: "http://127.0.0.1:{model}", ai: openai, ask_usage: never }}
  bedrock: {{ url: "http://127.0.0.1:{model}", ai: bedrock }}
  encoded: {{ url: "http://127.0.0.1:{model}", ai: openai }}
routes:
  - {{ path: /held/*, to: held, limits: [tokens] }}
  - {{ path: /free/*, to: free, limits: [tokens] }}
  - {{ path: /guessed/*, to: guessed, limits: [tokens] }}
  - {{ path: /model/*, to: bedrock, limits: [tokens] }}
  - {{ path: /encoded/*, to: encoded, limits: [tokens] }}
  - {{ path: /unheld/*, to: model, limits: [unheld] }}
  - {{ path: /weighted/*, to: model, limits: [weighted] }}
  - {{ path: /money/*, to: model, limits: [money] }}
  - {{ path: /cut/*, to: model, limits: [cut] }}
  - {{ path: /paced/*, to: model, limits: [paced] }}
  - {{ path: /open/*, to: model }}
  - {{ path: /*, to: model, limits: [tokens, calls] }}
"""
CHAT = "/v1/chat/completions"


def start_before_model(folder, model):
    log = folder.path / "access.log"
    gateway = folder.start(CONFIG.format(model=model.server_port).replace("LOG", str(log)), admin=True)
    gateway.access_log = log
    return gateway


def body(stream=False, name="gpt-4o", **more):
    return json.dumps({"model": name, "stream": stream, "max_tokens": 20,
                       "messages": [{"role": "user", "content": "Say something."}], **more}).encode()


def chat(gateway, user, path=CHAT, stream=False, headers=(), **more):
    return gateway.ask(path, "POST", {"x-user-id": user, "content-type": "application/json", **dict(headers)},
                       body=body(stream, **more))


def left(gateway, limit, key):
    """What remains, without spending."""
    return json.loads(admin(gateway, f"/api/v1/limits/{limit}/keys/{key}"))["remaining"]


def stream_in_steps(gateway, user, **more):
    """A streamed answer of which nothing has come but its head: the connection and its response."""
    link = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=PATIENCE)
    link.request("POST", CHAT, body(True, stream_options={"include_usage": True}, **more),
                 {"x-user-id": user, "content-type": "application/json", "x-steps": "yes"})
    return contextlib.closing(link), link.getresponse()


def finish(model, response):
    for _ in range(5 + 3):
        model.step()
    return response.read()
