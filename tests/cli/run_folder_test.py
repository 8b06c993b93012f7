"""Where a running gateway keeps its files: one folder each, for its owner's eyes alone, gone with its owner."""

import signal

from conftest import is_alive, wait_until


def folders(run_root):
    return sorted(path for path in run_root.iterdir() if path.is_dir())


def test_is_for_its_owner_alone(start, run_root):
    start()
    for path in [run_root, *folders(run_root)]:
        assert path.stat().st_mode & 0o777 == 0o700
    for path in folders(run_root)[0].iterdir():
        assert path.stat().st_mode & 0o077 == 0


def test_is_gone_after_a_clean_stop(start, run_root):
    gateway = start()
    assert len(folders(run_root)) == 1
    gateway.signal()
    gateway.end()
    assert folders(run_root) == []


def test_what_a_killed_gateway_left_is_removed_by_the_next(start, run_root):
    killed = start(name="killed")
    envoy = killed.envoy
    left = folders(run_root)
    killed.signal(signal.SIGKILL)
    killed.end()
    wait_until(lambda: not is_alive(envoy), "Envoy is gone")
    assert folders(run_root) == left
    start(name="next")
    assert len(folders(run_root)) == 1
    assert folders(run_root) != left


def test_of_a_living_gateway_stays(start, run_root):
    living = start(name="living")
    kept = folders(run_root)[0]
    start(name="next")
    assert kept in folders(run_root)
    living.signal()
    assert living.end() == 0


def test_links_in_it_are_not_followed(start, run_root, folder):
    precious = folder / "precious"
    precious.mkdir()
    (precious / "file").write_text("keep me")
    run_root.mkdir(mode=0o700)
    (run_root / "4711-1").symlink_to(precious)
    stale = run_root / "4712-1"
    stale.mkdir()
    (stale / "owner").symlink_to(precious / "file")
    (stale / "link").symlink_to(precious)
    start()
    assert (precious / "file").read_text() == "keep me"
    assert not stale.exists()


def test_a_link_in_its_place_is_refused(weir, config, run_root, folder):
    (folder / "elsewhere").mkdir()
    run_root.symlink_to(folder / "elsewhere")
    config()
    said = weir("up")
    assert said.returncode == 3
    assert "is not a folder of this user" in said.stderr
