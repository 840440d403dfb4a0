# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Connection settings."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.client.credentials import ENVIRONMENT, resolve
from ansible_collections.iotops.aliyun.plugins.module_utils.client.errors import InvalidRequest

KEY = {"access_key_id": "id", "access_key_secret": "secret"}
KEY_OF_ENVIRONMENT = {"ALIBABA_CLOUD_ACCESS_KEY_ID": "env-id", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "env-secret"}
PROFILES = [
    {"name": "plain", "mode": "AK", "access_key_id": "file-id", "access_key_secret": "file-secret", "region_id": "r"},
    {
        "name": "sts",
        "mode": "StsToken",
        "access_key_id": "sts-id",
        "access_key_secret": "sts-secret",
        "sts_token": "sts-token",
    },
    {"name": "role", "mode": "RamRoleArn", "access_key_id": "role-id", "access_key_secret": "role-secret"},
    {"name": "old", "access_key_id": "old-id", "access_key_secret": "old-secret", "region_id": ""},
]


@pytest.fixture
def file(tmp_path):
    """Return a function that writes the profile file and returns the environment with its path."""

    def write(content) -> dict[str, str]:
        path = tmp_path / "config.json"
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return {"ALIBABA_CLOUD_CONFIG_FILE": str(path)}

    return write


@pytest.fixture
def profiles(file):
    """Return the environment with the profile file, whose current profile is ``plain``."""
    return file({"current": "plain", "profiles": PROFILES})


def key(settings, environ) -> tuple[str, str, str]:
    connection = resolve(settings, environ)
    return connection.access_key_id, connection.access_key_secret, connection.security_token


def rejected(settings, environ) -> InvalidRequest:
    with pytest.raises(InvalidRequest) as caught:
        resolve(settings, environ)
    return caught.value


def no_profile_file(tmp_path) -> dict[str, str]:
    return {"ALIBABA_CLOUD_CONFIG_FILE": str(tmp_path / "none.json")}


def test_parameters_override_environment_and_environment_overrides_profile(profiles):
    assert key(KEY, {**profiles, **KEY_OF_ENVIRONMENT}) == ("id", "secret", "")
    assert key({}, {**profiles, **KEY_OF_ENVIRONMENT}) == ("env-id", "env-secret", "")
    assert key({}, profiles) == ("file-id", "file-secret", "")


def test_profile_option_overrides_environment(profiles):
    assert key({"profile": "sts"}, {**profiles, **KEY_OF_ENVIRONMENT}) == ("sts-id", "sts-secret", "sts-token")


def test_none_and_empty_settings_are_ignored(profiles):
    assert key({"access_key_id": None, "access_key_secret": ""}, {**profiles, **KEY_OF_ENVIRONMENT})[0] == "env-id"
    assert key({}, {**profiles, "ALIBABA_CLOUD_ACCESS_KEY_ID": ""})[0] == "file-id"


@pytest.mark.parametrize("name", [name for name in ENVIRONMENT if name not in ("profile", "security_token")])
def test_setting_is_read_from_environment_variable(name):
    value = "https://example.com" if name == "endpoint" else "x"
    assert getattr(resolve({}, {**KEY_OF_ENVIRONMENT, ENVIRONMENT[name]: value}), name) == value


def test_environment_defaults_to_os_environ(monkeypatch):
    for name, value in KEY_OF_ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    assert resolve({}).access_key_id == "env-id"


def test_environment_token_is_used_only_with_environment_key(profiles):
    token = {"ALIBABA_CLOUD_SECURITY_TOKEN": "env-token"}
    assert key({}, {**KEY_OF_ENVIRONMENT, **token}) == ("env-id", "env-secret", "env-token")
    assert key(KEY, {**KEY_OF_ENVIRONMENT, **token}) == ("id", "secret", "")
    assert key(KEY, token) == ("id", "secret", "")
    assert key({}, {**profiles, **token}) == ("file-id", "file-secret", "")


def test_profile_token_is_used_only_with_profile_key(profiles):
    assert key({"profile": "sts"}, profiles) == ("sts-id", "sts-secret", "sts-token")
    assert key({**KEY, "profile": "sts"}, profiles) == ("id", "secret", "")
    assert key({}, {**profiles, **KEY_OF_ENVIRONMENT, "ALIBABA_CLOUD_PROFILE": "sts"}) == ("env-id", "env-secret", "")


def test_security_token_parameter_overrides_environment():
    assert key({**KEY, "security_token": "token"}, {"ALIBABA_CLOUD_SECURITY_TOKEN": "other"})[2] == "token"


def test_named_profile_is_used(profiles):
    assert key({"profile": "old"}, profiles)[0] == "old-id"
    assert key({}, {**profiles, "ALIBABA_CLOUD_PROFILE": "old"})[0] == "old-id"
    assert key({"profile": "sts"}, {**profiles, "ALIBABA_CLOUD_PROFILE": "old"})[0] == "sts-id"


def test_profile_without_current_is_default(file):
    assert key({}, file({"profiles": [{**PROFILES[0], "name": "default"}]}))[0] == "file-id"


def test_region_is_read_from_profile(profiles):
    assert resolve({}, profiles).region == "r"
    assert resolve({"profile": "plain", **KEY}, profiles).region == "r"
    assert resolve({"region": "mine"}, profiles).region == "mine"
    assert resolve({"profile": "old"}, profiles).region == "cn-shanghai"


def test_missing_access_key_raises_invalid_request(tmp_path):
    error = rejected({}, no_profile_file(tmp_path))
    assert error.code == "MissingCredentials"
    for name in ("ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET"):
        assert name in error.remedy
    error = rejected({"access_key_id": "id"}, no_profile_file(tmp_path))
    assert error.message == "no credentials found: access_key_secret is not set"


def test_missing_current_profile_is_ignored(file):
    for content in ({"current": "missing", "profiles": PROFILES}, {}):
        assert rejected({}, file(content)).code == "MissingCredentials"


def test_current_profile_with_unsupported_mode_is_named(file):
    error = rejected({}, file({"current": "role", "profiles": PROFILES}))
    assert error.code == "InvalidProfile"
    assert "the profile role in" in error.message
    assert "RamRoleArn" in error.message


@pytest.mark.parametrize("mode", ["stsToken", "STSTOKEN", "CloudSSO"])
def test_profile_mode_with_token_is_used_in_any_case(file, mode):
    profile = {"name": "s", "mode": mode, "access_key_id": "STS.x", "access_key_secret": "y", "sts_token": "z"}
    connection = resolve({}, file({"current": "s", "profiles": [profile]}))
    assert (connection.access_key_id, connection.access_key_secret, connection.security_token) == ("STS.x", "y", "z")


def test_profile_file_with_byte_order_mark_is_read(file):
    environ = file({"current": "plain", "profiles": PROFILES})
    path = Path(environ["ALIBABA_CLOUD_CONFIG_FILE"])
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert resolve({}, environ).access_key_id


def test_profile_with_numeric_id_is_rejected_with_its_member(file):
    error = rejected(
        {}, file({"current": "s", "profiles": [{"name": "s", "access_key_id": 1, "access_key_secret": "x"}]})
    )
    assert error.code == "InvalidProfile"
    assert error.message.startswith("access_key_id of the profile s in ")
    assert error.message.endswith("must be text, not int")


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("timeout_in_seconds", 0),
        ("timeout_in_seconds", -1),
        ("timeout_in_seconds", 3601),
        ("retries", -1),
        ("retries", 101),
    ],
)
def test_number_out_of_range_is_rejected_with_option_and_range(option, value):
    error = rejected({"access_key_id": "a", "access_key_secret": "b", option: value}, {})
    assert error.message.startswith(f"{option} must be ")
    assert str(value) in error.message


def test_missing_named_profile_raises_invalid_request(profiles, tmp_path):
    error = rejected({"profile": "missing"}, profiles)
    assert error.code == "InvalidProfile"
    assert "old, plain, role, sts" in error.remedy
    assert rejected({"profile": "missing"}, no_profile_file(tmp_path)).code == "InvalidProfile"


def test_named_profile_with_unsupported_mode_raises_invalid_request(profiles):
    error = rejected({"profile": "role"}, profiles)
    path = profiles["ALIBABA_CLOUD_CONFIG_FILE"]
    assert (error.code, error.message) == (
        "InvalidProfile",
        f"the profile role in {path} has the unsupported mode RamRoleArn",
    )


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "null",
        '"text"',
        '{"profiles": null}',
        '{"profiles": 1}',
        '{"profiles": [{"mode": "AK", "access_key_secret": "s3cr3t"}]}',
        '{"profiles": ["s3cr3t"]}',
        '{"access_key_secret": "s3cr3t"',
    ],
)
@pytest.mark.parametrize("settings", [{}, {"profile": "plain"}])
def test_malformed_profile_file_raises_invalid_request(file, content, settings):
    error = rejected(settings, file(content))
    assert error.code == "InvalidProfile"
    assert re.search(r"config\.json (is not valid JSON|has no list of profiles)", error.message)
    assert "s3cr3t" not in repr(error)


def test_unreadable_profile_file_raises_invalid_request(tmp_path):
    path = tmp_path / "config.json"
    path.write_bytes(b"\xff\xfe\x00")
    assert rejected({}, {"ALIBABA_CLOUD_CONFIG_FILE": str(path)}).code == "InvalidProfile"
    assert rejected({}, {"ALIBABA_CLOUD_CONFIG_FILE": str(tmp_path)}).code == "InvalidProfile"


def test_profile_file_is_not_read_if_key_is_set(file):
    assert key(KEY, file("{"))[0] == "id"


def test_connection_repr_contains_no_secrets():
    text = repr(resolve({**KEY, "access_key_secret": "s3cr3t", "security_token": "t0k3n"}, {}))
    assert "s3cr3t" not in text
    assert "t0k3n" not in text
    assert "access_key_id='id'" in text


def test_endpoint_defaults_to_region_endpoint():
    assert resolve(KEY, {}).endpoint == "https://iot.cn-shanghai.aliyuncs.com"
    assert resolve({**KEY, "region": "ap-southeast-1"}, {}).endpoint == "https://iot.ap-southeast-1.aliyuncs.com"


@pytest.mark.parametrize(
    ("given", "endpoint"),
    [
        ("https://iot.example.com", "https://iot.example.com"),
        ("https://iot.example.com/", "https://iot.example.com"),
        ("http://127.0.0.1:8018", "http://127.0.0.1:8018"),
        ("iot.example.com", "https://iot.example.com"),
        ("localhost:8443", "https://localhost:8443"),
        ("http://[::1]:8018", "http://[::1]:8018"),
    ],
)
def test_endpoint_is_normalized(given, endpoint):
    assert resolve({**KEY, "endpoint": given}, {}).endpoint == endpoint


@pytest.mark.parametrize(
    "endpoint",
    [
        "ftp://example.com",
        "https://",
        "https://example.com/path",
        "https://example.com/?a=b",
        "https://:443",
        "https://[::1",
        "example.com:port",
        "example.com:70000",
        "https://user:s3cr3t@example.com",
        "https://user:s3cr3t@example.com:port",
        "https://ex ample.com",
        "https://.example.com",
        "https://a..b",
        "https://*",
    ],
)
def test_malformed_endpoint_raises_invalid_request(endpoint):
    error = rejected({**KEY, "endpoint": endpoint}, {})
    assert error.code == "InvalidEndpoint"
    assert "s3cr3t" not in repr(error)


def test_malformed_region_raises_invalid_request():
    assert rejected({**KEY, "region": "cn shanghai"}, {}).code == "InvalidEndpoint"


def test_verify_follows_from_validate_certs_and_ca_path():
    assert resolve(KEY, {}).verify is True
    assert resolve({**KEY, "ca_path": "/ca.pem"}, {}).verify == "/ca.pem"
    assert resolve({**KEY, "validate_certs": True, "ca_path": "/ca.pem"}, {}).verify == "/ca.pem"
    assert resolve({**KEY, "validate_certs": False, "ca_path": "/ca.pem"}, {}).verify is False


def test_timeout_retries_and_pacing_have_defaults():
    defaults = resolve(KEY, {})
    assert (defaults.timeout, defaults.retries, defaults.pacing) == (30.0, 6, True)
    other = resolve({**KEY, "timeout_in_seconds": 5, "retries": 0, "pacing": False}, {})
    assert (other.timeout, other.retries, other.pacing) == (5.0, 0, False)
