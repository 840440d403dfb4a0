# Copyright: the iotops.aliyun contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
#
# Works in a checkout in any folder; requires Python 3.11 or newer only. `make help` lists the targets.

# The Python that creates the virtual environment.
PYTHON ?= python3

# Paths are relative: make cannot handle targets whose path contains spaces.
PY := .venv/bin/python
INSTALLED := .venv/.installed
# The tested releases of all packages for the Python in .venv; a command, because .venv may not exist yet.
CONSTRAINTS = $$($(PY) -c 'import sys; print("constraints.txt" if sys.version_info >= (3, 12) else "constraints-3.11.txt")')
COLLECTION := .collections/ansible_collections/iotops/aliyun
AMQP := .venv/.amqp-installed
BENCH := .venv/.bench-installed
NPM := tests/conformance/npm/node_modules/.package-lock.json

# Some tools call ansible-playbook or ansible-doc by name and must find the ones in .venv.
export PATH := $(CURDIR)/.venv/bin:$(PATH)
# Named explicitly, because Ansible ignores an ansible.cfg in a world-writable folder.
export ANSIBLE_CONFIG := $(CURDIR)/ansible.cfg
# ansible-lint does not read the configuration file.
export ANSIBLE_COLLECTIONS_PATH := $(CURDIR)/.collections
# Ansible requires a UTF-8 locale, and containers often have none.
ifeq ($(filter %UTF-8 %utf8,$(or $(LC_ALL),$(LC_CTYPE),$(LANG))),)
export LC_ALL := C.UTF-8
endif

.NOTPARALLEL:
.PHONY: help setup npm demo emulator test lint unit integration faults molecule sanity package bench matrix matrix-ends new-resource \
    generate record-operations clean

help:  ## show this list
	@awk -F ':.*  ## ' '/^[a-z-]+:.*  ## / { printf "%-20s%s\n", $$1, $$2 }' Makefile

## Set-up

setup: $(INSTALLED) $(AMQP) $(COLLECTION)  ## create the virtual environment and link the checkout as the collection

$(INSTALLED): requirements-dev.txt constraints.txt constraints-3.11.txt
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed: make PYTHON=..." if sys.version_info < (3, 11) else 0)'
	@if test -e $@ && test "$$(cat $@)" != "$(CURDIR)"; then rm -rf .venv; fi
	@test -x $(PY) || $(PYTHON) -m venv --clear .venv
	$(PY) -m pip install --quiet --disable-pip-version-check --use-pep517 -r requirements-dev.txt -c $(CONSTRAINTS)
	@# Relative to site-packages, so that it works for any folder name in any locale.
	@$(PY) -c 'import pathlib, sysconfig; \
	    pathlib.Path(sysconfig.get_path("purelib"), "iotops_aliyun.pth").write_text("../../../../.collections\n")'
	@echo "$(CURDIR)" >$@

# Scripts in a virtual environment contain its path, so it is created again after a move.
ifneq "$(CURDIR)" "$(shell cat $(INSTALLED) 2>/dev/null)"
.PHONY: $(INSTALLED)
endif

$(COLLECTION):
	@mkdir -p $(@D)
	@ln -sfn ../../.. $@

$(AMQP): requirements-amqp.txt $(INSTALLED)
	@# The library is built from source, which takes one to two minutes. Without a compiler, CI fails; elsewhere the tests
	@# that need it are skipped with a message.
	@if ! $(PY) -m pip install --quiet --disable-pip-version-check -r requirements-amqp.txt -c $(CONSTRAINTS); then \
	    case "$$CI" in ''|0|false) ;; *) exit 1; esac; \
	    echo "python-qpid-proton could not be built: the tests of AMQP will not run. Install a C compiler and the headers"; \
	    echo "of Python and OpenSSL (Debian: gcc python3-dev libssl-dev pkg-config), and run: rm $@ && make setup"; \
	fi
	@touch $@

$(BENCH): requirements-bench.txt $(INSTALLED)
	$(PY) -m pip install --quiet --disable-pip-version-check -r requirements-bench.txt -c $(CONSTRAINTS)
	@touch $@

npm: $(NPM)  ## install the vendor's SDKs for Node.js for the tests

$(NPM): tests/conformance/npm/package-lock.json
	@# Without Node.js, CI fails; elsewhere the tests are skipped with a message.
	@if command -v npm >/dev/null || case "$$CI" in ''|0|false) false; esac; then \
	    cd tests/conformance/npm && npm ci --no-audit --no-fund --loglevel=error && touch node_modules/.package-lock.json; \
	else \
	    echo "npm not found: the tests with the vendor's SDK for Node.js will be skipped"; \
	fi

## Running

demo: setup  ## plan, apply, apply again, detect drift and repair it, on the emulator
	@$(PY) -m ansible playbook playbooks/demo.yml

emulator: setup  ## run the emulator on port 8018 in the foreground, with its state in ./.emulator
	@mkdir -p .emulator
	@$(PY) -m ansible_collections.iotops.aliyun.emulator --port 8018 --data .emulator --ready-file .emulator/ready.json

bench: setup $(BENCH)  ## run the benchmarks and print the results as tables
	@$(PY) -m pytest tests/bench -s

## Checking

test: lint unit integration faults molecule sanity package matrix-ends  ## run all checks and tests

lint: setup  ## check style, wording, types, architecture, generated files, documentation, changelog
	$(PY) -m ruff check
	$(PY) -m ruff format --check
	$(PY) -m mypy
	$(PY) -c 'from importlinter.cli import lint_imports_command as lint; lint()' --no-logo
	$(PY) tests/tools/words.py
	$(PY) tests/tools/generate.py --check
	$(PY) -m ansiblelint
	$(PY) -m antsibull_docs.cli.antsibull_docs lint-collection-docs --plugin-docs --skip-rstcheck .
	$(PY) -m antsibull_changelog lint

unit: setup  ## run the unit tests, which start no servers
	$(PY) -m pytest tests/unit -n 2 -m "not server"

integration: setup npm  ## run modules, playbooks and the vendor's SDKs against the emulator
	$(PY) -m pytest tests/integration tests/conformance -n 2 --dist worksteal --require-coverage
	$(PY) -m pytest tests/unit -n 2 -m server

faults: setup  ## run tasks with faults, modified responses and kills; make bench runs more of them
	$(PY) -m pytest tests/faults -n 2 --dist worksteal

molecule: setup  ## test the roles
	$(PY) -m molecule test --all

sanity: setup  ## run ansible-test sanity on the built collection
	tests/tools/sanity.sh

matrix: setup  ## test the built collection with each supported release of ansible-core
	$(PY) tests/matrix

matrix-ends: setup  ## the same with the oldest and the newest release only
	$(PY) tests/matrix --ends

package: setup  ## build the collection archive in ./build
	$(PY) -m ansible galaxy collection build --output-path build --force

new-resource: setup  ## create the files of a new resource: make new-resource NAME=product_tag FAMILY=product
	$(PY) tests/tools/new_resource.py "$(NAME)" "$(FAMILY)"

generate: setup  ## write generated files: RETURN, action plugins, action group, tables of modules and operations
	$(PY) tests/tools/generate.py

record-operations: setup  ## record the API operations that each module sends in the integration tests
	$(PY) -m pytest tests/integration -n 2 --dist worksteal --record-operations
	@echo "Run make generate to update docs/operations.md."

clean:  ## delete build and test results, but not the virtual environment
	rm -rf build collections tests/output .ansible .emulator .hypothesis .import_linter_cache .mypy_cache .pytest_cache \
	    .ruff_cache
