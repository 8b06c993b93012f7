"""What a gateway's admin API says on a page of text."""

import contextlib
import http.client

from conftest import PATIENCE


def admin(gateway, path):
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", gateway.admin, timeout=PATIENCE)) as link:
        link.request("GET", path)
        return link.getresponse().read().decode()


def metric(gateway, sample):
    """0 when there is no such sample."""
    lines = dict(line.rsplit(" ", 1) for line in admin(gateway, "/metrics").splitlines() if not line.startswith("#"))
    return float(lines.get(sample, 0))
