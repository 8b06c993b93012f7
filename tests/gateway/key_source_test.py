"""Each key source: who is counted together, and who is not."""

import pytest

CONFIG = """
limits:
  header: { key: header:X-User-Id, rate: 5/1w, algorithm: fixed_window }
  query: { key: query:user, rate: 5/1w, algorithm: fixed_window }
  cookie: { key: cookie:sid, rate: 5/1w, algorithm: fixed_window }
  path: { key: path, rate: 5/1w, algorithm: fixed_window }
  method: { key: method, rate: 5/1w, algorithm: fixed_window }
  host: { key: host, rate: 5/1w, algorithm: fixed_window }
  route: { key: route, rate: 5/1w, algorithm: fixed_window }
  all: { key: "const:everyone", rate: 5/1w, algorithm: fixed_window }
  ip: { key: ip, rate: 5/1w, algorithm: fixed_window }
  pair: { key: [header:x-user-id, query:user], rate: 5/1w, algorithm: fixed_window }
  strict: { key: cookie:sid, rate: 5/1w, algorithm: fixed_window, missing: reject }
routes:
  - { path: /header/*, to: local, limits: [header] }
  - { path: /query/*, to: local, limits: [query] }
  - { path: /cookie/*, to: local, limits: [cookie] }
  - { path: /path/*, to: local, limits: [path] }
  - { path: /method/*, to: local, limits: [method] }
  - { path: /host/*, to: local, limits: [host] }
  - { path: /route/a/*, to: local, limits: [route] }
  - { path: /route/b/*, to: local, limits: [route] }
  - { path: /all/*, to: local, limits: [all] }
  - { path: /ip/*, to: local, limits: [ip] }
  - { path: /pair/*, to: local, limits: [pair] }
  - { path: /strict/*, to: local, limits: [strict] }
"""


def test_header(gateway, user):
    assert gateway.ask("/header", headers={"x-user-id": user}).left("header") == 4
    assert gateway.ask("/header", headers={"X-User-ID": user}).left("header") == 3
    assert gateway.ask("/header", headers={"x-user-id": user + "2"}).left("header") == 4


def test_repeated_headers_are_one_key_joined_with_a_comma(gateway, user):
    twice = [("x-user-id", user), ("x-user-id", "b")]
    assert gateway.ask("/header", headers=twice).left("header") == 4
    assert gateway.ask("/header", headers={"x-user-id": f"{user},b"}).left("header") == 3


@pytest.mark.parametrize("headers", [{}, {"x-user-id": ""}])
def test_without_the_key_the_limit_does_not_apply(gateway, headers):
    answer = gateway.ask("/header", headers=headers)
    assert (answer.status, answer["ratelimit"]) == (200, None)


def test_query_values_are_percent_decoded(gateway):
    assert gateway.ask("/query?user=a%20%2fb").left("query") == 4
    assert gateway.ask("/query?x=1&us%65r=%61%20/b&user=c").left("query") == 3
    assert gateway.ask("/query?user=c").left("query") == 4
    assert gateway.ask("/query?user=")["ratelimit"] is None


def test_cookie_values_are_percent_decoded(gateway):
    assert gateway.ask("/cookie", headers={"cookie": "a=b; sid=x%3Dy; sid=z"}).left("cookie") == 4
    assert gateway.ask("/cookie", headers={"cookie": 'sid="x=y"'}).left("cookie") == 3
    assert gateway.ask("/cookie", headers={"cookie": "xsid=x=y"})["ratelimit"] is None


def test_paths_are_normalised_and_have_no_query(gateway):
    assert gateway.ask("/path/a").left("path") == 4
    assert gateway.ask("/path/a?b=c").left("path") == 3
    assert gateway.ask("/path//x/../a").left("path") == 2
    assert gateway.ask("/path/b").left("path") == 4


def test_method(gateway):
    assert gateway.ask("/method", "PUT").left("method") == 4
    assert gateway.ask("/method", "PUT").left("method") == 3
    assert gateway.ask("/method", "DELETE").left("method") == 4


def test_hosts_are_lower_case_without_port(gateway):
    assert gateway.ask("/host", headers={"host": "API.example.com:8080"}).left("host") == 4
    assert gateway.ask("/host", headers={"host": "api.EXAMPLE.com"}).left("host") == 3
    assert gateway.ask("/host", headers={"host": "www.example.com"}).left("host") == 4


def test_route(gateway):
    assert gateway.ask("/route/a/1").left("route") == 4
    assert gateway.ask("/route/a/2").left("route") == 3
    assert gateway.ask("/route/b/1").left("route") == 4


def test_a_constant_is_one_key_for_all(gateway):
    assert gateway.ask("/all", headers={"x-user-id": "a"}).left("all") == 4
    assert gateway.ask("/all", headers={"x-user-id": "b"}).left("all") == 3


def test_ip(gateway):
    assert gateway.ask("/ip").left("ip") == 4
    assert gateway.ask("/ip").left("ip") == 3


def test_a_key_of_two_parts_is_a_pair_and_no_joined_text(gateway):
    assert gateway.ask('/pair?user=b', headers={"x-user-id": 'a'}).left("pair") == 4
    assert gateway.ask('/pair?user=b', headers={"x-user-id": 'a'}).left("pair") == 3
    assert gateway.ask('/pair?user=c', headers={"x-user-id": 'a","b'}).left("pair") == 4
    assert gateway.ask('/pair?user=b%22,%22c', headers={"x-user-id": 'a'}).left("pair") == 4
    assert gateway.ask("/pair?user=b")["ratelimit"] is None


def test_missing_reject_answers_400_and_names_the_part(gateway):
    answer = gateway.ask("/strict")
    assert (answer.status, answer["content-type"]) == (400, "application/problem+json")
    assert "cookie sid" in answer.json()["detail"]
    assert gateway.ask("/strict", headers={"cookie": "sid=1"}).status == 200
