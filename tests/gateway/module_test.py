"""libweir_envoy.so as Envoy gets it."""

import subprocess

import pytest

from conftest import BUILD, PATIENCE, free_port

CONFIG = """
limits: { per-user: { key: header:x-user-id, rate: 3/1d } }
routes: [{ path: /*, to: local, limits: [per-user] }]
"""


def tool(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_it_needs_only_re2_openssl_the_decoders_and_the_c_library():
    needed = [line.rpartition("[")[2].strip("]") for line in tool("readelf", "-d", BUILD / "libweir_envoy.so").splitlines()
              if "(NEEDED)" in line]
    decoders = {"libz.so.1", "libbrotlidec.so.1", "libzstd.so.1"}
    assert set(needed) <= decoders | {"libre2.so.9", "libssl.so.3", "libcrypto.so.3", "libc.so.6", "libm.so.6", "libpthread.so.0", "libdl.so.2", "ld-linux-x86-64.so.2"}


def test_it_shows_only_hooks():
    names = [line.split()[-1] for line in tool("nm", "-D", "--defined-only", BUILD / "libweir_envoy.so").splitlines()]
    assert names and all(name.startswith("envoy_dynamic_module_on_") for name in names)


def end_of(folder, change):
    """What Envoy says when it refuses the bootstrap."""
    port = free_port()
    bootstrap = folder.render(CONFIG, port)
    change(bootstrap)
    gateway = folder.start_envoy(bootstrap, port)
    assert gateway.process.wait(PATIENCE) != 0
    return gateway.log.read_text()


def settings(bootstrap):
    return bootstrap["bootstrap_extensions"][0]["typed_config"]["extension_config"]["value"]["settings"]


@pytest.mark.parametrize("change, said", [
    (lambda bootstrap: bootstrap.pop("bootstrap_extensions"), "needs the bootstrap extension"),
    (lambda bootstrap: settings(bootstrap).update(limits=[]), "no limit is named 'per-user'"),
    (lambda bootstrap: settings(bootstrap)["limits"][0]["rule"].update(count=0), "limit 'per-user'"),
    (lambda bootstrap: settings(bootstrap)["limits"][0]["rule"].update(algorithm="magic"), "unknown word 'magic'"),
    (lambda bootstrap: bootstrap["bootstrap_extensions"][0]["typed_config"].update(extension_name="other"),
     "no bootstrap extension is named 'other'"),
], ids=["no runtime", "unknown limit", "impossible rule", "unknown algorithm", "unknown extension"])
def test_settings_that_cannot_be_used_stop_the_start_with_a_reason(folder, change, said):
    assert said in end_of(folder, change)
