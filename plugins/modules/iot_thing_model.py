#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_thing_model
short_description: Manage a product's thing model
version_added: 0.1.0
description:
  - Imports a thing model, the properties, events and services of a product's devices, as the product's draft, and
    publishes it.
  - Two models are compared by what they mean. The order of functions, what the platform derives from properties, and
    whether a number is written as text make no difference.
  - A released product refuses changes. Its release is withdrawn before the change and put back after it, also when the
    change fails.
options:
  product:
    description:
      - The product, by its name or its ProductKey.
    type: str
    required: true
  tsl:
    description:
      - The thing model as TSL, as JSON text or as its members. It replaces the draft.
      - It is checked before anything is sent, and may have 262144 characters.
    type: raw
  published:
    description:
      - Whether the draft must be in force. A model that is not published has no effect; one that is cannot be
        withdrawn, so V(false) only asks that nothing be published.
    type: bool
  version:
    description:
      - The name of the version that publishing makes, up to 16 letters, digits and dots.
    type: str
  version_description:
    description:
      - What is new in that version.
    type: str
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.resource
requirements:
  - jsonschema
seealso:
  - module: iotops.aliyun.iot_thing_model_info
  - module: iotops.aliyun.iot_product
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: What a lamp is
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
    version: v1.0.0
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
    tsl:
      description: The draft, as the platform tells it.
      type: dict
      returned: always
    published:
      description: Whether what is in force is the draft.
      type: bool
      returned: always
  sample:
    product_key: a1BwAGVxxxx
    tsl:
      properties:
        - identifier: LightStatus
          name: light
          accessMode: rw
          dataType: {type: bool, specs: {"0": "off", "1": "on"}}
    published: true
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
      options that it changes with C(before) and C(after).
  returned: always
  type: list
  elements: dict
  sample:
    - action: update
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
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import ResourceEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model import ThingModel

ENTRY = ResourceEntry(ThingModel)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
