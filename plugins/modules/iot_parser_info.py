#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_parser_info
short_description: Gather information about parsers
version_added: 0.1.0
description:
  - Returns parsers selected by name, ParserId, data source or status, or all parsers of the instance.
options:
  name:
    description:
      - Return only the parser with this name, with full details.
    type: str
  parser_id:
    description:
      - Return only the parser with this ParserId, with full details.
    type: str
  data_source:
    description:
      - Return only parsers that receive the messages of this data source, identified by its name or DataSourceId, with
        full details.
    type: str
  status:
    description:
      - Return only parsers with this status. A running parser whose script fails on messages matches V(started).
    type: str
    choices: [started, stopped]
  details:
    description:
      - Whether to read the full details of every listed parser, which takes further requests for each. Details are
        always read for a parser that is selected by O(name) or O(parser_id).
    type: bool
    default: false
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.info
seealso:
  - module: iotops.aliyun.iot_parser
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: Get one parser with its script and destinations
  iotops.aliyun.iot_parser_info:
    name: lamps_to_console

- name: List the running parsers
  iotops.aliyun.iot_parser_info:
    status: started
"""

RETURN = r"""
parsers:
  description: Parsers that match the filters, oldest first.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Name of the parser. Unique within an instance.
      returned: always
      type: str
    parser_id:
      description: ParserId that the platform assigned to the parser.
      returned: always
      type: str
    description:
      description: Description of the parser.
      returned: always
      type: str
    data_source_id:
      description: DataSourceId of the data source of the parser.
      returned: when read in full (see O(details)) and the parser has a data source
      type: str
    destinations:
      description: Destinations to which the script sends messages, each with its C(name) and C(destination_id).
      returned: when read in full (see O(details))
      type: list
      elements: dict
    failover_destination_id:
      description: DestinationId of the destination for messages that could not be sent to the other destinations.
        Empty if there is none.
      returned: when read in full (see O(details))
      type: str
    script:
      description: Published script of the parser, in JavaScript. It identifies destinations by their DestinationIds.
        C(destinationId("NAME")) in the script is replaced by the DestinationId of the destination with this name.
      returned: when read in full (see O(details)) and the parser has a published script
      type: str
    script_draft:
      description: Draft of the script.
      returned: when read in full (see O(details)) and the parser has a draft of the script
      type: str
    status:
      description: Status of the parser, C(started), C(stopped), or C(abnormal) for a running parser whose script
        fails on messages.
      returned: always
      type: str
    created:
      description: Time when the parser was created, in UTC.
      returned: always
      type: str
    modified:
      description: Time when the parser was last changed, in UTC.
      returned: always
      type: str
  sample:
    - name: lamps_to_console
      parser_id: '1001'
      description: forwards data from lamps
      data_source_id: '1001'
      destinations:
        - name: to_console
          destination_id: '1003'
      failover_destination_id: ''
      script: 'var data = payload("json");

        writeAmqp(1003, data, "lamps");'
      script_draft: 'var data = payload("json");

        writeAmqp(1003, data, "lamps");'
      status: started
      created: '2022-03-27T12:45:43.000Z'
      modified: '2022-04-27T12:45:43.000Z'
calls:
  description: Number of requests sent to the API.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import InfoEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.parser.parser import Parser

ENTRY = InfoEntry(Parser)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
