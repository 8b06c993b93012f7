"""What the tests of AWS Lambda behind the gateway share: configs whose upstreams are functions, and questions about them."""

import contextlib
import http.client
import json
import textwrap
import time

from conftest import PATIENCE
from eventually import becomes
from fake_lambda import CREDENTIALS
from metrics import metric

BROKEN = '{"message":"Internal server error"}'
TIMED_OUT = '{"message":"Endpoint request timed out"}'


def config(aws, functions, head="", route="", **upstreams):
    """Each function is an upstream and a route /NAME/* of its name. A function is named with its options as weir.yaml has them
    within `lambda`; `upstreams` are lines of others; `route` is added to each route, `head` stands before all."""
    lines = ["upstreams:"]
    for name, options in functions.items():
        lambdas = f'function: {name}, region: {aws.region}, endpoint: "{aws.url}"'
        lines.append(f"  {name}: {{ lambda: {{ {', '.join(part for part in (lambdas, options) if part)} }} }}")
    lines += [f"  {name}: {line}" for name, line in upstreams.items()]
    lines.append("routes:")
    lines += [f"  - {{ path: /{name}/*, to: {name}{route} }}" for name in [*functions, *upstreams]]
    return textwrap.dedent(head) + "\n".join(lines) + "\n"


def start_before(folder, aws, functions, **options):
    """A gateway with an admin API and an access log, whose Envoy has credentials that the fake takes."""
    environment = {**CREDENTIALS, **options.pop("environment", {})}
    change = options.pop("change", lambda bootstrap: None)
    text = config(aws, functions, **options)
    log = folder.path / f"access-{time.monotonic_ns()}.log"
    gateway = folder.start(f"access_log: {{ to: {log} }}\n{text}", admin=True, change=change, **environment)
    gateway.access_log = log
    return gateway


def is_internal_error(answer, status):
    """API Gateway's words."""
    return (answer.status, answer.body.decode(), answer["content-type"]) == (status, BROKEN, "application/json")


def invocations(gateway, function, outcome):
    return metric(gateway, f'weir_lambda_invocations_total{{function="{function}",outcome="{outcome}"}}')


def log_line(gateway, path):
    """The access log's line of the one request for this path."""
    def found():
        with contextlib.suppress(FileNotFoundError):
            whole = [json.loads(line) for line in gateway.access_log.read_text().splitlines(keepends=True) if line.endswith("\n")]
            return [line for line in whole if line["path"] == path]
        return []

    becomes(lambda: len(found()), 1)
    return found()[0]


class Stream:
    """An answer that is read as it comes."""

    def __init__(self, gateway, path, method="GET", body=None, headers=()):
        self.connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=PATIENCE)
        self.connection.request(method, path, body, dict(headers))
        self.answer = self.connection.getresponse()
        self.status, self.headers, self.taken = self.answer.status, self.answer.headers, 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()

    def read(self, size):
        """Exactly so many bytes, as soon as they are there."""
        data = self.answer.read(size)
        assert len(data) == size, data
        self.taken += size
        return data

    def rest(self):
        """(what comes, whether it ends as an answer should)."""
        pieces = []
        try:
            while piece := self.answer.read1(65536):
                pieces.append(piece)
        except (OSError, http.client.HTTPException):
            return b"".join(pieces), False
        body, promised = b"".join(pieces), self.headers["content-length"]
        return body, promised is None or int(promised) == self.taken + len(body)


def read_whole(gateway, path, **options):
    """(status, body, whether it ended as it should); status None when not even a head came."""
    try:
        with Stream(gateway, path, **options) as stream:
            return stream.status, *stream.rest()
    except (OSError, http.client.HTTPException):
        return None, b"", False
