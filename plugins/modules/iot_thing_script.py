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
      - The syntax of JavaScript and Python is checked before the script is changed.
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
      description: ProductKey of the product.
      returned: always
      type: str
    type:
      description: Language of the script, JavaScript (V(javascript)), Python 2.7 (V(python)) or PHP 7.2 (V(php)).
      returned: always
      type: str
    script:
      description: Content of the script.
      returned: always
      type: str
  sample:
    product_key: a1BwAGVxxxx
    type: javascript
    script: 'function rawDataToProtocol(bytes) { return {}; }

      '
diff:
  description: Values of the options before and after the task.
  returned: always
  type: dict
  sample:
    before:
      type: javascript
      script: // none yet
    after:
      type: javascript
      script: function rawDataToProtocol(bytes) { return {}; }
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
    - action: update
      operation: UpdateThingScript
      status: done
      changes:
        script:
          before: // none yet
          after: function rawDataToProtocol(bytes) { return {}; }
pending:
  description: Resources that the options name and that do not exist yet. In check mode they are expected to be
    created by an earlier task.
  returned: when a named resource does not exist
  type: list
  elements: str
  sample:
    - the product old_meter does not exist yet
calls:
  description: Number of requests sent to the API.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import ResourceEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model.script import ThingScript

ENTRY = ResourceEntry(ThingScript)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
