#!/usr/bin/python
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iot_parser
short_description: Manage a parser with its script and what it is attached to
version_added: 0.1.0
description:
  - A parser gets the messages of a data source and forwards them by a script to destinations. It succeeds the rule with
    SQL of M(iotops.aliyun.iot_rule).
  - Parser, script and attachments are one resource here, started or stopped.
  - A parser that runs keeps what it needs. New destinations are attached before others are detached, and the script is
    published in between. Where its data source changes it is stopped meanwhile, because it has one at a time.
options:
  name:
    description:
      - The parser's name, which is unique in an instance.
      - 1 to 30 characters of Chinese, Japanese and English letters, digits, underscores and hyphens; a Chinese or
        Japanese character counts as 2.
    type: str
    required: true
  renamed_from:
    description:
      - What the parser was called before. Where nothing has the new O(name) and one has this, that one is renamed.
    type: str
  state:
    description:
      - Whether the parser is there, and whether it runs. V(present) leaves it running or not; a parser that is made
        starts stopped.
      - To run it needs O(data_source), one of O(destinations) and a published O(script). A parser that runs is stopped
        before it is deleted.
    type: str
    choices: [present, started, stopped, absent]
    default: present
  description:
    description:
      - What the parser is for. An empty text clears it.
    type: str
  data_source:
    description:
      - The data source whose messages it gets, by its name or its DataSourceId. An empty text detaches the one that it
        has.
    type: str
  destinations:
    description:
      - The destinations that its script sends to, by their names or their DestinationIds. It has 10 at most,
        O(failover_destination) included.
    type: list
    elements: str
  purge_destinations:
    description:
      - Whether destinations that O(destinations) does not have are detached.
    type: bool
    default: true
  failover_destination:
    description:
      - The destination for what could not be sent to the others, by its name or its DestinationId. It cannot be one of
        O(destinations) as well; where one becomes the other, give both options. An empty text detaches it.
    type: str
  script:
    description:
      - The script that is to be in force, in JavaScript. It is saved as the draft, in place of any other, and
        published. A draft that was saved meanwhile stays as long as this script is in force.
      - White space before and after it means nothing. It cannot be taken away, only replaced. It names destinations by
        their DestinationIds.
    type: str
  script_draft:
    description:
      - The draft of the script, which is only saved. For a script that is not to be in force yet.
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
- name: What lamps report
  iotops.aliyun.iot_data_source:
    name: lamps
    topics:
      - topic: /street_light/+/thing/event/property/post

- name: The console's queue
  iotops.aliyun.iot_destination:
    name: to_console
    type: amqp
    configuration:
      groupId: console
  register: to_console

- name: Lamps report to the console
  iotops.aliyun.iot_parser:
    name: lamps_to_console
    description: forwards what lamps report
    data_source: lamps
    destinations:
      - to_console
    script: |
      var data = payload("json");
      writeAmqp({{ to_console.destination.destination_id }}, data, "lamps");
    state: started

- name: Not now
  iotops.aliyun.iot_parser:
    name: lamps_to_console
    state: stopped

- name: Never again
  iotops.aliyun.iot_parser:
    name: lamps_to_console
    state: absent
"""

RETURN = r"""
parser:
  description: The parser; empty when it is absent.
  returned: success
  type: dict
  contains:
    name:
      description: Its name.
      type: str
      returned: always
    parser_id:
      description: The ParserId that the platform gave it.
      type: str
      returned: always
    description:
      description: What it is for.
      type: str
      returned: always
    data_source_id:
      description: The DataSourceId of the data source that it has.
      type: str
      returned: when it has one and is read whole
    destinations:
      description: The destinations that it sends to, each with C(name) and C(destination_id).
      type: list
      elements: dict
      returned: when asked for, and with O(state=started) or O(state=stopped)
    failover_destination_id:
      description: The DestinationId of the destination for what could not be sent; empty where there is none.
      type: str
      returned: when asked for, and with O(state=started) or O(state=stopped)
    script:
      description: The script that is in force.
      type: str
      returned: when it has one and is read whole
    script_draft:
      description: The draft of the script.
      type: str
      returned: when it has one and is read whole
    status:
      description: C(started), C(stopped), or C(abnormal) of one that runs and whose script fails on messages.
      type: str
      returned: always
    created:
      description: When it was made, in UTC.
      type: str
      returned: always
    modified:
      description: When it last changed, in UTC.
      type: str
      returned: always
  sample:
    name: lamps_to_console
    parser_id: "1001"
    description: forwards what lamps report
    data_source_id: "1001"
    destinations:
      - name: to_console
        destination_id: "1003"
    failover_destination_id: ""
    script: |-
      var data = payload("json");
      writeAmqp(1003, data, "lamps");
    script_draft: |-
      var data = payload("json");
      writeAmqp(1003, data, "lamps");
    status: started
    created: "2022-03-27T12:45:43.000Z"
    modified: "2022-04-27T12:45:43.000Z"
diff:
  description: The options as they were and as they are after.
  returned: always
  type: dict
  sample:
    before: {}
    after: {name: lamps_to_console}
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
      operation: CreateParser
      status: done
      changes:
        name: {before: null, after: lamps_to_console}
pending:
  description: What the options name and is not there yet; in check mode it is taken to be made by an earlier task.
  returned: when something is missing
  type: list
  elements: str
  sample: ["the data source lamps does not exist yet"]
calls:
  description: How many requests were sent.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.iotops.aliyun.plugins.module_utils.engine.entry import ResourceEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.engine.module import run_module
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.parser import Parser

ENTRY = ResourceEntry(Parser)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
