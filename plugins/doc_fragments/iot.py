# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The documentation that all modules share: the connection options and the attributes."""

from __future__ import annotations


class ModuleDocFragment:
    """The connection options and the attributes of the modules.

    The fragment ``iotops.aliyun.iot`` has the options. ``iotops.aliyun.iot.resource`` and ``.info`` have the
    attributes. ``.fleet`` has the options of the modules that read a fleet, ``.secrets`` those of the
    modules that write a file with secrets.
    """

    DOCUMENTATION = r"""
options:
  access_key_id:
    description:
      - ID of the AccessKey that signs the requests.
      - If not set, the value of the environment variable E(ALIBABA_CLOUD_ACCESS_KEY_ID) is used, then the profile.
    type: str
  access_key_secret:
    description:
      - Secret of the AccessKey.
      - If not set, the value of the environment variable E(ALIBABA_CLOUD_ACCESS_KEY_SECRET) is used, then the
        profile.
    type: str
  security_token:
    description:
      - Security token of a temporary AccessKey from STS.
      - If not set, the value of the environment variable E(ALIBABA_CLOUD_SECURITY_TOKEN) is used, then the profile.
    type: str
  region:
    description:
      - Region of the IoT Platform.
      - If not set, the value of the environment variable E(ALIBABA_CLOUD_REGION_ID) is used, then the profile, then
        V(cn-shanghai).
    type: str
  endpoint:
    description:
      - Endpoint that the requests are sent to. Either a host name, or C(https://) and a host name. Add the port if it
        is not the default port. Use C(http://) only for the emulator.
      - If not set, the value of the environment variable E(ALIBABA_CLOUD_IOT_ENDPOINT) is used, then the endpoint of
        O(region).
    type: str
  iot_instance_id:
    description:
      - ID of the instance, as shown in the console. Required if the instance of the account has an ID.
      - If not set, the value of the environment variable E(ALIBABA_CLOUD_IOT_INSTANCE_ID) is used.
    type: str
  profile:
    description:
      - Name of a profile in C(~/.aliyun/config.json), the configuration file of the vendor's command line tool. The
        environment variable E(ALIBABA_CLOUD_CONFIG_FILE) can specify another file. The mode of the profile must be
        C(AK), C(StsToken) or C(CloudSSO).
      - If not set, the value of the environment variable E(ALIBABA_CLOUD_PROFILE) is used. If that is not set either,
        the current profile is used, but only if neither the options nor the environment variables contain an
        AccessKey.
    type: str
  timeout_in_seconds:
    description:
      - Timeout for a request and its whole response, in seconds, 1 to 3600.
    type: int
    default: 30
  retries:
    description:
      - Maximum number of retries of a request that was throttled or failed with a transient error. A request that
        creates a resource is only sent again if the account shows that the first request was not executed.
      - Must be 0 to 100.
    type: int
    default: 6
  validate_certs:
    description:
      - Whether to validate the certificate of the endpoint.
    type: bool
    default: true
  ca_path:
    description:
      - Path of a file with the CA certificates to trust instead of the default ones.
    type: path
  pacing:
    description:
      - Whether to use client-side rate limiting, which keeps the documented quota of requests per second of each
        operation. The whole account shares this quota.
      - All processes of a user on one machine share the rate limit. They use files in the directory that
        the environment variable E(XDG_RUNTIME_DIR) specifies or, if it is not set, in the directory for temporary
        files.
    type: bool
    default: true
notes:
  - YAML reads C(012345) as 5349, C(10:11:22) as 36682, C(1.10) as 1.1 and C(yes) as true. Quote names and other texts
    that it would change. The modules warn about such values once per option and task. In values of tags, descriptions
    and IDs, they accept integers without a warning.
requirements:
  - requests
"""

    RESOURCE = r"""
options: {}
attributes:
  check_mode:
    support: full
    description: Reads the current state, and returns the changes without making them.
  diff_mode:
    support: full
    description: Returns the options before and after the changes.
  idempotent:
    support: full
    description: A second run with the same options changes nothing, and sends no requests that change resources.
  action_group:
    support: full
    description: Supports the defaults of the action group.
    membership: [iotops.aliyun.iot]
"""

    INFO = r"""
options: {}
attributes:
  check_mode:
    support: full
    description: Only reads resources.
  diff_mode:
    support: N/A
    description: Changes nothing.
  idempotent:
    support: full
    description: Only reads resources.
  action_group:
    support: full
    description: Supports the defaults of the action group.
    membership: [iotops.aliyun.iot]
"""

    FLEET = r"""
options:
  fleet:
    description:
      - Declared resources, the value of the lookup P(iotops.aliyun.fleet#lookup), or a mapping of kinds in the plural
        to lists of resources.
    type: dict
    required: true
  external:
    description:
      - Names of resources that exist and are not declared, by the plural of their kind. References to them are not a
        problem, and they are not reported as unmanaged.
      - Kinds and names can be patterns with V(*), V(?) and V([abc]). The name of a resource in a product can be
        preceded by that of the product and a slash. The kind V(*) with the name V(*) allows references to all
        resources.
    type: dict
    default: {}
"""

    SECRETS = r"""
options:
  secrets_file:
    description:
      - Absolute path of a file to which the secrets of the devices are written, with the columns or members
        C(product_key), C(device_name) and C(device_secret).
      - The file has mode 0600. Existing entries are kept, and new entries are added while the task runs.
        Several tasks, hosts and slices can write the same file at the same time. A symbolic link is followed.
      - The task fails before it changes anything, also in check mode, if the file cannot be written or encrypted.
    type: path
  secrets_format:
    description:
      - Format of O(secrets_file), a CSV file with a header line or a JSON list.
    type: str
    choices: [csv, json]
    default: csv
  secrets_vault:
    description:
      - Whether O(secrets_file) is encrypted with Ansible Vault. Tasks that run on another host, with C(become) or with
        C(async) use the C(ansible-vault) of the Python interpreter there.
      - An encrypted file is written only at the end of the task.
    type: bool
    default: false
  secrets_vault_password_file:
    description:
      - File that contains the vault password, or script that prints it.
      - If not set, the vault password of the running Ansible is used, from whatever source. Tasks that run on another
        host, with C(become) or with C(async) use the one that Ansible is configured to use there.
    type: path
"""

    # What plan and apply delete.
    PRUNE = r"""
options:
  prune:
    description:
      - Whether to delete resources that are the fleet's, and that no file declares any more. A resource is the
        fleet's if it carries O(prune_tag), if it belongs to a resource that does, or if it is in the manifest
        O(last_applied).
      - Deletion starts after all declared resources have been applied without a failure. Each resource is deleted after
        those that need it; one that is needed by anything else is kept.
      - Devices that are online or were online recently, released products, and firmware with jobs that have not ended
        are kept unless O(prune_named) contains them.
    type: bool
    default: false
  prune_tag:
    description:
      - Tag of the resources of the fleet, as a mapping of the key to the value. With several tags, a resource must
        carry all of them.
    type: dict
    default: {}
  prune_named:
    description:
      - Resources to delete although they are in use, each with its kind and its name as plans show them. For example
        C(product old_meter) or C(device street_light/lamp-0001).
    type: list
    elements: str
    default: []
  prune_limit:
    description:
      - Maximum number of resources to delete, or to put into quarantine. If there are more, the task fails before any
        write.
    type: int
    default: 100
  prune_limit_percent:
    description:
      - The same as a share of the existing resources of the fleet, in percent.
    type: int
    default: 30
  prune_active_days:
    description:
      - Number of days for which a device that was online is kept.
    type: int
    default: 30
  prune_quarantine:
    description:
      - Puts resources into quarantine before they are deleted. Devices are disabled, and resources with tags get the
        tags C(iotops.quarantine) and C(iotops.quarantine.since). Times of other resources are in the manifest
        O(last_applied). A resource that a file declares again leaves quarantine.
      - Without this option, resources are deleted at once, also those in quarantine.
    type: dict
    suboptions:
      days:
        description:
          - Number of days in quarantine. A later run of apply deletes the resource.
        type: int
        required: true
  last_applied:
    description:
      - File with the manifest of the last apply, which names the resources that the fleet has applied. Apply writes it,
        also without O(prune). It does not have to exist yet. Plan only reads it.
      - The manifest of another fleet, account, endpoint or instance is a problem.
    type: path
  fleet_name:
    description:
      - Name of the fleet, which the manifest contains. Required with O(last_applied).
    type: str
"""
