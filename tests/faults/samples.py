# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Valid options for every module that manages something: how it is created, changed and deleted.

All samples start from the same account; ``prepare`` adds what one sample needs. Beside the object of the task there are
others of the same kind where the platform allows it, so that a schedule shows that they stay unchanged.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

Options = dict[str, Any]
#: Runs a task that must succeed, and returns its result.
Run = Callable[..., dict]

LAMPS = [f"lamp-{number:04}" for number in range(1, 6)]
LAMP = {"product": "street_light", "device": "lamp-0001"}
ROLE = {"roleArn": "acs:ram::5645:role/forwarding", "roleName": "forwarding"}
SCRIPT = 'var data = payload("json");\nwriteAmqp(1, data, "tag");\n'
FUNCTIONS = {
    "properties": {"Light": {"name": "light", "type": "bool", "values": {0: "off", 1: "on"}, "access": "rw"}},
    "services": {"Flash": {"call": "sync", "inputs": {"Times": {"type": "int", "min": 1, "max": 9, "step": 1}}}},
}
MORNING = {"description": "morning", "content": "a", "start_time": "06:00", "end_time": "10:59"}
NOON = {"description": "noon", "content": "b", "start_time": "11:00", "end_time": "13:00"}


def prepare_account(run: Run, account: Any) -> None:
    """Create what several samples refer to, and objects that no sample refers to."""
    run("iot_product", name="street_light", node_type="device", thing_model=True, data_format="alink")
    run("iot_product", name="home_hub", node_type="gateway")
    run("iot_product", name="other_light", node_type="device", description="not managed", tags={"kind": "other"})
    account.control("devices", {"product": "street_light", "names": LAMPS, "online": True})
    account.control("devices", {"product": "other_light", "names": ["other-0001", "other-0002"], "online": False})
    run("iot_device", product="home_hub", name="hub-west")
    for name in ("east", "west"):
        run("iot_device_group", name=name, description="not managed")
    for name in ("console", "archive"):
        run("iot_consumer_group", name=name)


@dataclass(frozen=True)
class Sample:
    """The options of one module in three tasks, one after the other.

    Attributes:
        module: The module.
        create: The options that create the object; None if no task can create it.
        change: The options that change it; None if nothing can be changed. They are complete: without the object, they
            create it.
        delete: The options that delete it; None if the platform does not delete it.
        prepare: Called with a function that runs tasks, and the account.
        created_by: The ids that a later task needs: option to the path of its value in the result of the create task.
        is_repeatable: Whether a second create task changes nothing.
        reports_continued: Whether the module also reports what an earlier task has started as a change.
        variant: What distinguishes the sample from other samples of the module.
    """

    module: str
    create: Options | None
    change: Options | None
    delete: Options | None
    prepare: Callable[[Run, Any], None] = lambda run, account: None
    created_by: tuple[tuple[str, str], ...] = ()
    is_repeatable: bool = True
    reports_continued: bool = False
    variant: str = ""

    @property
    def name(self) -> str:
        """The name in test IDs and tables."""
        return f"{self.module.removeprefix('iot_')}{'-' if self.variant else ''}{self.variant}"


def sample(module: str, of: Options, create: Options | None, change: Options | None = None, **more: Any) -> Sample:
    """Return a sample whose tasks share the options ``of``; the change task has all options of the create task."""
    is_deleted = more.pop("is_deleted", True)
    return Sample(
        module,
        None if create is None else {**of, **create},
        None if change is None else {**of, **(create or {}), **change},
        {**of, "state": "absent"} if is_deleted else None,
        **more,
    )


def _two(module: str, *options: Options) -> Callable[[Run, Any], None]:
    """Return a preparation that runs tasks of one module."""

    def prepare(run: Run, account: Any) -> None:
        for given in options:
            run(module, **given)

    return prepare


def _parser(run: Run, account: Any) -> None:
    for name in ("lamps", "locks"):
        run("iot_data_source", name=name)
    for name in ("to_console", "to_archive"):
        run("iot_destination", name=name, type="amqp", configuration={"groupId": "console"})
    run("iot_parser", name="unrelated", data_source="locks")


def _rule(run: Run, account: Any) -> None:
    run(
        "iot_rule",
        name="unrelated",
        description="not managed",
        product="other_light",
        short_topic="+/user/x",
        select="*",
    )


def _routes(run: Run, account: Any) -> None:
    for name, operation in (("user/report", "pub"), ("user/neighbor", "sub")):
        run("iot_topic", product="street_light", short_name=name, operation=operation)
    neighbor = "/street_light/lamp-0005/user/neighbor"
    run("iot_topic_route", source="/street_light/lamp-0004/user/report", destinations=[neighbor])


def _files(run: Run, account: Any) -> None:
    """Upload two files from a device, which only devices can do."""
    from ansible_collections.iotops.aliyun.emulator.services.device.file import add_file

    def add(platform: Any) -> None:
        row = platform.store.require("device", device_name="lamp-0001")
        for name in ("log.txt", "photo.jpg"):
            platform.run(lambda ctx, name=name: add_file(ctx, row, name, b"x" * 2000))

    account.run(add)


def _firmware(run: Run, account: Any, file: str) -> None:
    devices = {"product": "street_light", "names": LAMPS, "module_versions": {"default": "1.0"}}
    account.control("devices", {**devices, "online": True})
    account.control("devices", {**devices, "online": False})
    options = {"product": "street_light", "file": file, "needs_verification": False}
    for name, version in (("v2", "2.0"), ("unrelated", "3.0")):
        run("iot_ota_firmware", name=name, version=version, **options)
    run("iot_ota_job", name="unrelated", firmware="unrelated", type="static", target="specific", devices=LAMPS[3:])


def _jobs(run: Run, account: Any) -> None:
    run("iot_job", name="unrelated", type="custom", product="home_hub", document={"a": 1})


def _pushed(run: Run, account: Any) -> None:
    speech = {"project_code": "project1", "text": "payment received", "voice": "Siyue"}
    for code in ("ZFDZ", "ZFCG"):
        run("iot_speech", **speech, code=code)
    run("iot_speech_play", project_code="project1", **LAMP, action="push", speeches=["ZFDZ", "ZFCG"])
    account.advance(5)


def _schedule(run: Run, account: Any) -> None:
    for name in ("hours", "unrelated"):
        run("iot_sound_code_schedule", name=name, start_date="2030-01-01", end_date="2030-12-31", periods=[MORNING])
    run("iot_sound_code_label", schedule="hours", label="unrelated")


def _meter(run: Run, account: Any) -> None:
    run("iot_product", name="old_meter", node_type="device", thing_model=True, data_format="custom")


def _imported(run: Run, account: Any) -> None:
    _meter(run, account)
    run("iot_imported_devices", product="old_meter", devices=_meters(8, 9))


def _meters(*numbers: int, **more: Any) -> list[Options]:
    return [
        {"name": f"meter-{n:04}", "device_secret": f"s3cret-{n}", "serial_number": f"Q{n}", **more} for n in numbers
    ]


def _topology(run: Run, account: Any) -> None:
    run("iot_device", product="home_hub", name="hub-east")
    devices = [{"product": "street_light", "name": name} for name in LAMPS[3:]]
    run("iot_topology", product="home_hub", gateway="hub-east", devices=devices)


def _lamps(*numbers: int) -> list[Options]:
    return [{"product": "street_light", "name": f"lamp-{number:04}"} for number in numbers]


def samples(file: str) -> list[Sample]:
    """Return the samples of all modules that manage something.

    Args:
        file: The path of a file that firmware tasks upload.
    """
    report = {"product": "street_light", "short_name": "user/status"}
    amqp = {"product": "street_light", "type": "amqp"}
    hub = {"product": "home_hub", "gateway": "hub-west"}
    topics = [{"topic": f"/street_light/+/user/{name}"} for name in ("report", "status", "update")]
    pole = {"product": "street_light", "name": "pole-0001"}
    dates = {"start_date": "2030-01-01", "end_date": "2030-12-31"}
    distributed = {
        "product": "street_light",
        "source_instance_id": "iot-060a0abc",
        "target_uid": "1000000000000001",
        "target_instance_ids": ["iotx-oxssharez300"],
    }
    meters = {"product": "old_meter", "devices": _meters(1, 2)}
    return [
        sample(
            "iot_product",
            {"name": "flow_meter"},
            {"node_type": "device", "description": "d", "tags": {"site": "west", "kind": "meter"}},
            {"description": "e", "tags": {"site": "east", "row": "1"}, "status": "released"},
        ),
        sample(
            "iot_device",
            pole,
            {"nickname": "North_pole", "tags": {"site": "west", "row": "1"}, "groups": ["east"]},
            {"nickname": "South_pole", "tags": {"site": "east"}, "groups": ["west"], "enabled": False},
        ),
        sample("iot_device_file", {**LAMP, "name": "log.txt"}, None, prepare=_files),
        sample(
            "iot_imported_devices",
            {},
            meters,
            {"devices": [*_meters(1, nickname="one1"), *_meters(2, 3)]},
            prepare=_imported,
            is_deleted=False,
        ),
        Sample("iot_imported_devices", meters, None, {**meters, "state": "absent"}, _imported, variant="deletion"),
        sample(
            "iot_topology",
            hub,
            {"devices": _lamps(1, 2)},
            {"devices": _lamps(2, 3)},
            prepare=_topology,
            is_deleted=False,
        ),
        sample(
            "iot_device_group",
            {"name": "side_lane"},
            {"description": "d", "tags": {"site": "west"}, "devices": _lamps(1, 2)},
            {"description": "e", "tags": {"site": "east"}, "devices": _lamps(2, 3)},
        ),
        sample("iot_topic", report, {"operation": "pub", "description": "d"}, {"operation": "all", "description": "e"}),
        sample(
            "iot_topic_route",
            {"source": "/street_light/lamp-0001/user/report"},
            {"destinations": [f"/street_light/lamp-000{n}/user/neighbor" for n in (2, 3)]},
            {"destinations": [f"/street_light/lamp-000{n}/user/neighbor" for n in (3, 4)]},
            prepare=_routes,
            is_deleted=False,
        ),
        sample(
            "iot_thing_model",
            {"product": "street_light"},
            {"functions": FUNCTIONS},
            {
                "functions": {"properties": {**FUNCTIONS["properties"], "Level": {"type": "int", "min": 0, "max": 9}}},
                "allow_breaking": True,
                "published": True,
            },
        ),
        sample(
            "iot_thing_script",
            {"product": "old_meter"},
            {"type": "javascript", "script": "// one"},
            {"script": "// two"},
            prepare=_meter,
            is_deleted=False,
        ),
        sample(
            "iot_shadow",
            {"product": "other_light", "device": "other-0001"},
            {"desired": {"level": 7, "on": True}},
            {"desired": {"level": 8}},
            is_deleted=False,
        ),
        sample(
            "iot_rule",
            {"name": "overheat"},
            {
                "description": "d",
                "product": "street_light",
                "short_topic": "+/thing/event/property/post",
                "select": "*",
                "actions": [{"type": "amqp", "configuration": {"groupId": "console"}}],
            },
            {
                "where": "level > 3",
                "actions": [
                    {"type": "mns", "configuration": {"themeName": "a", "regionName": "cn-beijing", "role": ROLE}}
                ],
                "state": "started",
            },
            prepare=_rule,
        ),
        sample(
            "iot_data_source",
            {"name": "reports"},
            {"description": "d", "topics": topics[:2]},
            {"description": "e", "topics": topics[1:]},
            prepare=_two(
                "iot_topic",
                *({**report, "short_name": f"user/{n}", "operation": "pub"} for n in ("report", "status", "update")),
            ),
        ),
        sample(
            "iot_destination",
            {"name": "to_mns"},
            {"type": "mns", "configuration": {"themeName": "a", "regionName": "cn-shanghai", "role": ROLE}},
            {"configuration": {"themeName": "b", "regionName": "cn-shanghai", "role": ROLE}, "description": "e"},
            prepare=_two(
                "iot_destination", {"name": "unrelated", "type": "amqp", "configuration": {"groupId": "console"}}
            ),
        ),
        sample(
            "iot_parser",
            {"name": "forward"},
            {"data_source": "lamps", "destinations": ["to_console"], "script": SCRIPT},
            {"description": "e", "destinations": ["to_archive"], "state": "started"},
            prepare=_parser,
        ),
        sample("iot_consumer_group", {"name": "board"}, {}),
        sample(
            "iot_consumer_group",
            {"name": "board"},
            {},
            {"name": "boards", "renamed_from": "board"},
            variant="renamed",
            is_deleted=False,
        ),
        sample(
            "iot_subscription",
            amqp,
            {"consumer_groups": ["console"], "device_data": True},
            {"consumer_groups": ["archive"], "device_status_change": True},
            prepare=_two(
                "iot_subscription",
                {**amqp, "product": "other_light", "consumer_groups": ["archive"], "device_data": True},
            ),
        ),
        sample("iot_ota_module", {"product": "street_light", "name": "modem"}, {"alias": "m"}, {"description": "e"}),
        sample(
            "iot_ota_firmware",
            {"name": "v4"},
            {"product": "street_light", "version": "4.0", "file": file, "needs_verification": False},
            prepare=partial(_firmware, file=file),
        ),
        Sample(
            "iot_ota_job",
            {
                "name": "june",
                "firmware": "v2",
                "type": "static",
                "target": "specific",
                "devices": LAMPS[:2],
                "tags": {"wave": "1"},
            },
            None,
            {"name": "june", "firmware": "v2", "state": "canceled"},
            partial(_firmware, file=file),
        ),
        sample(
            "iot_job",
            {"name": "calibrate"},
            {"type": "custom", "product": "other_light", "document": {"steps": [1, 2]}, "description": "d"},
            {"description": "e", "maximum_per_minute": 50},
            prepare=_jobs,
        ),
        Sample(
            "iot_tunnel",
            {**LAMP, "description": "d"},
            None,
            {"state": "absent"},
            created_by=(("tunnel_id", "tunnel.tunnel_id"),),
            is_repeatable=False,
        ),
        sample(
            "iot_sound_code",
            {"name": "gate_west"},
            {"content": "www.example.com", "duration_in_seconds": 2},
            {"duration_in_seconds": 3},
            prepare=_two("iot_sound_code", {"name": "unrelated", "content": "x", "duration_in_seconds": 2}),
        ),
        sample(
            "iot_sound_code_schedule",
            {"name": "times"},
            {**dates, "description": "d", "periods": [MORNING]},
            {"description": "e", "status": "stopped", "periods": [{**MORNING, "content": "c"}, NOON]},
            prepare=_schedule,
        ),
        sample("iot_sound_code_label", {"schedule": "hours", "label": "t1"}, {}, prepare=_schedule),
        sample(
            "iot_sound_code_label_batch",
            {"schedule": "hours", "description": "ground"},
            {"labels": ["t1", "t2"]},
            prepare=_schedule,
            is_deleted=False,
        ),
        sample(
            "iot_speech",
            {"project_code": "project1", "code": "ZFXX"},
            {"text": "payment received", "voice": "Siyue"},
            {"voice": "Xiaoyun", "volume": 10},
            prepare=_two("iot_speech", {"project_code": "project1", "code": "other", "text": "no", "voice": "Siyue"}),
        ),
        sample("iot_device_speech", {**LAMP, "code": "ZFDZ", "audio_format": "wav"}, None, prepare=_pushed),
        Sample(
            "iot_devices",
            {
                "product": "street_light",
                "devices": [{"name": f"mast-{n}", "tags": {"row": "1"}, "groups": ["east"]} for n in range(3)],
            },
            {
                "product": "street_light",
                "devices": [
                    {"name": f"mast-{n}", "tags": {"row": "2"}, "groups": ["west"], "nickname": f"mast_{n}"}
                    for n in range(4)
                ],
            },
            {"product": "street_light", "devices": [{"name": f"mast-{n}"} for n in range(4)], "state": "absent"},
        ),
        sample(
            "iot_device_stock",
            {"product": "street_light"},
            {"count": 8},
            {"count": 10},
            is_deleted=False,
            reports_continued=True,
        ),
        Sample(
            "iot_license",
            {"product": "street_light", "license": "720p", "devices": LAMPS[:2]},
            {"product": "street_light", "license": "720p", "devices": LAMPS[:3]},
            None,
        ),
        Sample(
            "iot_distribution",
            {**distributed, "devices": LAMPS[:1]},
            {**distributed, "devices": LAMPS[:2]},
            None,
        ),
    ]
