# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Encryption of files with Ansible Vault.

The runner provides the implementation: the in-process action uses the vault passwords of the running Ansible, from
whatever source; the ordinary module runs ``ansible-vault`` on its host.
"""

from __future__ import annotations

from typing import Callable, Protocol

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import EngineError

#: How an encrypted file starts.
HEADER = "$ANSIBLE_VAULT;"


class Vault(Protocol):
    """Encrypts and decrypts texts."""

    def encrypt(self, text: str, password_file: str) -> str:
        """Return the encrypted text.

        Args:
            text: The text.
            password_file: The file with the vault password; if empty, the password that Ansible is configured to use.

        Raises:
            EngineError: There is no vault password, or ansible-vault failed.
        """

    def decrypt(self, text: str, password_file: str) -> str:
        """Return the decrypted text; arguments and exceptions as in ``encrypt``."""


#: Runs a command with a standard input: returns its exit status, standard output and standard error.
RunCommand = Callable[[list, str], tuple]


class CommandVault:
    """Runs ``ansible-vault``. Texts are transferred through pipes only.

    Args:
        python: The Python interpreter that has ansible-core.
        run_command: Runs a command.
    """

    def __init__(self, python: str, run_command: RunCommand) -> None:
        self._python = python
        self._run_command = run_command

    def encrypt(self, text: str, password_file: str) -> str:
        return self._run("encrypt", text, password_file)

    def decrypt(self, text: str, password_file: str) -> str:
        return self._run("decrypt", text, password_file)

    def _run(self, action: str, text: str, password_file: str) -> str:
        command = [self._python, "-m", "ansible", "vault", action, "--output", "-"]
        if password_file:
            command += ["--vault-password-file", password_file]
        status, output, errors = self._run_command(command, text)
        if status:
            reason = errors.strip().splitlines()[-1:] or ["no reason given"]
            raise EngineError(
                f"ansible-vault {action} failed: {reason[0]}",
                field="secrets_vault",
                remedy=(
                    "Set secrets_vault_password_file or ANSIBLE_VAULT_PASSWORD_FILE, and install ansible-core on the "
                    "host where the task runs"
                ),
            )
        return output
