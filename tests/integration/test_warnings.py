# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tasks show the warnings that the platform returns, with both runners."""

from __future__ import annotations

PLAYBOOK = """
- hosts: localhost
  gather_facts: false
  module_defaults:
    group/iotops.aliyun.iot: {endpoint: "{{ endpoint }}", access_key_id: emulator, access_key_secret: emulator}
  tasks:
    - iotops.aliyun.iot_product:
        name: "{{ item }}"
        node_type: device
        thing_model: true
        data_format: alink
        status: released
        description: old
      loop: [street_light, sensor]
    - iotops.aliyun.iot_product: {name: "{{ item }}", description: new}
      loop: [street_light, sensor]
    - iotops.aliyun.iot_product: {name: street_light, description: new}
"""

WARNING = "[WARNING]: A released product cannot be changed or deleted."


def test_change_of_released_product_shows_the_warning_of_the_emulator(playbooks, tmp_path):
    playbook = tmp_path / "site.yml"
    playbook.write_text(PLAYBOOK, encoding="utf-8")
    run = playbooks.run(playbook)
    assert run.status == 0, run.output
    assert " ".join(run.output.split()).count(WARNING) >= 1
    assert WARNING not in " ".join(playbooks.run(playbook, "--check").output.split())
