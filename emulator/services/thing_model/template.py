# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Product categories and their standard thing models.

The real platform has hundreds of categories. The emulator has a few of its own.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

from ansible_collections.iotops.aliyun.emulator.core.context import Context
from ansible_collections.iotops.aliyun.emulator.core.errors import ApiError
from ansible_collections.iotops.aliyun.emulator.core.registry import Reply, operation
from ansible_collections.iotops.aliyun.emulator.services.thing_model.formats import model, thing_model_json
from ansible_collections.iotops.aliyun.emulator.services.thing_model.formats.model import Block, Function, Model

DataType = dict[str, Any]
Parameter = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Category:
    """A category and the functions that a new product of this category has."""

    name: str
    properties: tuple[Function, ...]
    services: tuple[Function, ...] = ()
    events: tuple[Function, ...] = ()

    def block(self, created: int | None = None) -> Block:
        """Return the functions as a new block. ``created`` is their creation time in milliseconds."""
        block = model.empty_block()
        for kind in model.KINDS:
            block[kind] = [{**copy.deepcopy(one), "created": created} for one in getattr(self, kind)]
        model.sort(block)
        return block


@operation
def list_thing_templates(_ctx: Context, _p: dict[str, Any]) -> Reply:
    """Manual section 4.11.7."""
    return {"Data": [{"CategoryKey": key, "CategoryName": category.name} for key, category in _CATEGORIES.items()]}


@operation
def get_thing_template(_ctx: Context, p: dict[str, Any]) -> Reply:
    """Manual section 4.11.8: return a standard thing model, which does not belong to a product."""
    category = _CATEGORIES[validate_category(p["CategoryKey"]) or ""]
    return {"ThingModelJSON": thing_model_json.to_text(thing_model_json.write_functions(category.block()))}


def validate_category(category_key: str | None) -> str | None:
    """Return ``category_key``, None if it is empty. Raise ApiError if there is no such category."""
    if category_key and category_key not in _CATEGORIES:
        raise ApiError("iot.prod.InvalidFormattedCatId", f"The category {category_key} does not exist")
    return category_key or None


def initial_model(category_key: str | None, created: int) -> Model | None:
    """Return the model that a new product of a category has, or None if there is no such category."""
    category = _CATEGORIES.get(category_key or "")
    return {model.DEFAULT: category.block(created)} if category else None


def category_name(category_key: str | None) -> str | None:
    """Return the name of a category, or None if there is no such category."""
    category = _CATEGORIES.get(category_key or "")
    return category.name if category else None


def _property(identifier: str, name: str, data_type: DataType, access: str = "r", required: bool = True) -> Function:
    return {**_function(identifier, name, required), "access": access, "data_type": data_type}


def _service(identifier: str, name: str, *inputs: Parameter, outputs: tuple[Parameter, ...] = ()) -> Function:
    return {**_function(identifier, name), "call_type": "async", "inputs": list(inputs), "outputs": list(outputs)}


def _event(identifier: str, name: str, kind: str, *outputs: Parameter) -> Function:
    return {**_function(identifier, name), "type": kind, "outputs": list(outputs)}


def _function(identifier: str, name: str, required: bool = False) -> Function:
    return {
        "identifier": model.valid_identifier(identifier),
        "name": model.valid_name(name),
        "description": None,
        "required": required,
        "custom": False,
        "extend_config": None,
        "config_code": None,
    }


def _number(kind: str, minimum: str, maximum: str, step: str, unit: str, unit_name: str) -> DataType:
    return model.number_type(kind, {"min": minimum, "max": maximum, "step": step, "unit": unit, "unitName": unit_name})


def _choice(kind: str, *names: str) -> DataType:
    """Return a ``bool`` or an ``enum`` whose values count from 0."""
    return model.choice_type(kind, [{"value": value, "name": name} for value, name in enumerate(names)])


def _text(length: int) -> DataType:
    return model.text_type(length, length)


_PERCENT = _number("int", "0", "100", "1", "%", "百分比")
_ON_OFF = _choice("bool", "关闭", "打开")
_LAMP_FAULT = _choice("enum", "恢复正常", "断路", "短路")
_WATER = _choice("bool", "正常", "浸水")
_ENERGY = _number("double", "0", "99999999", "0.01", "kW·h", "千瓦时")
_POSITION = model.struct_type(
    [
        model.parameter("Longitude", "经度", _number("double", "-180", "180", "0.000001", "°", "度")),
        model.parameter("Latitude", "纬度", _number("double", "-90", "90", "0.000001", "°", "度")),
        model.parameter("System", "坐标系", _choice("enum", "WGS_84", "GCJ_02")),
    ]
)
_UNLOCK_METHOD = _choice("enum", "指纹", "密码", "卡", "机械钥匙")

_CATEGORIES = {
    "Lighting": Category(
        "路灯照明",
        properties=(
            _property("LightStatus", "工作状态", _ON_OFF, "rw"),
            _property("Brightness", "亮度", _PERCENT, "rw"),
            _property("LampVoltage", "灯具电压", _number("float", "0", "400", "0.1", "V", "伏特"), required=False),
        ),
        services=(_service("SetSchedule", "下发时间表", model.parameter("Schedule", "时间表", _text(1024))),),
        events=(
            _event(
                "LampFault", "灯具故障", "error", model.parameter("Fault", "故障代码", _choice("enum", "恢复", "断路"))
            ),
        ),
    ),
    "WaterDetector": Category(
        "水浸检测",
        properties=(
            _property("WaterState", "浸水状态", _WATER),
            _property("BatteryLevel", "电池电量", _PERCENT, required=False),
        ),
        events=(_event("WaterAlarm", "浸水告警", "alert", model.parameter("State", "浸水状态", _WATER)),),
    ),
    "VehicleLocator": Category(
        "车辆定位卡",
        properties=(
            _property("Position", "位置", _POSITION),
            _property("Speed", "车速", _number("float", "0", "300", "0.1", "km/h", "千米每小时"), required=False),
            _property("ReportSeconds", "上报间隔", _number("int", "1", "86400", "1", "s", "秒"), "rw"),
        ),
        events=(_event("Overspeed", "超速", "alert", model.parameter("Position", "位置", _POSITION)),),
    ),
    "ElectricityMeter": Category(
        "电表",
        properties=(
            _property("Energy", "用电量", _ENERGY),
            _property("PhaseCurrent", "三相电流", model.array_type(3, {"type": "float"}), required=False),
            _property("Switch", "合闸状态", _ON_OFF, "rw", required=False),
        ),
        services=(_service("FreezeReading", "冻结读数", outputs=(model.parameter("Energy", "用电量", _ENERGY),)),),
    ),
    "DoorLock": Category(
        "智能门锁",
        properties=(
            _property("LockState", "门锁状态", _choice("bool", "上锁", "开锁")),
            _property("BatteryLevel", "电池电量", _PERCENT, required=False),
        ),
        services=(
            _service(
                "AddKey",
                "添加钥匙",
                model.parameter("KeyType", "钥匙类型", _UNLOCK_METHOD),
                model.parameter("ValidUntil", "有效期", model.date_type()),
                outputs=(model.parameter("KeyId", "钥匙编号", _number("int", "0", "255", "1", "", "无")),),
            ),
        ),
        events=(
            _event("Opened", "开门", "info", model.parameter("By", "开锁方式", _UNLOCK_METHOD)),
            _event("Tampered", "防撬告警", "alert"),
        ),
    ),
}
