# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The declarations of all kinds that fleet files can contain; written by ``make generate``.

The imports are explicit, because Ansible packs a module with the files that it imports.
"""

from __future__ import annotations

from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device.device import Device
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device.imported_devices import ImportedDevices
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device.topology import Topology
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.device_set.entry import DevicesEntry
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.group.device_group import DeviceGroup
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.job.job import Job
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.ota.firmware import OtaFirmware
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.ota.job import OtaJob
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.ota.module import OtaModule
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.parser.data_source import DataSource
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.parser.destination import Destination
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.parser.parser import Parser
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.product.product import Product
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.rule.rule import Rule
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.shadow.shadow import Shadow
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.sound_code.label import (
    SoundCodeLabel,
    SoundCodeLabelBatch,
)
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.sound_code.schedule import SoundCodeSchedule
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.sound_code.sound_code import SoundCode
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.speech.speech import Speech
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.subscription.consumer_group import ConsumerGroup
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.subscription.subscription import Subscription
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model.script import ThingScript
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.thing_model.thing_model import ThingModel
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.topic.topic import Topic
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.topic.topic_route import TopicRoute
from ansible_collections.iotops.aliyun.plugins.module_utils.resources.tunnel.tunnel import Tunnel

DECLARATIONS = (
    Device,
    ImportedDevices,
    Topology,
    DevicesEntry,
    DeviceGroup,
    Job,
    OtaFirmware,
    OtaJob,
    OtaModule,
    DataSource,
    Destination,
    Parser,
    Product,
    Rule,
    Shadow,
    SoundCodeLabel,
    SoundCodeLabelBatch,
    SoundCodeSchedule,
    SoundCode,
    Speech,
    ConsumerGroup,
    Subscription,
    ThingScript,
    ThingModel,
    Topic,
    TopicRoute,
    Tunnel,
)
