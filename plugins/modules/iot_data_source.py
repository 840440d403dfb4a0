#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_data_source
short_description: Manage a data source with its topics
version_added: 0.1.0
description:
  - A data source is a set of topics whose messages a parser gets. Source and topics are one resource here.
  - A data source that a parser has cannot be deleted.
options:
  name:
    description:
      - The data source's name. It is refused where more than one has it, which the platform allows.
      - 1 to 30 characters of Chinese, Japanese and English letters, digits, underscores and hyphens; a Chinese or
        Japanese character counts as 2.
    type: str
    required: true
  renamed_from:
    description:
      - What the data source was called before. Where nothing has the new O(name) and one has this, that one is renamed.
    type: str
  state:
    description:
      - Whether the data source is there. Its topics go with it.
    type: str
    choices: [present, absent]
    default: present
  description:
    description:
      - What the data source is for. An empty text clears it.
    type: str
  topics:
    description:
      - Its topics, up to 1,000. The sign for all devices is V(+); V(*) means the same.
    type: list
    elements: dict
    suboptions:
      topic:
        description:
          - The whole topic, in which a product may be named in place of its ProductKey, such as
            V(/street_light/+/thing/event/property/post), V(/street_light/+/user/#), or
            V(/as/mqtt/status/street_light/+) for whether devices are online.
        type: str
        required: true
      product:
        description:
          - The product whose topic it is, by its name or its ProductKey. Only for a custom topic of devices that speak
            plain MQTT, whose topics do not say so.
        type: str
      device:
        description:
          - The device whose topic it is. Only together with O(topics[].product); without it the topic is that of all
            devices of the product.
        type: str
  purge_topics:
    description:
      - Whether topics that O(topics) does not have are removed.
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
- name: What lamps report, and whether they are online
  iotops.aliyun.iot_data_source:
    name: lamps
    description: what lamps report
    topics:
      - topic: /street_light/+/thing/event/property/post
      - topic: /as/mqtt/status/street_light/+

- name: One topic more
  iotops.aliyun.iot_data_source:
    name: lamps
    topics:
      - topic: /street_light/lamp-0001/user/report
    purge_topics: false

- name: Nothing is forwarded any longer
  iotops.aliyun.iot_data_source:
    name: lamps
    state: absent
"""

RETURN = r"""
data_source:
  description: The data source; empty when it is absent.
  returned: success
  type: dict
  contains:
    name:
      description: Its name.
      type: str
      returned: always
    data_source_id:
      description: The DataSourceId that the platform gave it.
      type: str
      returned: always
    description:
      description: What it is for.
      type: str
      returned: always
    topics:
      description:
        - Its topics, each with C(topic) and C(item_id), and with C(product_key) and C(device) where it says whose it
          is.
      type: list
      elements: dict
      returned: when asked for
    created:
      description: When it was made, in UTC.
      type: str
      returned: always
  sample:
    name: lamps
    data_source_id: "1001"
    description: what lamps report
    topics:
      - topic: /a1BwAGVxxxx/+/thing/event/property/post
        item_id: "129322"
    created: "2022-03-27T12:45:43.000Z"
diff:
  description: The options as they were and as they are after.
  returned: always
  type: dict
  sample:
    before: {}
    after: {name: lamps}
steps:
  description:
    - What was done, or would be done in check mode, in this order. Each step has its C(action) (C(create), C(update) or
      C(delete)), the C(operation) of the API, its C(status) (C(planned), C(done) or C(failed)), and C(changes), the
      options that it changes with C(before) and C(after).
  returned: always
  type: list
  elements: dict
  sample:
    - action: create
      operation: CreateParserDataSource
      status: done
      changes:
        name: {before: null, after: lamps}
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
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.data_source import DataSource

ENTRY = ResourceEntry(DataSource)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
