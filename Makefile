# Every target works on a fresh clone with Python >= 3.11 and make; each installs what it needs, once.

PYTHON ?= python3
PORT ?= 8000
ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
# -qq leaves errors and drops the notices of a package client that is set up with several sources.
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq

BUNDLE := $(BIN)/python server/web/bundle.py

# A stamp is touched when its installation is whole, so an interrupted one is taken up again.
MADE := $(VENV)/.made
RUN := $(VENV)/.run
DEV := $(VENV)/.dev

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help serve test longtest build web check bench eval lock install clean

help: ## list the targets
	@echo "make TARGET, where TARGET is one of"
	@sed -n 's/^\([a-z][a-z]*\):.*## \(.*\)/  \1|\2/p' $(firstword $(MAKEFILE_LIST)) | \
		while IFS='|' read -r name what; do printf '%-10s %s\n' "$$name" "$$what"; done

serve: build web ## build the graph and serve it at 127.0.0.1:8000 (PORT=8001 for another port)
	@$(BIN)/rujukan serve --port $(PORT)

build: $(RUN) ## build the graph: build/current
	@$(BIN)/rujukan build

web: $(RUN) ## bundle what the pages run in the browser: server/kg_server/static
	@$(BUNDLE)

test: $(DEV) web ## run the tests (ARGS="-k name" for some of them)
	@sh tests/support/debian.sh chromium-headless-shell chromium-headless-shell
	@$(BUNDLE) run test
	@$(BIN)/python -m pytest -n 3 --dist loadfile -m "not long" $(ARGS)

longtest: $(DEV) web ## run those that attack, kill, fill disks and start other engines
	@$(BIN)/python -m pytest -n 2 --dist loadfile -m long --ignore=tests/hostile $(ARGS)
	@# Alone: it measures how long polite clients wait.
	@$(BIN)/python -m pytest -m long tests/hostile $(ARGS)

check: $(DEV) web ## format, lint, types, architecture
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BUNDLE) run check
	@$(BIN)/python -m pytest -q tests/architecture

bench: $(DEV) web ## run the benchmarks that the README quotes: build/bench/report.txt (ARGS=--quick: a minute)
	@$(BIN)/python -m benchmarks.report $(ARGS)

eval: $(RUN) ## score the suggester against the texts with gold
	@$(BIN)/rujukan eval --records tests/eval/tuning tests/eval/held-out tests/eval/fresh \
		tests/eval/varied tests/eval/newsrooms tests/eval/third tests/eval/fourth tests/eval/fifth tests/eval/sixth tests/eval/seventh tests/eval/eighth
	@if [ -f ../shared/eval/dev/gold.json ]; then $(BIN)/rujukan eval ../shared/eval/dev; \
		else echo "../shared/eval/dev is not beside this checkout: its texts are left out"; fi

install: $(DEV) ## make .venv with everything for development

# Not part of any other target: a lock is renewed on purpose and reviewed.
lock: $(DEV) ## renew requirements/*.txt to the newest versions allowed
	@$(BIN)/uv --version >/dev/null 2>&1 || $(PIP) install uv
	@$(BIN)/uv $(COMPILE) -o requirements/run.txt pyproject.toml requirements/build.in
	@$(BIN)/uv $(COMPILE) -o requirements/node.txt requirements/node.in
	@$(BIN)/uv $(COMPILE) -o requirements/dask.txt -c requirements/run.txt --extra dask pyproject.toml requirements/build.in
	@for rival in morph-kgc linkml; do $(BIN)/uv $(COMPILE) -o benchmarks/rivals/$$rival.txt benchmarks/rivals/$$rival.in; done
	@$(BIN)/uv $(COMPILE) -o requirements/dev.txt -c requirements/dask.txt --extra dask \
		pyproject.toml requirements/build.in requirements/dev.in

# Universal, so that one file serves every platform and Python; no address of an index in the files.
COMPILE := pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header

clean: ## delete all that can be made again (data/texts stays)
	@rm -rf build dist server/kg_server/static server/web/node_modules $(VENV) .hypothesis .mypy_cache .pytest_cache .ruff_cache
	@find src server tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

$(MADE):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Rujukan needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1)." \
			"Name another: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "$(PYTHON) cannot make a virtual environment: its modules venv and ensurepip are missing." \
			"On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@echo "Making $(VENV) ..."
	@$(PYTHON) -m venv --clear $(VENV)
	@touch $@

# Node.js comes as a Python package where the machine has none that is new enough.
WITH_NODE := $(BUNDLE) --ready || $(PIP) install --require-hashes -r requirements/node.txt

$(RUN): $(MADE) requirements/run.txt requirements/node.txt pyproject.toml
	@echo "Installing what serving needs ..."
	@$(PIP) install --require-hashes -r requirements/run.txt
	@$(WITH_NODE)
	@$(PIP) install --no-build-isolation --no-deps -e .
	@touch $@

$(DEV): $(MADE) requirements/run.txt requirements/dev.txt pyproject.toml
	@echo "Installing what development needs ..."
	@$(PIP) install --require-hashes -r requirements/dev.txt
	@$(WITH_NODE)
	@$(PIP) install --no-build-isolation --no-deps -e .
	@touch $(RUN) $@
