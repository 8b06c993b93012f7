"""A path with an escaped slash: sent to its plain form, refused, or kept, as `escaped_slashes` says."""

import pytest

CONFIG = """
limits:
  all: { key: "const:all", rate: 100/1w, algorithm: fixed_window }
routes:
  - { path: /admin/*, host: nobody.example, to: local }
  - { path: /limited/*, to: local, limits: [all] }
  - { path: /open/*, to: local }
"""
FORMS = ["/open/a%2fb", "/open/a%2Fb", "/open/a%5cb", "/open/a%5Cb"]


def location(gateway, path):
    answer = gateway.ask(path)
    assert answer.status == 307, answer.body
    return answer["location"]


@pytest.mark.parametrize("path", FORMS)
def test_the_client_is_sent_to_the_plain_form(gateway, path):
    assert location(gateway, path) == "/open/a/b"
    assert gateway.ask("/open/a/b").status == 200


@pytest.mark.parametrize("path, plain", [
    ("/open/a%2fb?c=%2fd", "/open/a/b?c=%2fd"), ("/open%2f%2fa", "/open/a"), ("/open/..%2fadmin", "/admin"),
    ("/open/a%2f..%2fb/./c%2f", "/open/b/c/"), ("/open/a%20b%2fc", "/open/a%20b/c"), ("/open/%2fa", "/open/a"),
    ("/open/a%2f%2e%2e%2fb", "/open/b"), ("/nowhere%2fa", "/nowhere/a"),
])
def test_the_plain_form_is_normalised_and_keeps_its_query(gateway, path, plain):
    assert location(gateway, path) == plain


@pytest.mark.parametrize("path", ["/%2fevil.example", "/%2f%2fevil.example", "/%5cevil.example", "/%5c%2fevil.example",
                                  "/.%2f/evil.example", "/a/..%2f/evil.example", "//%2fevil.example"])
def test_a_redirect_never_leaves_the_host(gateway, path):
    assert location(gateway, path) == "/evil.example"


@pytest.mark.parametrize("path", ["/open/a%252fb", "/open/a?b=%2fc", "/open/a%20b", "/open/100%"])
def test_other_escapes_pass(gateway, path):
    answer = gateway.ask(path)
    assert (answer.status, answer.json()["path"]) == (200, path)


def test_a_redirect_costs_nothing(gateway):
    before = gateway.ask("/limited/a").left("all")
    location(gateway, "/limited/a%2fb")
    assert gateway.ask("/limited/a").left("all") == before - 1


def test_grpc_clients_are_refused_since_they_can_not_follow(gateway):
    headers = {"content-type": "application/grpc", "te": "trailers"}
    answer = gateway.ask("/open/pkg.Service%2fCall", "POST", headers=headers, body=b"")
    assert (answer["grpc-status"], answer["location"]) == ("3", None)


def test_reject_refuses_each_form_wherever_it_leads(start):
    gateway = start("escaped_slashes: reject\n" + CONFIG)
    for path in [*FORMS, "/nowhere%2fa", "/%2f"]:
        assert gateway.ask(path).status == 400, path
    assert gateway.ask("/open/a%20b?c=%2f").status == 200


def test_keep_hands_them_on(start):
    gateway = start("escaped_slashes: keep\n" + CONFIG)
    for path in FORMS[:2]:
        assert gateway.ask(path).json()["path"] == path
