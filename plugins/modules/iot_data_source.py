#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_data_source
short_description: Manage a data source and its topics
version_added: 0.1.0
description:
  - Creates, updates and deletes data sources. A data source is a set of topics whose messages are the input of a
    parser. The module manages the data source and its topics as one resource.
  - A data source that is used by a parser cannot be deleted.
options:
  name:
    description:
      - Name of the data source.
      - 1 to 30 Chinese, Japanese or English letters, digits, underscores and hyphens. A Chinese or Japanese character
        counts as 2.
      - The platform allows several data sources with the same name; the module fails if more than one has this name.
    type: str
    required: true
  renamed_from:
    description:
      - Previous name of the data source.
      - If no data source is named O(name) and one has this name, that one is renamed to O(name).
    type: str
  state:
    description:
      - Desired state of the data source.
      - V(absent) deletes the data source together with its topics.
      - A data source that a parser uses cannot be deleted.
    type: str
    choices: [present, absent]
    default: present
  description:
    description:
      - Description of the data source.
      - An empty string clears the value.
    type: str
  topics:
    description:
      - Topics of the data source, up to 1,000.
      - The wildcard for all devices is V(+). V(*) has the same meaning.
    type: list
    elements: dict
    suboptions:
      topic:
        description:
          - Full name of the topic, for example V(/street_light/+/thing/event/property/post), V(/street_light/+/user/#),
            or V(/as/mqtt/status/street_light/+) for the online status of devices.
          - The name of the product can be used instead of its ProductKey.
        type: str
        required: true
      product:
        description:
          - Name or ProductKey of the product that the topic belongs to.
          - Only for custom topics of devices that use plain MQTT, because these topics do not contain a ProductKey.
        type: str
      device:
        description:
          - Name of the device that the topic belongs to.
          - Only together with O(topics[].product). If not set, the topic applies to all devices of the product.
        type: str
  purge_topics:
    description:
      - Whether to remove topics that are not listed in O(topics).
    type: bool
    default: true
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.resource
seealso:
  - module: iotops.aliyun.iot_data_source_info
  - module: iotops.aliyun.iot_parser
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: Create a data source for the properties and the online status of lamps
  iotops.aliyun.iot_data_source:
    name: lamps
    description: properties and online status of lamps
    topics:
      - topic: /street_light/+/thing/event/property/post
      - topic: /as/mqtt/status/street_light/+

- name: Add a topic and keep the existing topics
  iotops.aliyun.iot_data_source:
    name: lamps
    topics:
      - topic: /street_light/lamp-0001/user/report
    purge_topics: false

- name: Delete the data source
  iotops.aliyun.iot_data_source:
    name: lamps
    state: absent
"""

RETURN = r"""
data_source:
  description: The data source. Empty if it is absent.
  returned: success
  type: dict
  contains:
    name:
      description: Name of the data source.
      returned: always
      type: str
    data_source_id:
      description: DataSourceId that the platform assigned to the data source.
      returned: always
      type: str
    description:
      description: Description of the data source.
      returned: always
      type: str
    topics:
      description: Topics of the data source, up to 1,000.
      returned: when O(topics) is set
      type: list
      elements: dict
    created:
      description: Time when the data source was created, in UTC.
      returned: always
      type: str
  sample:
    name: lamps
    data_source_id: '1001'
    description: data from lamps
    topics:
      - topic: /a1BwAGVxxxx/+/thing/event/property/post
        item_id: '129322'
    created: '2022-03-27T12:45:43.000Z'
diff:
  description: Values of the options before and after the task.
  returned: always
  type: dict
  sample:
    before: {}
    after:
      name: lamps
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
      operation: CreateParserDataSource
      status: done
      changes:
        name:
          before: null
          after: lamps
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
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.parser.data_source import DataSource

ENTRY = ResourceEntry(DataSource)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
