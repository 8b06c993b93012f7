"""`weir redis audit`: which of our keys in Redis have no TTL?"""

import json
import subprocess
import time

import pytest

from conftest import PATIENCE, free_port

CONFIG = """
version: 1
admin: off
store: {{ url: "{url}" }}
limits:
  per-user: {{ key: ip, rate: 100/1m }}
  jobs: {{ key: ip, rate: 5/1h, algorithm: fixed_window, prefix: "my:[jobs]*" }}
upstreams: {{ local: {{ url: http://127.0.0.1:9000 }} }}
routes: [ {{ path: /*, to: local, limits: [per-user] }} ]
"""


class Redis:
    def __init__(self, folder):
        self.port = free_port()
        self.process = subprocess.Popen(["redis-server", "--port", str(self.port), "--save", "", "--dir", str(folder)],
                                        stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + PATIENCE
        while self.cli("PING") != "PONG":
            assert time.monotonic() < deadline, "redis-server does not start"
            time.sleep(0.01)

    @property
    def url(self):
        return f"redis://127.0.0.1:{self.port}"

    def cli(self, *words):
        return subprocess.run(["redis-cli", "-p", str(self.port), *words], capture_output=True, text=True, check=False,
                              timeout=PATIENCE).stdout.strip()

    def stop(self):
        self.process.kill()
        self.process.wait()


@pytest.fixture
def redis(folder):
    server = Redis(folder)
    (folder / "weir.yaml").write_text(CONFIG.format(url=server.url))
    yield server
    server.stop()


def test_nothing_is_found_where_all_have_a_ttl(weir, redis):
    redis.cli("SET", "weir:per-user:{alice}", "f1m 0 4", "PX", "60000")
    redis.cli("HSET", "weir:{shared}:settings", "per-user rate", "v1 9 per 60000000000")
    redis.cli("SET", "somebody:else", "1")
    said = weir("redis", "audit")
    assert (said.returncode, said.stdout, said.stderr) == (0, "", "1 key, 0 without a TTL\n")


def test_keys_without_a_ttl_are_named(weir, redis):
    redis.cli("SET", "weir:per-user:{alice}", "1")
    redis.cli("SET", "my:[jobs]*:{bob}", "1")
    redis.cli("SET", "my:jobs:{eve}", "1")  # the prefix is no pattern
    redis.cli("SET", "weir:{shared}:version", "1")
    said = weir("redis", "audit")
    assert said.returncode == 1
    assert sorted(said.stdout.splitlines()) == ["my:[jobs]*:{bob}", "weir:per-user:{alice}", "weir:{shared}:version"]
    assert redis.cli("PTTL", "weir:per-user:{alice}") == "-1"


def test_fixed_they_get_the_longest_time_their_state_may_take(weir, redis):
    redis.cli("SET", "weir:per-user:{alice}", "1")
    redis.cli("SET", "my:[jobs]*:{bob}", "1")
    said = weir("redis", "audit", "--fix")
    assert (said.returncode, said.stderr) == (0, "2 keys, 2 without a TTL, 2 got one\n")
    assert 115 < int(redis.cli("TTL", "weir:per-user:{alice}")) <= 122
    assert 7100 < int(redis.cli("TTL", "my:[jobs]*:{bob}")) <= 7202
    assert weir("redis", "audit").returncode == 0


def test_json_is_a_line_a_key(weir, redis):
    redis.cli("SET", 'weir:per-user:{"a"}', "1")
    said = weir("redis", "audit", "--json")
    assert [json.loads(line) for line in said.stdout.splitlines()] == [{"key": 'weir:per-user:{"a"}'}]


def test_many_keys_are_all_seen(weir, redis):
    redis.cli("EVAL", "for i = 1, 20000 do redis.call('SET', 'weir:per-user:{u' .. i .. '}', '1') end", "0")
    said = weir("redis", "audit", "--fix")
    assert (said.returncode, said.stderr) == (0, "20000 keys, 20000 without a TTL, 20000 got one\n")


def test_layout_upstash_keeps_what_the_package_keeps(weir, redis, folder):
    config = CONFIG.format(url=redis.url).replace("store: {", "store: { layout: upstash,").replace("[jobs]*", "jobs")
    (folder / "weir.yaml").write_text(config)
    redis.cli("SET", "weir:per-user:dynamic:global", "9")
    redis.cli("SADD", "weir:per-user:denyList:all", "203.0.113.9")
    redis.cli("SET", "weir:per-user:alice:12345", "1")
    said = weir("redis", "audit")
    assert (said.returncode, said.stdout) == (1, "weir:per-user:alice:12345\n")


def test_a_key_below_two_prefixes_is_that_of_the_longer_one(weir, redis, folder):
    config = CONFIG.format(url=redis.url).replace("store: {", "store: { layout: upstash, namespace: app,")
    config = config.replace("rate: 100/1m }", "rate: 100/1m, prefix: app }").replace("my:[jobs]*", "app:jobs")
    (folder / "weir.yaml").write_text(config)
    redis.cli("SET", "app:alice:12345", "1")
    redis.cli("SET", "app:jobs:bob:12", "1")
    redis.cli("SET", "app:jobs:dynamic:global", "9")
    redis.cli("SADD", "app:jobs:denyList:all", "eve")
    redis.cli("HSET", "app:{shared}:settings", "per-user rate", "v1 9 per 60000000000")
    said = weir("redis", "audit", "--fix")
    assert (said.returncode, said.stderr) == (0, "2 keys, 2 without a TTL, 2 got one\n")
    assert sorted(said.stdout.splitlines()) == ["app:alice:12345", "app:jobs:bob:12"]
    assert 115 < int(redis.cli("TTL", "app:alice:12345")) <= 122
    assert 7100 < int(redis.cli("TTL", "app:jobs:bob:12")) <= 7202
    for kept in ("app:jobs:dynamic:global", "app:jobs:denyList:all", "app:{shared}:settings"):
        assert redis.cli("PTTL", kept) == "-1"


def test_another_redis_can_be_named(weir, redis, folder):
    (folder / "weir.yaml").write_text(CONFIG.format(url="memory"))
    assert weir("redis", "audit").returncode == 2
    assert weir("redis", "audit", "--url", "http://127.0.0.1").returncode == 2
    assert weir("redis", "audit", "--url", redis.url).returncode == 0


def test_an_unreachable_redis_is_status_3_and_no_password_is_shown(weir, folder):
    (folder / "weir.yaml").write_text(CONFIG.format(url=f"redis://:sesame@127.0.0.1:{free_port()}"))
    said = weir("redis", "audit")
    assert said.returncode == 3
    assert "127.0.0.1" in said.stderr
    assert "sesame" not in said.stderr
