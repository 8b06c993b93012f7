"""Answers of a model that end in trailers, as those of HTTP/2 may: their last bytes go on, and are counted, like any other's."""

import json

import pytest
from admin_client import start_admin
from eventually import becomes

CONFIG = """
limits: {{ tokens: {{ key: header:x-user-id, rate: 1000/1d, algorithm: fixed_window, unit: tokens, reserve: off }} }}
upstreams: {{ model: {{ url: "http://127.0.0.1:{model}", ai: openai }} }}
routes: [{{ path: /*, to: model, limits: [tokens] }}]
"""
HTTP = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"
# An event that nothing follows, not even the line that would end it.
USAGE = 'data: {"id": "chat-1", "choices": [], "usage": {"prompt_tokens": 70, "completion_tokens": 20, "total_tokens": 90}}'
CUT = 'data: {"id": "chat-1", "choi'


def with_trailers(bootstrap):
    for cluster in bootstrap["static_resources"]["clusters"]:
        if cluster["name"] == "model":
            cluster["typed_extension_protocol_options"] = {HTTP: {
                "@type": f"type.googleapis.com/{HTTP}", "explicit_http_config": {"http_protocol_options": {"enable_trailers": True}}}}


@pytest.fixture(scope="module")
def api(folder, model):
    return start_admin(folder, CONFIG.format(model=model.server_port), change=with_trailers)


def chat(api, user, last, **more):
    headers = {"x-user-id": user, "content-type": "application/json", "x-trailers": last}
    asked = {"model": "gpt-4o", "stream": True, "max_tokens": 20, "messages": [], **more}
    return api.gateway.ask("/v1/chat/completions", "POST", headers, json.dumps(asked).encode())


def test_what_was_held_back_goes_on_before_the_trailers(api, user):
    """Weir asked for the usage, and looks at each event before it lets it go."""
    answer = chat(api, user, CUT)
    assert answer.status == 200
    assert answer.body.decode().endswith(f"data: [DONE]\n\n{CUT}")


def test_a_count_in_the_last_event_is_what_is_charged(api, user):
    answer = chat(api, user, USAGE, stream_options={"include_usage": True})
    assert answer.body.decode().endswith(USAGE)
    becomes(lambda: api.call("GET", f"/api/v1/limits/tokens/keys/{user}").json()["remaining"], 910)


def test_a_usage_event_that_the_client_did_not_ask_for_is_taken_out_of_the_end_too(api, user):
    answer = chat(api, user, USAGE)
    assert answer.body.decode().endswith("data: [DONE]\n\n")
    becomes(lambda: api.call("GET", f"/api/v1/limits/tokens/keys/{user}").json()["remaining"], 910)
