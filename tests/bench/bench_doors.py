# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a task costs: through the action plugin, through an ordinary module, and beside a task that does nothing."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ITEMS = 200
#: An instance holds 50 topics a product, so the loop goes over four products.
TOPICS = 50

HEAD = """
- hosts: localhost
  gather_facts: false
  module_defaults:
    group/iotops.aliyun.iot:
      endpoint: "{endpoint}"
      access_key_id: emulator
      access_key_secret: emulator
      pacing: false
  tasks:
"""

LOOP = """
    - iotops.aliyun.iot_topic: {short_name: "user/t{{ item % 50 }}", product: "bench_{{ item // 50 }}", operation: pub}
      loop: "{{ range(200) | list }}"
"""

DEVICES = """
    - iotops.aliyun.iot_device:
        product: bench_0
        name: "lamp-{{ '%04d' | format(item) }}"
        nickname: "lamp_{{ item }}"
      loop: "{{ range(200) | list }}"
"""

ONE_PRODUCT = """
    - iotops.aliyun.iot_topic: {{short_name: "user/t{number}", product: bench_0, operation: pub}}
"""

DEBUG = """
    - debug: {msg: nothing}
"""


@pytest.fixture(scope="module")
def account(_shared):
    """An account with four products of 50 topics each, and 200 devices."""
    _shared.control("POST", "reset")
    for number in range(ITEMS // TOPICS):
        _status, made = _shared.call("CreateProduct", ProductName=f"bench_{number}", NodeType=0)
        key = made["ProductKey"]
        _status, listed = _shared.call("QueryProductTopic", ProductKey=key)
        for topic in listed["Data"]["ProductTopicInfo"]:
            _shared.call("DeleteProductTopic", TopicId=topic["Id"])
        for topic in range(TOPICS):
            _shared.call("CreateProductTopic", ProductKey=key, TopicShortName=f"user/t{topic}", Operation="PUB")
        if number == 0:
            for device in range(ITEMS):
                _shared.call(
                    "RegisterDevice", ProductKey=key, DeviceName=f"lamp-{device:04d}", Nickname=f"lamp_{device}"
                )
    return _shared


def seconds(tmp_path: Path, account, tasks: str, **environment: str) -> float:
    """The time of a playbook that changes nothing, from start to end."""
    playbook = tmp_path / "bench.yml"
    playbook.write_text(HEAD.format(endpoint=account.endpoint) + tasks, encoding="utf-8")
    command = [sys.executable, "-m", "ansible", "playbook", str(playbook)]
    environment = {**os.environ, "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"), **environment}
    started = time.perf_counter()
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, cwd=ROOT, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "changed=0" in ended.stdout, ended.stdout
    return time.perf_counter() - started


def reads(account, action: str) -> int:
    """How often an operation was called since the last look."""
    calls = [call for call in account.control("GET", "calls")["calls"] if call["action"] == action]
    account.request("DELETE", "/_emulator/calls")
    return len(calls)


def bench_doors(tmp_path, account, table):
    empty = seconds(tmp_path, account, DEBUG)
    rows = []
    for name, tasks in (("iot_topic", LOOP), ("iot_device", DEVICES)):
        reads(account, "QueryProductTopic")
        action = seconds(tmp_path, account, tasks)
        asked = reads(account, "QueryProductTopic")
        module = seconds(tmp_path, account, tasks, IOTOPS_FORCE_MODULE="1")
        ratio = (module - empty) / (action - empty)
        rows.append((f"loop of {ITEMS} {name}", f"{action:.2f}", f"{module:.2f}", f"{ratio:.1f}", asked))
    table(
        f"Loops of {ITEMS} items in place (a playbook of one debug task: {empty:.2f} s)",
        (
            "what",
            "action plugin, s",
            "ordinary module, s",
            "module / action, per item",
            "QueryProductTopic by the action",
        ),
        rows,
    )


def bench_separate_tasks(tmp_path, account, table):
    tasks = "".join(ONE_PRODUCT.format(number=number % TOPICS) for number in range(ITEMS))
    ours = seconds(tmp_path, account, tasks)
    debug = seconds(tmp_path, account, DEBUG * ITEMS)
    table(
        f"{ITEMS} separate tasks",
        ("what", "s"),
        [("iot_topic", f"{ours:.2f}"), ("debug", f"{debug:.2f}"), ("iot_topic / debug", f"{ours / debug:.2f}")],
    )
