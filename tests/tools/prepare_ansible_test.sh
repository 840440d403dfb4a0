#!/bin/sh
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
#
# Put pip's bootstrap script into the cache of ansible-test, before ansible-test downloads it.
#
# ansible-test creates a virtual environment per sanity test and downloads that script from a host that is not reachable
# from every machine. The pip wheel of the package index serves the same purpose. An existing script is kept; if this
# fails, ansible-test downloads the script itself.
#
# Usage: prepare_ansible_test.sh PYTHON   (the interpreter that has ansible-core)
set -eu
python=$1
cache=$HOME/.ansible/test/cache

# The release that this ansible-core requires is a constant in its source.
pip=$("$python" -c '
import pathlib, re, ansible_test
source = pathlib.Path(ansible_test.__path__[0], "_internal", "python_requirements.py").read_text(encoding="utf-8")
print(re.search(r"\bpip=.([0-9.]+)", source)[1])
') || exit 0
script=$cache/get_pip_$(echo "$pip" | tr . _).py
[ ! -e "$script" ] || exit 0

mkdir -p "$cache"
"$python" -m pip download --quiet --no-deps --only-binary :all: --dest "$cache" "pip==$pip" || exit 0

# Write atomically, because several ansible-test processes may run at the same time.
cat >"$script.$$" <<'PYTHON'
"""Install pip from the wheel beside this file; takes the arguments of pip's own bootstrap script."""
import glob
import os
import re
import sys

version = re.search("get_pip_([0-9_]+)", __file__).group(1).replace("_", ".")
folder = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = glob.glob(os.path.join(folder, "pip-%s-*.whl" % version))

from pip._internal.cli.main import main  # noqa: E402

arguments = [argument for argument in sys.argv[1:] if argument not in ("--no-setuptools", "--no-wheel")]
sys.exit(main(["install", "--force-reinstall", "--find-links", folder] + arguments))
PYTHON
mv "$script.$$" "$script"
