# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tasks whose requests are executed without a response, late, or at the same time by another client."""

from __future__ import annotations

import pytest

PRODUCT = {"name": "street_light", "node_type": "device", "thing_model": True, "data_format": "alink"}
LAMP = {"product": "street_light", "name": "lamp-0001"}
OF_LAMP = {"product": "street_light", "device": "lamp-0001"}
TOPIC = {"product": "street_light", "short_name": "user/report"}
SCHEDULE = {"name": "opening", "start_date": "2030-01-01", "end_date": "2030-12-31", "start_time": "06:00"}
PERIOD = {"description": "morning", "content": "open", "start_time": "06:00", "end_time": "10:59"}
SPEECH = {"project_code": "Md3ZiTl888K9lXdy7890", "code": "ZF"}
ROUTE = {"source": "/street_light/lamp-0001/user/report"}
JOB = {"name": "wave", "firmware": "june"}
CANCEL = ["queued", "notified", "in_progress", "unconfirmed", "scheduled"]


def set_faults(tasks, *faults: dict) -> None:
    tasks.server.control("PUT", "faults", list(faults))


def prepare(tasks, *steps: tuple) -> None:
    """Create a product with a device, and run the tasks (module, options)."""
    tasks.run_ok("iot_product", **PRODUCT)
    tasks.run_ok("iot_device", **LAMP)
    for module, options in steps:
        tasks.run_ok(module, **options)


#: By operation: the tasks before, the module, and the options of the task that sends the operation.
LOST = {
    "UpdateDeviceShadow": ([], "iot_shadow", {**OF_LAMP, "desired": {"color": "green"}}),
    "SetDeviceDesiredProperty": (
        [
            (
                "iot_thing_model",
                {
                    "product": "street_light",
                    "functions": {
                        "properties": {"Level": {"type": "int", "min": 0, "max": 10, "step": 1, "access": "rw"}}
                    },
                    "published": True,
                },
            )
        ],
        "iot_device",
        {**LAMP, "desired_properties": {"Level": 5}},
    ),
    "StartRule": (
        [],
        "iot_rule",
        {
            "name": "hot",
            "product": "street_light",
            "short_topic": "+/thing/event/property/post",
            "select": "*",
            "state": "started",
        },
    ),
    "DetachDestination": (
        [
            ("iot_destination", {"name": "one", "type": "amqp", "configuration": {"groupId": "DEFAULT_GROUP"}}),
            ("iot_destination", {"name": "two", "type": "amqp", "configuration": {"groupId": "DEFAULT_GROUP"}}),
            ("iot_data_source", {"name": "lamps", "topics": [{"topic": "/street_light/+/user/#"}]}),
            ("iot_parser", {"name": "forward", "data_source": "lamps", "destinations": ["one", "two"]}),
        ],
        "iot_parser",
        {"name": "forward", "destinations": ["one"]},
    ),
    "StartParser": (
        [
            ("iot_destination", {"name": "one", "type": "amqp", "configuration": {"groupId": "DEFAULT_GROUP"}}),
            ("iot_data_source", {"name": "lamps", "topics": [{"topic": "/street_light/+/user/#"}]}),
            (
                "iot_parser",
                {
                    "name": "forward",
                    "data_source": "lamps",
                    "destinations": ["one"],
                    "script": 'writeAmqp(1001, payload("json"), "lamps");',
                },
            ),
        ],
        "iot_parser",
        {"name": "forward", "state": "started"},
    ),
    "DeleteSoundCode": (
        [("iot_sound_code", {"name": "gate", "content": "www.example.com", "duration_in_seconds": 2})],
        "iot_sound_code",
        {"name": "gate", "state": "absent"},
    ),
    "DeleteSchedulePeriod": (
        [("iot_sound_code_schedule", {**SCHEDULE, "periods": [PERIOD]})],
        "iot_sound_code_schedule",
        {**SCHEDULE, "periods": []},
    ),
    "DeleteSoundCodeSchedule": (
        [("iot_sound_code_schedule", SCHEDULE)],
        "iot_sound_code_schedule",
        {"name": "opening", "state": "absent"},
    ),
    "DeleteSpeech": (
        [("iot_speech", {**SPEECH, "text": "payment received", "voice": "Siyue"})],
        "iot_speech",
        {**SPEECH, "state": "absent"},
    ),
    "RemoveThingTopo": (
        [
            ("iot_product", {"name": "home_hub", "node_type": "gateway"}),
            ("iot_device", {"product": "home_hub", "name": "hub-0001"}),
            ("iot_topology", {"product": "home_hub", "gateway": "hub-0001", "devices": [LAMP]}),
        ],
        "iot_topology",
        {"product": "home_hub", "gateway": "hub-0001", "devices": []},
    ),
    "DeleteTopicRouteTable": (
        [
            ("iot_topic", {**TOPIC, "operation": "pub"}),
            ("iot_topic", {"product": "street_light", "short_name": "user/news", "operation": "sub"}),
            ("iot_device", {"product": "street_light", "name": "lamp-0002"}),
            ("connect", {}),
            ("iot_topic_route", {**ROUTE, "destinations": ["/street_light/lamp-0002/user/news"]}),
        ],
        "iot_topic_route",
        {**ROUTE, "destinations": []},
    ),
    "CancelOTATaskByJob": (
        [
            ("connect", {"module_versions": {"default": "1"}, "profile": {"outcome": "stall"}}),
            (
                "iot_ota_firmware",
                {"name": "june", "product": "street_light", "version": "2", "file": "", "needs_verification": False},
            ),
            ("iot_ota_job", {**JOB, "type": "static", "target": "specific", "devices": ["lamp-0001"]}),
        ],
        "iot_ota_job",
        {**JOB, "state": "canceled", "cancel": CANCEL},
    ),
}


@pytest.mark.parametrize("operation", LOST)
def test_write_whose_response_is_lost_succeeds(tasks, tmp_path, operation):
    before, module, options = LOST[operation]
    firmware = tmp_path / "firmware.bin"
    firmware.write_bytes(b"firmware")
    prepare(tasks)
    for name, given in before:
        if name == "connect":
            tasks.connect_devices("street_light", "lamp-0001", **given)
        else:
            tasks.run_ok(name, **{**given, **({"file": str(firmware)} if "file" in given else {})})
    set_faults(tasks, {"action": operation, "drop": "after", "times": 1})
    tasks.pop_writes()
    result = tasks.run_ok(module, **options)
    assert result["changed"]
    assert operation in tasks.pop_writes()
    set_faults(tasks)
    assert not tasks.run_ok(module, **options)["changed"]


def test_create_that_the_platform_executes_late_creates_one_job(tasks):
    prepare(tasks)
    job = {"name": "calibrate", "type": "custom", "document": {"sensor": "light"}, "devices": [LAMP]}
    set_faults(tasks, {"action": "CreateJob", "delay": 2, "times": 1})
    first = tasks.run("iot_job", **job, timeout_in_seconds=1)
    assert not first.get("failed") or "may still create it" in first["msg"]
    tasks.run_ok("iot_job", **job)
    assert len(tasks.server.control("GET", "state")["device_job"]) == 1


#: The faults that reject the read after a write, the module, its options, and the write.
FAILING_READS = {
    "product": (["QueryProduct"], "iot_product", {"name": "door_bell", "node_type": "device"}, "CreateProduct"),
    "device": ([("QueryDeviceDetail", 1)], "iot_device", {**LAMP, "name": "lamp-0002"}, "RegisterDevice"),
    "group": (["QueryDeviceGroupInfo"], "iot_device_group", {"name": "west_side"}, "CreateDeviceGroup"),
    "parser": (["GetParser", ("ListParser", 1)], "iot_parser", {"name": "forward"}, "CreateParser"),
    "data source": (
        ["GetParserDataSource", "ListDataSourceItem"],
        "iot_data_source",
        {"name": "lamps", "description": "a"},
        "CreateParserDataSource",
    ),
    "OTA module": (
        [("ListOTAModuleByProduct", 1)],
        "iot_ota_module",
        {"product": "street_light", "name": "modem"},
        "CreateOTAModule",
    ),
}


@pytest.mark.parametrize("case", FAILING_READS)
def test_rejected_read_after_write_reports_the_write(tasks, case):
    reads, module, options, write = FAILING_READS[case]
    prepare(tasks)
    rules = [read if isinstance(read, tuple) else (read, 0) for read in reads]
    set_faults(tasks, *[{"action": name, "after": after, "code": "Forbidden.RAM"} for name, after in rules])
    tasks.pop_writes()
    result = tasks.run(module, **options)
    assert result["failed"]
    assert tasks.pop_writes() == [write]
    assert result["changed"]
    assert [(step["operation"], step["status"]) for step in result["steps"]] == [(write, "done")]


def test_topic_created_before_its_list_is_rejected_needs_no_second_read(tasks):
    prepare(tasks)
    set_faults(tasks, {"action": "QueryProductTopic", "after": 1, "code": "Forbidden.RAM"})
    created = tasks.run_ok("iot_topic", **TOPIC, operation="pub")
    assert created["changed"]
    assert created["topic"]["topic_id"]


#: By operation: the tasks before, the module, its options, and whether the resource exists afterwards.
RACES = {
    "CreateProduct": ([], "iot_product", {"name": "door_bell", "node_type": "device"}),
    "RegisterDevice": ([], "iot_device", {**LAMP, "name": "lamp-0002"}),
    "CreateDeviceGroup": ([], "iot_device_group", {"name": "west_side"}),
    "CreateProductTopic": ([], "iot_topic", {**TOPIC, "operation": "pub"}),
    "CreateRule": ([], "iot_rule", {"name": "hot"}),
    "DeleteProductTopic": (
        [("iot_topic", {**TOPIC, "operation": "pub"})],
        "iot_topic",
        {**TOPIC, "state": "absent"},
    ),
    "DeleteDeviceGroup": (
        [("iot_device_group", {"name": "west_side"})],
        "iot_device_group",
        {"name": "west_side", "state": "absent"},
    ),
    "DeleteDevice": ([], "iot_device", {**LAMP, "state": "absent"}),
    "DeleteRule": ([("iot_rule", {"name": "hot"})], "iot_rule", {"name": "hot", "state": "absent"}),
    "DeleteProduct": (
        [("iot_product", {"name": "door_bell", "node_type": "device"})],
        "iot_product",
        {"name": "door_bell", "state": "absent"},
    ),
}


@pytest.mark.parametrize("operation", RACES)
def test_write_that_another_client_does_first_succeeds(tasks, monkeypatch, operation):
    from ansible_collections.iotops.aliyun.plugins.module_utils.client.client import Client

    before, module, options = RACES[operation]
    prepare(tasks, *before)
    rivals = []
    call = Client.call

    def call_after_rival(self, name, params=None, **more):
        if name == operation and not rivals:
            rivals.append(Client(self.connection, self.catalogue))
            call(rivals[0], name, params)
            rivals[0].close()
        return call(self, name, params, **more)

    monkeypatch.setattr(Client, "call", call_after_rival)
    result = tasks.run_ok(module, **options)
    assert rivals
    kind = module.removeprefix("iot_")
    assert bool(result[kind]) == (options.get("state") != "absent")
    assert not tasks.run_ok(module, **options)["changed"]


#: Error codes whose remedy is to change the request: module, options, operation.
REFUSALS = {
    "iot.group.QueryGroupInfoFailed": ("iot_device_group_info", {"name": "west_side"}, "QueryDeviceGroupInfo"),
    "iot.common.QueryDeviceActionError": ("iot_device_info", LAMP, "QueryDeviceDetail"),
    "iot.messagebroker.PublishMessageException": (
        "iot_message",
        {**OF_LAMP, "action": "publish", "topic": "/street_light/lamp-0001/user/get", "payload": "x"},
        "Pub",
    ),
    "iot.rule.CreateRuleException": ("iot_rule", {"name": "hot"}, "CreateRule"),
}


@pytest.mark.parametrize("code", REFUSALS)
def test_request_that_the_platform_refuses_permanently_is_sent_once(tasks, code):
    module, options, operation = REFUSALS[code]
    prepare(tasks, ("iot_device_group", {"name": "west_side"}))
    set_faults(tasks, {"action": operation, "code": code})
    tasks.pop_calls()
    result = tasks.run(module, **options, retries=2)
    assert result["failed"]
    assert result["code"] == code
    assert tasks.pop_calls().count(operation) == 1
