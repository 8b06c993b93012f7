"""What the tests of gateways that count in Redis share: their config, and a request."""

ROUTES = "routes: [{ path: /*, to: local, limits: [per-user] }]"


def config(server, limit="key: header:x-user-id, rate: 100/1d, algorithm: fixed_window", url=None, **store):
    options = "".join(f", {name}: {value}" for name, value in store.items())
    return f'store: {{ url: "{url or server.url}"{options} }}\nlimits: {{ per-user: {{ {limit} }} }}\n{ROUTES}\n'


def ask(gateway, user, path="/"):
    return gateway.ask(path, headers={"x-user-id": user})
