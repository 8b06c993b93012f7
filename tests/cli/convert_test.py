"""`weir convert`: another rate limiter's config, as a weir.yaml."""

PLUGIN = """
rule_name: routeA
rule_items:
  - limit_by_per_header: x-user
    limit_keys:
      - { key: vip, query_per_minute: 100 }
      - { key: "*", query_per_minute: 10 }
redis: { service_name: 127.0.0.1, password: s3cret }
"""


def test_what_is_printed_is_a_config_that_weir_takes(weir, folder):
    (folder / "plugin.yaml").write_text(PLUGIN)
    said = weir("convert", "higress", "plugin.yaml")
    assert said.returncode == 0
    (folder / "weir.yaml").write_text(said.stdout)
    checked = weir("check", env={"REDIS_PASSWORD": "p"})
    assert checked.returncode == 0, checked.stderr
    assert checked.stdout == "weir.yaml is fine: 1 limit, 1 route\n"


def test_the_password_is_not_printed_but_named(weir, folder):
    (folder / "plugin.yaml").write_text(PLUGIN)
    said = weir("convert", "higress", "plugin.yaml")
    assert "s3cret" not in said.stdout + said.stderr
    assert "REDIS_PASSWORD" in said.stderr
    assert "redis://:${REDIS_PASSWORD}@127.0.0.1:6379" in said.stdout


def test_what_is_no_plugin_is_status_2_with_its_line(weir, folder):
    (folder / "plugin.yaml").write_text("rule_name: a\nglobal_threshold: { query_per_minute: none }\n")
    said = weir("convert", "higress", "plugin.yaml")
    assert (said.returncode, said.stdout) == (2, "")
    assert said.stderr == "plugin.yaml: error: line 2: expected a number for 'query_per_minute'\n"


def test_a_missing_file_is_status_2(weir):
    said = weir("convert", "higress", "nowhere.yaml")
    assert said.returncode == 2
    assert said.stderr == "nowhere.yaml: error: cannot read this file: No such file or directory\n"


def test_higress_is_the_word_that_is_missing(weir):
    assert weir("convert").returncode == 2
    assert weir("convert", "nginx", "x").returncode == 2
