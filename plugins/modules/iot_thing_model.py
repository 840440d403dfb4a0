#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_thing_model
short_description: Manage the thing model of a product
version_added: 0.1.0
description:
  - Creates, updates and deletes the draft of a product's thing model (the properties, events and services of its
    devices), and publishes the draft as a version. The latest published version is the one in force.
  - The model can be specified in the plain form (O(functions)), as TSL (O(tsl)) or as ThingModelJson
    (O(thing_model_json)), or be copied from another product (O(copy_from)). The default block and each other block
    (O(blocks)) can use any of the forms.
  - Models are compared by meaning. The order of functions, values that the platform derives or fills in, and numbers
    written as strings make no difference.
  - Each change is reported as compatible with the version in force, or as breaking. Breaking changes are rejected
    unless O(allow_breaking=true). If no version has been published yet, no change is breaking.
  - A small number of functions is created and updated one by one, which does not affect the rest of the block. If this
    takes more requests than an import, or if functions are removed, the whole block is imported.
  - The platform rejects changes to the model of a released product. The module cancels the release before the change
    and releases the product again afterwards, even if the change fails.
options:
  product:
    description:
      - Name or ProductKey of the product.
    type: str
    required: true
  state:
    description:
      - Desired state of the thing model.
      - V(absent) deletes all functions and blocks of the draft. If a version is in force, the empty draft is published.
        This does not require O(allow_breaking).
    type: str
    choices: [present, absent]
    default: present
  functions:
    description:
      - Functions of the default block in the plain form, a dictionary with the keys C(properties), C(events) and
        C(services). Each key contains a dictionary of functions by identifier.
      - An empty dictionary clears the block.
      - Each function can have C(name) (defaults to its identifier), C(description), C(required), and C(extended), its
        extended description.
      - A property has C(type) with the keys of that type, and C(access) (V(r), V(w) or V(rw), defaults to V(r)).
      - An event has C(type) (V(info), V(alert) or V(error)) and C(outputs). A service has C(call) (V(async) or V(sync),
        defaults to V(async)), C(inputs) and C(outputs). Inputs and outputs are dictionaries of parameters by
        identifier. Each parameter has C(type) with the keys of that type, and C(name).
      - C(type) is V(int), V(float) or V(double), with C(min) and C(max), and optionally C(step), C(unit),
        C(unit_name), C(precise) and C(default); V(text) with C(length) in bytes; V(date); V(bool) or V(enum) with
        C(values), a label for each number; V(struct) with C(members), a dictionary of parameters; or V(array) with
        C(size) and C(item), the type of its elements.
      - The JSON schema of the plain form is C(SCHEMA) in C(plugins/module_utils/resources/thing_functions.py).
    type: dict
  purge_functions:
    description:
      - Whether to remove functions of the default block that are not listed in the task.
    type: bool
    default: true
  tsl:
    description:
      - Functions of the default block as TSL, as a JSON string or a dictionary.
      - Up to 262144 characters. Validated before any request is sent.
    type: raw
  thing_model_json:
    description:
      - Functions of the default block as ThingModelJson, as a JSON string or a dictionary.
    type: raw
  extended_descriptions:
    description:
      - Extended descriptions of functions of the default block, by identifier.
      - Each extended description has the members that the platform defines for the protocol of the product. These are
        C(registerAddress) and others for Modbus; C(displayName), C(inputData) and C(outputData) for OPC UA; and
        C(customize) for other protocols.
      - Functions that are not listed keep their extended descriptions. An empty dictionary removes the extended
        description of a function.
    type: dict
  copy_from:
    description:
      - Product from which the model is copied to the draft, with all blocks.
      - The product must have the same category.
      - Cannot be combined with O(functions), O(tsl), O(thing_model_json), O(extended_descriptions) or O(blocks).
    type: dict
    suboptions:
      product:
        description:
          - Name or ProductKey of the product to copy from.
        type: str
        required: true
      version:
        description:
          - Version of the model to copy.
          - Defaults to the version in force.
        type: str
  blocks:
    description:
      - Blocks other than the default block.
      - Keys that are not set for an existing block keep their current values.
      - Blocks that are not listed are not changed, unless O(purge_blocks=true).
    type: list
    elements: dict
    suboptions:
      id:
        description:
          - ID of the block. Identifies the block within the model.
          - Up to 30 letters, digits and underscores.
        type: str
        required: true
      name:
        description:
          - Name of the block.
          - 4 to 30 characters.
          - Required when the block is created.
        type: str
      description:
        description:
          - Description of the block.
          - Up to 100 characters.
          - Can be changed, but not cleared.
        type: str
      functions:
        description:
          - Functions of the block in the plain form, see O(functions).
        type: dict
      tsl:
        description:
          - Functions of the block as TSL, see O(tsl).
        type: raw
      thing_model_json:
        description:
          - Functions of the block as ThingModelJson, see O(thing_model_json).
        type: raw
      extended_descriptions:
        description:
          - Extended descriptions of functions of the block, see O(extended_descriptions).
        type: dict
  purge_blocks:
    description:
      - Whether to remove blocks that are not listed in O(blocks).
    type: bool
    default: false
  published:
    description:
      - Whether the draft is published, that is, equal to the version in force.
      - V(true) publishes the draft if needed. A draft has no effect until it is published.
      - A published version cannot be withdrawn. V(false) only means that the task does not publish the draft.
    type: bool
  version:
    description:
      - Version of the published model.
      - Up to 16 letters, digits and dots.
      - Takes effect only if O(published=true).
      - If the version already exists with a different model, the task fails.
      - If not set, the platform generates the version.
    type: str
  version_description:
    description:
      - Description of the changes in the version.
      - Set when the version is published. Cannot be changed afterwards.
    type: str
  allow_breaking:
    description:
      - Whether to allow changes that break devices and applications that rely on the version in force.
      - Breaking changes are the removal of a function, a parameter or a value, a different type or unit, a narrower
        range, a shorter maximum text length, reduced access, a different call type of a service, and anything that
        becomes required. Additions, extensions, and changes of texts that are only for people are not breaking.
      - Disabled by default, because a version cannot be withdrawn and devices in the field cannot be changed together
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
- name: Create and publish the thing model of a lamp
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
    version_description: Initial version

- name: Add a block with one property
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

- name: Replace the default block with TSL and allow breaking changes
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

- name: Create another product
  iotops.aliyun.iot_product:
    name: garden_light
    node_type: device
    thing_model: true
    data_format: alink

- name: Copy a version of the thing model to the other product
  iotops.aliyun.iot_thing_model:
    product: garden_light
    copy_from: {product: street_light, version: v1.0.0}
    published: true

- name: Create a product for Modbus sub-devices
  iotops.aliyun.iot_product:
    name: old_meter
    node_type: device
    thing_model: true
    data_format: alink
    net_type: other
    protocol_type: modbus

- name: Create a property with its Modbus register
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
      description: ProductKey of the product.
      returned: always
      type: str
    functions:
      description: Functions of the default block in the plain form, a dictionary with the keys C(properties), C(events)
        and C(services). Each key contains a dictionary of functions by identifier.
      returned: always
      type: dict
    blocks:
      description: Blocks other than the default block.
      returned: always
      type: list
      elements: dict
    published:
      description: Whether the draft is published, that is, equal to the version in force.
      returned: always
      type: bool
    version:
      description: Version of the published model.
      returned: always
      type: str
    versions:
      description: Last 10 versions, with the version in force first, each with its C(version), C(description) and
        C(published_at) (in milliseconds since 1970-01-01 UTC).
      returned: always
      type: list
      elements: dict
  sample:
    product_key: a1BwAGVxxxx
    functions:
      properties:
        LightStatus:
          name: light
          type: bool
          values:
            '0': 'off'
            '1': 'on'
          access: rw
    blocks: []
    published: true
    version: v1.0.0
    versions:
      - version: v1.0.0
        description: the first
        published_at: 1579235657535
compatible_changes:
  description: Changes that the task makes, or would make in check mode, and that are compatible with the version
    in force. Each has C(at) (the path), C(change) (C(added), C(removed), C(changed), C(widened) or C(narrowed)),
    and C(before) and C(after) if there are such values.
  returned: always
  type: list
  elements: dict
  sample:
    - at: properties.Brightness.max
      change: widened
      before: 100
      after: 255
breaking_changes:
  description: Changes that are not compatible with the version in force, in the same form. Also returned if the
    task fails because of these changes.
  returned: always
  type: list
  elements: dict
  sample:
    - at: events.Overheated
      change: removed
diff:
  description: Values of the options before and after the task.
  returned: always
  type: dict
  sample:
    before:
      published: false
    after:
      published: true
steps:
  description: Requests that change the resource, in the order in which they are sent. In check mode they are planned
    only.
  returned: always
  type: list
  elements: dict
  contains:
    action:
      description: Kind of change, C(create), C(update) or C(delete).
      returned: always
      type: str
    operation:
      description: Operation of the API.
      returned: always
      type: str
    status:
      description: Status of the step, C(planned), C(done) or C(failed).
      returned: always
      type: str
    requests:
      description: Number of requests, if a task that failed or was interrupted has sent several of the same operation.
      returned: when a failed task has sent several requests of the operation
      type: int
    changes:
      description: Options that the step changes, each with its values C(before) and C(after).
      returned: always
      type: dict
  sample:
    - action: create
      operation: PublishThingModel
      status: done
      changes:
        published:
          before: false
          after: true
pending:
  description: Resources that the options name and that do not exist yet. In check mode they are expected to be
    created by an earlier task.
  returned: when a named resource does not exist
  type: list
  elements: str
  sample:
    - the product street_light does not exist yet
calls:
  description: Number of requests sent to the API.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import ResourceEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model.thing_model import ThingModel

ENTRY = ResourceEntry(ThingModel)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
