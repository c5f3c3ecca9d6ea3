"""The closed vocabulary of the settings."""

from pathlib import Path

import pytest

from frankmark.foundation.errors import Malformed
from frankmark.settings import Settings, SettingsReason, load


def refused(text: str, tmp_path: Path, environ: dict[str, str] | None = None) -> Malformed:
    file = tmp_path / "frankmark.toml"
    file.write_text(text)
    with pytest.raises(Malformed) as caught:
        load(file, environ or {})
    return caught.value


def test_nothing_needs_to_be_set() -> None:
    assert load(None, {"PATH": "/bin"}) == Settings()
    assert Settings().listen == "127.0.0.1:8480"


def test_a_file_and_the_environment_meet_and_the_environment_wins(tmp_path: Path) -> None:
    file = tmp_path / "frankmark.toml"
    file.write_text(
        'public_url = "https://mark.example.org"\nlisten = "127.0.0.1:1"\n[dns]\nvalidating = true\n'
        '[evidence.rdap]\ntest = "http://127.0.0.1:9/"\n[smtp]\nhost = "mx"\nfrom = "a@b.test"\n'
    )
    environ = {
        "FRANKMARK_LISTEN": "127.0.0.1:2",
        "FRANKMARK_RESOLVER": "127.0.0.1:53, 127.0.0.2:53",
        "FRANKMARK_LIMITS_V1_PER_HOUR": "5",
        "FRANKMARK_OUTBOUND_ALLOW": "http://127.0.0.1:9",
        "FRANKMARK_API_BASE": "http://127.0.0.1:8480",
    }
    settings = load(file, environ)
    assert settings.listen == "127.0.0.1:2"
    assert settings.dns.resolvers == ("127.0.0.1:53", "127.0.0.2:53")
    assert settings.dns.validating
    assert settings.limits.v1_per_hour == 5
    assert settings.outbound.allow == ("http://127.0.0.1:9",)
    assert settings.evidence.rdap == {"test": "http://127.0.0.1:9/"}
    assert settings.smtp.sender == "a@b.test"


@pytest.mark.parametrize(
    ("text", "name", "nearest"),
    [
        ('publicurl = "x"', "publicurl", "public_url"),
        ("[limits]\nv1_per_hours = 3", "limits.v1_per_hours", "limits.v1_per_hour"),
    ],
)
def test_an_unknown_key_is_refused_with_the_nearest_known_one(
    text: str, name: str, nearest: str, tmp_path: Path
) -> None:
    problem = refused(text, tmp_path)
    assert problem.code is SettingsReason.SETTINGS_UNKNOWN_KEY
    assert name in problem.detail
    assert nearest in problem.detail


def test_an_unknown_variable_is_refused_with_the_nearest_known_one(tmp_path: Path) -> None:
    problem = refused("", tmp_path, {"FRANKMARK_LISTN": "x"})
    assert problem.code is SettingsReason.SETTINGS_UNKNOWN_KEY
    assert "FRANKMARK_LISTEN" in problem.detail


@pytest.mark.parametrize(
    "text",
    [
        'dns = "1.1.1.1"',
        "[limits]\nv1_per_hour = [1]",
        'public_url = "http://mark.example.org"',
        'public_url = "https://mark.example.org/path"',
        'public_url = "https://user@mark.example.org"',
    ],
)
def test_a_value_of_the_wrong_kind_is_refused(text: str, tmp_path: Path) -> None:
    assert refused(text, tmp_path).code is SettingsReason.SETTINGS_INVALID


def test_a_section_given_as_a_value_is_refused_when_a_variable_reaches_into_it(tmp_path: Path) -> None:
    problem = refused('dns = "x"', tmp_path, {"FRANKMARK_RESOLVER": "127.0.0.1:53"})
    assert problem.code is SettingsReason.SETTINGS_INVALID


def test_a_file_that_cannot_be_read_or_is_not_toml_is_named(tmp_path: Path) -> None:
    assert refused("= 3", tmp_path).code is SettingsReason.SETTINGS_UNREADABLE
    with pytest.raises(Malformed) as caught:
        load(tmp_path / "absent.toml", {})
    assert "absent.toml" in caught.value.detail
