"""lambda_function.py COMMAND...: one invocation of a function, as lambda_function.sh wants it."""

import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lambda_host"))

from runtime_api import RuntimeApi  # noqa: E402

PATIENCE = 60  # seconds

api = RuntimeApi()
function = subprocess.Popen(sys.argv[1:], env=os.environ | {"AWS_LAMBDA_RUNTIME_API": api.address, "WEIR_RATE": "3/1m"})
try:
    invocation = api.put({"user": "ann"})
    if not invocation.done.wait(PATIENCE):
        sys.exit("it did not answer and ask for the next one")
    sys.stdout.write(invocation.body.decode())
    api.close()
    if function.wait(PATIENCE) != 1:
        sys.exit(f"it ended with status {function.returncode}")
finally:
    if function.poll() is None:
        function.kill()
        function.wait()
