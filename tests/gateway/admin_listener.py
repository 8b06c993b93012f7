"""The admin listener of a gateway under test, and a client for it."""

import contextlib
import json
import socket
import textwrap
import time

from conftest import PATIENCE, Gateway, free_port

MODULE = "type.googleapis.com/envoy.extensions.filters.http.dynamic_modules.v3.DynamicModuleFilter"


def listener(port, module):
    manager = {
        "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "weir_admin",
        "normalize_path": False,
        "merge_slashes": False,
        "path_with_escaped_slashes_action": "KEEP_UNCHANGED",
        "request_headers_timeout": "2s",
        "request_timeout": "5s",
        "stream_idle_timeout": "5s",
        "route_config": {"virtual_hosts": [{"name": "admin", "domains": ["*"], "routes": []}]},
        "http_filters": [
            {"name": "weir_admin",
             "typed_config": {"@type": MODULE, "dynamic_module_config": {"name": module, "do_not_close": True},
                              "filter_name": "weir_admin"}},
            {"name": "envoy.filters.http.router",
             "typed_config": {"@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"}}],
    }
    return {"name": "weir_admin", "address": {"socket_address": {"address": "127.0.0.1", "port_value": port}},
            "filter_chains": [{"filters": [{"name": "envoy.filters.network.http_connection_manager",
                                            "typed_config": manager}]}]}


class Admin(Gateway):
    """The admin port of a gateway; `gateway` is its other side."""

    def __init__(self, gateway, port):
        super().__init__(gateway.process, port, gateway.log)
        self.gateway = gateway

    def call(self, method, path, body=None, headers=(), connection=None):
        """`body` is sent as JSON unless it is bytes."""
        headers = dict(headers)
        if body is not None:
            if not isinstance(body, bytes):
                body = json.dumps(body).encode()
            headers.setdefault("content-type", "application/json")
        return self.ask(path, method=method, headers=headers, body=body, connection=connection)

    def limit(self, limit, key, cost=None, **more):
        check = {"limit": limit, "key": key, **({} if cost is None else {"cost": cost}), **more}
        answer = self.call("POST", "/api/v1/limit", check)
        assert answer.status == 200, answer.body
        return answer.json()


def start_admin(folder, config, admin="127.0.0.1:{port}", **environment):
    """`admin` is what weir.yaml says of it."""
    port = free_port()

    def with_listener(bootstrap):
        listeners = bootstrap["static_resources"]["listeners"]
        if any(each["name"] == "weir_admin" for each in listeners):
            return
        module = bootstrap["bootstrap_extensions"][0]["typed_config"]["dynamic_module_config"]["name"]
        listeners.append(listener(port, module))

    config = f"admin: {admin.replace('{port}', str(port))}\n" + textwrap.dedent(config)
    admin = Admin(folder.start(config, change=with_listener, **environment), port)
    deadline = time.monotonic() + PATIENCE
    while True:
        assert admin.is_alive(), admin.log.read_text()
        assert time.monotonic() < deadline, admin.log.read_text()
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return admin
        time.sleep(0.01)
