"""The commands that ask and change a running gateway, against one."""

import json
import re

import pytest

from admin_gateway import TOKEN, admin_gateway

LIMITS = """\
  per-user: { key: "header:x-user-id", rate: 10/1d, algorithm: token_bucket }
  pair: { key: ["header:x-user-id", path], rate: 1/1d, algorithm: token_bucket }
  free: { key: ip, rate: unlimited }
  slots: { key: ip, rate: 5, algorithm: concurrency }
"""


@pytest.fixture(scope="module")
def gateway(tmp_path_factory):
    with admin_gateway(tmp_path_factory.mktemp("gateway"), LIMITS, "free") as address:
        yield address


@pytest.fixture
def ask(weir, gateway):
    """Runs a command with the gateway's address and token."""

    def run(*arguments):
        options, dashes, rest = arguments, (), ()
        if "--" in arguments:
            at = arguments.index("--")
            options, dashes, rest = arguments[:at], ("--",), arguments[at + 1:]
        return weir(*options, "--admin", gateway, *dashes, *rest, env={"WEIR_ADMIN_TOKEN": TOKEN})

    return run


@pytest.fixture
def answer(ask):
    """The API's answer to a command that succeeds or is refused."""

    def run(*arguments):
        said = ask(*arguments[:2], "--json", *arguments[2:])
        assert said.returncode in (0, 1) and said.stderr == "", said.stderr
        return json.loads(said.stdout)

    return run


def test_a_decision_charges_and_tells_by_its_status(ask):
    said = ask("limit", "per-user", "ann")
    assert said.returncode == 0
    assert re.fullmatch(r"allowed, 9 of 10 left, full again in 2 h \d+ min\n", said.stdout)  # of the 2.4 hours a token takes
    said = ask("limit", "per-user", "ann", "--cost", "10")
    assert said.returncode == 1
    assert said.stdout.startswith("limited, 9 of 10 left, ") and "try again in" in said.stdout


def test_a_cost_of_0_asks_and_one_below_0_gives_back(answer):
    answer("limit", "per-user", "bob", "--cost", "6")
    assert answer("limit", "per-user", "bob", "--cost", "0")["remaining"] == 4
    assert answer("limit", "per-user", "bob", "--cost", "-5")["remaining"] == 9
    assert answer("limit", "per-user", "bob", "--cost", "-50")["remaining"] == 10


def test_remaining_charges_nothing(ask, answer):
    assert ask("remaining", "per-user", "cid").stdout == "10 of 10 left\n"
    assert answer("remaining", "per-user", "cid")["remaining"] == 10


def test_reset_starts_one_key_or_all_afresh(ask, answer):
    for key in ("dan", "eve"):
        answer("limit", "per-user", key, "--cost", "10")
    assert ask("reset", "per-user", "dan").stdout == "dan starts afresh in per-user\n"
    assert (answer("remaining", "per-user", "dan")["remaining"], answer("remaining", "per-user", "eve")["remaining"]) == (10, 0)
    assert answer("reset", "per-user", "--all") == {}
    assert answer("remaining", "per-user", "eve")["remaining"] == 10


def test_a_key_of_several_parts_is_a_list(ask, answer):
    assert answer("limit", "pair", '["u", "/x"]')["allowed"] is True
    assert answer("limit", "pair", '["u","/x"]')["allowed"] is False
    assert answer("remaining", "pair", '[ "u", "/x" ]')["remaining"] == 0
    assert answer("reset", "pair", '["u","/x"]') == {}
    assert answer("remaining", "pair", '["u","/x"]')["remaining"] == 1
    said = ask("limit", "pair", "u")
    assert said.returncode == 2
    assert "parts" in said.stderr


def test_a_list_is_a_plain_text_where_a_limit_counts_by_one(answer):
    key = '[ "a", "b" ]'
    answer("limit", "per-user", key, "--cost", "3")
    assert answer("remaining", "per-user", key)["remaining"] == 7
    assert answer("remaining", "per-user", '["a","b"]')["remaining"] == 10


@pytest.mark.parametrize("key", [".", "..", "a/b", "a b", "a+b", "%41", "ü", "?x=1#y", "-", "'\"\\", "k" * 5000])
def test_keys_are_data(answer, key):
    answer("limit", "per-user", "--cost", "4", "--", key)
    assert answer("remaining", "per-user", "--", key)["remaining"] == 6
    answer("rate", "set", "per-user", "20/1d", f"--key={key}")
    assert answer("rate", "get", "per-user", f"--key={key}")["rate"] == "20/1d"
    answer("rate", "clear", "per-user", f"--key={key}")
    answer("reset", "per-user", "--", key)
    assert answer("remaining", "per-user", "--", key)["remaining"] == 10


def test_rates_change_while_the_gateway_runs(ask, answer):
    assert ask("rate", "get", "per-user").stdout == "10/1d (of the config)\n"
    assert ask("rate", "set", "per-user", "20/1d", "--burst", "40").stdout == "per-user: 20/1d from now on\n"
    assert ask("rate", "get", "per-user").stdout == "20/1d, burst 40 (set at run time)\n"
    assert answer("remaining", "per-user", "fay")["limit"] == 40
    assert ask("rate", "set", "per-user", "unlimited", "--key", "fay").stdout == "fay in per-user: unlimited from now on\n"
    assert ask("remaining", "per-user", "fay").stdout == "unlimited\n"
    assert ask("rate", "clear", "per-user", "--key", "fay").returncode == 0
    assert ask("rate", "clear", "per-user").stdout == "per-user: no rate of its own any more\n"
    assert answer("rate", "get", "per-user") == {"rate": "10/1d", "source": "config"}


@pytest.mark.parametrize("arguments", [["5/1x"], ["many"], ["5/1m", "--anchor", "2026-02-30"], ["5/1m", "--burst", "0"]])
def test_a_rate_that_makes_no_sense_is_status_2(ask, arguments):
    said = ask("rate", "set", "per-user", *arguments)
    assert (said.returncode, said.stdout) == (2, "")
    assert said.stderr.startswith("weir: ")


def test_the_deny_list_is_read_and_changed(ask, answer):
    assert ask("deny", "list").stdout == "nothing is denied\n"
    assert ask("deny", "add", "203.0.113.0/24", "--ttl", "1h").stdout == "203.0.113.0/24 is denied for 1h\n"
    assert ask("deny", "add", "mallory", "--limit", "per-user").stdout == "mallory is denied in per-user\n"
    rows = [line.split() for line in ask("deny", "list").stdout.splitlines()]
    assert rows[0] == ["value", "limit", "ends"]
    assert ["mallory", "per-user", "never"] in rows
    assert ["203.0.113.0/24", "any", "in"] in [row[:3] for row in rows]
    assert [one["value"] for one in answer("deny", "list", "--limit", "per-user")["deny"]] == ["mallory"]
    said = ask("limit", "per-user", "mallory")
    assert (said.returncode, said.stdout) == (1, "denied\n")
    assert ask("deny", "remove", "203.0.113.0/24").stdout == "203.0.113.0/24 is not denied any more\n"
    assert ask("deny", "remove", "mallory", "--limit", "per-user").returncode == 0
    assert ask("limit", "per-user", "mallory").returncode == 0
    assert answer("deny", "list") == {"deny": []}


@pytest.mark.parametrize("arguments", [["limit", "nope", "u"], ["remaining", "nope", "u"], ["reset", "nope", "u"],
                                       ["reset", "nope", "--all"], ["rate", "get", "nope"], ["rate", "set", "nope", "1/1m"],
                                       ["rate", "clear", "nope"],
                                       ["deny", "add", "u", "--limit", "nope"], ["deny", "remove", "u", "--limit", "nope"]], ids=" ".join)
def test_a_limit_that_the_gateway_does_not_know_is_status_2(ask, arguments):
    said = ask(*arguments)
    assert (said.returncode, said.stdout) == (2, "")
    assert "nope" in said.stderr


@pytest.mark.parametrize("arguments", [["limit", "per-user", ""], ["limit", "slots", "u"], ["limit", "per-user", "u", "--cost", str(2**53)],
                                       ["deny", "add", "u", "--ttl", "soon"]], ids=" ".join)
def test_a_value_that_the_api_refuses_is_status_2(ask, arguments):
    said = ask(*arguments)
    assert (said.returncode, said.stdout) == (2, "")
    assert said.stderr.startswith("weir: ")


def test_the_token_is_checked(weir, gateway):
    for options in ([], ["--token", "wrong"]):
        said = weir("deny", "list", "--admin", gateway, *options)
        assert said.returncode == 2
        assert "token" in said.stderr
    assert weir("deny", "list", "--admin", gateway, "--token", TOKEN).returncode == 0
