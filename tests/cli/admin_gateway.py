"""A gateway with an admin API that asks for a token, as the commands that talk to it meet one."""

import contextlib

from conftest import BUILD, Gateway, free_port

TOKEN = "s3cret"


@contextlib.contextmanager
def admin_gateway(folder, limits, of_its_route):
    """The address of its admin API. `limits` are lines of weir.yaml, `of_its_route` the names of those on its one route."""
    port, admin = free_port(), free_port()
    (folder / "weir.yaml").write_text(f"""\
version: 1
listen: 127.0.0.1:{port}
admin: {{ listen: "127.0.0.1:{admin}", token: {TOKEN} }}
limits:
{limits}
upstreams: {{ a: {{ url: http://127.0.0.1:9 }} }}
routes: [{{ path: /*, to: a, limits: [{of_its_route}] }}]
""")
    running = Gateway(folder / "weir.yaml", port, folder / "log", (), BUILD / "weir")
    try:
        running.wait_until_listening()
        yield f"http://127.0.0.1:{admin}"
    finally:
        running.process.terminate()
        running.end()
