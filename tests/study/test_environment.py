from __future__ import annotations

from reference.study import environment
from tests.servers import free_port


def test_an_unproved_python_gets_a_sentence_that_says_what_to_do():
    assert environment.check_python((3, 12)) is None
    assert "make lab" in (environment.check_python((3, 9)) or "")


def test_a_package_that_differs_from_the_lock_is_named_with_the_mend(tmp_path):
    lock = tmp_path / "requirements.lock"
    lock.write_text('redis==0.0.1 \\\n    --hash=sha256:00\nno-such-package==1 ; sys_platform == "nowhere"\n', encoding="utf-8")
    problem = environment.check_packages(lock) or ""
    assert "redis" in problem and "wanted 0.0.1" in problem and "make lab" in problem and "no-such-package" not in problem


def test_the_installed_environment_agrees_with_itself(tmp_path):
    from importlib.metadata import version

    lock = tmp_path / "requirements.lock"
    lock.write_text(f"redis=={version('redis')} \\\n", encoding="utf-8")
    assert environment.check_packages(lock) is None and environment.check_packages(tmp_path / "none.lock") is None


def test_a_server_that_does_not_answer_is_named(monkeypatch, redis_url):
    monkeypatch.setenv("REDIS_URL", redis_url)
    assert environment.check_url("REDIS_URL", 6379) is None
    port = free_port()
    monkeypatch.setenv("REDIS_URL", f"redis://127.0.0.1:{port}/0")
    assert f"127.0.0.1:{port}" in (environment.check_url("REDIS_URL", 6379) or "")
    monkeypatch.delenv("REDIS_URL")
    assert environment.check_url("REDIS_URL", 6379) is None


def test_the_report_says_the_same_wherever_all_is_well(headless, monkeypatch, capsys):
    monkeypatch.setattr(environment, "_CHECKS", {"Python": lambda: None, "Redis": lambda: None})
    environment.environment_check()
    assert capsys.readouterr().out == "Everything is in place.\n✓ Python fine\n✓ Redis fine\n"
    monkeypatch.setattr(environment, "_CHECKS", {"Python": lambda: "Too old. Run `make lab`."})
    environment.environment_check()
    assert "✗ Python Too old" in capsys.readouterr().out


def test_a_folder_without_write_access_is_named(in_lab, monkeypatch):
    assert environment.check_my_folder() is None
    monkeypatch.setattr(environment.os, "access", lambda *_: False)  # root may write everywhere
    assert str(in_lab) in (environment.check_my_folder() or "")
