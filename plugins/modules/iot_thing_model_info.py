#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_thing_model_info
short_description: Gather information about the thing model of a product
version_added: 0.1.0
description:
  - Returns the thing model of a product, either its draft or one of its versions, with all blocks or one block, and the
    list of its versions.
options:
  product:
    description:
      - Name or ProductKey of the product.
    type: str
    required: true
  version:
    description:
      - Version of the model to return.
      - Defaults to the draft.
    type: str
  in_force:
    description:
      - Whether to return the version in force, the latest published version, instead of the draft.
    type: bool
  block:
    description:
      - ID of the block to return.
      - If not set, the default block and all other blocks are returned.
    type: str
  include:
    description:
      - Additional forms of the model to return, in the platform's own format. Each form takes one request.
      - V(tsl) returns the model as TSL and V(thing_model_json) as ThingModelJson. V(simple_tsl) returns a TSL that
        contains only identifiers and types. V(extend_config) returns the extended descriptions, which are those of the
        version in force if O(version) is not set.
    type: list
    elements: str
    choices: [tsl, simple_tsl, thing_model_json, extend_config]
    default: []
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.info
seealso:
  - module: iotops.aliyun.iot_thing_model
  - module: iotops.aliyun.iot_thing_template_info
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: Get the draft of a thing model
  iotops.aliyun.iot_thing_model_info:
    product: street_light

- name: Get the version in force, also as TSL
  iotops.aliyun.iot_thing_model_info:
    product: street_light
    in_force: true
    include: [tsl]

- name: Get one block of a version
  iotops.aliyun.iot_thing_model_info:
    product: street_light
    version: v1.1.0
    block: battery
"""

RETURN = r"""
thing_models:
  description: The thing model, as a list with one element. Empty if the product, the version or the block does
    not exist.
  returned: success
  type: list
  elements: dict
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
    as_tsl:
      description: Block as TSL.
      returned: when O(include) contains V(tsl)
      type: dict
    as_simple_tsl:
      description: Block as a TSL that contains only identifiers and types.
      returned: when O(include) contains V(simple_tsl)
      type: dict
    as_thing_model_json:
      description: Block as ThingModelJson.
      returned: when O(include) contains V(thing_model_json)
      type: dict
    as_extend_config:
      description: Extended descriptions of the functions of the block, by kind.
      returned: when O(include) contains V(extend_config)
      type: dict
  sample:
    - product_key: a1BwAGVxxxx
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
calls:
  description: Number of requests sent to the API.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import InfoEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model.thing_model import ThingModel

ENTRY = InfoEntry(ThingModel)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
