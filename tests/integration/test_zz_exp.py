import pytest
from . import operation_record
I = {"iot_instance_id": "iot-060a0bcd"}

def test_exp(tasks, tmp_path):
    tasks.run_ok("iot_product", name="street_light", node_type="device", **I)
    tasks.run_ok("iot_device_group", name="bridge", **I)
    devices = [{"name": f"lamp-{n:03}", "tags": {"a": str(n)}, "groups": ["bridge"] if n < 3 else []} for n in range(60)]
    tasks.run_ok("iot_devices", product="street_light", devices=devices, **I)
    print(operation_record.SENT.pop("iot_devices"))
    print(tasks.run_ok("iot_devices", product="street_light", devices=devices, **I)["changed"])
    print(operation_record.SENT.pop("iot_devices"))
    print(tasks.run_ok("iot_devices", product="street_light", devices=devices[:1], **I)["changed"])
    print(operation_record.SENT.pop("iot_devices"))
    for f in (["tags"], ["groups"], ["modules"], ["tags", "groups", "modules"]):
        for o in (False, True):
            for inst in ({}, I):
                r = tasks.run("iot_devices_info", products=["street_light"], facts=f, one_by_one=o, **inst)
                print(f, o, inst, r.get("msg"), len(r.get("devices", [])), r.get("devices", [{}])[0], operation_record.SENT.pop("iot_devices_info"))
    r = tasks.run_ok("iot_devices_info", products=["street_light"], facts=["modules", "groups"], tags={"a": "3"}, one_by_one=True)
    print(r, operation_record.SENT.pop("iot_devices_info"))
    tasks.run_ok("iot_device_stock", product="street_light", count=70, secrets_file=str(tmp_path / "x"), **I)
    print(operation_record.SENT.pop("iot_device_stock"))
