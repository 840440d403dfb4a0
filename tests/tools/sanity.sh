#!/bin/sh
# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
#
# Run `ansible-test sanity` on the built collection, installed under the path that ansible-test requires. Arguments are
# passed to ansible-test, for example `--test validate-modules`.
set -eu
cd "$(dirname "$0")/../.."
python=$PWD/.venv/bin/python
stage=$PWD/build/sanity
collection=$stage/ansible_collections/iotops/aliyun

rm -rf "$stage"
export ANSIBLE_COLLECTIONS_PATH="$stage"
"$python" -m ansible galaxy collection install . --offline --force --no-deps

# ansible-test lists the files with git; without a repository here it would use the outer one, which ignores this folder.
git -C "$collection" init --quiet
git -C "$collection" add --all

sh tests/tools/prepare_ansible_test.sh "$python"

# Discovery would also try launchers of version managers that do not work.
version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
cd "$collection"
exec "$python" -m ansible test sanity --local --python "$version" "$@"
