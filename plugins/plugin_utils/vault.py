# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Encryption with the vault passwords of the running Ansible."""

from __future__ import annotations

import os
from typing import Any

from ansible import constants
from ansible.errors import AnsibleError
from ansible.parsing.vault import VaultLib, get_file_vault_secret, match_encrypt_secret

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import EngineError


class ControllerVault:
    """Encrypts with the password that ``ansible-playbook`` has, from the command line, the configuration or a prompt.

    Args:
        loader: The data loader of the running Ansible.
    """

    def __init__(self, loader: Any) -> None:
        self._loader = loader

    def encrypt(self, text: str, password_file: str) -> str:
        """Return the encrypted text; see engine.vault.Vault."""
        try:
            secrets = self._secrets(password_file)
            _identity, secret = match_encrypt_secret(secrets, encrypt_vault_id=constants.DEFAULT_VAULT_ENCRYPT_IDENTITY)
            return VaultLib(secrets).encrypt(text, secret=secret).decode()
        except AnsibleError as error:
            raise _failure("encrypted", error) from None

    def decrypt(self, text: str, password_file: str) -> str:
        """Return the decrypted text; see engine.vault.Vault."""
        try:
            return VaultLib(self._secrets(password_file)).decrypt(text).decode()
        except AnsibleError as error:
            raise _failure("decrypted", error) from None

    def _secrets(self, password_file: str) -> list:
        if not password_file:
            known = list(self._loader._vault.secrets or [])
            if known:
                return known
            # A variable in the environment of the task is not known to ansible-playbook.
            password_file = os.environ.get("ANSIBLE_VAULT_PASSWORD_FILE", "")
        if not password_file:
            raise EngineError(
                "there is no vault password for secrets_vault",
                field="secrets_vault",
                remedy="Set secrets_vault_password_file, or run ansible-playbook with --vault-password-file",
            )
        secret = get_file_vault_secret(filename=password_file, loader=self._loader)
        secret.load()
        return [("default", secret)]


def _failure(action: str, error: AnsibleError) -> EngineError:
    return EngineError(
        f"the secrets file cannot be {action}: {error}",
        field="secrets_vault",
        remedy="Check the vault password",
    )
