"""Settings: what the environment says, and what is refused in one message."""

from __future__ import annotations

import stat
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from fieldservice.config import settings_from
from fieldservice.errors import Refused


@pytest.fixture
def var(tmp_path: Path) -> dict[str, str]:
    """An environment that says only where to write."""
    return {"FIELDSERVICE_VAR": str(tmp_path / "var")}


def test_nothing_needs_to_be_set(var: dict[str, str], tmp_path: Path) -> None:
    settings = settings_from(var)
    assert settings.sqlite_path == tmp_path / "var" / "fieldservice.db"
    assert settings.public_base_url == "http://127.0.0.1:5000"
    assert not settings.is_https
    assert settings.clock_offset == timedelta()


def test_the_secret_is_made_once_and_only_its_owner_may_read_it(
    var: dict[str, str], tmp_path: Path
) -> None:
    first, second = settings_from(var), settings_from(var)
    kept = tmp_path / "var" / "secret_key"
    assert first.secret_key == second.secret_key
    assert len(first.secret_key) >= 40
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_an_empty_setting_counts_as_not_set(var: dict[str, str]) -> None:
    empty = {"DATABASE_URL": "", "SECRET_KEY": "", "PORT": "", "PUBLIC_BASE_URL": ""}
    assert settings_from({**var, **empty}) == settings_from(var)


def test_all_that_is_wrong_is_said_at_once(var: dict[str, str], tmp_path: Path) -> None:
    wrong = {
        "DATABASE_URL": "mysql://host/db",
        "PUBLIC_BASE_URL": "example.org",
        "PORT": "http",
        "UPLOAD_MEGABYTES": "ten",
        "PLANNER_MEMORY_MB": "0",
        "SIGN_IN_LIMIT": "often",
        "TWILIO_ACCOUNT_SID": "AC1",
        "TWILIO_AUTH_TOKEN": "",
        "TWILIO_API_BASE": "api.twilio.com",
        "SMS_PRICE": "cheap",
        "SPEND_CAP_PER_DAY": "-1",
        "MESSAGE_CURRENCY": "euro",
    }
    with pytest.raises(Refused) as refusal:
        settings_from({**var, **wrong, "MESSAGES_BY": "twilio"})
    for name in wrong:
        assert name in refusal.value.sentence
    assert not (tmp_path / "var").exists(), "nothing is written before all is right"


def test_twilio_carries_messages_once_all_it_needs_is_set(var: dict[str, str]) -> None:
    assert settings_from(var).twilio is None
    account = {
        "MESSAGES_BY": "twilio",
        "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "TWILIO_AUTH_TOKEN": "new",
        "TWILIO_AUTH_TOKEN_BEFORE": "old",
        "PUBLIC_BASE_URL": "https://visits.example.org",
    }
    twilio = settings_from({**var, **account}).twilio
    assert twilio is not None
    assert twilio.auth_tokens == ("new", "old")
    assert twilio.api_base == "https://api.twilio.com"
    assert "new" not in repr(twilio), "no log may hold it"
    with pytest.raises(Refused, match="TWILIO_API_BASE"):
        settings_from({**var, **account, "TWILIO_API_BASE": "http://twilio.example.org"})
    local = settings_from({**var, **account, "TWILIO_API_BASE": "http://127.0.0.1:4013"}).twilio
    assert local is not None
    for name in ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "PUBLIC_BASE_URL"):
        with pytest.raises(Refused, match=name):
            settings_from({**var, **account, name: ""})


def test_amounts_are_read_to_the_thousandth(var: dict[str, str]) -> None:
    prices = settings_from({**var, "SMS_PRICE": "0.0745", "SPEND_CAP_PER_DAY": "12.5"}).prices
    assert (prices.sms_segment, prices.cap_per_day) == (74, 12500)


def test_hosts_that_trials_may_reach_are_read_one_by_one(var: dict[str, str]) -> None:
    allowed = settings_from({**var, "OUTGOING_ALLOW": "LocalHost, 127.0.0.1"}).outgoing_allow
    assert allowed == {"localhost", "127.0.0.1"}


@pytest.mark.parametrize("written", ["postgresql://u@h/d", "postgresql+psycopg://u@h/d"])
def test_postgresql_is_spoken_to_by_psycopg(var: dict[str, str], written: str) -> None:
    settings = settings_from({**var, "DATABASE_URL": written})
    assert settings.database_url == "postgresql+psycopg://u@h/d"
    assert not settings.is_sqlite


def test_postgres_is_understood_too(var: dict[str, str]) -> None:
    settings = settings_from({**var, "DATABASE_URL": "postgres://u@h/d"})
    assert settings.database_url == "postgresql+psycopg://u@h/d"


@pytest.mark.parametrize(
    "url", ["sqlite://", "sqlite:///", "sqlite:///:memory:", "sqlite:///x?mode=ro"]
)
def test_a_database_that_is_no_file_is_refused(var: dict[str, str], url: str) -> None:
    with pytest.raises(Refused, match="DATABASE_URL"):
        settings_from({**var, "DATABASE_URL": url})


def test_a_relative_database_file_is_where_the_command_was_called(
    var: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = settings_from({**var, "DATABASE_URL": "sqlite:///here.db"})
    assert settings.sqlite_path == tmp_path / "here.db"
    assert settings.database_url == f"sqlite:///{tmp_path / 'here.db'}"


def test_a_weak_secret_is_refused(var: dict[str, str]) -> None:
    with pytest.raises(Refused, match="SECRET_KEY"):
        settings_from({**var, "SECRET_KEY": "secret"})


def test_settings_show_no_secret(var: dict[str, str]) -> None:
    settings = replace(settings_from(var), database_url="postgresql+psycopg://u:hush@h/d")
    assert settings.secret_key not in repr(settings)
    assert "hush" not in repr(settings)


def test_https_is_known_by_the_public_address(var: dict[str, str]) -> None:
    settings = settings_from({**var, "PUBLIC_BASE_URL": "https://visits.example.org/"})
    assert settings.is_https
    assert settings.public_base_url == "https://visits.example.org"


def test_the_clock_may_be_moved(var: dict[str, str]) -> None:
    settings = settings_from({**var, "CLOCK_OFFSET_SECONDS": "-86400"})
    assert settings.clock_offset == timedelta(days=-1)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "0"),
        ("PORT", "65536"),
        ("CLOCK_OFFSET_SECONDS", "9" * 24),
        ("CLOCK_OFFSET_SECONDS", "99999999999999"),
        ("PLANNER_MEMORY_MB", "9" * 20),
        ("UPLOAD_MEGABYTES", "9" * 20),
        ("TRUSTED_PROXIES", "1000"),
        ("PUBLIC_BASE_URL", "http://[bad"),
        ("PUBLIC_BASE_URL", "http://host:99999"),
        ("DATABASE_URL", "postgresql://u:p@host:port/name"),
    ],
)
def test_a_value_no_machine_can_use_is_refused_by_its_name(
    var: dict[str, str], name: str, value: str
) -> None:
    with pytest.raises(Refused, match=name):
        settings_from({**var, name: value})


def test_a_secret_that_is_not_whole_signs_nothing(var: dict[str, str], tmp_path: Path) -> None:
    settings_from(var)
    (tmp_path / "var" / "secret_key").write_text("")
    with pytest.raises(Refused, match="secret_key is not whole"):
        settings_from(var)


def test_a_folder_that_is_none_is_refused_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Refused, match="FIELDSERVICE_VAR"):
        settings_from({"FIELDSERVICE_VAR": str(tmp_path / "file")})
