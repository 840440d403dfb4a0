# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The file for the secrets of devices."""

from __future__ import annotations

import csv
import json
import signal
import stat
import subprocess
import sys

import pytest

from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.locked_file import LockedFile
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.secrets_file import SecretsFile

from .conftest import NAMES, planned, rows


def read_csv(path):
    with open(path, encoding="utf-8", newline="") as file:
        return {row["device_name"]: row["device_secret"] for row in csv.DictReader(file)}


def current_secret(account, name):
    detail = account.api("QueryDeviceDetail", ProductKey=account.key, DeviceName=name)
    return detail["Data"]["DeviceSecret"]


def test_secrets_of_new_devices_are_added_to_the_file(account, tmp_path):
    path = tmp_path / "secrets.csv"
    account.devices(NAMES[:2])
    result = account.run(devices=rows(NAMES[:60]), secrets_file=str(path))
    secrets = read_csv(path)
    assert sorted(secrets) == NAMES[2:60]
    assert secrets[NAMES[40]] == current_secret(account, NAMES[40])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not any(secret in json.dumps(result) for secret in secrets.values())
    account.run(devices=rows(NAMES[:70]), secrets_file=str(path))
    assert sorted(read_csv(path)) == NAMES[2:70]
    assert planned(result)["QueryPageByApplyId"] == account.sent["QueryPageByApplyId"] + 1 == 2


def test_secrets_of_all_listed_devices_are_written(account, tmp_path):
    path = tmp_path / "secrets.json"
    account.devices(NAMES[:4])
    result = account.run(devices=rows(NAMES[:3]), secrets_file=str(path), secrets_format="json", secrets_of="all")
    assert result["changed"] is False
    stored = json.loads(path.read_text(encoding="utf-8"))
    assert [row["device_name"] for row in stored] == NAMES[:3]
    assert stored[1] == {
        "product_key": account.key,
        "device_name": NAMES[1],
        "device_secret": current_secret(account, NAMES[1]),
    }


def test_secrets_file_with_vault_is_encrypted(account, tmp_path):
    path, password = tmp_path / "secrets.csv", tmp_path / "password"
    password.write_text("a password\n", encoding="utf-8")
    vault = {"secrets_vault": True, "secrets_vault_password_file": str(password), "secrets_file": str(path)}
    for count in (3, 5):
        assert account.run(devices=rows(NAMES[:count]), **vault)["changed"] is True
    text = path.read_text(encoding="utf-8")
    assert text.startswith("$ANSIBLE_VAULT;1.1;AES256")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600

    from ansible.parsing.vault import VaultLib, VaultSecret

    plain = VaultLib([("default", VaultSecret(b"a password"))]).decrypt(text).decode()
    assert [line.split(",")[1] for line in plain.splitlines()[1:]] == NAMES[:5]
    password.write_text("another\n", encoding="utf-8")
    wrong = account.run(devices=rows(NAMES[:6]), **vault)
    assert "ansible-vault decrypt failed" in wrong["msg"]
    assert not account.sent


def test_secrets_file_with_other_content_is_not_changed(account, tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("my notes\n", encoding="utf-8")
    for file_format in ("csv", "json"):
        result = account.run(devices=rows(NAMES[:2]), secrets_file=str(path), secrets_format=file_format)
        assert "does not contain secrets" in result["msg"]
    assert path.read_text(encoding="utf-8") == "my notes\n"
    assert not account.sent


@pytest.mark.parametrize("check_mode", [True, False])
def test_secrets_file_in_missing_folder_fails_before_any_request(account, tmp_path, check_mode):
    path = tmp_path / "missing" / "secrets.csv"
    result = account.run(check_mode, devices=rows(NAMES[:2]), secrets_file=str(path))
    assert f"secrets_file {path} cannot be written: the folder {path.parent} does not exist" in result["msg"]
    assert not account.sent


@pytest.mark.parametrize("check_mode", [True, False])
def test_secrets_file_with_vault_without_password_fails_before_any_request(account, tmp_path, monkeypatch, check_mode):
    monkeypatch.setenv("ANSIBLE_VAULT_PASSWORD_FILE", str(tmp_path / "missing"))
    result = account.run(
        check_mode, devices=rows(NAMES[:2]), secrets_file=str(tmp_path / "secrets.csv"), secrets_vault=True
    )
    assert "ansible-vault encrypt failed" in result["msg"]
    assert "secrets_vault_password_file" in result["msg"]
    assert not account.sent


def test_secrets_file_that_is_a_symbolic_link_stays_a_link(account, tmp_path):
    link = tmp_path / "link.csv"
    link.symlink_to("target.csv")
    account.run(devices=rows(NAMES[:2]), secrets_file=str(link))
    assert link.is_symlink()
    assert sorted(read_csv(tmp_path / "target.csv")) == NAMES[:2]


def test_secrets_file_that_another_task_extends_keeps_all_secrets(tmp_path):
    path = str(tmp_path / "secrets.csv")
    first, second = SecretsFile(path, "csv"), SecretsFile(path, "csv")
    first.add("a1", {"one": "s1"})
    second.add("a1", {"two": "s2"})
    first.close()
    second.close()
    assert read_csv(path) == {"one": "s1", "two": "s2"}


def test_secrets_file_of_killed_task_leaves_no_secret_after_next_task(tmp_path):
    path = str(tmp_path / "secrets.csv")
    script = (
        "import os, signal, sys\n"
        "os.replace = os.rename = lambda *a, **k: os.kill(os.getpid(), signal.SIGKILL)\n"
        f"from {SecretsFile.__module__} import SecretsFile\n"
        "file = SecretsFile(sys.argv[1], 'csv')\n"
        "file.add('a1', {'one': 's1'})\n"
        "file.close()\n"
    )
    killed = subprocess.run([sys.executable, "-c", script, path], check=False)
    assert killed.returncode == -signal.SIGKILL
    following = SecretsFile(path, "csv")
    following.add("a1", {"two": "s2"})
    following.close()
    assert [entry.name for entry in tmp_path.iterdir()] == ["secrets.csv"]


def test_secrets_file_that_cannot_be_replaced_fails_with_created_devices_and_remedy(account, tmp_path, monkeypatch):
    def fail(*_arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(LockedFile, "replace", fail)
    result = account.run(devices=rows(NAMES[:2]), secrets_file=str(tmp_path / "secrets.csv"))
    assert "the secrets of 2 devices could not be written" in result["msg"]
    assert "No space left on device" in result["msg"]
    assert "secrets_of: all" in result["msg"]
    assert result["created"] == NAMES[:2]
    assert result["changed"] is True
