"""Whom a gateway behind N trusted proxies takes for the client."""

import ipaddress

CONFIG = """
limits:
  per-ip: { key: ip, rate: 100/1w, algorithm: fixed_window }
routes:
  - { path: /*, to: local, limits: [per-ip] }
"""


def behind(proxies, config=CONFIG):
    return f"trusted_proxies: {proxies}\n" + config


def left(gateway, forwarded):
    headers = [("x-forwarded-for", line) for line in ([forwarded] if isinstance(forwarded, str) else forwarded)]
    return gateway.ask(headers=headers).left("per-ip")


def test_a_forged_forwarded_for_changes_nothing(gateway):
    first = left(gateway, "203.0.113.1")
    assert left(gateway, "203.0.113.2") == first - 1
    assert left(gateway, ["203.0.113.3, 198.51.100.9", "198.51.100.10"]) == first - 2
    assert left(gateway, []) == first - 3


def test_a_forged_address_is_not_the_last_that_the_upstream_sees(gateway):
    seen = dict(gateway.ask(headers={"x-forwarded-for": "203.0.113.1"}).json()["headers"])["x-forwarded-for"]
    assert ipaddress.ip_address(seen.split(",")[-1]) != ipaddress.ip_address("203.0.113.1")


def test_one_trusted_proxy_names_the_client_last(start):
    gateway = start(behind(1))
    assert left(gateway, "203.0.113.1") == 99
    assert left(gateway, "8.8.8.8, 203.0.113.1") == 98
    assert left(gateway, ["8.8.8.8", "203.0.113.1"]) == 97
    assert left(gateway, "203.0.113.1, 203.0.113.2") == 99


def test_two_trusted_proxies_count_from_the_right(start):
    gateway = start(behind(2))
    assert left(gateway, "203.0.113.1, 10.0.0.1") == 99
    assert left(gateway, "8.8.8.8, 203.0.113.1, 10.0.0.2") == 98
    assert left(gateway, ["8.8.8.8, 203.0.113.1", "10.0.0.3"]) == 97


def test_with_fewer_addresses_the_peer_is_the_client(start):
    gateway = start(behind(2))
    assert left(gateway, []) == 99
    assert left(gateway, "203.0.113.1") == 98
    assert left(gateway, "203.0.113.2") == 97


def test_what_is_no_address_is_not_trusted(start):
    gateway = start(behind(1))
    assert left(gateway, "203.0.113.1, nonsense") == 99
    assert left(gateway, "203.0.113.2, <script>") == 98
    assert left(gateway, []) == 97


def test_ipv6_clients_share_a_64(start):
    gateway = start(behind(1))
    assert left(gateway, "2001:db8:0:1::1") == 99
    assert left(gateway, "2001:db8:0:1:ffff::2") == 98
    assert left(gateway, "2001:db8:0:2::1") == 99


def test_ipv4_in_ipv6_is_ipv4(start):
    gateway = start(behind(1))
    assert left(gateway, "203.0.113.1") == 99
    assert left(gateway, "::ffff:203.0.113.1") == 98


def test_a_network_counts_as_one_client(start):
    gateway = start(behind(1, CONFIG.replace("key: ip,", "key: ip/24,")))
    assert left(gateway, "203.0.113.1") == 99
    assert left(gateway, "203.0.113.200") == 98
    assert left(gateway, "203.0.112.200") == 99


def protocol_seen(gateway, claimed):
    asked = gateway.ask("/", headers={"x-forwarded-proto": claimed} if claimed else {})
    return dict(asked.json()["headers"])["x-forwarded-proto"]


def test_a_forged_protocol_is_replaced(gateway):
    assert protocol_seen(gateway, "https") == "http"
    assert protocol_seen(gateway, None) == "http"


def test_trusted_proxies_say_the_protocol(start):
    gateway = start(behind(1))
    assert protocol_seen(gateway, "https") == "https"
    assert protocol_seen(gateway, None) == "http"
