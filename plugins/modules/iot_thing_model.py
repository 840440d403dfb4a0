#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_thing_model
short_description: Manage a product's thing model
version_added: 0.1.0
description:
  - Brings the draft of a thing model, the properties, events and services of a product's devices, to what is given, and
    publishes it as a version.
  - A model can be given in the plain form (O(functions)), as TSL (O(tsl)) or as ThingModelJson (O(thing_model_json)),
    or be copied from another product (O(copy_from)). The default block and others (O(blocks)) can each be given in any
    form.
  - Models are compared by what they mean. The order of functions, what the platform derives or fills in, and whether a
    number is written as text make no difference.
  - Each change is told as one that is compatible with what is in force, or one that breaks it. One that breaks it is
    refused unless O(allow_breaking) is set. Where no version was published yet, nothing can break.
  - A few functions are made and changed one by one, and keep what else the block holds as it is. Where more calls are
    needed for that than for an import, or where functions go, the block is imported as a whole.
  - A released product refuses changes. Its release is withdrawn before the change and put back after it, also when the
    change fails.
options:
  product:
    description:
      - The product, by its name or its ProductKey.
    type: str
    required: true
  state:
    description:
      - Whether there is a model. V(absent) deletes all functions and blocks of the draft, and publishes that where
        something is in force. To say so allows it; O(allow_breaking) is not asked.
    type: str
    choices: [present, absent]
    default: present
  functions:
    description:
      - The functions of the default block in the plain form, with the keys C(properties), C(events) and C(services),
        each a dictionary of functions by their identifiers. An empty dictionary clears the block.
      - Every function can have C(name) (its identifier if not given), C(description), C(required), and C(extended), its
        extended description.
      - A property has C(type) and what belongs to that, and C(access) (V(r) if not given, V(w), V(rw)).
      - An event has C(type) (V(info), V(alert), V(error)) and C(outputs). A service has C(call) (V(async) if not given,
        V(sync)), C(inputs) and C(outputs). Inputs and outputs are dictionaries of parameters by their identifiers, each
        with C(type), what belongs to that, and C(name).
      - C(type) is V(int), V(float) or V(double), with C(min) and C(max), and C(step), C(unit), C(unit_name), C(precise)
        and C(default) if wanted; V(text) with C(length) in bytes; V(date); V(bool) or V(enum) with C(values), a label
        for each number; V(struct) with C(members), a dictionary of parameters; V(array) with C(size) and C(item), the
        type of its elements.
      - The JSON schema of it is C(SCHEMA) in C(plugins/module_utils/resources/thing_functions.py).
    type: dict
  purge_functions:
    description:
      - Whether functions of the default block that are not given are removed.
    type: bool
    default: true
  tsl:
    description:
      - The functions of the default block as TSL, as JSON text or as its members.
      - It is checked before anything is sent, and may have 262144 characters.
    type: raw
  thing_model_json:
    description:
      - The functions of the default block as ThingModelJson, as JSON text or as its members.
    type: raw
  extended_descriptions:
    description:
      - Extended descriptions of functions of the default block, by identifier, each with the members that the platform
        has for the protocol of the product, which are C(registerAddress) and others for Modbus, C(displayName),
        C(inputData) and C(outputData) for OPC UA, C(customize) for others.
      - Functions that are not named keep theirs. An empty dictionary takes one away.
    type: dict
  copy_from:
    description:
      - Another product, of the same category, whose model the draft is to be, with all blocks. It cannot be given
        together with a model.
    type: dict
    suboptions:
      product:
        description:
          - The product, by its name or its ProductKey.
        type: str
        required: true
      version:
        description:
          - The version to copy. Not given, it is the one that is in force.
        type: str
  blocks:
    description:
      - Blocks beside the default one. What is not given of a block that is there stays as it is. Blocks that are not
        named are left alone, unless O(purge_blocks) is set.
    type: list
    elements: dict
    suboptions:
      id:
        description:
          - What tells the block apart, up to 30 letters, digits and underscores.
        type: str
        required: true
      name:
        description:
          - Its name, 4 to 30 characters. A block that is new needs one.
        type: str
      description:
        description:
          - What it is for, up to 100 characters. It can be changed and not be taken away.
        type: str
      functions:
        description:
          - Its functions, as O(functions).
        type: dict
      tsl:
        description:
          - Its functions, as O(tsl).
        type: raw
      thing_model_json:
        description:
          - Its functions, as O(thing_model_json).
        type: raw
      extended_descriptions:
        description:
          - As O(extended_descriptions).
        type: dict
  purge_blocks:
    description:
      - Whether blocks that O(blocks) does not name are removed.
    type: bool
    default: false
  published:
    description:
      - Whether the draft must be in force. A model that is not published has no effect; one that is cannot be
        withdrawn, so V(false) only asks that nothing be published.
    type: bool
  version:
    description:
      - The version that the published model is to be, up to 16 letters, digits and dots. It counts together with
        O(published).
      - A version that is there already and holds another model is an error. Not given, the platform names versions.
    type: str
  version_description:
    description:
      - What is new in that version. It goes with the publication, and cannot be changed afterwards.
    type: str
  allow_breaking:
    description:
      - Whether the model may become one that breaks those who rely on what is in force, devices and programs alike.
      - Removing a function, a parameter or a value does, another type or unit, a narrower range, a shorter text, less
        access, another way to call a service, and anything that becomes required. What is new, wider, or only read by
        people does not.
      - It is off unless set, because a version cannot be taken back and devices in the field cannot be changed along
        with it.
    type: bool
    default: false
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.resource
requirements:
  - jsonschema
seealso:
  - module: iotops.aliyun.iot_thing_model_info
  - module: iotops.aliyun.iot_thing_template_info
  - module: iotops.aliyun.iot_product
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: What a lamp is
  iotops.aliyun.iot_thing_model:
    product: street_light
    functions:
      properties:
        LightStatus: {name: light, type: bool, values: {0: "off", 1: "on"}, access: rw}
        Brightness: {name: brightness, type: int, min: 0, max: 100, step: 1, unit: "%", access: rw}
      events:
        Overheated:
          type: alert
          outputs:
            Celsius: {type: float, min: -40, max: 120, step: 0.1}
      services:
        Flash: {call: sync, inputs: {Times: {type: int, min: 1, max: 9, step: 1}}}
    published: true
    version: v1.0.0
    version_description: the first

- name: One more property, in a block of its own
  iotops.aliyun.iot_thing_model:
    product: street_light
    blocks:
      - id: battery
        name: battery
        functions:
          properties:
            Level: {type: int, min: 0, max: 100, step: 1, unit: "%"}
    published: true
    version: v1.1.0

- name: The same as TSL, without what is not in it
  iotops.aliyun.iot_thing_model:
    product: street_light
    tsl:
      properties:
        - identifier: LightStatus
          name: light
          accessMode: rw
          required: false
          dataType:
            type: bool
            specs: {"0": "off", "1": "on"}
    published: true
    version: v2.0.0
    allow_breaking: true

- name: Another kind of lamp
  iotops.aliyun.iot_product:
    name: garden_light
    node_type: device
    thing_model: true
    data_format: alink

- name: Which is what a street light was at first
  iotops.aliyun.iot_thing_model:
    product: garden_light
    copy_from: {product: street_light, version: v1.0.0}
    published: true

- name: A meter behind a gateway
  iotops.aliyun.iot_product:
    name: old_meter
    node_type: device
    thing_model: true
    data_format: alink
    net_type: other
    protocol_type: modbus

- name: Where the gateway finds its energy
  iotops.aliyun.iot_thing_model:
    product: old_meter
    functions:
      properties:
        Energy: {type: int, min: 0, max: 65535, step: 1, unit: kWh}
    extended_descriptions:
      Energy:
        registerAddress: "0x01"
        operateType: holdingRegister
        originalDataType: {type: uint16, specs: {swap: 0}}
        scaling: 1
        writeFunctionCode: 0
        pollingTime: 1000
        trigger: 1
"""

RETURN = r"""
thing_model:
  description: The thing model.
  returned: success
  type: dict
  contains:
    product_key:
      description: The ProductKey of its product.
      type: str
      returned: always
    functions:
      description: The functions of the draft's default block in the plain form, see O(functions).
      type: dict
      returned: always
    blocks:
      description: The draft's other blocks, each with its C(id), C(name), C(description) and C(functions).
      type: list
      elements: dict
      returned: always
    published:
      description: Whether what is in force is the draft.
      type: bool
      returned: always
    version:
      description: The version that is in force, empty where none was published.
      type: str
      returned: always
    versions:
      description:
        - The last ten versions, the one that is in force first, each with C(version), C(description) and
          C(published_at), in milliseconds since 1970.
      type: list
      elements: dict
      returned: always
  sample:
    product_key: a1BwAGVxxxx
    functions:
      properties:
        LightStatus: {name: light, type: bool, values: {"0": "off", "1": "on"}, access: rw}
    blocks: []
    published: true
    version: v1.0.0
    versions:
      - {version: v1.0.0, description: the first, published_at: 1579235657535}
compatible_changes:
  description:
    - What the task changes, or would change in check mode, and is compatible with what is in force. Each has C(at), the
      place, C(change), what happens to it (C(added), C(removed), C(changed), C(widened) or C(narrowed)), and C(before)
      and C(after) where there are such values.
  returned: always
  type: list
  elements: dict
  sample:
    - {at: properties.Brightness.max, change: widened, before: 100, after: 255}
breaking_changes:
  description: What breaks it, in the same form; also told when that is why the task failed.
  returned: always
  type: list
  elements: dict
  sample:
    - {at: events.Overheated, change: removed}
diff:
  description: The options as they were and as they are after.
  returned: always
  type: dict
  sample:
    before: {published: false}
    after: {published: true}
steps:
  description:
    - What was done, or would be done in check mode, in this order. Each step has its C(action) (C(create), C(update) or
      C(delete)), the C(operation) of the API, its C(status) (C(planned), C(done) or C(failed)), and C(changes), the
      options that it changes with C(before) and C(after), of a model only the functions that are other.
  returned: always
  type: list
  elements: dict
  sample:
    - action: create
      operation: PublishThingModel
      status: done
      changes:
        published: {before: false, after: true}
pending:
  description: What the options name and is not there yet; in check mode it is taken to be made by an earlier task.
  returned: when something is missing
  type: list
  elements: str
  sample: ["the product street_light does not exist yet"]
calls:
  description: How many requests were sent.
  returned: always
  type: int
  sample: 6
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import ResourceEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model import ThingModel

ENTRY = ResourceEntry(ThingModel)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
