"""What /openapi.json says is true: random requests made out of it, sensible ones and wrong ones, get an answer that it
describes. With each go copies of it with a few bytes changed, some 10,000 in all: none gets a server error.

WEIR_EXAMPLES says how many are made up for each operation, WEIR_SEED repeats a run."""

import json
import os
import random
import re
import subprocess
import sys

import pytest
from admin_client import start_admin

CONFIG = """
limits:
  per-user: { key: header:x-user-id, rate: 30/1m }
  pair: { key: [ip, header:x-user-id], rate: 30/1d, algorithm: fixed_window, anchor: 2026-01-15 }
  bucket: { key: ip, rate: 50/1m, algorithm: token_bucket, burst: 80 }
  log: { key: path, rate: 50/1m, algorithm: sliding_log }
  slots: { key: header:x-user-id, rate: 20, algorithm: concurrency }
  quiet: { key: header:x-user-id, rate: 1/1h, algorithm: gcra, shadow: true }
routes:
  - { path: /*, to: local, limits: [per-user] }
"""

# A request may fit the schema and make no sense for the limit it names: 422. Envoy itself refuses the methods that its
# HTTP/1 parser does not know, with 400.
SETTINGS = """
[checks.positive_data_acceptance]
expected-statuses = ["2xx", "404", "409", "422"]
[checks.unsupported_method]
enabled = false
"""


@pytest.fixture(scope="module")
def admin(folder):
    return start_admin(folder, CONFIG)


def description(admin):
    """The API's own, with the limits that there are, so that random names lead somewhere."""
    document = admin.call("GET", "/openapi.json").json()
    names = [limit["name"] for limit in admin.call("GET", "/api/v1/limits").json()["limits"]]
    assert len(names) == 6
    del document["paths"]["/api/v1/analytics/stream"]  # it has no end: analytics_test
    document["components"]["schemas"]["LimitName"] = {"enum": names}
    document["components"]["parameters"]["name"]["schema"] = {"enum": [*names, "nobody"]}
    return document


def test_every_answer_is_one_that_the_description_knows(admin, folder):
    seed = int(os.environ.get("WEIR_SEED", random.randrange(2**32)))
    schema = folder.path / "openapi.json"
    schema.write_text(json.dumps(description(admin)))
    (folder.path / "schemathesis.toml").write_text(SETTINGS)
    changed = folder.path / "changed"
    done = subprocess.run(
        [sys.executable, "-c", "from schemathesis.cli import schemathesis; schemathesis()", "run", str(schema),
         "--url", f"http://127.0.0.1:{admin.port}", "--phases", "examples,coverage,fuzzing",
         "--max-examples", os.environ.get("WEIR_EXAMPLES", "60"), "--seed", str(seed), "--no-shrink", "--no-color",
         "--warnings", "off"],
        cwd=folder.path, capture_output=True, text=True, timeout=900, check=False,
        env={**os.environ, "SCHEMATHESIS_HOOKS": "admin_mutations", "PYTHONPATH": os.path.dirname(__file__),
             "WEIR_CHANGED": str(changed), "WEIR_SEED": str(seed), "PYTHONDONTWRITEBYTECODE": "1"})
    assert done.returncode == 0, done.stdout[-10_000:] + done.stderr[-2000:]
    assert int(re.search(r"(\d+) generated", done.stdout)[1]) > 1000, done.stdout[-2000:]
    sent = [json.loads(line) for line in changed.read_text().splitlines()]
    assert sum(each["sent"] for each in sent) > 8000
    assert [each["wrong"] for each in sent if each["wrong"]] == []
    assert admin.is_alive(), admin.log.read_text()
    assert admin.call("GET", "/readyz").json()["status"] == "ready"
