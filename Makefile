# The two commands of the README are `make run` and `make test`; everything else stands below them.
#   make run [PORT=8480] [ONCE=1]   a node on loopback that does the main job in front of you, then keeps serving
#   make test                       everything that gates a landing

PYTHON ?= python3
PORT ?= 8480
ONCE ?=
SECONDS ?= 600
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test check fix bench fuzz crash mutants docs lock clean help

help:
	@sed -n '2,4s/^# *//p' Makefile

$(VENV)/.base: requirements/base.lock pyproject.toml scripts/environment
	@scripts/environment base "$(PYTHON)" "$(VENV)"

$(VENV)/.dev: requirements/dev.lock pyproject.toml scripts/environment
	@scripts/environment dev "$(PYTHON)" "$(VENV)"

# Everything that the demonstration makes lies in one folder while it runs; another port has another folder.
run: $(VENV)/.base
	@$(BIN)/frankmark up --demo --walk $(if $(ONCE),--once) --listen "127.0.0.1:$(PORT)" \
		--data "demo-data$(if $(filter-out 8480,$(PORT)),-$(PORT))"

test: $(VENV)/.dev
	@scripts/system-deps
	@$(BIN)/python scripts/suite.py

check: $(VENV)/.dev
	@$(BIN)/python scripts/suite.py --static

fix: $(VENV)/.dev
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format --quiet .

bench: $(VENV)/.dev
	@$(BIN)/python bench/run.py

fuzz: $(VENV)/.dev
	@$(BIN)/python fuzz/run.py --seconds $(SECONDS)

crash: $(VENV)/.dev
	@FRANKMARK_CRASH_KILLS=1000 $(BIN)/python -m pytest -q tests/ledger_crash

mutants: $(VENV)/.dev
	@$(BIN)/python scripts/mutants.py

docs: $(VENV)/.dev
	@$(BIN)/python scripts/render_docs.py
	@$(BIN)/python scripts/render_manual.py
	@$(BIN)/python scripts/page_modules.py
	@$(BIN)/python scripts/verify_page.py

lock: $(VENV)/.dev
	@PATH="$(abspath $(BIN)):$$PATH" scripts/lock

clean:
	@rm -rf $(VENV) build dist .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage .coverage.*
