# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The file that secrets of devices go to, for whoever puts them into the devices. They go nowhere else."""

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

#: Seconds between two times that a file grows, while devices are being made.
PAUSE = 2.0

_VAULT = "$ANSIBLE_VAULT;"


#: The options that say where secrets go.
OPTIONS = {
    "secrets_file": {"type": "path", "no_log": False},
    "secrets_format": {"type": "str", "choices": ["csv", "json"], "default": "csv", "no_log": False},
    "secrets_vault": {"type": "bool", "default": False, "no_log": False},
    "secrets_vault_password_file": {"type": "path", "no_log": False},
}


def check(params: dict) -> None:
    """Raises InvalidValue where the path is not one from the root."""
    path = params.get("secrets_file")
    if path and not path.startswith("/"):
        example = f"{{{{ playbook_dir }}}}/{path}"
        raise InvalidValue(
            f"secrets_file must be a path from the root, such as {example}, not {path}", field="secrets_file"
        )


def opened(params: dict) -> SecretsFile | None:
    """The file that these options name; None where they name none.

    Raises:
        InvalidValue: there is a file that cannot be gone on with.
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
    """A file of secrets, of mode 0600, that replaces itself as it grows; what it held before stays in it.

    It may be used from several threads.

    Args:
        path: where it is.
        form: ``csv`` or ``json``.
        vault: whether it is encrypted with Ansible Vault; nothing is ever written unencrypted then.
        password_file: the file of the vault's password; what Ansible is configured to use, when empty.

    Raises:
        InvalidValue: there is a file that cannot be gone on with.
    """

    def __init__(self, path: str, form: str, vault: bool = False, password_file: str = ""):
        self._path = path
        self._form = form
        self._vault = vault
        self._password_file = password_file
        self._lock = threading.Lock()
        self._written = time.monotonic()
        self._rows = {(row["product_key"], row["device_name"]): row["device_secret"] for row in self._read()}
        self._grown = False

    def holds(self, product_key: str, name: str) -> bool:
        """Whether it holds the secret of that device."""
        return bool(self._rows.get((product_key, name)))

    def add(self, product_key: str, secrets: dict) -> None:
        """Adds secrets by device name, and writes the file if that is a while ago."""
        with self._lock:
            for name, secret in secrets.items():
                if secret:
                    self._rows[product_key, name] = secret
                    self._grown = True
            # What is encrypted is encrypted as a whole, by another process.
            if not self._vault and time.monotonic() - self._written > PAUSE:
                self._write()

    def close(self) -> None:
        """Writes what is not written yet.

        Raises:
            EngineError: the file cannot be written, or not be encrypted.
        """
        with self._lock:
            self._write()

    def _read(self) -> list:
        try:
            with open(self._path, encoding="utf-8", newline="") as file:
                text = file.read()
        except FileNotFoundError:
            return []
        except (OSError, UnicodeDecodeError) as error:
            raise InvalidValue(f"secrets_file cannot be read: {self._path}: {error}", field="secrets_file") from None
        encrypted = text.startswith(_VAULT)
        if encrypted is not self._vault:
            there = "encrypted" if encrypted else "not encrypted"
            raise InvalidValue(f"the file {self._path} is there and is {there}", field="secrets_file")
        text = self._run_vault("view", "--", self._path) if encrypted else text
        try:
            rows = json.loads(text) if self._form == "json" else _of_csv(text)
            return [{column: row[column] for column in COLUMNS} for row in rows]
        except (ValueError, KeyError, TypeError, csv.Error):
            # What the error says could hold a piece of a secret.
            message = f"the file {self._path} is there and holds something else than secrets as {self._form}"
            raise InvalidValue(message, field="secrets_file") from None

    def _text(self) -> str:
        rows = [dict(zip(COLUMNS, (*key, secret))) for key, secret in self._rows.items()]
        if self._form == "json":
            return json.dumps(rows, indent=1, ensure_ascii=False) + "\n"
        text = io.StringIO()
        writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        return text.getvalue()

    def _write(self) -> None:
        if not self._grown:
            return
        text = self._text()
        if self._vault:
            text = self._run_vault("encrypt", "--output", "-", given=text)
        folder = os.path.dirname(self._path)
        try:
            # A file by mkstemp has mode 0600 from its first moment.
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
            raise EngineError(f"secrets_file cannot be written: {self._path}: {error.strerror}") from None
        self._grown = False
        self._written = time.monotonic()

    def _run_vault(self, *arguments: str, given: str | None = None) -> str:
        """Has ansible-vault read or write; what is secret goes through pipes only."""
        command = [sys.executable, "-m", "ansible", "vault", arguments[0]]
        if self._password_file:
            command += ["--vault-password-file", self._password_file]
        done = subprocess.run(
            [*command, *arguments[1:]], input=given, capture_output=True, encoding="utf-8", check=False
        )
        if done.returncode:
            reason = done.stderr.strip().splitlines()[-1:] or ["no reason given"]
            raise EngineError(
                f"ansible-vault {arguments[0]} failed: {reason[0]}",
                field="secrets_vault",
                remedy="It takes ansible-core on the host where the task runs, and the vault's password",
            )
        return done.stdout


def _of_csv(text: str) -> list:
    reader = csv.DictReader(io.StringIO(text), strict=True)
    if reader.fieldnames != list(COLUMNS):
        raise ValueError
    return list(reader)
