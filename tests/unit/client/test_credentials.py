# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Who calls, and where."""

from __future__ import annotations

import json

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
    """Write the profile file, and return the environment that names it."""

    def write(content) -> dict[str, str]:
        path = tmp_path / "config.json"
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return {"ALIBABA_CLOUD_CONFIG_FILE": str(path)}

    return write


@pytest.fixture
def profiles(file):
    """The environment with the profile file, whose current profile is ``plain``."""
    return file({"current": "plain", "profiles": PROFILES})


def key(settings, environ) -> tuple[str, str, str]:
    connection = resolve(settings, environ)
    return connection.access_key_id, connection.access_key_secret, connection.security_token


def complaint(settings, environ) -> InvalidRequest:
    with pytest.raises(InvalidRequest) as caught:
        resolve(settings, environ)
    return caught.value


def nowhere(tmp_path) -> dict[str, str]:
    return {"ALIBABA_CLOUD_CONFIG_FILE": str(tmp_path / "none.json")}


def test_parameters_come_before_the_environment_and_the_environment_before_the_profile(profiles):
    assert key(KEY, {**profiles, **KEY_OF_ENVIRONMENT}) == ("id", "secret", "")
    assert key({}, {**profiles, **KEY_OF_ENVIRONMENT}) == ("env-id", "env-secret", "")
    assert key({}, profiles) == ("file-id", "file-secret", "")


def test_a_profile_that_is_named_comes_before_the_environment(profiles):
    assert key({"profile": "sts"}, {**profiles, **KEY_OF_ENVIRONMENT}) == ("sts-id", "sts-secret", "sts-token")


def test_none_and_empty_are_not_given(profiles):
    assert key({"access_key_id": None, "access_key_secret": ""}, {**profiles, **KEY_OF_ENVIRONMENT})[0] == "env-id"
    assert key({}, {**profiles, "ALIBABA_CLOUD_ACCESS_KEY_ID": ""})[0] == "file-id"


@pytest.mark.parametrize("name", [name for name in ENVIRONMENT if name not in ("profile", "security_token")])
def test_each_setting_has_a_variable(name):
    value = "https://example.com" if name == "endpoint" else "x"
    assert getattr(resolve({}, {**KEY_OF_ENVIRONMENT, ENVIRONMENT[name]: value}), name) == value


def test_the_processs_environment_is_asked(monkeypatch):
    for name, value in KEY_OF_ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    assert resolve({}).access_key_id == "env-id"


def test_a_token_of_the_environment_belongs_to_the_key_of_the_environment(profiles):
    token = {"ALIBABA_CLOUD_SECURITY_TOKEN": "env-token"}
    assert key({}, {**KEY_OF_ENVIRONMENT, **token}) == ("env-id", "env-secret", "env-token")
    assert key(KEY, {**KEY_OF_ENVIRONMENT, **token}) == ("id", "secret", "")
    assert key(KEY, token) == ("id", "secret", "")
    assert key({}, {**profiles, **token}) == ("file-id", "file-secret", "")


def test_a_token_of_a_profile_belongs_to_the_key_of_the_profile(profiles):
    assert key({"profile": "sts"}, profiles) == ("sts-id", "sts-secret", "sts-token")
    assert key({**KEY, "profile": "sts"}, profiles) == ("id", "secret", "")
    assert key({}, {**profiles, **KEY_OF_ENVIRONMENT, "ALIBABA_CLOUD_PROFILE": "sts"}) == ("env-id", "env-secret", "")


def test_a_token_of_the_parameters_is_taken():
    assert key({**KEY, "security_token": "token"}, {"ALIBABA_CLOUD_SECURITY_TOKEN": "other"})[2] == "token"


def test_a_profile_by_its_name(profiles):
    assert key({"profile": "old"}, profiles)[0] == "old-id"
    assert key({}, {**profiles, "ALIBABA_CLOUD_PROFILE": "old"})[0] == "old-id"
    assert key({"profile": "sts"}, {**profiles, "ALIBABA_CLOUD_PROFILE": "old"})[0] == "sts-id"


def test_without_a_current_profile_it_is_the_default_one(file):
    assert key({}, file({"profiles": [{**PROFILES[0], "name": "default"}]}))[0] == "file-id"


def test_the_region_of_a_profile(profiles):
    assert resolve({}, profiles).region == "r"
    assert resolve({"profile": "plain", **KEY}, profiles).region == "r"
    assert resolve({"region": "mine"}, profiles).region == "mine"
    assert resolve({"profile": "old"}, profiles).region == "cn-shanghai"


def test_no_key_at_all(tmp_path):
    error = complaint({}, nowhere(tmp_path))
    assert error.code == "MissingCredentials"
    for name in ("ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET"):
        assert name in error.remedy
    error = complaint({"access_key_id": "id"}, nowhere(tmp_path))
    assert error.message == "no credentials found: access_key_secret is not set"


def test_the_current_profile_is_no_must(file):
    for content in ({"current": "gone", "profiles": PROFILES}, {"current": "role", "profiles": PROFILES}, {}):
        assert complaint({}, file(content)).code == "MissingCredentials"


def test_a_named_profile_must_exist(profiles, tmp_path):
    error = complaint({"profile": "gone"}, profiles)
    assert error.code == "InvalidProfile"
    assert "old, plain, role, sts" in error.remedy
    assert complaint({"profile": "gone"}, nowhere(tmp_path)).code == "InvalidProfile"


def test_a_named_profile_must_hold_a_key_that_can_sign(profiles):
    error = complaint({"profile": "role"}, profiles)
    assert (error.code, error.message) == ("InvalidProfile", "the profile role has the unsupported mode RamRoleArn")


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
def test_a_malformed_profile_file(file, content, settings):
    error = complaint(settings, file(content))
    assert error.code == "InvalidProfile"
    assert "config.json cannot be read" in error.message
    assert "s3cr3t" not in repr(error)


def test_a_profile_file_that_is_no_text(tmp_path):
    path = tmp_path / "config.json"
    path.write_bytes(b"\xff\xfe\x00")
    assert complaint({}, {"ALIBABA_CLOUD_CONFIG_FILE": str(path)}).code == "InvalidProfile"
    assert complaint({}, {"ALIBABA_CLOUD_CONFIG_FILE": str(tmp_path)}).code == "InvalidProfile"


def test_the_profile_file_is_not_read_without_need(file):
    assert key(KEY, file("{"))[0] == "id"


def test_secrets_are_not_in_the_repr():
    text = repr(resolve({**KEY, "access_key_secret": "s3cr3t", "security_token": "t0k3n"}, {}))
    assert "s3cr3t" not in text
    assert "t0k3n" not in text
    assert "access_key_id='id'" in text


def test_the_endpoint_follows_from_the_region():
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
def test_endpoints(given, endpoint):
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
def test_malformed_endpoints(endpoint):
    error = complaint({**KEY, "endpoint": endpoint}, {})
    assert error.code == "InvalidEndpoint"
    assert "s3cr3t" not in repr(error)


def test_a_region_that_cannot_be_one():
    assert complaint({**KEY, "region": "cn shanghai"}, {}).code == "InvalidEndpoint"


def test_whom_to_trust():
    assert resolve(KEY, {}).verify is True
    assert resolve({**KEY, "ca_path": "/ca.pem"}, {}).verify == "/ca.pem"
    assert resolve({**KEY, "validate_certs": True, "ca_path": "/ca.pem"}, {}).verify == "/ca.pem"
    assert resolve({**KEY, "validate_certs": False, "ca_path": "/ca.pem"}, {}).verify is False


def test_how_patiently():
    usual = resolve(KEY, {})
    assert (usual.timeout, usual.retries, usual.pacing) == (30.0, 6, True)
    other = resolve({**KEY, "timeout_in_seconds": 5, "retries": 0, "pacing": False}, {})
    assert (other.timeout, other.retries, other.pacing) == (5.0, 0, False)
