# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The file for the secrets of devices."""

from __future__ import annotations

import csv
import json
import stat

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
    assert "ansible-vault view failed" in wrong["msg"]
    assert not account.sent


def test_secrets_file_with_other_content_is_not_changed(account, tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("my notes\n", encoding="utf-8")
    for file_format in ("csv", "json"):
        result = account.run(devices=rows(NAMES[:2]), secrets_file=str(path), secrets_format=file_format)
        assert "does not contain secrets" in result["msg"]
    assert path.read_text(encoding="utf-8") == "my notes\n"
    assert not account.sent


def test_secrets_file_that_cannot_be_written_fails_with_created_devices(account, tmp_path):
    result = account.run(devices=rows(NAMES[:2]), secrets_file=str(tmp_path / "missing" / "secrets.csv"))
    assert "cannot be written" in result["msg"]
    assert result["created"] == NAMES[:2]
