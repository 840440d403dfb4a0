#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_data_source_info
short_description: Find data sources
version_added: 0.1.0
description:
  - Finds data sources by their name or DataSourceId, or tells all that the instance has.
options:
  name:
    description:
      - The data source's name. One that is named is read whole.
    type: str
  data_source_id:
    description:
      - The data source's DataSourceId. One that is named by it is read whole.
    type: str
  details:
    description:
      - Whether each element of a list is read whole, which takes requests for each. One that is named is always read
        whole.
    type: bool
    default: false
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.info
seealso:
  - module: iotops.aliyun.iot_data_source
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: One data source with its topics
  iotops.aliyun.iot_data_source_info:
    name: lamps

- name: All of them
  iotops.aliyun.iot_data_source_info:
"""

RETURN = r"""
data_sources:
  description: The data sources that fit, the oldest first.
  returned: success
  type: list
  elements: dict
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
      returned: when read whole
    created:
      description: When it was made, in UTC.
      type: str
      returned: always
  sample:
    - name: lamps
      data_source_id: "1001"
      description: what lamps report
      topics:
        - topic: /a1BwAGVxxxx/+/thing/event/property/post
          item_id: "129322"
      created: "2022-03-27T12:45:43.000Z"
calls:
  description: How many requests were sent.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import InfoEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.data_source import DataSource

ENTRY = InfoEntry(DataSource)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
