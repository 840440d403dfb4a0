# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The connection settings: credentials, endpoint and options of the connection.

Parameters have priority over environment variables, and environment variables over the profile. Profiles are in the
configuration file of the vendor's command line tool, ``~/.aliyun/config.json``.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Dict
from urllib.parse import urlsplit

from ansible_collections.iotops.aliyun.plugins.module_utils.client.errors import InvalidRequest

DEFAULT_REGION = "cn-shanghai"
PROFILE_FILE = "~/.aliyun/config.json"

#: The environment variable of each connection setting.
ENVIRONMENT = {
    "access_key_id": "ALIBABA_CLOUD_ACCESS_KEY_ID",
    "access_key_secret": "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
    "security_token": "ALIBABA_CLOUD_SECURITY_TOKEN",
    "region": "ALIBABA_CLOUD_REGION_ID",
    "endpoint": "ALIBABA_CLOUD_IOT_ENDPOINT",
    "iot_instance_id": "ALIBABA_CLOUD_IOT_INSTANCE_ID",
    "profile": "ALIBABA_CLOUD_PROFILE",
}

# A host name, or an IPv6 address.
_HOST = re.compile(r"[A-Za-z0-9_-]{1,63}(\.[A-Za-z0-9_-]{1,63})*\.?|[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*")

# The settings that a profile can contain, and their keys in the profile file.
_PROFILE_KEYS = {
    "access_key_id": "access_key_id",
    "access_key_secret": "access_key_secret",
    "security_token": "sts_token",
    "region": "region_id",
}

_Settings = Dict[str, Any]

#: The range of each numeric setting.
RANGES = {"timeout_in_seconds": (1, 3600), "retries": (0, 100)}

# The modes of profiles that contain an AccessKey, in lower case. CloudSSO profiles contain a temporary AccessKey.
_MODES_WITH_ACCESS_KEY = ("ak", "ststoken", "cloudsso")


@dataclass(frozen=True)
class Connection:
    """The account, the endpoint and the connection settings of a client.

    Attributes:
        endpoint: The URL of the endpoint: scheme, host, and port if it is not the default port.
        verify: True or False, or the path of a CA bundle.
        pacing: Whether to limit the rate of requests.
    """

    endpoint: str
    region: str
    access_key_id: str
    access_key_secret: str = field(repr=False)
    security_token: str = field(default="", repr=False)
    iot_instance_id: str = ""
    timeout: float = 30.0
    retries: int = 6
    verify: bool | str = True
    pacing: bool = True


def resolve(settings: Mapping[str, Any], environ: Mapping[str, str] | None = None) -> Connection:
    """Return the connection that the settings, the environment and the profile result in.

    Args:
        settings: The connection options of a module by name. None and an empty string mean that an option is not set.
        environ: The environment. Defaults to ``os.environ``.

    Raises:
        InvalidRequest: There is no AccessKey, the profile does not exist or cannot be used, the endpoint is malformed,
            or a number is out of range.
    """
    environ = os.environ if environ is None else environ
    given = {name: value for name, value in settings.items() if value not in (None, "")}
    if "profile" in given:
        # A profile that is set as an option has priority over the AccessKey in the environment.
        given = _complete(given, _profile(given["profile"], environ))
    variables = {name: environ.get(variable) for name, variable in ENVIRONMENT.items()}
    given = _complete(given, {name: value for name, value in variables.items() if value})
    if "access_key_id" not in given or "access_key_secret" not in given or "profile" in given:
        given = _complete(given, _profile(given.get("profile"), environ))
    missing = [name for name in ("access_key_id", "access_key_secret") if name not in given]
    if missing:
        raise InvalidRequest(
            f"no credentials found: {' and '.join(missing)} {'are' if len(missing) > 1 else 'is'} not set",
            code="MissingCredentials",
            remedy=(
                f"Set {' and '.join(missing)}, the environment {'variables' if len(missing) > 1 else 'variable'} "
                f"{' and '.join(ENVIRONMENT[name] for name in missing)}, or profile"
            ),
        )
    for name, (minimum, maximum) in RANGES.items():
        if not minimum <= given.get(name, minimum) <= maximum:
            raise InvalidRequest(
                f"{name} must be {minimum} to {maximum}, not {given[name]}",
                code="InvalidOption",
                remedy=f"Set {name} to a value in this range",
            )
    region = given.get("region", DEFAULT_REGION)
    verify = given.get("validate_certs", True)
    return Connection(
        endpoint=_endpoint(given.get("endpoint"), region),
        region=region,
        access_key_id=given["access_key_id"],
        access_key_secret=given["access_key_secret"],
        security_token=given.get("security_token", ""),
        iot_instance_id=given.get("iot_instance_id", ""),
        timeout=float(given.get("timeout_in_seconds", 30)),
        retries=int(given.get("retries", 6)),
        verify=given["ca_path"] if verify and "ca_path" in given else verify,
        pacing=given.get("pacing", True),
    )


def _complete(given: _Settings, source: _Settings) -> _Settings:
    """Return the settings, completed by those of a source.

    A security token of the source is only used together with the AccessKey of the source.
    """
    complete = {**source, **given}
    if "security_token" not in given and complete.get("access_key_id") != source.get("access_key_id", ""):
        complete.pop("security_token", None)
    return complete


def endpoint_password(endpoint: str | None) -> str:
    """Return the password in the URL of an endpoint, which is invalid there but must not be shown; empty if none."""
    authority = (endpoint or "").rpartition("://")[2].split("/")[0]
    user, at, _host = authority.rpartition("@")
    return user.partition(":")[2] or user if at else ""


def _endpoint(endpoint: str | None, region: str) -> str:
    if not endpoint:
        endpoint = f"https://iot.{region}.aliyuncs.com"
    if "://" not in endpoint:
        endpoint = f"https://{endpoint}"
    try:
        parts = urlsplit(endpoint)
        valid = (
            parts.scheme in ("http", "https")
            and _HOST.fullmatch(parts.hostname or "") is not None
            and parts.port != 0
            and parts.username is None
            and not (parts.path.strip("/") or parts.query)
        )
    except ValueError:  # a bracket without its counterpart, or a port that is not a number
        valid = False
    if not valid:
        # The part before an @ contains a password and is not shown.
        raise InvalidRequest(
            f"{endpoint.rpartition('@')[2]!r} is not a valid endpoint",
            code="InvalidEndpoint",
            remedy="Check region, and set endpoint to a URL like https://iot.cn-shanghai.aliyuncs.com or host:port",
        )
    return f"{parts.scheme}://{parts.netloc}"


def _profile(name: str | None, environ: Mapping[str, str]) -> _Settings:
    """Return the settings of a profile.

    Args:
        name: The profile. If None, the current profile is used, and no settings are returned if that is not possible.
        environ: The environment.
    """
    path = os.path.expanduser(environ.get("ALIBABA_CLOUD_CONFIG_FILE", PROFILE_FILE))
    content = _read_profile_file(path, is_optional=name is None)
    if content is None:
        return {}
    profiles = content["profiles"]
    selected = name or content.get("current") or "default"
    if selected not in profiles:
        if name is None:
            return {}
        known = ", ".join(sorted(profiles)) or "none"
        raise InvalidRequest(
            f"{path} does not contain the profile {selected}",
            code="InvalidProfile",
            remedy=f"Set profile to one of the profiles in the file: {known}",
        )
    profile = profiles[selected]
    mode = profile.get("mode") or "AK"
    if str(mode).lower() not in _MODES_WITH_ACCESS_KEY:
        raise InvalidRequest(
            f"the profile {selected} in {path} has the unsupported mode {mode}",
            code="InvalidProfile",
            remedy=(
                "Use a profile of mode AK, StsToken or CloudSSO, or request a temporary AccessKey from STS and set "
                "access_key_id, access_key_secret and security_token"
            ),
        )
    settings = {ours: profile[theirs] for ours, theirs in _PROFILE_KEYS.items() if profile.get(theirs)}
    for setting, value in settings.items():
        if not isinstance(value, str):
            raise _invalid_profile(
                f"{_PROFILE_KEYS[setting]} of the profile {selected} in {path} must be text, "
                f"not {type(value).__name__}",
                "Put the value into quotes",
            )
    return settings


def _read_profile_file(path: str, is_optional: bool) -> _Settings | None:
    """Return the content of the profile file, with the profiles by name; None if it does not exist and is optional."""
    try:
        # A byte order mark is ignored.
        with open(path, encoding="utf-8-sig") as file:
            content = json.load(file)
        return {**content, "profiles": {profile["name"]: profile for profile in content.get("profiles", [])}}
    except FileNotFoundError:
        if is_optional:
            return None
        raise _invalid_profile(
            f"the profile file {path} does not exist",
            "Create it with the vendor's command line tool, or set ALIBABA_CLOUD_CONFIG_FILE to its path",
        ) from None
    except OSError as error:
        raise _invalid_profile(
            f"the profile file {path} cannot be read: {error.strerror}", "Check the permissions of the file"
        ) from None
    except ValueError as error:
        reason = f"line {error.lineno}: {error.msg}" if isinstance(error, json.JSONDecodeError) else "it is not UTF-8"
        raise _invalid_profile(
            f"the profile file {path} is not valid JSON ({reason})", "Correct the file, or create it again"
        ) from None
    except (KeyError, TypeError, AttributeError):
        raise _invalid_profile(
            f"the profile file {path} has no list of profiles with names", "Correct the file, or create it again"
        ) from None


def _invalid_profile(message: str, remedy: str) -> InvalidRequest:
    return InvalidRequest(message, code="InvalidProfile", remedy=remedy)
