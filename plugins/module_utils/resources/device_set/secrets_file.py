# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The file for the secrets of devices (``secrets_file``). Secrets are written to no other place."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
import tempfile
import threading
import time

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import EngineError, InvalidValue

COLUMNS = ("product_key", "device_name", "device_secret")

#: The minimum number of seconds between two writes of the file while devices are being registered.
WRITE_INTERVAL = 2.0

_VAULT_HEADER = "$ANSIBLE_VAULT;"

#: The argument spec of the options for secrets.
OPTIONS = {
    "secrets_file": {"type": "path", "no_log": False},
    "secrets_format": {"type": "str", "choices": ["csv", "json"], "default": "csv", "no_log": False},
    "secrets_vault": {"type": "bool", "default": False, "no_log": False},
    "secrets_vault_password_file": {"type": "path", "no_log": False},
}


def check_options(params: dict) -> None:
    """Raise InvalidValue if the path of the file is not absolute."""
    path = params.get("secrets_file")
    if path and not path.startswith("/"):
        raise InvalidValue(
            f"secrets_file must be an absolute path such as {{{{ playbook_dir }}}}/{path}, not {path}",
            field="secrets_file",
        )


def open_secrets_file(params: dict) -> SecretsFile | None:
    """Return the file of the options; None if ``secrets_file`` is not set.

    Raises:
        InvalidValue: If the file exists and cannot be extended.
    """
    if not params.get("secrets_file"):
        return None
    return SecretsFile(
        params["secrets_file"],
        params["secrets_format"],
        params["secrets_vault"],
        params.get("secrets_vault_password_file") or "",
    )


class SecretsFile:
    """A file with mode 0600 that contains secrets.

    Existing secrets are kept. Each write replaces the file with a new one. Several threads can use an object
    concurrently.

    Args:
        path: The path.
        file_format: ``csv`` or ``json``.
        vault: Whether the file is encrypted with Ansible Vault. If so, secrets are never written unencrypted.
        password_file: The file with the vault password. If empty, the password that Ansible is configured to use.

    Raises:
        InvalidValue: If the file exists and cannot be extended.
    """

    def __init__(self, path: str, file_format: str, vault: bool = False, password_file: str = "") -> None:
        self._path = path
        self._format = file_format
        self._vault = vault
        self._password_file = password_file
        self._lock = threading.Lock()
        self._written_at = time.monotonic()
        self._secrets = {(row["product_key"], row["device_name"]): row["device_secret"] for row in self._read()}
        self._has_new_secrets = False

    def add(self, product_key: str, secrets: dict[str, str | None]) -> None:
        """Add secrets by device name, and write the file if the last write is longer ago than the write interval."""
        with self._lock:
            for name, secret in secrets.items():
                if secret:
                    self._secrets[product_key, name] = secret
                    self._has_new_secrets = True
            # An encrypted file is written only by close(): each write encrypts the whole file in another process.
            if not self._vault and time.monotonic() - self._written_at > WRITE_INTERVAL:
                self._write()

    def close(self) -> None:
        """Write the secrets that are not written yet.

        Raises:
            EngineError: If the file cannot be written or encrypted.
        """
        with self._lock:
            self._write()

    def _read(self) -> list[dict]:
        try:
            with open(self._path, encoding="utf-8", newline="") as file:
                text = file.read()
        except FileNotFoundError:
            return []
        except (OSError, UnicodeDecodeError) as error:
            raise InvalidValue(f"secrets_file {self._path} cannot be read: {error}", field="secrets_file") from None
        is_encrypted = text.startswith(_VAULT_HEADER)
        if is_encrypted is not self._vault:
            raise InvalidValue(
                f"secrets_file {self._path} exists and is {'encrypted' if is_encrypted else 'not encrypted'}, "
                f"but secrets_vault is {'true' if self._vault else 'false'}",
                field="secrets_file",
                remedy="Set another path, or change secrets_vault",
            )
        text = self._run_vault("view", "--", self._path) if is_encrypted else text
        try:
            rows = json.loads(text) if self._format == "json" else _parse_csv(text)
            return [{column: row[column] for column in COLUMNS} for row in rows]
        except (ValueError, KeyError, TypeError, csv.Error):
            # The message of the error is not used, because it can contain a part of a secret.
            raise InvalidValue(
                f"secrets_file {self._path} exists and does not contain secrets in the format {self._format}",
                field="secrets_file",
                remedy="Set another path, or change secrets_format",
            ) from None

    def _text(self) -> str:
        rows = [dict(zip(COLUMNS, (*key, secret))) for key, secret in self._secrets.items()]
        if self._format == "json":
            return json.dumps(rows, indent=1, ensure_ascii=False) + "\n"
        text = io.StringIO()
        writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        return text.getvalue()

    def _write(self) -> None:
        if not self._has_new_secrets:
            return
        text = self._text()
        if self._vault:
            text = self._run_vault("encrypt", "--output", "-", stdin=text)
        folder = os.path.dirname(self._path)
        try:
            # mkstemp creates the file with mode 0600, so that it is never readable by others.
            handle, name = tempfile.mkstemp(prefix=".secrets-", dir=folder)
            try:
                with open(handle, "w", encoding="utf-8", newline="") as file:
                    file.write(text)
                    file.flush()
                    os.fsync(file.fileno())
                os.replace(name, self._path)
            except BaseException:
                os.unlink(name)
                raise
        except OSError as error:
            raise EngineError(f"secrets_file {self._path} cannot be written: {error.strerror}") from None
        self._has_new_secrets = False
        self._written_at = time.monotonic()

    def _run_vault(self, *arguments: str, stdin: str | None = None) -> str:
        """Run ansible-vault, and return its output. Secrets are transferred only through pipes."""
        command = [sys.executable, "-m", "ansible", "vault", arguments[0]]
        if self._password_file:
            command += ["--vault-password-file", self._password_file]
        done = subprocess.run(
            [*command, *arguments[1:]], input=stdin, capture_output=True, encoding="utf-8", check=False
        )
        if done.returncode:
            reason = done.stderr.strip().splitlines()[-1:] or ["no reason given"]
            raise EngineError(
                f"ansible-vault {arguments[0]} failed: {reason[0]}",
                field="secrets_vault",
                remedy="Install ansible-core on the host where the task runs, and check the vault password",
            )
        return done.stdout


def _parse_csv(text: str) -> list[dict]:
    reader = csv.DictReader(io.StringIO(text), strict=True)
    if reader.fieldnames != list(COLUMNS):
        raise ValueError
    return list(reader)
