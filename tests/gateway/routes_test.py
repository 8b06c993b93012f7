"""Which route a request takes, and what reaches the upstream."""

import pytest

CONFIG = """
limits:
  none-of-it: { key: "const:all", rate: 1000/1h }
routes:
  - { path: /exact, to: local, limits: [none-of-it] }
  - { path: /v1/*, method: [POST, PUT], to: local, limits: [none-of-it] }
  - { path: /header/*, headers: { x-a: b }, to: local }
  - { path: /host/*, host: "*.example.com", to: local }
  - { path: /host/*, host: api.example.org, to: local }
"""


@pytest.mark.parametrize("path, status", [("/exact", 200), ("/exact?x=1", 200), ("/exact/", 404), ("/exact/a", 404),
                                          ("/exactly", 404), ("/", 404)])
def test_without_a_star_the_path_matches_exactly(gateway, path, status):
    assert gateway.ask(path).status == status


@pytest.mark.parametrize("path, status", [("/v1", 200), ("/v1/", 200), ("/v1?x=1", 200), ("/v1/a/b", 200), ("/v10", 404),
                                          ("/v2/../v1/a", 200), ("/v1/../v2", 404)])
def test_a_star_matches_the_path_and_all_below(gateway, path, status):
    assert gateway.ask(path, "POST").status == status


def test_methods(gateway):
    assert [gateway.ask("/v1", method).status for method in ("POST", "PUT", "GET", "DELETE")] == [200, 200, 404, 404]


def test_headers_must_be_equal(gateway):
    assert gateway.ask("/header/x", headers={"x-a": "b"}).status == 200
    assert gateway.ask("/header/x", headers={"x-a": "bb"}).status == 404
    assert gateway.ask("/header/x").status == 404


@pytest.mark.parametrize("host, status", [("a.example.com", 200), ("A.B.EXAMPLE.com:8080", 200), ("example.com", 404),
                                          ("aexample.com", 404), ("a.example.com.evil.org", 404),
                                          ("api.example.org:1", 200), ("apiXexample.org", 404), ("x.api.example.org", 404)])
def test_hosts(gateway, host, status):
    assert gateway.ask("/host/x", headers={"host": host}).status == status


def test_no_route_is_a_404_without_limits(gateway):
    answer = gateway.ask("/nowhere")
    assert (answer.status, answer["ratelimit"], answer["retry-after"]) == (404, None, None)


def test_the_first_route_wins_whatever_its_host(start):
    gateway = start("""
        limits:
          first: { key: "const:all", rate: 1000/1h, algorithm: fixed_window }
          second: { key: "const:all", rate: 1000/1h, algorithm: fixed_window }
        routes:
          - { path: /a/*, to: local, limits: [first] }
          - { path: /*, host: api.example.com, to: local, limits: [second] }
        """)
    assert gateway.ask("/a", headers={"host": "api.example.com"}).left("first") == 999
    assert gateway.ask("/b", headers={"host": "api.example.com"}).left("second") == 999


def test_the_upstreams_path_comes_before_the_requests(start, upstream):
    gateway = start(f"""
        upstreams: {{ local: {{ url: "http://127.0.0.1:{upstream.server_port}/base/v2" }} }}
        limits: {{ all: {{ key: "const:all", rate: 1000/1h }} }}
        routes: [{{ path: /*, to: local, limits: [all] }}]
        """)
    assert gateway.ask("/a/b?c=/d").json()["path"] == "/base/v2/a/b?c=/d"


def test_the_upstream_is_asked_under_its_own_name(gateway, upstream):
    headers = dict(gateway.ask("/exact", headers={"host": "front.example.com"}).json()["headers"])
    assert headers["host"] == f"127.0.0.1:{upstream.server_port}"
    assert headers["x-forwarded-host"] == "front.example.com"


def test_escaped_slashes(start):
    routes = 'limits: { all: { key: "const:all", rate: 1000/1h } }\nroutes: [{ path: /*, to: local, limits: [all] }]\n'
    redirected = start(routes).ask("/a%2fb")
    assert (redirected.status, redirected["location"].rpartition("/a")[2]) == (307, "/b")
    assert start("escaped_slashes: keep\n" + routes).ask("/a%2fb").json()["path"].lower() == "/a%2fb"
    assert start("escaped_slashes: reject\n" + routes).ask("/a%2fb").status == 400


def test_a_whole_answer_may_take_no_longer_than_the_timeout(start, upstream):
    upstream.may_answer.clear()
    gateway = start("""
        limits: { per-user: { key: "const:all", rate: 10/1h, algorithm: fixed_window } }
        routes: [{ path: /*, to: local, limits: [per-user], timeout: 100ms }]
        """)
    answer = gateway.ask("/slow")
    upstream.may_answer.set()
    assert (answer.status, answer.left()) == (504, 9)
