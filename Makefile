# `make help` lists what there is. Needs Linux, make, Python 3.11 with venv; nothing else.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

VENV := .venv
BIN := $(VENV)/bin
UV := $(VENV)/uv.stamp
RUNTIME := $(VENV)/runtime.stamp
TOOLS := $(VENV)/tools.stamp
BROWSER := .local/browser/chromium
SCHEMA := .local/shopify/admin_2026-10.json.gz
LEASH := $(if $(shell command -v setpriv),setpriv --pdeathsig TERM --)
CODE := .
TYPED := app jobs sandbox local bench

# An account without a home keeps uv's downloads beside the packages.
ifeq ($(shell test -w "$$HOME" && echo yes),)
export UV_CACHE_DIR := $(CURDIR)/$(VENV)/uv-cache
endif
# Companies add certificates of their own to the system's; a bare machine has no list at all.
ifneq ($(wildcard /etc/ssl/certs/ca-certificates.crt),)
export UV_SYSTEM_CERTS ?= true
endif
export UV_NO_PROGRESS := 1
export UV_LINK_MODE ?= copy
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help setup run test prove bench lint style types tests format lock vendor screenshots

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(RUNTIME) ## Install what the app needs into .venv

run: $(RUNTIME) ## Serve everything on http://127.0.0.1:8000 (another port: PORT=8001 make run)
	@exec $(LEASH) $(BIN)/python -m local

# The type checker has but one process, so the tests may begin beside it.
test: style $(BROWSER) $(SCHEMA) ## Everything: lint, types, import contracts, templates, tests in a real browser
	@$(MAKE) -j 2 types tests

# Two cores are busy with three processes, as tests wait for browsers and for other processes.
tests: $(TOOLS) $(BROWSER) $(SCHEMA)
	CHROMIUM=$(CURDIR)/$(BROWSER) $(BIN)/pytest -n 3 --dist worksteal

prove: $(TOOLS) $(BROWSER) ## The long tests: 200 schedules of faults and kills, 10,000 campaigns, whole histories
	CHROMIUM=$(CURDIR)/$(BROWSER) $(BIN)/pytest -n 2 -m prove

bench: $(TOOLS) ## Measure the sync and the pages (bench/README.md has the figures)
	$(BIN)/python -m bench.sync
	$(BIN)/python -m bench.dashboard
	$(BIN)/python -m bench.platforms
	$(BIN)/python -m bench.cycle
	$(BIN)/python -m bench.creative
	$(BIN)/python -m bench.pdf
	$(BIN)/python -m bench.reports
	$(BIN)/python -m bench.serving
	$(BIN)/python -m bench.report_serving
	$(BIN)/python -m bench.advice
	$(BIN)/python -m bench.alarms

lint: style types ## Only the checks that run nothing: ruff, mypy, import contracts, templates

style: $(TOOLS)
	$(BIN)/ruff check $(CODE)
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/lint-imports
	$(BIN)/djlint --lint --quiet templates

types: $(TOOLS)
	$(BIN)/mypy $(TYPED)

format: $(TOOLS) ## Let ruff lay the code out and mend what it can
	$(BIN)/ruff format $(CODE)
	$(BIN)/ruff check --fix $(CODE)

lock: $(UV) ## Compile requirements*.in into pinned, hashed requirements*.txt (ARGS=--upgrade for newer ones)
	$(BIN)/uv pip compile -q --generate-hashes --python-version 3.11 $(ARGS) requirements.in -o requirements.txt
	$(BIN)/uv pip compile -q --generate-hashes --python-version 3.11 $(ARGS) -c requirements.txt requirements-dev.in -o requirements-dev.txt
	grep -A 999 '^uv==' requirements.txt | awk 'NR == 1 || /--hash/ {print; next} {exit}' > requirements-uv.txt

vendor: $(RUNTIME) ## Fetch the browser's libraries that static/vendor/VERSIONS names
	$(BIN)/python -m local.vendor

screenshots: $(TOOLS) $(BROWSER) ## Make the pictures in docs/ anew
	CHROMIUM=$(CURDIR)/$(BROWSER) $(BIN)/pytest -q -p no:cacheprovider tests/browser/pictures.py

$(UV): requirements-uv.txt
	@python=$$(command -v python3.11 || command -v python3 || true); \
	if ! "$${python:-false}" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))'; then \
		echo "Growzzy OS needs Python 3.11, and there is none on the PATH. On Debian 12: apt install python3 python3-venv" >&2; exit 1; \
	fi; \
	if ! "$$python" -c 'import ensurepip, venv' 2>/dev/null; then \
		echo "Python's venv module is not complete. On Debian 12: apt install python3-venv" >&2; exit 1; \
	fi; \
	test -x $(BIN)/pip || "$$python" -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --require-hashes --no-deps -r requirements-uv.txt
	@touch $@

$(RUNTIME): requirements.txt $(UV)
	@if test -e $(TOOLS) && test -z "$$(find requirements-dev.txt -newer $(TOOLS))"; then :; else \
		echo "Installing the requirements into $(VENV) ..."; \
		$(BIN)/uv pip sync --quiet --require-hashes --compile-bytecode --python $(BIN)/python requirements.txt && \
		rm -f $(TOOLS); \
	fi
	@touch $@

$(TOOLS): requirements-dev.txt $(UV)
	@echo "Installing the requirements and the tools of the tests into $(VENV) ..."
	@$(BIN)/uv pip sync --quiet --require-hashes --python $(BIN)/python requirements-dev.txt
	@touch $(RUNTIME) $@

$(BROWSER): $(TOOLS)
	@$(BIN)/python -m local.browser

$(SCHEMA): local/schema.py | $(TOOLS)
	@$(BIN)/python -m local.schema
