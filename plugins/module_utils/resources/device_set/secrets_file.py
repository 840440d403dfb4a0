# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The file for the secrets of devices (``secrets_file``). Secrets are written to no other place."""

from __future__ import annotations

import csv
import io
import json
import threading
import time

from ansible_collections.iotops.aliyun.plugins.module_utils.engine import vault as ansible_vault
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import EngineError, InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.locked_file import LockedFile

COLUMNS = ("product_key", "device_name", "device_secret")

#: The minimum number of seconds between two writes of the file while devices are being registered.
WRITE_INTERVAL = 2.0

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


def open_secrets_file(params: dict, vault: ansible_vault.Vault | None) -> SecretsFile | None:
    """Return the file of the options; None if ``secrets_file`` is not set.

    Call it before the first write, also in check mode: it verifies that the file can be written.

    Args:
        params: The options.
        vault: Encrypts the file.

    Raises:
        InvalidValue: The file cannot be written, or it exists and cannot be extended.
        EngineError: There is no vault password.
    """
    if not params.get("secrets_file"):
        return None
    if params["secrets_vault"] and vault is None:
        raise EngineError("secrets_vault requires a runner that can encrypt", field="secrets_vault")
    return SecretsFile(
        params["secrets_file"],
        params["secrets_format"],
        vault if params["secrets_vault"] else None,
        params.get("secrets_vault_password_file") or "",
    )


class SecretsFile:
    """A file with mode 0600 that contains secrets.

    Several processes and threads can add secrets to the same file: each write locks the file, reads it again, and
    replaces it with the union.

    Args:
        path: The path. A symbolic link is followed.
        file_format: ``csv`` or ``json``.
        vault: Encrypts the file, whose secrets are then never written unencrypted; None for a plain file.
        password_file: The file with the vault password. If empty, the password that Ansible is configured to use.

    Raises:
        InvalidValue: The file cannot be written, or it exists and cannot be extended.
        EngineError: There is no vault password.
    """

    def __init__(
        self, path: str, file_format: str, vault: ansible_vault.Vault | None = None, password_file: str = ""
    ) -> None:
        self._path = path
        self._format = file_format
        self._vault = vault
        self._password_file = password_file
        self._lock = threading.Lock()
        self._written_at = time.monotonic()
        self._new: dict[tuple[str, str], str] = {}
        self._file = LockedFile(path)
        problem = self._file.problem()
        if problem:
            raise InvalidValue(
                f"secrets_file {path} cannot be written: {problem}",
                field="secrets_file",
                remedy="Create the folder, or correct the permissions; nothing was changed",
            )
        self._read()
        if vault is not None:
            # Shows now, and not after devices were registered, whether there is a password.
            vault.encrypt("\n", password_file)

    def add(self, product_key: str, secrets: dict[str, str | None]) -> None:
        """Add secrets by device name, and write the file if the last write is longer ago than the write interval."""
        with self._lock:
            self._new.update(((product_key, name), secret) for name, secret in secrets.items() if secret)
            # An encrypted file is written only by close(), because each write encrypts the whole file.
            if self._vault is None and time.monotonic() - self._written_at > WRITE_INTERVAL:
                self._write()

    def close(self) -> None:
        """Write the secrets that are not written yet.

        Raises:
            EngineError: The file cannot be written or encrypted.
        """
        with self._lock:
            self._write()

    def _read(self) -> dict[tuple[str, str], str]:
        """Return the secrets in the file by ProductKey and device name."""
        try:
            content = self._file.read()
            text = None if content is None else content.decode()
        except (OSError, UnicodeDecodeError) as error:
            raise InvalidValue(f"secrets_file {self._path} cannot be read: {error}", field="secrets_file") from None
        if not text:
            return {}
        is_encrypted = text.startswith(ansible_vault.HEADER)
        if is_encrypted is not (self._vault is not None):
            raise InvalidValue(
                f"secrets_file {self._path} exists and is {'encrypted' if is_encrypted else 'not encrypted'}, "
                f"but secrets_vault is {'false' if is_encrypted else 'true'}",
                field="secrets_file",
                remedy="Set another path, or change secrets_vault",
            )
        if self._vault is not None:
            text = self._vault.decrypt(text, self._password_file)
        try:
            rows = json.loads(text) if self._format == "json" else _parse_csv(text)
            return {(row["product_key"], row["device_name"]): row["device_secret"] for row in rows}
        except (ValueError, KeyError, TypeError, csv.Error):
            # The message of the error is not used, because it can contain a part of a secret.
            raise InvalidValue(
                f"secrets_file {self._path} exists and does not contain secrets in the format {self._format}",
                field="secrets_file",
                remedy="Set another path, or change secrets_format",
            ) from None

    def _text(self, secrets: dict[tuple[str, str], str]) -> str:
        rows = [dict(zip(COLUMNS, (*key, secret))) for key, secret in secrets.items()]
        if self._format == "json":
            return json.dumps(rows, indent=1, ensure_ascii=False) + "\n"
        text = io.StringIO()
        writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        return text.getvalue()

    def _write(self) -> None:
        if not self._new:
            return
        try:
            with self._file.lock():
                # Other hosts, slices and plays may have written the file since it was read.
                text = self._text({**self._read(), **self._new})
                if self._vault is not None:
                    text = self._vault.encrypt(text, self._password_file)
                self._file.replace(text.encode())
        except OSError as error:
            raise self._write_error(error.strerror or str(error)) from None
        except EngineError as error:
            raise self._write_error(str(error)) from None
        self._new.clear()
        self._written_at = time.monotonic()

    def _write_error(self, reason: str) -> EngineError:
        return EngineError(
            f"the secrets of {len(self._new)} devices could not be written to secrets_file {self._path}: {reason}",
            field="secrets_file",
            remedy=(
                "The devices exist. Correct the problem, then run iot_devices with the device names and "
                "secrets_of: all to read their secrets again"
            ),
        )


def _parse_csv(text: str) -> list[dict]:
    reader = csv.DictReader(io.StringIO(text), strict=True)
    if reader.fieldnames != list(COLUMNS):
        raise ValueError
    return list(reader)
