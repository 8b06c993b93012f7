"""What stands before the model: Envoy with Weir, Envoy without, LiteLLM's proxy; each started for as long as a stack lives."""

import contextlib
import http.client
import json
import os
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
sys.path.insert(0, str(HERE.parent / "gateway"))

import bootstraps  # noqa: E402
import envoys  # noqa: E402
import processes  # noqa: E402


def weir_config(listen, model, admin="off"):
    """Two limits of tokens that no load reaches; the client is not asked to ask for usage, so Weir does."""
    limit = {"key": "header:x-user-id", "rate": "1000000000000/1m", "algorithm": "fixed_window", "unit": "tokens"}
    return {
        "version": 1,
        "listen": f"127.0.0.1:{listen}",
        "admin": admin,
        "limits": {"user": limit, "model": limit | {"key": "model"}},
        "upstreams": {"model": {"url": f"http://127.0.0.1:{model}", "ai": "auto"}},
        "routes": [{"path": "/*", "to": "model", "limits": ["user", "model"]}],
    }


def start_envoy(stack, envoy, weir, folder, model, core, change=lambda bootstrap: bootstrap):
    """(its port, its process); `change`: of the bootstrap"""
    port = processes.free_port()
    bootstrap = change(envoys.bootstrap_of(weir, folder, weir_config(port, model)))
    return port, envoys.start_envoy(stack, envoy, weir, folder, bootstrap, port, core)


def start_litellm(stack, program, folder, model, core, anthropic=None):
    """(its port, its process, the file to which it writes what each call took)"""
    port = processes.free_port()
    models = {"gpt-4o": ("openai/gpt-4o", f"http://127.0.0.1:{model}/v1")}
    if anthropic:
        models["*"] = ("openai/*", f"http://127.0.0.1:{model}/v1")
        models["claude*"] = ("anthropic/claude*", f"http://127.0.0.1:{model}")
    config = {
        "model_list": [{"model_name": name, "litellm_params": {"model": target, "api_base": base, "api_key": "any"}}
                       for name, (target, base) in models.items()],
        "litellm_settings": {"callbacks": ["litellm_charges.charges"], "num_retries": 0, "request_timeout": 20},
    }
    file, log, charges = folder / "litellm.yaml", folder / "litellm.log", folder / "litellm-charges.jsonl"
    file.write_text(json.dumps(config), encoding="utf-8")
    (folder / "litellm_charges.py").write_text((HERE / "litellm_charges.py").read_text(encoding="utf-8"), encoding="utf-8")
    charges.touch()
    environment = os.environ | {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_LOG": "ERROR", "BENCH_CHARGES": str(charges),
                                "PYTHONPATH": str(folder), "NO_DOCS": "True",
                                "LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY": "true"}  # nobody else can call it here
    child = stack.enter_context(processes.process(
        [pathlib.Path(program).resolve(), "--config", file, "--host", "127.0.0.1", "--port", port, "--num_workers", 1, "--telemetry", "False"],
        log, core, env=environment, cwd=folder))

    def answers():
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
            connection.request("GET", "/health/liveliness")
            return connection.getresponse().status == 200
        return False

    processes.wait_until(answers, child, log, "LiteLLM does not answer", patience=90)
    return port, child, charges
