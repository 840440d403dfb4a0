#!/bin/sh
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
#
# Run `ansible-test sanity` on what a user would install: the built collection, staged under the path that ansible-test
# insists on, which a checkout in any folder does not have. Arguments are passed on, for example `--test validate-modules`.
set -eu
cd "$(dirname "$0")/../.."
python=$PWD/.venv/bin/python
stage=$PWD/build/sanity
collection=$stage/ansible_collections/iotops/aliyun

rm -rf "$stage"
export ANSIBLE_COLLECTIONS_PATH="$stage"
"$python" -m ansible galaxy collection install . --offline --force --no-deps

# ansible-test asks git for the files; without a repository of its own the stage would be part of the outer one, which
# ignores it.
git -C "$collection" init --quiet
git -C "$collection" add --all

sh tests/tools/prepare_ansible_test.sh "$python"

# The interpreter is named because discovery would also try launchers of version managers that lead nowhere.
version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
cd "$collection"
exec "$python" -m ansible test sanity --local --python "$version" "$@"
