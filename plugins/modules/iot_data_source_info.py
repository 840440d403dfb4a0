#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_data_source_info
short_description: Gather information about data sources
version_added: 0.1.0
description:
  - Returns the data sources of the instance, optionally filtered by name or DataSourceId.
options:
  name:
    description:
      - Return only data sources with this name.
    type: str
  data_source_id:
    description:
      - Return only the data source with this DataSourceId.
    type: str
  details:
    description:
      - Whether to read each listed data source in full, which takes additional requests for each of them.
      - A data source that is selected by O(name) or O(data_source_id) is always read in full.
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
- name: Read a data source with its topics
  iotops.aliyun.iot_data_source_info:
    name: lamps

- name: List all data sources
  iotops.aliyun.iot_data_source_info:
"""

RETURN = r"""
data_sources:
  description: Data sources that match the filters, oldest first.
  returned: success
  type: list
  elements: dict
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
      returned: when read in full (see O(details))
      type: list
      elements: dict
    created:
      description: Time when the data source was created, in UTC.
      returned: always
      type: str
  sample:
    - name: lamps
      data_source_id: '1001'
      description: data from lamps
      topics:
        - topic: /a1BwAGVxxxx/+/thing/event/property/post
          item_id: '129322'
      created: '2022-03-27T12:45:43.000Z'
calls:
  description: Number of requests sent to the API.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import InfoEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.parser.data_source import DataSource

ENTRY = InfoEntry(DataSource)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
