"""`weir check`: is this file fine, and if not, what is wrong and where?"""

import re

import pytest


def test_a_fine_file_is_named_with_what_it_holds(weir, config):
    config()
    said = weir("check")
    assert (said.returncode, said.stdout, said.stderr) == (0, "weir.yaml is fine: 1 limit, 1 route\n", "")


def test_the_file_can_be_named(weir, config):
    path, _ = config(name="other.yaml")
    assert weir("check", "-c", path).returncode == 0


def test_a_missing_file_is_status_2(weir):
    said = weir("check", "-c", "nowhere.yaml")
    assert said.returncode == 2
    assert "nowhere.yaml" in said.stderr
    assert "No such file" in said.stderr


def test_a_folder_is_no_config(weir, folder):
    said = weir("check", "-c", folder)
    assert said.returncode == 2
    assert "Is a directory" in said.stderr


def test_an_endless_file_ends(weir):
    said = weir("check", "-c", "/dev/zero")
    assert said.returncode == 2


def test_every_error_comes_with_its_place_and_the_line_itself(weir, folder):
    (folder / "weir.yaml").write_text("version: 1\nlimits:\n  a: { key: ip, rate: 5/1x }\n  b: { key: ip, rtae: 5/1m }\n"
                                      "upstreams: {}\nroutes: []\n")
    said = weir("check")
    assert (said.returncode, said.stdout) == (2, "")
    places = re.findall(r"^weir\.yaml:(\d+):\d+: ", said.stderr, re.MULTILINE)
    assert "3" in places and "4" in places
    assert "a: { key: ip, rate: 5/1x }" in said.stderr
    assert "did you mean 'rate'?" in said.stderr


def test_what_will_surprise_is_a_warning_and_no_error(weir, folder):
    (folder / "weir.yaml").write_text("version: 1\nlimits:\n  a: { key: ip, rate: 5/month }\n"
                                      "upstreams: { local: { url: http://127.0.0.1:9 } }\n"
                                      "routes:\n  - { path: /*, to: local }\n  - { path: /v1, to: local }\n")
    said = weir("check")
    assert (said.returncode, said.stdout) == (0, "weir.yaml is fine: 1 limit, 2 routes\n")
    assert re.findall(r"^weir\.yaml:(\d+:\d+): warning: (.{20})", said.stderr, re.MULTILINE) == [
        ("3:3", "no route uses the li"), ("3:3", "the limit 'a' counts"), ("7:5", "this route is never ")]
    assert len(said.stderr.splitlines()) == 3


def test_no_secret_is_in_what_it_says(weir, folder):
    (folder / "weir.yaml").write_text("version: 1\nadmin: { listen: 0.0.0.0:9090, token: hunter2, tken: x }\n"
                                      "upstreams: { a: { url: http://h, headers: { authorization: \"Bearer ${KEY}\\n\" } } }\n"
                                      "routes: [{ path: /*, to: a }]\n")
    said = weir("check", env={"KEY": "hunter2"})
    assert said.returncode == 2
    assert "token" in said.stderr and "authorization" in said.stderr
    assert "hunter2" not in said.stderr + said.stdout


@pytest.mark.parametrize("command", ["up", "envoy"])
def test_other_commands_say_the_same_of_a_broken_file(weir, folder, command):
    (folder / "weir.yaml").write_text("version: 1\nlisten: nowhere\n")
    said = weir(command)
    checked = weir("check")
    assert (said.returncode, said.stdout) == (2, "")
    assert said.stderr == checked.stderr != ""


@pytest.mark.parametrize("text", ["", "\t", "- a\n- b\n", "{", "version: 2\n", "\x00\x01", "a: *b\n", "[" * 5000])
def test_no_text_makes_it_fail_without_an_answer(weir, folder, text):
    (folder / "weir.yaml").write_text(text)
    said = weir("check")
    assert said.returncode == 2
    assert said.stderr.startswith("weir.yaml:")
