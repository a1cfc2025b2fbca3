# Everything a person does with this checkout. It needs Python 3.11 or newer, and make.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
# Tests mostly wait, for a local Slack; kills and faults keep the cores busy.
JOBS ?= 6
TORTURE_JOBS ?= 4
# Without compiled modules each of many processes compiles all of them for itself.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help venv demo demo-reset test torture again check bench screenshots pin

help: ## List what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1|/' | while IFS='|' read -r name what; do printf '  make %-12s %s\n' "$$name" "$$what"; done

venv: $(READY) ## Make .venv, with all that is needed and the command `sevbot`

$(READY): requirements-dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Sevbot needs Python 3.11 or newer; set PYTHON=python3.11 or the like")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	$(BIN)/python -m compileall -q bot migrations
	@touch $(READY)

demo: venv ## Start a local Slack and the bot; then open the address it prints
	@$(BIN)/sevbot demo

demo-reset: venv ## Forget what happened in the demo
	@rm -rf var/demo && echo "The demo starts anew next time."

test: venv ## Run the tests, on SQLite and PostgreSQL
	$(BIN)/python -m pytest -n $(JOBS) --maxschedchunk 1 -m "not torture and not bench"

torture: venv ## Run every kill, fault and soak there is
	$(BIN)/python -m pytest -n $(TORTURE_JOBS) --dist worksteal -m torture

again: venv ## Run alone, one by one, what failed in the last run
	$(BIN)/python -m pytest -n 0 --last-failed --last-failed-no-failures none

check: venv ## Check formatting, style, types and who imports whom
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: venv ## Measure speed, as ratios within one run
	$(BIN)/python -m pytest -n 0 -s -m bench tests/bench

screenshots: venv ## Take the README's pictures anew (needs chromium)
	$(BIN)/python -m tests.browser.screenshots

pin: venv ## Pin all dependencies anew, with hashes (needs uv)
	uv pip compile --quiet --universal --generate-hashes --python-version 3.11 pyproject.toml -o requirements.txt
	uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --extra dev pyproject.toml -o requirements-dev.txt
