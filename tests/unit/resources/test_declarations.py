# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Rules for all declared resources: declarations are complete and match the API data, and plans converge."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import pytest
from hypothesis import assume, given, reject, settings
from hypothesis import strategies as st

from ansible_collections.iotops.aliyun.plugins.module_utils.api.model import CREATE, DELETE, READ, SET, Param, member
from ansible_collections.iotops.aliyun.plugins.module_utils.client.encoding import encode
from ansible_collections.iotops.aliyun.plugins.module_utils.engine import steps as step
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.changes import Create, Entries, Switch, Update
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.collection_types import (
    Mapping,
    ObjectSet,
    ReferenceSet,
    TextSet,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.errors import ImmutableField, InvalidValue
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.plan import plan
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.reader import Reader
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.steps import Ref
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.types import Text, Type
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device.lookup import GatewayRef
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.ota.firmware import Files
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.parser.data_source import Topics
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.parser.destination import Configuration
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.rule.actions import TARGETS, Actions
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.sound_code.schedule import Periods, UpdatePeriods
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.subscription.subscription import Queue
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model.blocks import Blocks
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model.functions import Functions
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model.thing_model import (
    ExtendedDescriptions,
    Source,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model.thing_model_json import ThingModelJson
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model.tsl import Tsl, to_functions
from ansible_collections.iotops.aliyun.tests.tools import custom_code
from ansible_collections.iotops.aliyun.tests.unit.resources.fakes import FakeClient, declared_resources, resolve_params

RESOURCES = {resource.kind: resource() for resource in declared_resources()}
#: The resources that have a state other than absent.
CREATABLE = {
    kind: resource
    for kind, resource in RESOURCES.items()
    if any(value is not None for value in resource.states.values())
}
MODEL = json.loads((Path(__file__).parent / "thing_model/data/door_lock.json").read_text(encoding="utf-8"))

few_examples = settings(deadline=None, max_examples=30)
each_resource = pytest.mark.parametrize("resource", RESOURCES.values(), ids=RESOURCES)


def example(name: str, param: Param):
    """Return a value of the declared type, with all members."""
    if param.type == "list":
        return [_members(param) if param.members else "1"]
    if param.type == "object":
        return _members(param)
    # Text that is parsed further needs a matching format, and a value that decides about further reads needs to cause
    # them. All other text can be a number, so "1" is valid for it.
    text = {
        "TslStr": "{}",
        "ThingModelJson": '{"functionBlocks": [{"functionBlockId": "1", "functionBlockName": "block"}]}',
        "Props": "{}",
        "Configuration": "{}",
        "AuthType": "x509",
        "ShadowMessage": "{}",
        "AudioFormat": "wav",
        "Type": "AMQP",
    }.get(name, "1")
    return {"string": text, "integer": 1, "boolean": True, "number": 1.5}[param.type]


def _members(param: Param) -> dict:
    return {name: example(name, inner) for name, inner in param.members.items()}


def reply(operation) -> dict:
    """Return a response with all members that the operation declares."""
    return {name: example(name, param) for name, param in operation.result.items()}


def read_all_fields(resource) -> dict:
    """Return all fields of a resource, read from responses that have all members."""
    client = FakeClient(**{name: reply(op) for name, op in resource._operations.items() if op.kind == READ})
    reader = Reader(client, tolerant=False)
    element = dict.fromkeys(("product", "product_key", "name"), "1")
    desired = {
        field.name: [element] if isinstance(field.type, ObjectSet) else field.type.argument.get("choices", ["1"])[0]
        for field in resource.fields
    }
    found = dict(resource.read(reader, desired))
    if resource.listing:
        for row in resource.list_items(reader, desired):
            found = {**row, **found}
    return found


def writes(resource) -> list:
    """Return the operations that change the resource, each with the parameters that it gets from fields."""
    found = []
    if hasattr(resource, "delete") and not resource.delete.list_parameter:
        found.append((resource.delete.operation, set()))
    for change in resource.changes:
        if isinstance(change, Update):
            found.append((change.operation, {resource.field(name).wire for name in change.fields}))
        elif isinstance(change, Switch):
            found += [(operation, set()) for operation in change.operations.values()]
        elif isinstance(change, Entries) and not isinstance(change, UpdatePeriods):
            found += [(batch.operation, set()) for batch in (change.add, change.change, change.remove)]
    return found


@each_resource
def test_resource_has_kind_and_distinct_fields(resource):
    assert resource.kind
    assert resource.title
    names = [field.name for field in resource.fields]
    assert len(set(names)) == len(names)
    wires = [field.wire for field in resource.fields if field.wire]
    assert len(set(wires)) == len(wires)
    for name in (*resource.key, *resource.identity.values(), *resource.filters, *resource.required_filters):
        assert name in names, name
    assert set(resource.required_filters) <= set(resource.filters)


@each_resource
def test_change_operation_is_write_with_sent_parameters(resource):
    for operation, sent in writes(resource):
        declaration = resource.operation(operation)
        assert declaration.writes, operation
        params = set(declaration.params)
        # Some operations take the identity in an element of a list, such as a device that is added to a group.
        members = {name for param in declaration.params.values() for name in param.members or ()}
        assert set(resource.identity) <= params | members, operation
        assert "" not in sent, operation
        assert sent <= params, operation


@each_resource
def test_change_operation_gets_required_parameters(resource):
    for change in resource.changes:
        if isinstance(change, (Update, Switch)):
            always = {field.wire for field in resource.fields if field.required} | set(resource.identity)
            names = [change.operation] if isinstance(change, Update) else list(change.operations.values())
            for name in names:
                sent = always | {resource.field(field).wire for field in change.fields}
                required = {wire for wire, param in resource.operation(name).params.items() if param.required}
                assert required <= sent, name


@each_resource
def test_update_sends_all_mutable_parameters(resource):
    # An update operation clears parameters that are not sent, so it must send each field that it can change.
    for change in resource.changes:
        if isinstance(change, Update):
            params = resource.operation(change.operation).params
            for field in resource.fields:
                if field.wire in params and not field.required and field.wire not in resource.identity:
                    assert field.name in change.fields, (change.operation, field.name)


@each_resource
def test_read_operation_matches_declared_response(resource):
    if resource.listing:
        operation = resource.operation(resource.listing.operation)
        assert operation.kind == READ
        assert set(resource.listing.params) <= set(operation.params)
        assert isinstance(member(reply(operation), resource.listing.items or operation.pages.items), list)
    for detail in resource.details:
        operation = resource.operation(detail.operation)
        assert operation.kind == READ
        assert {*(detail.identity or resource.identity), *detail.constants} <= set(operation.params), detail.operation
        assert member(reply(operation), detail.item) is not None, detail.operation
        for name in detail.only_for:
            assert name in {other.name for other in resource.fields}, name
    if resource.details:
        # The first read must always be sent, because it shows whether the resource exists.
        assert resource.details[0].only_for == ()


@each_resource
def test_create_operation_gets_required_parameters_and_returns_outputs(resource):
    if not isinstance(resource.create, Create):
        return
    operation = resource.operation(resource.create.operation)
    assert operation.kind in (CREATE, SET)
    options = {field.wire for field in resource.fields if field.is_option or field.name in resource.identity.values()}
    resolved = {resource.field(field.resolves_to).wire for field in resource.fields if field.lookup}
    required = {name for name, param in operation.params.items() if param.required}
    assert required <= options | resolved | set(resource.create.constants or {})
    for name, path in resource.create.outputs.items():
        assert resource.field(name).computed or name in resource.identity.values(), name
        assert member(reply(operation), path) is not None, path
    # Each field of the identity is sent or returned, because the following steps need it.
    for name in resource.identity.values():
        assert name in resource.create.outputs or name in resource.create.sent_fields(resource), name


@each_resource
def test_delete_operation_is_delete(resource):
    if "absent" in resource.states:
        assert resource.operation(resource.delete.operation).kind == DELETE


@each_resource
def test_option_is_sent_by_an_operation(resource):
    mutable = resource.mutable()
    for field in resource.fields:
        if field.is_option:
            sent = field.name in resource.create.sent_fields(resource)
            identifies = field.name in (*resource.key, *resource.identity.values())
            assert sent or field.name in mutable or field.write_only or field.lookup or identifies, field.name
        else:
            assert field.computed or field.name in mutable, field.name
    for name in mutable:
        assert not resource.field(name).write_only, name


@each_resource
def test_field_not_sent_by_create_has_initial_value(resource):
    for name in resource.mutable() - resource.create.sent_fields(resource):
        assert resource.field(name).initial is not None, name


@each_resource
def test_returned_field_is_read(resource):
    found = read_all_fields(resource)
    for field in resource.fields:
        if not field.write_only and not field.lookup:
            assert field.name in found or (
                field.name in getattr(resource.create, "outputs", ()) and field.returned_once
            ), field.name
    assert all(value is not None for name, value in found.items() if name in resource.key)


@each_resource
def test_text_missing_in_response_is_empty(resource):
    current = resource.parse({})
    for name in resource.mutable():
        field = resource.field(name)
        if isinstance(field.type, Text) and field.wire and field.type.check("") == "":
            assert plan(resource, {name: ""}, current) == [], name


@each_resource
def test_lookup_resolves_to_computed_field(resource):
    for field in resource.fields:
        assert bool(field.lookup) is bool(field.resolves_to), field.name
        if field.lookup:
            assert resource.field(field.resolves_to).computed, field.name
            assert not field.wire, field.name


@each_resource
def test_purge_is_declared_for_mutable_collections_only(resource):
    for field in resource.fields:
        if field.purge:
            assert type(field.type).merge is not Type.merge, field.name
            assert field.name in resource.mutable(), field.name
            assert field.initial == field.type.empty, field.name


@each_resource
def test_filter_is_returned_field(resource):
    found = read_all_fields(resource)
    for name in resource.filters:
        field = resource.field(name)
        assert (field.resolves_to if field.lookup else name) in found, name


@each_resource
def test_secret_field_is_declared_as_secret(resource):
    for field in resource.fields:
        assert field.secret is any(
            word in field.name for word in ("secret", "password", "private_key", "download_url", "access_token")
        ), field.name


@each_resource
def test_state_sets_mutable_fields_to_valid_values(resource):
    for implied in resource.states.values():
        for name, value in (implied or {}).items():
            assert resource.field(name).type.check(value) == "", name
            assert name in resource.mutable(), name


# Plans of all resources, for random tasks

TEXTS = ["", "x", "lamp_1", "lamp_2", "路灯路灯", "1.0", "user/get", "+/thing/event/property/post", "+/user/up"]
TEXTS += ["50", "2030-01-31T20:00:00Z"]
TEXTS += ["2030-01-01", "2030-12-31", "08:00", "20:00"]
TEXTS += [f"/a1/lamp_{n}/user/get" for n in range(3)]
TEXTS += [f'name = "lamp_{n}"' for n in range(3)]
TEXTS += [f"writeAmqp({n});" for n in range(3)]
DICTS = [{}, {"site": "west"}, {"site": "east", "lot": 7}, {f"key{n}": "v" for n in range(25)}]
DEVICES = [{"product": "p", "product_key": f"k{n % 2}", "name": f"device_{n}"} for n in range(5)]
ACTIONS = [
    {"type": "republish", "configuration": {"topic": "/a1/d/user/get", "topicType": 1}, "error_action": False},
    {"type": "republish", "configuration": {"topic": "/a1/d/user/get", "topicType": 0}, "error_action": False},
    {"type": "amqp", "configuration": {"groupId": "g1"}, "error_action": False},
    {"type": "amqp", "configuration": {"groupId": "g1"}, "error_action": True},
    {"type": "fc", "configuration": {"serviceName": "s", "functionName": "f"}, "error_action": False},
]
MODELS = [MODEL, {"properties": MODEL["properties"]}, json.dumps(MODEL)]
LOCK = to_functions(MODEL)
#: No functions, all functions, some of them, changed functions, functions with a protocol, and new functions.
FUNCTIONS = [
    {},
    LOCK,
    {"properties": LOCK["properties"]},
    {"properties": {**LOCK["properties"], "Battery": {"name": "battery", "type": "text", "length": 9, "access": "r"}}},
    {"properties": {n: {**f, "extended": {"customize": {"at": 1}}} for n, f in LOCK["properties"].items()}},
    {"services": {f"Do{n}": {"name": f"do{n}", "call": "async"} for n in range(25)}},
]
BLOCKS = [
    {"id": block, "name": name, **more}
    for block in ("one", "two")
    for name in ("block", "other")
    for more in ({}, {"description": "x"}, *({"functions": functions} for functions in FUNCTIONS))
]
ROLE = {"roleArn": "acs:ram::1:role/r", "roleName": "r"}
ALL_TARGETS = {name: "x" for names in TARGETS.values() for name in names}
#: Configurations that are valid for all types of destinations.
DESTINATION_CONFIGURATIONS = [
    {**ALL_TARGETS, "productKey": key, "regionName": "cn-shanghai", "role": ROLE, **added}
    for key in ("a1", "a2")
    for added in ({}, {"uid": "1"})
]
QUEUES = [{"queueName": name, "regionName": "cn-shanghai", "role": ROLE} for name in ("q1", "q2")]
TOPICS = [
    {"topic": f"/a1/{device}/user/get", "item_id": str(number)} for number, device in enumerate(("+", "lamp", "lamp_2"))
]
TOPICS.append({"topic": "home/get", "product_key": "a1", "device": "lamp", "item_id": "9"})

FILES = [
    [
        {"name": name, "path": f"/{name}", "md5": md5, "size_in_bytes": 1}
        for name, md5 in zip("abc", digests, strict=False)
    ]
    for digests in ("12", "13", "123")
]
PERIODS = [
    {"description": name, "content": content, "start_time": "08:00", "end_time": "20:00", "period_code": "1"}
    for name in ("morning", "noon", "evening")
    for content in ("a", "b")
]

#: The resolved value of every reference, which is also a number.
RESOLVED = "71"
#: Fields that a change of another field also changes: a script is published from the draft, and an imported thing model
#: is not published yet.
ALSO_CHANGED = {"parser": {"script_draft"}, "thing_model": {"published"}}


def candidates(field) -> list:
    """Return scalar and dictionary values that are valid for a field."""
    argument = field.type.argument
    if argument["type"] == "bool":
        return [True, False]
    if argument["type"] == "int":
        return [number for number in (0, 1, 2, 7, 30, 120) if not field.type.check(number)]
    samples = argument.get("choices") or (DICTS if argument["type"] == "dict" else TEXTS)
    return [value for value in samples if not field.type.check(value)]


def values(field):
    """Return a strategy for values that are valid for a field."""
    if isinstance(field.type, Tsl):
        return st.sampled_from(MODELS)
    if isinstance(field.type, ThingModelJson):
        return st.just({"properties": []})
    if isinstance(field.type, (ExtendedDescriptions, Source)):
        return st.just({"product": "1"})
    if isinstance(field.type, Functions):
        return st.sampled_from(FUNCTIONS)
    if isinstance(field.type, Blocks):
        return st.lists(st.sampled_from(BLOCKS), max_size=3, unique_by=lambda block: block["id"])
    if isinstance(field.type, Files):
        return st.sampled_from(FILES)
    if isinstance(field.type, Actions):
        return st.lists(st.sampled_from(ACTIONS), max_size=4).filter(lambda value: not field.type.check(value))
    if isinstance(field.type, TextSet):
        samples = field.type.argument.get("choices") or TEXTS
        return st.lists(st.sampled_from([text for text in samples if not field.type.check([text])]), unique=True)
    if isinstance(field.type, (Configuration, Queue)):
        return st.sampled_from(DESTINATION_CONFIGURATIONS if isinstance(field.type, Configuration) else QUEUES)
    if isinstance(field.type, ReferenceSet):
        references = [{"name": f"object_{n}", field.type.key: str(n)} for n in range(5)]
        return st.lists(st.sampled_from(references), max_size=4, unique_by=field.type.identity)
    if isinstance(field.type, Topics):
        return st.lists(st.sampled_from(TOPICS), max_size=4, unique_by=field.type.identity)
    if isinstance(field.type, GatewayRef):
        return st.sampled_from([{}, *DEVICES])
    if isinstance(field.type, Periods):
        return st.lists(st.sampled_from(PERIODS), max_size=4, unique_by=field.type.identity)
    if isinstance(field.type, ObjectSet):
        return st.lists(st.sampled_from(DEVICES), max_size=4, unique_by=field.type.identity)
    return st.sampled_from(candidates(field))


@st.composite
def situations(draw, resource):
    """Draw a resolved desired state and a current state: None, or the same key with other values."""
    options = {f.name: values(f) for f in resource.fields if (f.is_option or not f.computed) and not f.lookup}
    references = {f.resolves_to: st.just(RESOLVED) for f in resource.fields if f.lookup}
    always = {name: options[name] for name in options if resource.field(name).required}
    always.update(
        (name, references[name]) for name in references if name in (*resource.key, *resource.identity.values())
    )
    create_params = (
        {} if not isinstance(resource.create, Create) else resource.operation(resource.create.operation).params
    )
    always.update(
        (name, options[name]) for name in options if (p := create_params.get(resource.field(name).wire)) and p.required
    )
    always.update(
        (name, references[name])
        for name in references
        if (p := create_params.get(resource.field(name).wire)) and p.required
    )
    optional = {name: value for name, value in {**options, **references}.items() if name not in always}
    desired = draw(st.fixed_dictionaries(always, optional=optional))
    if draw(st.booleans()):
        return desired, None
    current = draw(st.fixed_dictionaries({**options, **references}))
    current = copy.deepcopy({**current, **{name: desired[name] for name in desired if name not in resource.mutable()}})
    current.update(
        (f.name, f.type.empty if isinstance(f.type.empty, dict) else "1")
        for f in resource.fields
        if f.computed and f.name not in current
    )
    for number, action in enumerate(current.get("actions", [])):
        action["action_id"] = str(number)
    return desired, current


def draw_plan(resource, data):
    """Draw a desired and a current state, and return them with the steps between them."""
    desired, current = data.draw(situations(resource))
    assume(not desired.get("client_ids") or desired["client_ids"] == (current or {}).get("client_ids"))
    auth_type = desired.get("auth_type") or (current or {}).get("auth_type")
    assume("certificate_issuer" not in desired or auth_type == "x509")
    try:
        return desired, current, plan(resource, desired, current)
    except InvalidValue:
        # Invalid combinations, such as a rule that starts without SQL, have tests for each resource.
        return reject()


@each_resource
@few_examples
@given(data=st.data())
def test_planned_step_matches_operation(resource, data):
    _desired, current, steps = draw_plan(resource, data)
    known = dict(current or {})
    for planned in [
        *steps,
        *(resource.delete.steps(resource, current) if current and hasattr(resource, "delete") else []),
    ]:
        operation = resource.operation(planned.operation)
        assert operation.writes
        # The client adds the instance of the connection.
        instance = {"IotInstanceId": "iot-060a0bcd"} if operation.instance else {}
        encode(planned.operation, operation, {**instance, **resolve_params(planned.params, known)})
        assert set(planned.changes) <= {field.name for field in resource.fields}
        creates = operation.kind == CREATE or planned.operation == getattr(resource.create, "operation", "")
        assert (planned.action == step.CREATE) is creates, planned.operation
        for reference in _references(planned.params):
            resource.field(reference)


def _references(value):
    if isinstance(value, Ref):
        yield value.field
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _references(inner)


@pytest.mark.parametrize("resource", CREATABLE.values(), ids=CREATABLE)
@few_examples
@given(data=st.data())
def test_plan_after_applied_plan_is_empty(resource, data):
    desired, current, steps = draw_plan(resource, data)
    identity = {name: desired[name] for name in resource.identity.values() if name in desired}
    state = dict(current) if current is not None else {**resource.initial_values(desired), **identity}
    for planned in steps:
        state.update((name, after) for name, (_before, after) in planned.changes.items())
    assert plan(resource, desired, state) == []
    if current is not None:
        untouched = set(current) - set(desired) - ALSO_CHANGED.get(resource.kind, set())
        assert {name: state[name] for name in untouched} == {name: current[name] for name in untouched}


IMMUTABLE = [
    (resource, field)
    for resource in RESOURCES.values()
    for field in resource.fields
    if field.name not in resource.mutable() and not field.write_only and not field.lookup
    if field.is_option or field.name in {other.resolves_to for other in resource.fields}
    # Values of these types are not scalar; other tests cover them.
    if not isinstance(field.type, (Files, Mapping, ObjectSet))
]


@pytest.mark.parametrize(
    ("resource", "field"), IMMUTABLE, ids=[f"{resource.kind}.{field.name}" for resource, field in IMMUTABLE]
)
def test_immutable_field_change_fails_with_remedy(resource, field):
    requested = "a1" if field.computed else candidates(field)[0]
    with pytest.raises(ImmutableField) as caught:
        plan(resource, {field.name: requested}, {field.name: "elsewhere"})
    option = next((other.name for other in resource.fields if other.resolves_to == field.name), field.name)
    assert caught.value.field == option
    assert str(caught.value) == (
        f"{option} of the {resource.title} cannot be changed from 'elsewhere' to {requested!r}. {resource.remedy}"
    )


@pytest.mark.parametrize("resource", custom_code.resources(), ids=lambda resource: resource.kind)
def test_resource_with_custom_code_states_the_reason(resource):
    assert bool(custom_code.overridden(resource)) == bool(custom_code.reason(resource))


@each_resource
def test_list_is_kept_only_if_duplicates_are_impossible_and_its_writes_are_known(resource):
    if resource.listing and resource.listing.keep:
        assert resource.unique_names
        listed = resource.operation(resource.listing.operation)
        family = next(family for family in resource.families if resource.listing.operation in family.OPERATIONS)
        # Lists of products stay valid after writes to other families.
        assert family.__name__.endswith(".product") or set(listed.changed_by) >= {
            resource.create.operation,
            resource.delete.operation,
        }
