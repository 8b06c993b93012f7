"""`weir simulate`: what would this config have allowed of that trace?"""

import collections
import json
import os
import pty
import random
import subprocess
import textwrap

import pytest

from conftest import BUILD, PATIENCE


@pytest.fixture
def limits(folder):
    """Writes weir.yaml with these limits."""

    def write(text):
        (folder / "weir.yaml").write_text("version: 1\nlimits:\n" + textwrap.indent(textwrap.dedent(text), "  ") + "\n" +
                                          "upstreams: { a: { url: http://127.0.0.1:9 } }\nroutes: [{ path: /*, to: a }]\n")

    return write


@pytest.fixture
def simulate(weir, folder):
    """Replays `trace`, a text; returns what `weir` said."""

    def run(trace, *options, name="trace"):
        (folder / name).write_bytes(trace if isinstance(trace, bytes) else trace.encode())
        return weir("simulate", name, *options)

    return run


def counts(said):
    assert (said.returncode, said.stderr) == (0, "")
    return json.loads(said.stdout)["limits"]


def test_a_csv_trace_is_replayed_in_its_own_time(simulate, limits):
    limits("a: { key: ip, rate: 2/1m, algorithm: fixed_window }")
    trace = "time,key\n0,u\n59,u\n59.9,u\n60,u\n60,v\n"
    assert counts(simulate(trace, "--json")) == {"a": {"allowed": 4, "limited": 1}}


def test_json_lines_mean_the_same(simulate, limits):
    limits("a: { key: ip, rate: 2/1m, algorithm: fixed_window }")
    trace = "".join(json.dumps({"key": key, "time": time}) + "\n" for time, key in [(0, "u"), (59, "u"), (59.9, "u"), (60, "u")])
    assert counts(simulate(trace, "--json")) == {"a": {"allowed": 3, "limited": 1}}


def test_a_trace_names_limits_and_costs(simulate, limits):
    limits("a: { key: ip, rate: 10/1m }\nb: { key: [ip, path], rate: 1/1m }")
    trace = ('limit,cost,key,time\na,8,u,2026-01-15T12:00:00Z\na,8,u,2026-01-15T13:00:01+01:00\n'
             'b,1,"[""u"",""/x""]",1768478402\nb,,"[ ""u"", ""/x"" ]",1768478403.5\n')
    assert counts(simulate(trace, "--json")) == {"a": {"allowed": 1, "limited": 1}, "b": {"allowed": 1, "limited": 1}}


def test_a_config_without_traffic_still_names_its_limits(simulate, limits):
    limits("a: { key: ip, rate: 10/1m }\nb: { key: ip, rate: 1/1m }")
    assert counts(simulate("time,key\n", "--json")) == {"a": {"allowed": 0, "limited": 0}, "b": {"allowed": 0, "limited": 0}}


def test_each_decision_can_be_seen(simulate, limits):
    limits("a: { key: ip, rate: 1/1m, algorithm: fixed_window }")
    said = simulate('time,key\n0.5,u\n30,u\n', "--decisions")
    assert said.returncode == 0
    first, second = map(json.loads, said.stdout.splitlines())
    assert first == {"line": 2, "time": 0.5, "limit": "a", "key": "u", "cost": 1, "allowed": True, "remaining": 0,
                     "reset_ms": 60000, "retry_after_ms": 0, "reason": "ok"}
    assert (second["allowed"], second["retry_after_ms"], second["reason"]) == (False, 30000, "limited")
    assert "limited" in said.stderr  # the table is for who looks on


def test_decisions_and_counts_come_together(simulate, limits):
    limits("a: { key: ip, rate: 1/1m }")
    said = simulate("time,key\n0,u\n1,u\n", "--decisions", "--json")
    *decisions, summary = map(json.loads, said.stdout.splitlines())
    assert [one["allowed"] for one in decisions] == [True, False]
    assert summary == {"limits": {"a": {"allowed": 1, "limited": 1}}}
    assert said.stderr == ""


def test_people_get_a_table_with_the_most_limited_keys(simulate, limits):
    limits("per-user: { key: ip, rate: 1/1h }")
    trace = "time,key\n" + "".join(f"{second},{key}\n" for second in range(1000) for key in ("busy", "calm") if key == "busy" or second < 3)
    said = simulate(trace)
    assert said.returncode == 0
    assert "1,003 calls, 1970-01-01 00:00:00 to 1970-01-01 00:16:39 UTC" in said.stdout
    rows = [line.split() for line in said.stdout.splitlines()]
    assert ["per-user", "2", "1,001", "99.8%", "2"] in rows
    assert rows.index(["busy", "per-user", "999"]) < rows.index(["calm", "per-user", "2"])
    assert ["calm", "per-user", "2"] not in [line.split() for line in simulate(trace, "--top", "1").stdout.splitlines()]


def test_keys_are_data_on_the_terminal_too(simulate, limits):
    limits("a: { key: ip, rate: 1/1h }")
    said = simulate(b"time,key\n" + 2 * b"0,\x1b[31mred\n")
    assert "\x1b" not in said.stdout and "[31mred" in said.stdout


def test_a_trace_may_come_through_a_pipe(limits, folder):
    limits("a: { key: ip, rate: 2/1m }")
    said = subprocess.run([BUILD / "weir", "simulate", "-", "--json"], cwd=folder, input="time,key\n" + "0,u\n" * 5, text=True,
                          capture_output=True, timeout=PATIENCE)
    assert counts(said) == {"a": {"allowed": 2, "limited": 3}}


def test_overrides_allow_deny_and_only_are_the_configs(simulate, limits):
    limits('a: { key: ip, rate: 1/1m, overrides: { vip: 2/1m }, allow: [friend], deny: ["10.0.0.0/8"] }')
    trace = "time,key\n" + "".join(f"0,{key}\n" for key in ["u"] * 3 + ["vip"] * 3 + ["friend"] * 3 + ["10.9.8.7"] * 2)
    assert counts(simulate(trace, "--json")) == {"a": {"allowed": 6, "limited": 3, "denied": 2}}


def test_a_shadow_limit_tells_what_it_would_have_refused(simulate, limits):
    limits("a: { key: ip, rate: 1/1m, shadow: true }")
    assert counts(simulate("time,key\n0,u\n0,u\n0,u\n", "--json")) == {"a": {"allowed": 3, "limited": 0, "shadowed": 2}}


def test_times_that_go_backwards_are_decided_in_the_traces_order_with_one_warning(simulate, limits):
    limits("a: { key: ip, rate: 2/1m, algorithm: sliding_log }")
    said = simulate("time,key\n100,u\n50,u\n90,u\n70,u\n", "--json")
    assert json.loads(said.stdout) == {"limits": {"a": {"allowed": 2, "limited": 2}}}
    assert said.stderr.count("\n") == 1 and "times go backwards" in said.stderr


def test_columns_without_a_meaning_are_said_once(simulate, limits):
    limits("a: { key: ip, rate: 2/1m }")
    said = simulate("time,path,key\n0,/,u\n1,/,u\n", "--json")
    assert said.returncode == 0
    assert said.stderr == "trace: warning: column 'path' is not used\n"


@pytest.mark.parametrize("trace, place, what", [
    ("time,key,limit\n0,u,a\n0,u,per-usr\n", ":3:", "did you mean 'per-user'?"),
    ("time,key\n0,u\n", ":2:", "no limit is named"),
    ("time,key,limit\nnoon,u,a\n", ":2:", "time 'noon'"),
    ("time,key,limit\n1768478400000,u,a\n", ":2:", "milliseconds"),
    ("time,key,limit,cost\n0,u,a,x\n", ":2:", "cost 'x'"),
    ("time,key,limit\n0,,a\n", ":2:", "the key is empty"),
    ("time,key,limit\n0,u\n", ":2:", "2 fields"),
    ('time,key,limit\n0,"u,a\n', ":2:", "not closed"),
    ("time,key,limit\n0,u,pair\n", ":2:", "JSON list"),
    ("0,u,a\n", ":1:", "header"),
    ("", ":1:", "empty"),
    ('{"time":0,"key":"u","limit":"a"}\n{"time":0,"key":42,"limit":"a"}\n', ":2:", "'key'"),
    ('{"time":0,"key":"u","limit":"a"}\n{\n', ":2:", "in quotes"),
])
def test_what_is_wrong_is_named_with_its_line(simulate, limits, trace, place, what):
    limits("a: { key: ip, rate: 1/1m }\nper-user: { key: ip, rate: 1/1m }\npair: { key: [ip, path], rate: 1/1m }")
    said = simulate(trace, "--json")
    assert (said.returncode, said.stdout) == (2, "")
    assert said.stderr.startswith("trace" + place + " error: ")
    assert what in said.stderr


def test_what_is_held_at_once_cannot_be_simulated(simulate, limits):
    limits("a: { key: ip, rate: 1/1m }\nslots: { key: ip, rate: 5, algorithm: concurrency }")
    said = simulate("time,key,limit\n0,u,a\n1,u,slots\n", "--json")
    assert (said.returncode, said.stdout) == (2, "")
    assert said.stderr == ("trace:3: error: limit 'slots' is a concurrency limit: a trace does not say when calls end, "
                           "so it can't be simulated\n")
    assert counts(simulate("time,key\n0,u\n1,u\n", "--json")) == {"a": {"allowed": 1, "limited": 1}}


def test_only_lets_pass_whom_a_limit_is_not_for_and_what_no_trace_shows_is_said(simulate, limits):
    limits('a: { key: "header:x-user", rate: 1/1m, only: ["team-*", "~^sk-"], when: { "header:x-plan": gold } }')
    said = simulate("time,key\n" + "".join(f"0,{key}\n" for key in ["u"] * 3 + ["team-a"] * 2 + ["sk-1"] * 2), "--json")
    assert json.loads(said.stdout) == {"limits": {"a": {"allowed": 5, "limited": 2}}}
    assert said.stderr == "weir simulate: warning: limit 'a' is simulated without its when\n"


def test_a_trace_that_is_not_there_is_status_2(weir, limits):
    limits("a: { key: ip, rate: 1/1m }")
    said = weir("simulate", "nowhere.csv")
    assert said.returncode == 2
    assert "nowhere.csv" in said.stderr and "No such file" in said.stderr


def test_a_folder_is_no_trace(weir, limits, folder):
    limits("a: { key: ip, rate: 1/1m }")
    said = weir("simulate", folder)
    assert said.returncode == 2
    assert "Is a directory" in said.stderr


def test_a_broken_config_is_answered_as_by_check(simulate, weir, folder):
    (folder / "weir.yaml").write_text("version: 1\nlimits: 5\n")
    said = simulate("time,key\n0,u\n")
    assert (said.returncode, said.stdout) == (2, "")
    assert said.stderr == weir("check").stderr


def test_a_full_disk_is_said(limits, folder):
    limits("a: { key: ip, rate: 1/1m }")
    (folder / "trace").write_text("time,key\n0,u\n")
    with open("/dev/full", "w") as full:
        said = subprocess.run([BUILD / "weir", "simulate", "trace"], cwd=folder, stdout=full, stderr=subprocess.PIPE, text=True,
                              timeout=PATIENCE)
    assert said.returncode == 3
    assert "No space left" in said.stderr


def test_a_long_trace_shows_its_progress_on_a_terminal_alone(limits, folder):
    limits("a: { key: ip, rate: 1/1m }")
    feed, take = os.pipe()
    terminal, line = pty.openpty()
    process = subprocess.Popen([BUILD / "weir", "simulate", "-", "--json"], cwd=folder, stdin=feed, stdout=subprocess.PIPE, stderr=line)
    for unused in (feed, line):
        os.close(unused)
    os.set_blocking(terminal, False)
    seen = b""
    with open(take, "wb") as trace:
        trace.write(b"time,key\n")
        while b"calls" not in seen:  # shown after half a second of work
            trace.write(b"0,u\n" * 20000)
            try:
                seen += os.read(terminal, 65536)
            except BlockingIOError:
                continue
    output, _ = process.communicate(timeout=PATIENCE)
    seen += os.read(terminal, 65536)
    os.close(terminal)
    assert process.returncode == 0
    assert seen.endswith(b"\r\x1b[K")  # nothing of it stays
    assert json.loads(output)["limits"]["a"]["allowed"] == 1


@pytest.mark.parametrize("seed", range(3))
def test_decisions_are_those_of_an_exact_model(simulate, limits, seed):
    limits("a: { key: ip, rate: 5/10s, algorithm: sliding_log }")
    dice = random.Random(seed)
    passed = collections.defaultdict(list)
    lines, expected, now = ["time,key,cost"], [], 1_700_000_000_000
    for _ in range(3000):
        now += dice.randrange(1500)
        key, cost = f"u{dice.randrange(4)}", dice.choice([1, 1, 2])
        recent = [(time, units) for time, units in passed[key] if now - time < 10_000]
        allowed = sum(units for _, units in recent) + cost <= 5
        passed[key] = recent + [(now, cost)] * allowed
        lines.append(f"{now / 1000:.3f},{key},{cost}")
        expected.append(allowed)
    said = simulate("\n".join(lines), "--decisions")
    assert [json.loads(line)["allowed"] for line in said.stdout.splitlines()] == expected
    assert 0 < sum(expected) < len(expected)
