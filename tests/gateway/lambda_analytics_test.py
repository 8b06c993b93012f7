"""Requests to functions as analytics tell of them."""

import http.client
import json

from conftest import PATIENCE
from eventually import becomes
from fake_lambda import hello, throttled
from lambda_gateway import start_before


def rows(gateway):
    link = http.client.HTTPConnection("127.0.0.1", gateway.admin, timeout=PATIENCE)
    link.request("GET", "/api/v1/analytics/lambda")
    found = json.loads(link.getresponse().read())["rows"]
    link.close()
    return {(row["function"], row["outcome"], row["reason"]): row["count"] for row in found}


def test_each_request_counts_once_as_what_it_came_to(folder, aws):
    gateway = start_before(folder, aws, {"orders": "retry: { attempts: 1 }"})
    for answer in (hello(), hello(), throttled()):
        aws.plays("orders", answer)
        gateway.ask("/orders/x")
    becomes(lambda: sorted(rows(gateway).values()), [1, 2])
    found = rows(gateway)
    assert found["orders", "ok", ""] == 2
    ((function, outcome, reason),) = set(found) - {("orders", "ok", "")}
    assert (function, outcome) == ("orders", "throttled") and reason
