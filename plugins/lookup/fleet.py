# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The lookup plugin fleet: read a directory of fleet files."""

from __future__ import annotations

DOCUMENTATION = r"""
name: fleet
short_description: Read a directory of fleet files
version_added: 0.1.0
description:
  - Reads all files with the endings C(.yml), C(.yaml) and C(.json) below a folder. Each file is a mapping of kinds in
    the plural, such as C(products), to lists of resources. A resource is a mapping of the options of the module of its
    kind. A JSON file that contains no kind is data for templates, such as a thing model, and is skipped.
  - Templates in the values are evaluated with the variables of the play. An option with the value C(omit) is not set.
    Paths in options such as C(devices_file) are relative to the file that contains them. The folder, and files in
    lookups, are relative to the current folder.
  - The value is for the option O(iotops.aliyun.iot_fleet_apply#module:fleet) and the same option of other modules. It
    contains the resources, the file, line and column of each option, and what could not be read.
  - Files with the name C(drift_ignore.yml) (or C(.yaml), C(.json)) contain rules for intended drift instead of
    resources; see M(iotops.aliyun.iot_fleet_drift).
author:
  - The iotops.aliyun contributors (@iotops-aliyun)
options:
  _terms:
    description: Paths of folders or files.
    required: true
    type: list
    elements: path
  ignore_file:
    description: Path of a file with rules for intended drift, in addition to those in the folders.
    type: path
  template_vars:
    description:
      - Variables for the templates in the files, in addition to those of the play. For example, a variable with the
        path of the folder that is read.
    type: dict
    default: {}
"""

EXAMPLES = r"""
- name: Check the files of a fleet
  iotops.aliyun.iot_fleet_validate:
    fleet: "{{ lookup('iotops.aliyun.fleet', playbook_dir ~ '/fleet') }}"
"""

RETURN = r"""
_raw:
  description:
    - The declared resources (C(resources)), the rules for intended drift (C(drift_ignore)) and what could not be read
      (C(problems)), of all folders together.
  type: list
  elements: dict
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ansible.plugins.lookup import LookupBase

from ansible_collections.iotops.aliyun.plugins.plugin_utils.drift_ignore_files import DriftIgnoreFiles
from ansible_collections.iotops.aliyun.plugins.plugin_utils.fleet_files import FleetFiles, Omitted

try:
    from ansible.template import trust_as_template
except ImportError:  # ansible-core before 2.19 evaluates all text
    trust_as_template = None


class LookupModule(LookupBase):
    """Reads fleet files."""

    def run(self, terms: list[Any], variables: dict[str, Any] | None = None, **kwargs: Any) -> list[dict[str, Any]]:
        """Return one element for all folders."""
        self.set_options(var_options=variables, direct=kwargs)
        files = FleetFiles(self._loader, self._evaluate_in)
        rules = DriftIgnoreFiles(self._evaluate_in(""))
        for term in terms:
            files.read(str(term))
            rules.read_folder(str(term))
        if self.get_option("ignore_file"):
            rules.read(Path(self.get_option("ignore_file")))
        problems = files.problems + rules.problems
        return [{"resources": files.resources, "drift_ignore": rules.rules, "problems": problems}]

    def _evaluate_in(self, folder: str) -> Callable[[Any], Any]:
        """Return the function that evaluates templates; lookups search files in a folder first."""
        variables = {**self._templar.available_variables, **self.get_option("template_vars")}
        # Lookups of files search these folders; the current one as the last, as this lookup does.
        found_before = variables.get("ansible_search_path", ())
        variables["ansible_search_path"] = [os.path.abspath(folder), *found_before, os.getcwd()]
        if trust_as_template is not None:
            templar = self._templar.copy_with_new_env(available_variables=variables)
            return lambda value: templar.template(_trusted(value))
        # There, lookups in a copy use the variables of the original.
        templar = type(self._templar)(loader=self._loader, variables=variables)
        return lambda value: _without_omitted(templar.template(value), variables.get("omit"))


def _without_omitted(value: Any, token: Any) -> Any:
    """Return a value without the members that are ``omit``, as newer versions of ansible-core do.

    Raises:
        Omitted: The value itself is ``omit``.
    """
    if token and value == token:
        raise Omitted("the value is omit")
    if isinstance(value, dict):
        return {key: _without_omitted(member, token) for key, member in value.items() if member != token}
    if isinstance(value, list):
        return [_without_omitted(element, token) for element in value if element != token]
    return value


def _trusted(value: Any) -> Any:
    """Return a value whose texts are templates. The files belong to the user, like the playbook."""
    if trust_as_template is None:
        return value
    if isinstance(value, str):
        return trust_as_template(value)
    if isinstance(value, dict):
        return {key: _trusted(member) for key, member in value.items()}
    if isinstance(value, list):
        return [_trusted(element) for element in value]
    return value
