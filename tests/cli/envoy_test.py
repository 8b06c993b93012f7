"""`weir envoy`: a bootstrap for people who run their own Envoy."""

import json


def test_prints_a_bootstrap_that_listens_where_the_config_says(weir, config):
    _, port = config(admin="127.0.0.1:9191")
    said = weir("envoy")
    assert said.returncode == 0
    bootstrap = json.loads(said.stdout)
    addresses = [listener["address"]["socket_address"] for listener in bootstrap["static_resources"]["listeners"]]
    assert [(address["address"], address["port_value"]) for address in addresses] == [("127.0.0.1", port), ("127.0.0.1", 9191)]


def test_names_the_variable_by_which_envoy_finds_the_module(weir, config):
    config()
    assert "ENVOY_DYNAMIC_MODULES_SEARCH_PATH=" in weir("envoy").stderr


def test_opens_no_port_for_envoys_own_admin(weir, config):
    config()
    assert "admin" not in json.loads(weir("envoy").stdout)


def test_secrets_are_named_and_stay_outside(weir, config):
    path, _ = config()
    path.write_text(path.read_text().replace('local: { url:', 'local: { headers: { authorization: "Bearer ${KEY}" }, url:'))
    said = weir("envoy", env={"KEY": "hush"})
    assert said.returncode == 0
    assert "hush" not in said.stdout + said.stderr
    assert "%ENVIRONMENT(KEY)%" in said.stdout
    assert "weir: Envoy's environment must hold KEY" in said.stderr
