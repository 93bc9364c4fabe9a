# Two commands for a newcomer: `make demo` and `make test`. `make help` lists the rest.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SHARED ?= ../shared
PYTEST := $(BIN)/python -m pytest
# The data under ../shared is used when it is there; without it those tests are skipped, with a word.
SHARED_OPTION := $(if $(wildcard $(SHARED)/design.md),--shared=$(SHARED),)

.DEFAULT_GOAL := help
.PHONY: help demo test check update bench fuzz try-fixes serve clean format environment

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

# Environments: one for running, completed for developing; made again when pyproject.toml changes.
$(VENV)/.ready: pyproject.toml
	@echo "== creating the Python environment in $(VENV) (about half a minute, once) =="
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { echo "Python 3.10 or newer is needed; name one with: make PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "Python's venv module is needed (on Debian: apt-get install python3-venv)" >&2; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.ready-for-development: $(VENV)/.ready
	@echo "== installing the tools for tests and checks =="
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --group test --group check
	@touch $@

environment: $(VENV)/.ready-for-development ## Create the Python environment for development

demo: $(VENV)/.ready ## Check examples/: nets, solvers and a log with faults in them
	@echo "== caffe-ls check examples/  (what is wrong with them: examples/README.md) =="
	@$(BIN)/caffe-ls check --fail-on never examples/
	@echo; echo "== caffe-ls shapes examples/flowers_train_val.prototxt --phase TRAIN =="
	@$(BIN)/caffe-ls shapes examples/flowers_train_val.prototxt --phase TRAIN
	@echo "== caffe-ls diagnose examples/train.log =="
	@$(BIN)/caffe-ls diagnose examples/train.log || test $$? -eq 1  # 1: the run went wrong
	@echo "Next: caffe-ls explain weights-stay-zero, make editor (VS Code in a browser), make test"

test: $(VENV)/.ready-for-development ## Run the tests (not those in real editors: make e2e)
	@echo "== tests$(if $(SHARED_OPTION), with the data under $(SHARED),; the data under $(SHARED) is not there: what needs it is skipped) =="
	@$(PYTEST) $(SHARED_OPTION) --ignore=tests/e2e -n 2 $(ARGS)

check: $(VENV)/.ready-for-development ## Formatter, linter, types, layers
	@echo "== formatting =="; $(BIN)/ruff format --check server tests tools benchmarks
	@echo "== linting =="; $(BIN)/ruff check server tests tools benchmarks
	@echo "== types =="; $(BIN)/mypy
	@echo "== layers =="; PYTHONPATH=server $(BIN)/lint-imports
	@echo "== generated files =="; $(BIN)/python -m tools.generate --check

format: $(VENV)/.ready-for-development ## Rewrite the Python code in the project's format
	@$(BIN)/ruff format server tests tools benchmarks
	@$(BIN)/ruff check --fix server tests tools benchmarks

update: $(VENV)/.ready-for-development ## Refresh the generated files; review the diff
	@$(BIN)/python -m tools.generate $(SHARED_OPTION)
	@git --no-pager diff --stat

bench: $(VENV)/.ready-for-development ## Measure the budgets, each as a ratio in one run
	@$(BIN)/python -m benchmarks $(SHARED_OPTION)

fuzz: $(VENV)/.ready-for-development ## Compare the parser with protobuf's without end (MINUTES=10)
	@$(BIN)/python -m tests.syntax.fuzz $(SHARED_OPTION) --minutes $(or $(MINUTES),10)

try-fixes: $(VENV)/.ready-for-development ## Try every fix of every rule over the data under ../shared (minutes)
	@$(BIN)/python -m tests.rules.fix_trials --shared $(SHARED)

clean: ## Remove what the other targets made
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

-include client-vscode/client.mk
