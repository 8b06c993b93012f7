"""What /openapi.json says is true: some 10,000 random requests made out of it, sensible ones and wrong ones, get an
answer that it describes, and never a server error."""

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
    document["components"]["schemas"]["LimitName"] = {"enum": names}
    document["components"]["parameters"]["name"]["schema"] = {"enum": [*names, "nobody"]}
    for several in ("ManyChecks", "ManyHolds"):  # 64 take long to make up, and are tried elsewhere
        document["components"]["schemas"][several]["properties"]["checks"]["maxItems"] = 3
    return document


def test_every_answer_is_one_that_the_description_knows(admin, folder):
    seed = int(os.environ.get("WEIR_SEED", random.randrange(2**32)))
    schema = folder.path / "openapi.json"
    schema.write_text(json.dumps(description(admin)))
    (folder.path / "schemathesis.toml").write_text(SETTINGS)
    done = subprocess.run(
        [sys.executable, "-c", "from schemathesis.cli import schemathesis; schemathesis()", "run", str(schema),
         "--url", f"http://127.0.0.1:{admin.port}", "--phases", "examples,coverage,fuzzing", "--max-examples", "420",
         "--seed", str(seed), "--no-shrink", "--no-color", "--warnings", "off"],
        cwd=folder.path, capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, done.stdout[-10_000:] + done.stderr[-2000:]
    assert int(re.search(r"(\d+) generated", done.stdout)[1]) > 5000, done.stdout[-2000:]
    assert admin.is_alive(), admin.log.read_text()
    assert admin.call("GET", "/readyz").json()["status"] == "ready"
