# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
#
# Work in a checkout, in any folder, with Python 3.11 or newer and nothing else. `make help` lists the targets.

# The Python that the virtual environment is made with.
PYTHON ?= python3

# File names here are relative: make cannot handle a target whose path has spaces.
PY := .venv/bin/python
INSTALLED := .venv/.installed
COLLECTION := .collections/ansible_collections/iotops/aliyun
BENCH := .venv/.bench-installed
NPM := tests/conformance/npm/node_modules/.package-lock.json

# Some tools call ansible-playbook or ansible-doc by name and must find ours.
export PATH := $(CURDIR)/.venv/bin:$(PATH)
# By name, because Ansible does not read an ansible.cfg in a folder that everybody may write to.
export ANSIBLE_CONFIG := $(CURDIR)/ansible.cfg
# ansible-lint does not ask the configuration file.
export ANSIBLE_COLLECTIONS_PATH := $(CURDIR)/.collections
# Ansible refuses to start in a locale that is not UTF-8, and a container has none at all.
ifeq ($(filter %UTF-8 %utf8,$(or $(LC_ALL),$(LC_CTYPE),$(LANG))),)
export LC_ALL := C.UTF-8
endif

.NOTPARALLEL:
.PHONY: help setup npm demo emulator test lint unit integration molecule sanity package bench generate clean

help:  ## this list
	@awk -F ':.*  ## ' '/^[a-z]+:.*  ## / { printf "%-14s%s\n", $$1, $$2 }' Makefile

## Set-up

setup: $(INSTALLED) $(COLLECTION)  ## the virtual environment, and the checkout visible as the collection

$(INSTALLED): requirements-dev.txt constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed: make PYTHON=..." if sys.version_info < (3, 11) else 0)'
	@if test -e $@ && test "$$(cat $@)" != "$(CURDIR)"; then rm -rf .venv; fi
	@test -x $(PY) || $(PYTHON) -m venv --clear .venv
	$(PY) -m pip install --quiet --disable-pip-version-check --use-pep517 -r requirements-dev.txt
	@# Relative to site-packages, and so right for any folder name in any locale.
	@$(PY) -c 'import pathlib, sysconfig; \
	    pathlib.Path(sysconfig.get_path("purelib"), "iotops_aliyun.pth").write_text("../../../../.collections\n")'
	@echo "$(CURDIR)" >$@

# The scripts in a virtual environment name its folder, so after a move it is made anew.
ifneq "$(CURDIR)" "$(shell cat $(INSTALLED) 2>/dev/null)"
.PHONY: $(INSTALLED)
endif

$(COLLECTION):
	@mkdir -p $(@D)
	@ln -sfn ../../.. $@

$(BENCH): requirements-bench.txt $(INSTALLED)
	$(PY) -m pip install --quiet --disable-pip-version-check -r requirements-bench.txt
	@touch $@

npm: $(NPM)  ## the vendor's SDK for Node.js, for the tests that ask it

$(NPM): tests/conformance/npm/package-lock.json
	@# Only where everything has to be there is a machine without Node.js an error; elsewhere its tests say that they are skipped.
	@if command -v npm >/dev/null || case "$$CI" in ''|0|false) false; esac; then \
	    cd tests/conformance/npm && npm ci --no-audit --no-fund --loglevel=error && touch node_modules/.package-lock.json; \
	else \
	    echo "npm is not there: the tests with the vendor's SDK for Node.js will be skipped"; \
	fi

## Running

demo: setup  ## the whole way once: plan, apply, apply again, drift, repair, on the embedded platform
	@$(PY) -m ansible playbook playbooks/demo.yml

emulator: setup  ## the embedded platform on port 8018 in the foreground, its state in ./.emulator
	@mkdir -p .emulator
	@$(PY) -m ansible_collections.iotops.aliyun.emulator --port 8018 --data .emulator --ready-file .emulator/ready.json

bench: setup $(BENCH)  ## measurements, printed as tables
	@$(PY) -m pytest tests/bench -s

## Checking

test: lint unit integration molecule sanity package  ## everything that has to hold before a change is merged

lint: setup  ## style, architecture, generated files, documentation, changelog
	$(PY) -m ruff check
	$(PY) -m ruff format --check
	$(PY) -c 'from importlinter.cli import lint_imports_command as lint; lint()' --no-logo
	$(PY) tests/tools/generate.py --check
	$(PY) -m ansiblelint
	$(PY) -m antsibull_docs.cli.antsibull_docs lint-collection-docs --plugin-docs --skip-rstcheck .
	$(PY) -m antsibull_changelog lint

unit: setup  ## tests that need neither Ansible's command line nor a running platform
	$(PY) -m pytest tests/unit -n 2

# The vendor's SDKs against the embedded platform belong here too.
integration: setup npm  ## tests that run playbooks against the embedded platform
	$(PY) -m pytest tests/integration tests/conformance -n 2 --dist worksteal --whole-lives

molecule: setup  ## the scenarios of the roles
	$(PY) -m molecule test --all

sanity: setup  ## ansible-test sanity on the built collection
	tests/tools/sanity.sh

package: setup  ## the collection's archive, in ./build
	$(PY) -m ansible galaxy collection build --output-path build --force

generate: setup  ## write the stubs and the action group that follow from the list of modules
	$(PY) tests/tools/generate.py

clean:  ## remove what building and testing left behind, but not the virtual environment
	rm -rf build collections tests/output .ansible .emulator .hypothesis .import_linter_cache .pytest_cache .ruff_cache
