"""Settings: defaults that need nothing, the environment over the file, nothing changed later."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pydantic import ValidationError

from assistant.settings import Settings


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An empty folder and an environment that says nothing to Suiwen."""
    for name in os.environ:
        if name.upper().startswith("SUIWEN_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_the_defaults_need_no_server_no_network_and_no_weights() -> None:
    settings = Settings()
    assert (settings.home, settings.encoder) == (Path(".suiwen"), "static")
    assert (settings.host, settings.trusted_proxies) == ("127.0.0.1", "127.0.0.1")
    assert settings.requests_per_minute > 0
    assert settings.most_body_bytes == 16_384


def test_the_environment_counts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SUIWEN_HOME", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("suiwen_port", "9000")
    monkeypatch.setenv("SUIWEN_REQUESTS_PER_MINUTE", "0")
    settings = Settings()
    assert (settings.home, settings.port) == (tmp_path / "elsewhere", 9000)
    assert settings.requests_per_minute == 0


def test_the_environment_comes_before_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    text = "SUIWEN_PORT=9001\nSUIWEN_HOST=0.0.0.0\nOTHER_SECRET=x\nSUIWEN_FUTURE=1\n"
    (tmp_path / ".env").write_text(text, encoding="utf-8")
    monkeypatch.setenv("SUIWEN_PORT", "9002")
    settings = Settings()
    assert (settings.port, settings.host) == (9002, "0.0.0.0")


def test_settings_do_not_change() -> None:
    settings = Settings()
    with pytest.raises(ValidationError):
        settings.port = 1  # type: ignore[misc]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("SESSION_TTL", "long"),
        ("REQUESTS_PER_MINUTE", "1.5"),
        ("MOST_BODY_BYTES", ""),
    ],
)
def test_a_value_that_is_none_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"SUIWEN_{name}", value)
    with pytest.raises(ValidationError, match=name.lower()):
        Settings()


def test_every_setting_is_documented_or_speaks_for_itself() -> None:
    plain = {"host", "port", "encoder_seed", "most_body_bytes", "log_level"}
    undescribed = {name for name, one in Settings.model_fields.items() if not one.description}
    assert undescribed <= plain


def test_the_address_of_a_vector_store_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUIWEN_VECTOR_STORE", "postgres")
    monkeypatch.setenv("SUIWEN_VECTOR_STORE_URL", "postgresql://suiwen:geheim@one,two/db")
    settings = Settings()
    assert settings.vector_store == "postgres"
    assert settings.vector_store_url is not None
    assert settings.vector_store_url.get_secret_value().endswith("@one,two/db")
    assert "geheim" not in repr(settings) + str(settings.model_dump())


def test_the_key_of_a_language_model_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUIWEN_CHAT_URL", "http://127.0.0.1:8000/v1")
    monkeypatch.setenv("SUIWEN_CHAT_KEY", "geheim")
    settings = Settings()
    assert settings.chat_key is not None
    assert settings.chat_key.get_secret_value() == "geheim"
    assert "geheim" not in repr(settings) + str(settings.model_dump())


def test_a_citizen_waits_for_no_language_model_unless_one_is_set() -> None:
    settings = Settings()
    assert (settings.chat_url, settings.chat_model, settings.chat_seconds) == (None, None, 1.5)


@pytest.mark.parametrize("seconds", [0, 4.1])
def test_a_conversation_is_not_held_up_for_long(seconds: float) -> None:
    with pytest.raises(ValidationError, match="chat_seconds"):
        Settings(chat_seconds=seconds)
