# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What every module says of itself: the connection options and the attributes."""

from __future__ import annotations


class ModuleDocFragment:
    """``iotops.aliyun.iot`` is the connection, ``iotops.aliyun.iot.resource`` and ``.info`` are the attributes."""

    DOCUMENTATION = r"""
options:
  access_key_id:
    description:
      - The id of the AccessKey that signs the requests.
      - Not given, the environment variable E(ALIBABA_CLOUD_ACCESS_KEY_ID) has it, or else the profile.
    type: str
  access_key_secret:
    description:
      - The secret of the AccessKey.
      - Not given, the environment variable E(ALIBABA_CLOUD_ACCESS_KEY_SECRET) has it, or else the profile.
    type: str
  security_token:
    description:
      - The security token of a temporary AccessKey that STS gave out.
      - Not given, the environment variable E(ALIBABA_CLOUD_SECURITY_TOKEN) has it, or else the profile.
    type: str
  region:
    description:
      - The region of the IoT Platform.
      - Not given, the environment variable E(ALIBABA_CLOUD_REGION_ID) has it, or else the profile, or it is
        V(cn-shanghai).
    type: str
  endpoint:
    description:
      - The address that requests go to, a host name or C(https://) and a host name, with a port where it is not the
        usual one. C(http://) is for the embedded platform.
      - Not given, the environment variable E(ALIBABA_CLOUD_IOT_ENDPOINT) has it, or it follows from the region.
    type: str
  iot_instance_id:
    description:
      - The id of the instance, as the console shows it. An account whose instance has an id must give it.
      - Not given, the environment variable E(ALIBABA_CLOUD_IOT_INSTANCE_ID) has it.
    type: str
  profile:
    description:
      - A profile in C(~/.aliyun/config.json), the file of the vendor's command line tool, or in the file that
        E(ALIBABA_CLOUD_CONFIG_FILE) names. Its mode must be C(AK) or C(StsToken).
      - Not given, the environment variable E(ALIBABA_CLOUD_PROFILE) has it, or the current profile is used where
        neither an option nor the environment has an AccessKey.
    type: str
  timeout_in_seconds:
    description:
      - How long to wait for the reply to a request, in seconds.
    type: int
    default: 30
  retries:
    description:
      - How often a request is tried again that was throttled or met a passing failure. A request that creates
        something is never sent again unless the account shows that it did not come through.
    type: int
    default: 6
  validate_certs:
    description:
      - Whether the certificate of the endpoint must be trusted.
    type: bool
    default: true
  ca_path:
    description:
      - A file with the certificates to trust instead of the usual ones.
    type: path
  pacing:
    description:
      - Whether to keep to the documented number of requests a second of each operation, which the whole account shares.
        All that a user runs on one machine shares it, too, by files in E(XDG_RUNTIME_DIR) or else in the folder for
        temporary files.
    type: bool
    default: true
requirements:
  - requests
"""

    RESOURCE = r"""
options: {}
attributes:
  check_mode:
    support: full
    description: Reads the account, and returns what would be done without doing it.
  diff_mode:
    support: full
    description: Returns the options as they were and as they are after.
  idempotent:
    support: full
    description: A second run with the same options changes nothing and sends no request that could.
  action_group:
    support: full
    description: Takes the defaults of the action group.
    membership: [iotops.aliyun.iot]
"""

    INFO = r"""
options: {}
attributes:
  check_mode:
    support: full
    description: Only reads.
  diff_mode:
    support: N/A
    description: Changes nothing.
  idempotent:
    support: full
    description: Only reads.
  action_group:
    support: full
    description: Takes the defaults of the action group.
    membership: [iotops.aliyun.iot]
"""
