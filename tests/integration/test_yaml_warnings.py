# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Both runners warn about names that YAML has turned into numbers or booleans."""

from __future__ import annotations

import re

PLAYBOOK = """
- hosts: localhost
  gather_facts: false
  module_defaults:
    group/iotops.aliyun.iot: {endpoint: "{{ endpoint }}", access_key_id: emulator, access_key_secret: emulator}
  tasks:
    - iotops.aliyun.iot_product: {name: 012345, node_type: device, tags: {row: 7}, description: yes}
    - iotops.aliyun.iot_device: {product: "5349", name: "{{ item }}"}
      loop: [10:11:22, 020000, lamp-0001]
    - iotops.aliyun.iot_devices: {product: "5349", devices: [{name: 030000, tags: {open: no}}, {name: 040000}]}
    - iotops.aliyun.iot_topic: {product: "5349", short_name: yes, operation: unknown}
      ignore_errors: true
"""


def test_converted_names_are_warned_about_once_per_option_and_task(playbooks, tmp_path):
    playbook = tmp_path / "site.yml"
    playbook.write_text(PLAYBOOK, encoding="utf-8")
    run = playbooks.run(playbook)
    assert run.status == 0, run.output
    text = " ".join(run.output.split())
    found = re.findall(r"\[WARNING\]: (\S+) takes text, but received the (\w+ \w+):", text)
    assert sorted(found) == [
        ("description", "boolean true"),
        ("devices.name", "number 12288"),
        ("devices.tags", "boolean false"),
        ("name", "number 36682"),
        ("name", "number 5349"),
        ("short_name", "boolean true"),
    ]
