"""`weir envoy`: a bootstrap for people who run their own Envoy."""

import json


def test_prints_a_bootstrap_that_listens_where_the_config_says(weir, config):
    _, port = config()
    said = weir("envoy")
    assert said.returncode == 0
    bootstrap = json.loads(said.stdout)
    addresses = [listener["address"]["socket_address"] for listener in bootstrap["static_resources"]["listeners"]]
    assert [(address["address"], address["port_value"]) for address in addresses] == [("127.0.0.1", port)]


def test_names_the_variable_by_which_envoy_finds_the_module(weir, config):
    config()
    assert "ENVOY_DYNAMIC_MODULES_SEARCH_PATH=" in weir("envoy").stderr


def test_opens_no_admin_port(weir, config):
    config()
    assert "admin" not in json.loads(weir("envoy").stdout)
