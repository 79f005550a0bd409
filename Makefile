# Everything here sets itself up: a machine with Python 3.11, git and make is enough.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
PINS := .ci/constraints.txt
RECEIVER := http://receiver:9099/alerts
GENERATE = $(BIN)/slotui generate all --slos lab/slos --policy lab/policy.yaml --dir lab/generated \
  --page-webhook $(RECEIVER) --ticket-webhook $(RECEIVER)
# The tests start hundreds of short processes: each would compile every module anew.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help demo watch drill test thorough trials lint generate compose-smoke journeys format bench clean
.DEFAULT_GOAL := help

help: ## these lines
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 15

demo: $(VENV)/.run ## the lab, its traffic and the screen; q stops it all
	@$(BIN)/slotui demo

watch: $(VENV)/.run ## the screen on the lab that is up
	@$(BIN)/slotui watch

drill: $(VENV)/.run ## a first drill: 25 minutes of an incident in three; it needs no lab
	@$(BIN)/slotui drill run tuesday-lunch --speed 10

test: $(VENV)/.test ## all tests but the journeys and the trials
	@$(BIN)/python -m pytest --numprocesses 5 --dist loadfile --no-loadscope-reorder

journeys: $(VENV)/.test ## whole labs of real processes, from the first command to the last: minutes
	@$(BIN)/python -m pytest -m journey --numprocesses 3 --dist loadfile --no-loadscope-reorder tests/journeys

thorough: $(VENV)/.test ## ten thousand generated specs, each to its Board or its located error
	@SLOTUI_EXAMPLES=10000 $(BIN)/python -m pytest --quiet --timeout 1500 --numprocesses 2 --dist load tests/spec/test_any_spec.py

trials: $(VENV)/.test ## endings, prices and accuracy, again and again: an hour on a calm machine
	@$(BIN)/python -m pytest -m trial --timeout 3600

lint: $(VENV)/.test ## style, types, direction of imports, generated files
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(GENERATE) --check

generate: $(VENV)/.run ## what follows from lab/slos and lab/policy.yaml, into lab/generated
	@$(GENERATE)

compose-smoke: $(VENV)/.test ## docker-compose.yml on an engine of its own; on a Debian, as root
	@$(BIN)/python tests/compose/smoke.py

format: $(VENV)/.test ## let ruff format the code
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: $(VENV)/.test ## speed, as ratios against what one would use otherwise
	@for file in benchmarks/bench_*.py; do $(BIN)/python $$file || exit 1; done

clean: ## remove the virtual environment and caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	 || { echo "slotui needs Python 3.11 or newer: name one with 'make PYTHON=python3.11 …'"; exit 2; }
	@$(PYTHON) -m venv $(VENV) \
	 || { echo "no venv module: on Debian type 'apt-get install python3-venv'"; rm -rf $(VENV); exit 2; }

$(VENV)/.run: pyproject.toml $(PINS) | $(BIN)/python
	@echo "installing slotui into $(VENV) …"
	@$(PIP) install --constraint $(PINS) --editable .
	@touch $@

$(VENV)/.test: pyproject.toml $(PINS) | $(BIN)/python
	@echo "installing slotui and its test tools into $(VENV) …"
	@$(PIP) install --constraint $(PINS) --editable '.[test]'
	@# Chaos Toolkit's script is called `chaos` too: ours is the one to be left.
	@grep -q chaos.cli.main $(BIN)/chaos || $(PIP) install --no-deps --force-reinstall --editable .
	@touch $@ $(VENV)/.run
