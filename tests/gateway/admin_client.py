"""A client of the admin API of a gateway under test."""

import contextlib
import json
import socket
import textwrap
import time

from conftest import PATIENCE, Gateway


class Admin(Gateway):
    """The admin port of a gateway; `gateway` is its other side."""

    def __init__(self, gateway):
        super().__init__(gateway.process, gateway.admin, gateway.log)
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


@contextlib.contextmanager
def admins(folder):
    """Starts gateways with an admin API; they end with it, if they have not before."""
    with contextlib.ExitStack() as started:
        def start(config):
            gateway = start_admin(folder, config)
            started.callback(gateway.process.wait)
            started.callback(gateway.process.kill)
            return gateway
        yield start


def start_admin(folder, config, token=None, **environment):
    """`token` is what weir.yaml says of it."""
    config = textwrap.dedent(config)
    if token is not None:
        config = f"admin: {{ listen: '127.0.0.1:{{admin}}', token: {token} }}\n" + config
    admin = Admin(folder.start(config, admin=True, **environment))
    deadline = time.monotonic() + PATIENCE
    while True:
        assert admin.is_alive(), admin.log.read_text()
        assert time.monotonic() < deadline, admin.log.read_text()
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", admin.port), 1):
            return admin
        time.sleep(0.01)
