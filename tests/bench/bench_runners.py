# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The time of a task in the action plugin and as a module, compared with a task that does nothing."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ITEMS = 200
#: A product can have 50 topics, so the loop uses four products.
TOPICS = 50

HEAD = """
- hosts: localhost
  gather_facts: false
  module_defaults:
    group/iotops.aliyun.iot:
      endpoint: "{endpoint}"
      access_key_id: emulator-id
      access_key_secret: emulator-secret-2018
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
    """An account with four products with 50 topics each, and 200 devices."""
    _shared.control("POST", "reset")
    for number in range(ITEMS // TOPICS):
        _status, reply = _shared.call("CreateProduct", ProductName=f"bench_{number}", NodeType=0)
        key = reply["ProductKey"]
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
    """Return the duration of a playbook that changes nothing."""
    playbook = tmp_path / "bench.yml"
    playbook.write_text(HEAD.format(endpoint=account.endpoint) + tasks, encoding="utf-8")
    command = [sys.executable, "-m", "ansible", "playbook", str(playbook)]
    environment = {**os.environ, "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"), **environment}
    started = time.perf_counter()
    process = subprocess.run(command, env=environment, capture_output=True, text=True, cwd=ROOT, check=False)
    assert process.returncode == 0, process.stdout + process.stderr
    assert "changed=0" in process.stdout, process.stdout
    return time.perf_counter() - started


def reads(account, action: str) -> int:
    """Return the number of calls of an operation since the last call of this function."""
    calls = [call for call in account.control("GET", "calls")["calls"] if call["action"] == action]
    account.request("DELETE", "/_emulator/calls")
    return len(calls)


def bench_loops(tmp_path, account, table):
    empty = seconds(tmp_path, account, DEBUG)
    rows = []
    for name, tasks in (("iot_topic", LOOP), ("iot_device", DEVICES)):
        reads(account, "QueryProductTopic")
        action = seconds(tmp_path, account, tasks)
        topic_reads = reads(account, "QueryProductTopic")
        module = seconds(tmp_path, account, tasks, IOTOPS_FORCE_MODULE="1")
        ratio = (module - empty) / (action - empty)
        rows.append((f"loop of {ITEMS} {name}", f"{action:.2f}", f"{module:.2f}", f"{ratio:.1f}", topic_reads))
    table(
        f"Loops with {ITEMS} items without changes (a playbook with one debug task: {empty:.2f} s)",
        (
            "task",
            "action plugin, s",
            "module, s",
            "module / action plugin, per item",
            "QueryProductTopic requests of the action plugin",
        ),
        rows,
    )


def bench_separate_tasks(tmp_path, account, table):
    tasks = "".join(ONE_PRODUCT.format(number=number % TOPICS) for number in range(ITEMS))
    topic = seconds(tmp_path, account, tasks)
    debug = seconds(tmp_path, account, DEBUG * ITEMS)
    table(
        f"{ITEMS} separate tasks",
        ("task", "s"),
        [("iot_topic", f"{topic:.2f}"), ("debug", f"{debug:.2f}"), ("iot_topic / debug", f"{topic / debug:.2f}")],
    )
