# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Who calls, and where: parameters first, then the environment, then the vendor's profile file.

The profile file is the one that the vendor's command line tool writes, ``~/.aliyun/config.json``.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass, field
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

# A name, or an address of version 6.
_HOST = re.compile(r"[A-Za-z0-9_-]{1,63}(\.[A-Za-z0-9_-]{1,63})*\.?|[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*")

# What a profile calls the settings that it may hold.
_PROFILE_KEYS = {
    "access_key_id": "access_key_id",
    "access_key_secret": "access_key_secret",
    "security_token": "sts_token",
    "region": "region_id",
}


@dataclass(frozen=True)
class Connection:
    """Everything that a client must know of the account it talks to.

    ``endpoint`` is complete with its scheme; ``verify`` is True, False or the path of a CA bundle.
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


def resolve(settings: dict, environ=None) -> Connection:
    """The connection that these settings describe.

    Args:
        settings: the connection options of a module by name; None or empty is not given.
        environ: the environment, ``os.environ`` unless given.

    Raises:
        InvalidRequest: there is no AccessKey, the profile does not exist or cannot be used, or the endpoint is
            malformed.
    """
    environ = os.environ if environ is None else environ
    given = {name: value for name, value in settings.items() if value not in (None, "")}
    if "profile" in given:
        # Whoever names a profile means it, whatever key the environment has.
        given = _complete(given, _profile(given["profile"], environ))
    surroundings = {name: environ.get(variable) for name, variable in ENVIRONMENT.items()}
    given = _complete(given, {name: value for name, value in surroundings.items() if value})
    if "access_key_id" not in given or "access_key_secret" not in given or "profile" in given:
        given = _complete(given, _profile(given.get("profile"), environ))
    missing = [name for name in ("access_key_id", "access_key_secret") if name not in given]
    if missing:
        raise InvalidRequest(
            f"there is no {' and no '.join(missing)}",
            code="MissingCredentials",
            remedy=f"Give it, or set {' and '.join(ENVIRONMENT[name] for name in missing)}, or name a profile",
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


def _complete(given: dict, source: dict) -> dict:
    """The settings, with those of a source for what is not given; a token comes only with the key it belongs to."""
    complete = {**source, **given}
    if "security_token" not in given and complete.get("access_key_id") != source.get("access_key_id", ""):
        complete.pop("security_token", None)
    return complete


def _endpoint(endpoint: str | None, region: str) -> str:
    if not endpoint:
        endpoint = f"https://iot.{region}.aliyuncs.com"
    if "://" not in endpoint:
        endpoint = f"https://{endpoint}"
    try:
        parts = urlsplit(endpoint)
        good = parts.scheme in ("http", "https") and _HOST.fullmatch(parts.hostname or "") and parts.port != 0
        good = good and parts.username is None and not (parts.path.strip("/") or parts.query)
    except ValueError:  # a bracket that is not closed, or a port that is not a number
        good = False
    if not good:
        # What stands before an @ is a password.
        raise InvalidRequest(
            f"{endpoint.rpartition('@')[2]!r} is not an endpoint",
            code="InvalidEndpoint",
            remedy="Write it as https://iot.cn-shanghai.aliyuncs.com or as host:port",
        )
    return f"{parts.scheme}://{parts.netloc}"


def _profile(name: str | None, environ) -> dict:
    path = os.path.expanduser(environ.get("ALIBABA_CLOUD_CONFIG_FILE", PROFILE_FILE))
    try:
        with open(path, encoding="utf-8") as file:
            content = json.load(file)
        profiles = {profile["name"]: profile for profile in content.get("profiles", [])}
    except FileNotFoundError:
        if name is None:
            return {}
        raise InvalidRequest(f"there is no profile file {path}", code="InvalidProfile") from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise InvalidRequest(f"the profile file {path} cannot be read", code="InvalidProfile") from None
    wanted = name or content.get("current") or "default"
    if wanted not in profiles:
        if name is None:
            return {}
        known = ", ".join(sorted(profiles)) or "none"
        raise InvalidRequest(
            f"{path} has no profile {wanted}", code="InvalidProfile", remedy=f"The profiles are {known}"
        )
    profile = profiles[wanted]
    mode = profile.get("mode", "AK")
    if mode not in ("AK", "StsToken"):
        if name is None:
            return {}
        raise InvalidRequest(
            f"the profile {wanted} is of mode {mode}",
            code="InvalidProfile",
            remedy="Only AK and StsToken hold a key that can sign; ask STS for a token and give it",
        )
    return {ours: profile[theirs] for ours, theirs in _PROFILE_KEYS.items() if profile.get(theirs)}
