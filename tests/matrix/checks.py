# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The checks that run with each release of ansible-core, on the installed collection."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import documents
from environments import ROOT, CommandFailed, environment, run

ACCESS_KEY_ID = "emulator-id"
SECRET = "emulator-secret-2018"

#: The two runners and the variables that select them.
RUNNERS = {"action": {}, "module": {"IOTOPS_FORCE_MODULE": "1"}}

_CHANGED = re.compile(r"^\S+\s+: ok=\d+\s+changed=(\d+)\s", re.MULTILINE)

#: The inventory that the check of the inventory plugin uses. It reads what the contract playbook created.
_INVENTORY = {
    "plugin": "iotops.aliyun.iot_devices",
    "access_key_id": ACCESS_KEY_ID,
    "access_key_secret": SECRET,
    "facts": ["groups"],
    "compose": {"site": "iot_product ~ '-site'"},
    "groups": {"lamps": "iot_name is match('lamp-')", "others": "iot_product != 'street_light'"},
    "keyed_groups": [{"key": "iot_groups", "prefix": "group"}],
}

_HOSTS_PLAYBOOK = """\
- name: Look up the devices of the inventory
  hosts: group_west_side
  connection: local
  gather_facts: false
  vars:
    ansible_python_interpreter: "{{ ansible_playbook_python }}"
  module_defaults:
    group/iotops.aliyun.iot: {endpoint: "{{ endpoint }}", access_key_id: %s, access_key_secret: %s}
  tasks:
    - name: Look up the device
      iotops.aliyun.iot_device_info: {product: "{{ iot_product }}", name: "{{ inventory_hostname }}"}
      register: device
    - name: Check the device
      ansible.builtin.assert:
        that:
          - device.devices[0].nickname == iot_nickname
          - site == 'street_light-site'
"""


@dataclass
class Context:
    """The installed collection with one release of ansible-core.

    Attributes:
        venv: The virtual environment.
        home: The home folder; its ``.ansible`` contains the collection.
        archive: The archive of the collection.
    """

    venv: Path
    home: Path
    archive: Path

    def ansible(self, command: str, *arguments: str, **variables: str) -> str:
        """Run a command of Ansible, such as ``playbook``, in the home folder, and return its standard output.

        Raises:
            CommandFailed: See ``environments.run``.
        """
        line = [str(self.venv / "bin/python"), "-m", "ansible", command, *arguments]
        return run(line, {**environment(self.venv, self.home), **variables}, self.home)

    @contextlib.contextmanager
    def emulator(self) -> Iterator[str]:
        """Run the installed emulator on a free port, and yield its endpoint."""
        variables = {**environment(self.venv, self.home), "PYTHONPATH": str(self.home / ".ansible/collections")}
        command = [str(self.venv / "bin/python"), "-m", "ansible_collections.iotops.aliyun.emulator"]
        started = json.loads(run([*command, "--port", "0", "--background", "--no-throttle"], variables, self.home))
        try:
            yield started["endpoint"]
        finally:
            stop(started["pid"])


def stop(pid: int) -> None:
    """End an emulator, if it still runs."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)


def _require(condition: bool, message: str, output: str = "") -> None:
    if not condition:
        raise CommandFailed(f"{message}\n{output}".rstrip())


def _writes(endpoint: str) -> list[str]:
    """Return the writes that an emulator has received, and clear its journal."""
    with urllib.request.urlopen(f"{endpoint}/_emulator/calls", timeout=10) as response:
        calls = json.load(response)["calls"]
    _send(endpoint, "DELETE", "calls")
    return [call["action"] for call in calls if call["kind"] != "read"]


def _send(endpoint: str, method: str, path: str) -> None:
    request = urllib.request.Request(f"{endpoint}/_emulator/{path}", method=method)
    urllib.request.urlopen(request, timeout=10).close()


def _copy_contract(context: Context) -> None:
    shutil.copy(ROOT / "tests/integration/playbooks/contract.yml", context.home)
    shutil.copy(ROOT / "playbooks/files/light.json", context.home)


def check_installation(context: Context) -> None:
    """The archive is installed in the default folder, and the documentation of a module is shown."""
    context.ansible("galaxy", "collection", "install", str(context.archive), "--offline")
    _require("ENDPOINT" in context.ansible("doc", "iotops.aliyun.iot_product").upper(), "no documentation")


def check_demo(context: Context) -> None:
    """The demo changes a fleet; in check mode, it ends after the plan. Both end the emulator."""
    for runner, variables in RUNNERS.items():
        output = context.ansible("playbook", "iotops.aliyun.demo", **variables)
        _require("lamps of the west side" in output, f"{runner}: the demo did not end with its last step", output)
        output = context.ansible("playbook", "iotops.aliyun.demo", "--check", **variables)
        _require("0 of them writes" in output, f"{runner}: the demo in check mode did not show a plan", output)


def check_contract(context: Context) -> None:
    """The contract playbook is idempotent with both runners, and shows no secret."""
    _copy_contract(context)
    with context.emulator() as endpoint:
        for runner, variables in RUNNERS.items():
            _send(endpoint, "POST", "reset")
            _writes(endpoint)
            runs = ((["--check", "--diff"], True), (["-vvv"], True), ([], False), (["--check"], False))
            for options, changes in runs:
                output = context.ansible(
                    "playbook", "contract.yml", "-e", f"endpoint={endpoint}", *options, **variables
                )
                title = f"{runner}: contract.yml {' '.join(options)}"
                changed = sum(map(int, _CHANGED.findall(output)))
                _require(bool(changed) == changes, f"{title}: {changed} changed tasks", output)
                written = _writes(endpoint)
                _require(bool(written) == (changes and options[0] == "-vvv"), f"{title}: wrote {written}", output)
                _require(SECRET not in output, f"{title}: the output contains the secret", output)


def check_inventory(context: Context) -> None:
    """The inventory plugin lists the devices, and tasks of both runners run on these hosts."""
    _copy_contract(context)
    with context.emulator() as endpoint:
        context.ansible("playbook", "contract.yml", "-e", f"endpoint={endpoint}")
        config = context.home / "lamps.iot_devices.yml"
        config.write_text(json.dumps({**_INVENTORY, "endpoint": endpoint}), encoding="utf-8")
        listed: dict[str, Any] = json.loads(context.ansible("inventory", "-i", config.name, "--list"))
        for group, hosts in (("group_west_side", ["lamp-0001"]), ("lamps", ["lamp-0001"]), ("others", None)):
            _require(listed.get(group, {}).get("hosts") == hosts, f"unexpected group {group}: {listed}")
        playbook = context.home / "hosts.yml"
        playbook.write_text(_HOSTS_PLAYBOOK % (ACCESS_KEY_ID, SECRET), encoding="utf-8")
        for variables in RUNNERS.values():
            context.ansible("playbook", "-i", config.name, playbook.name, "-e", f"endpoint={endpoint}", **variables)


def check_fleet(context: Context) -> None:
    """The playbooks of fleet as code apply the example and find no difference afterwards, with both runners."""
    example = context.home / "gitops"
    shutil.copytree(ROOT / "examples/gitops", example)
    arguments = ("-i", str(example / "inventories/staging"), "-e", f"fleet={example / 'fleet'}")
    with context.emulator() as endpoint:
        for runner, variables in RUNNERS.items():
            _send(endpoint, "POST", "reset")
            variables = {
                **variables,
                "ALIBABA_CLOUD_IOT_ENDPOINT": endpoint,
                "ALIBABA_CLOUD_ACCESS_KEY_ID": ACCESS_KEY_ID,
                "ALIBABA_CLOUD_ACCESS_KEY_SECRET": SECRET,
            }
            runs = (("validate", "changed=0"), ("apply", "0 failed, 0 skipped"), ("plan", "0 to create, 0 to update"))
            for name, expected in (*runs, ("drift", "0 missing, 0 changed")):
                output = context.ansible("playbook", f"iotops.aliyun.{name}", *arguments, **variables)
                _require(expected in output, f"{runner}: unexpected output of {name}", output)


def check_documents(context: Context) -> None:
    """The code in the documentation works as printed."""
    for name in documents.DOCUMENTS:
        folder = context.home / "documents" / name.replace("/", "-")
        folder.mkdir(parents=True)
        shutil.copy(context.archive, folder)
        pids: list[int] = []
        try:
            document = documents.read(ROOT / name)
            documents.execute(document, folder, environment(context.venv, context.home), pids)
        finally:
            for pid in pids:
                stop(pid)


#: The checks in the order in which they run; the later ones need the installation.
CHECKS: dict[str, Callable[[Context], None]] = {
    "installation": check_installation,
    "demo": check_demo,
    "contract": check_contract,
    "inventory": check_inventory,
    "fleet": check_fleet,
    "documents": check_documents,
}
