# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Many workers on one account, whose quotas are in force: nobody is throttled, and nobody waits for nothing."""

from __future__ import annotations

import json
import threading
import time

import pytest

from .conftest import DOORS, Playbooks

HOSTS = 20


@pytest.fixture(params=sorted(DOORS))
def playbooks(request, launch) -> Playbooks:
    """Playbooks through one door against a platform of their own, with its quotas."""
    return Playbooks(launch(), request.param)


def play(tmp_path, task: dict) -> tuple:
    """A playbook with one task for every host, and its inventory."""
    inventory = tmp_path / "hosts.json"
    hosts = {f"lamp-{number:02}": {} for number in range(HOSTS)}
    variables = {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}
    inventory.write_text(json.dumps({"all": {"hosts": hosts, "vars": variables}}), encoding="utf-8")
    defaults = {"endpoint": "{{ endpoint }}", "access_key_id": "emulator", "access_key_secret": "emulator"}
    playbook = tmp_path / "play.yml"
    playbook.write_text(
        json.dumps(
            [
                {
                    "hosts": "all",
                    "gather_facts": False,
                    "module_defaults": {"group/iotops.aliyun.iot": {**defaults, "retries": 0}},
                    "tasks": [task],
                }
            ]
        ),
        encoding="utf-8",
    )
    return playbook, inventory


def throttled(server) -> list:
    return [call["action"] for call in server.control("GET", "calls")["calls"] if call["throttled"]]


def test_forks_are_not_throttled(playbooks, tmp_path):
    server = playbooks.server
    server.call("CreateProduct", ProductName="street_light", NodeType=0)
    # RegisterDevice takes 30 a second, QueryProductTopic 3: each host asks for both kinds.
    task = {"iotops.aliyun.iot_topic_info": {"product": "street_light"}}
    playbook, inventory = play(tmp_path, task)
    started = time.monotonic()
    run = playbooks.run(playbook, "-i", str(inventory), "--forks", str(HOSTS))
    taken = time.monotonic() - started
    assert run.status == 0, run.output
    calls = [call["action"] for call in server.control("GET", "calls")["calls"]]
    assert calls.count("QueryProductTopic") == HOSTS
    # No retries are allowed: one that was throttled would have failed.
    assert throttled(server) == []
    assert taken > (HOSTS // 3 - 1) * 1.05


def test_somebody_else_uses_the_account(launch):
    """What is taken away by others is given up, and taken again when it is free."""
    from ansible_collections.iotops.aliyun.plugins.module_utils.api import product, topic
    from ansible_collections.iotops.aliyun.plugins.module_utils.client.catalogue import Catalogue
    from ansible_collections.iotops.aliyun.plugins.module_utils.client.client import Client
    from ansible_collections.iotops.aliyun.plugins.module_utils.client.credentials import resolve

    server = launch()
    key = server.call("CreateProduct", ProductName="street_light", NodeType=0)[1]["ProductKey"]
    settings = {"endpoint": server.endpoint, "access_key_id": "emulator", "access_key_secret": "emulator"}
    client = Client(resolve(settings, {}), Catalogue(product, topic))
    others = threading.Event()

    def other() -> None:
        while not others.is_set():
            server.call("QueryProductTopic", ProductKey=key)
            others.wait(0.4)

    thread = threading.Thread(target=other)
    thread.start()
    try:
        for _number in range(12):
            client.call("QueryProductTopic", {"ProductKey": key})
    finally:
        others.set()
        thread.join()
    started = time.monotonic()
    for _number in range(18):
        client.call("QueryProductTopic", {"ProductKey": key})
    before = len(throttled(server))
    recovered = time.monotonic()
    for _number in range(12):
        client.call("QueryProductTopic", {"ProductKey": key})
    assert len(throttled(server)) == before
    # At three a second, twelve take four windows.
    assert time.monotonic() - recovered < 4 * 1.05 + 1.5
    assert recovered - started < 30
