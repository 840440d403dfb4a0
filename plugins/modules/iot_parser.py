#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_parser
short_description: Manage parsers with their scripts, data sources and destinations
version_added: 0.1.0
description:
  - Creates, updates, starts, stops and deletes parsers. A parser receives the messages of a data source and forwards
    them to destinations with a script. Parsers are the successor of the SQL rules of M(iotops.aliyun.iot_rule).
  - The parser, its script and its attached data source and destinations are managed as one resource.
  - A running parser keeps running while it is changed. New destinations are attached first, then the script is
    published, and then other destinations are detached. Only when the data source changes, the parser is stopped and
    started again, because it can have only one data source at a time.
options:
  name:
    description:
      - Name of the parser. Unique within an instance.
      - 1 to 30 Chinese, Japanese and English letters, digits, underscores and hyphens. A Chinese or Japanese character
        counts as 2.
    type: str
    required: true
  renamed_from:
    description:
      - Previous name of the parser.
      - If no parser is called O(name) and a parser has the previous name, that parser is renamed.
    type: str
  state:
    description:
      - Desired state of the parser.
      - V(present) does not change whether the parser runs. A new parser is stopped.
      - V(started) requires O(data_source), at least one of O(destinations) and a published O(script).
      - V(absent) stops a running parser before deleting it.
    type: str
    choices: [present, started, stopped, absent]
    default: present
  description:
    description:
      - Description of the parser.
      - An empty string clears the value.
    type: str
  data_source:
    description:
      - Name or DataSourceId of the data source whose messages the parser receives.
      - An empty string detaches the current data source.
    type: str
  destinations:
    description:
      - Names or DestinationIds of the destinations to which the script sends messages.
      - Up to 10 destinations, including O(failover_destination).
    type: list
    elements: str
  purge_destinations:
    description:
      - Whether to detach destinations that are not listed in O(destinations).
    type: bool
    default: true
  failover_destination:
    description:
      - Name or DestinationId of the destination for messages that could not be sent to the other destinations.
      - It cannot be listed in O(destinations) as well. To change a destination from one to the other, set both options.
      - An empty string detaches the current failover destination.
    type: str
  script:
    description:
      - Published script of the parser, in JavaScript. It identifies destinations by their DestinationIds.
        C(destinationId("NAME")) in the script is replaced by the DestinationId of the destination with this name.
      - The script is saved as the draft, which replaces any other draft, and published. If this script is already
        published, a newer draft is kept.
      - Leading and trailing white space is ignored.
      - The script can be replaced but not removed.
      - The syntax is checked before the parser is changed. The script must call a function that sends the message to a
        destination, such as C(writeAmqp).
    type: str
  script_draft:
    description:
      - Draft of the script.
      - The draft is only saved, not published. Use it for a script that must not take effect yet.
    type: str
extends_documentation_fragment:
  - iotops.aliyun.iot
  - iotops.aliyun.iot.resource
seealso:
  - module: iotops.aliyun.iot_parser_info
  - module: iotops.aliyun.iot_data_source
  - module: iotops.aliyun.iot_destination
  - module: iotops.aliyun.iot_rule
author:
  - iotops.aliyun contributors (@iotops)
"""

EXAMPLES = r"""
- name: Create a data source for the properties that devices report
  iotops.aliyun.iot_data_source:
    name: lamps
    topics:
      - topic: /street_light/+/thing/event/property/post

- name: Create a destination that forwards messages to a consumer group
  iotops.aliyun.iot_destination:
    name: to_console
    type: amqp
    configuration:
      groupId: console

- name: Create and start a parser
  iotops.aliyun.iot_parser:
    name: lamps_to_console
    description: forwards reported properties
    data_source: lamps
    destinations:
      - to_console
    script: |
      var data = payload("json");
      writeAmqp(destinationId("to_console"), data, "lamps");
    state: started

- name: Stop a parser
  iotops.aliyun.iot_parser:
    name: lamps_to_console
    state: stopped

- name: Delete a parser
  iotops.aliyun.iot_parser:
    name: lamps_to_console
    state: absent
"""

RETURN = r"""
parser:
  description: The parser. Empty if it is absent.
  returned: success
  type: dict
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
      returned: when the parser has a data source
      type: str
    destinations:
      description: Destinations to which the script sends messages, each with its C(name) and C(destination_id).
      returned: when O(destinations) or O(failover_destination) is set, or when O(state) is V(started) or V(stopped)
      type: list
      elements: dict
    failover_destination_id:
      description: DestinationId of the destination for messages that could not be sent to the other destinations.
        Empty if there is none.
      returned: when O(destinations) or O(failover_destination) is set, or when O(state) is V(started) or V(stopped)
      type: str
    script:
      description: Published script of the parser, in JavaScript. It identifies destinations by their DestinationIds.
        C(destinationId("NAME")) in the script is replaced by the DestinationId of the destination with this name.
      returned: when the parser has a published script
      type: str
    script_draft:
      description: Draft of the script.
      returned: when the parser has a draft of the script
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
    name: lamps_to_console
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
diff:
  description: Values of the options before and after the task.
  returned: always
  type: dict
  sample:
    before: {}
    after:
      name: lamps_to_console
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
      operation: CreateParser
      status: done
      changes:
        name:
          before: null
          after: lamps_to_console
pending:
  description: Resources that the options name and that do not exist yet. In check mode they are expected to be
    created by an earlier task.
  returned: when a named resource does not exist
  type: list
  elements: str
  sample:
    - the data source lamps does not exist yet
calls:
  description: Number of requests sent to the API.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import ResourceEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.parser.parser import Parser

ENTRY = ResourceEntry(Parser)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
