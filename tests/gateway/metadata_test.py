"""`metadata:NS.KEY`: what a filter in front has left there is a key; text, numbers and truth values."""

import pytest

CONFIG = """
limits:
  text: { key: "metadata:com.example.tenant", rate: 10/1d }
  number: { key: "metadata:com.example.level", rate: 10/1d }
  truth: { key: "metadata:com.example.beta", rate: 10/1d, only: ["true"] }
  absent: { key: "metadata:com.example.nothing", rate: 10/1d }
  seven: { key: const:all, rate: 10/1d, when: { "metadata:com.example.level": "7" } }
routes:
  - { path: /*, to: local, limits: [text, number, truth, absent, seven] }
"""

METADATA = {"tenant": "acme", "level": 7, "beta": True}


def leave_metadata(bootstrap):
    manager = bootstrap["static_resources"]["listeners"][0]["filter_chains"][0]["filters"][0]["typed_config"]
    manager["http_filters"].insert(0, {
        "name": "envoy.filters.http.set_metadata",
        "typed_config": {"@type": "type.googleapis.com/envoy.extensions.filters.http.set_metadata.v3.Config",
                         "metadata": [{"metadata_namespace": "com.example", "value": METADATA}]}})


@pytest.fixture(scope="module")
def shared_gateway(folder):
    return folder.start(CONFIG, change=leave_metadata)


def test_each_kind_of_value_is_a_key(gateway):
    policies = gateway.ask("/")["ratelimit-policy"]
    assert [policy.split(";")[0] for policy in policies.split(",")] == ['"text"', '"number"', '"truth"', '"seven"']
