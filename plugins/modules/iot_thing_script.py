#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_thing_script
short_description: Manage the data parsing script of a product
version_added: 0.1.0
description:
  - Creates and updates the data parsing script of a product. Devices of a product with the data format C(custom) use a
    custom data format. The script converts the data that they send to the format of the product's thing model, and
    back.
  - A product can have one script.
  - The script is compared as text, character by character.
  - The API has no operation to delete a script, so there is no O(ignore:state) option.
options:
  product:
    description:
      - Name or ProductKey of the product.
    type: str
    required: true
  type:
    description:
      - Language of the script, JavaScript (V(javascript)), Python 2.7 (V(python)) or PHP 7.2 (V(php)).
      - Required when the script is created.
    type: str
    choices: [javascript, python, php]
  script:
    description:
      - Content of the script.
      - Use the lookup plugin P(ansible.builtin.file#lookup) to read it from a file.
      - Required when the script is created. Must not be empty.
    type: str
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.resource
seealso:
  - module: iotops.aliyun.iot_thing_script_info
  - module: iotops.aliyun.iot_product
  - module: iotops.aliyun.iot_thing_model
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: Create a product with a custom data format
  iotops.aliyun.iot_product:
    name: old_meter
    node_type: device
    thing_model: true
    data_format: custom

- name: Create the data parsing script of the product
  iotops.aliyun.iot_thing_script:
    product: old_meter
    type: javascript
    script: |
      function rawDataToProtocol(bytes) {
        return {"method": "thing.event.property.post", "params": {"reading": bytes[0] * 256 + bytes[1]}};
      }
      function protocolToRawData(json) {
        return [];
      }
"""

RETURN = r"""
thing_script:
  description: The script.
  returned: success
  type: dict
  contains:
    product_key:
      description: The ProductKey of its product.
      type: str
      returned: always
    type:
      description: What it is written in, C(javascript), C(python) or C(php).
      type: str
      returned: always
    script:
      description: The script itself.
      type: str
      returned: always
  sample:
    product_key: a1BwAGVxxxx
    type: javascript
    script: "function rawDataToProtocol(bytes) { return {}; }\n"
diff:
  description: The options as they were and as they are after.
  returned: always
  type: dict
  sample:
    before: {type: javascript, script: "// none yet"}
    after: {type: javascript, script: "function rawDataToProtocol(bytes) { return {}; }"}
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
      operation: UpdateThingScript
      status: done
      changes:
        script: {before: "// none yet", after: "function rawDataToProtocol(bytes) { return {}; }"}
pending:
  description: What the options name and is not there yet; in check mode it is taken to be made by an earlier task.
  returned: when something is missing
  type: list
  elements: str
  sample: ["the product old_meter does not exist yet"]
calls:
  description: How many requests were sent.
  returned: always
  type: int
  sample: 5
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import ResourceEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model.script import ThingScript

ENTRY = ResourceEntry(ThingScript)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
