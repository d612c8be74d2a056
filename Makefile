# One file, two commands on a fresh machine: `make run` and `make test`.
# Needs make and Python 3.11 or newer; everything else is pinned in the lock files.

.POSIX:

VENV = .venv
BIN = $(VENV)/bin
BENCH_VENV = .venv-bench
RUN_STAMP = $(VENV)/run.stamp
TEST_STAMP = $(VENV)/test.stamp
BENCH_STAMP = $(BENCH_VENV)/bench.stamp
PIP_INSTALL = -m pip --disable-pip-version-check install --quiet --require-hashes
LOCK = uv pip compile --quiet --no-emit-index-url --no-header --generate-hashes --universal --python-version 3.11

help: ## show this list
	@grep -E '^[a-z]+:.*##' Makefile | sed -E 's/:[^#]*## */ /' | \
	  while read -r name text; do printf '  make %-8s %s\n' "$$name" "$$text"; done

run: $(RUN_STAMP) ## start everything on this machine; PORT=8000, the sandbox listens one above
	@exec $(BIN)/python -m bot up

test: $(TEST_STAMP) ## everything: format, lint, types, imports, content, all tests with coverage
	@.ci/packages
	@.ci/step "format" $(BIN)/ruff format --check .
	@.ci/step "lint" $(BIN)/ruff check .
	@.ci/step "types" $(BIN)/mypy
	@.ci/step "imports" $(BIN)/lint-imports
	@.ci/step "content" $(BIN)/python -m bot check --strict
	@.ci/step "learning" $(BIN)/python -m bot train
	@$(BIN)/coverage erase
	@.ci/step "tests" $(BIN)/coverage run -m pytest -m "not bench"
	@$(BIN)/coverage combine --quiet
	@.ci/step "coverage" $(BIN)/coverage report --fail-under=90

fast: $(TEST_STAMP) ## the unit tests only, under a minute once the router has learned
	@$(BIN)/python -m bot train
	@$(BIN)/python -m pytest -q tests/unit

setup: $(TEST_STAMP) ## prepare .venv for work on the code, start nothing

format: $(TEST_STAMP) ## rewrite the code in the house format, mend what can be mended
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

lint: $(TEST_STAMP) ## format check and ruff
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .

types: $(TEST_STAMP) ## mypy, strict
	@$(BIN)/mypy

imports: $(TEST_STAMP) ## who may import whom
	@$(BIN)/lint-imports

check: $(RUN_STAMP) ## validate content packs and phrases; stale facts fail
	@$(BIN)/python -m bot check --strict

bench: $(RUN_STAMP) $(BENCH_STAMP) ## measure the webhook beside other frameworks (tests/bench)
	@if [ ! -f tests/bench/__main__.py ]; then echo "there is no benchmark in tests/bench"; exit 1; fi
	@$(BIN)/python -m tests.bench

interop: $(TEST_STAMP) ## our wire against software written by others (tests/interop); needs node and npm
	@$(BIN)/python -m pytest -m interop tests/interop

lock: ## compile both lock files anew from pyproject.toml; needs uv
	@command -v uv >/dev/null || { echo "make lock needs uv on PATH: pip install uv"; exit 1; }
	$(LOCK) pyproject.toml -o requirements.lock
	$(LOCK) --extra test -c requirements.lock pyproject.toml -o requirements-test.lock

clean: ## remove environments and caches; var/ with its data stays
	rm -rf $(VENV) $(BENCH_VENV) dist htmlcov .coverage .coverage.* .pytest_cache .mypy_cache \
	  .ruff_cache .import_linter_cache .hypothesis
	find bot intents tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/bin/python:
	@.ci/python $(VENV)

$(BENCH_VENV)/bin/python:
	@.ci/python $(BENCH_VENV)

$(RUN_STAMP): requirements.lock $(VENV)/bin/python
	@echo "installing what the service needs into $(VENV)"
	@$(BIN)/python $(PIP_INSTALL) -r requirements.lock
	@touch $@

$(TEST_STAMP): requirements-test.lock $(RUN_STAMP)
	@echo "installing what the tests need into $(VENV)"
	@$(BIN)/python $(PIP_INSTALL) -r requirements-test.lock
	@touch $@

$(BENCH_STAMP): requirements.lock $(BENCH_VENV)/bin/python
	@$(BENCH_VENV)/bin/python $(PIP_INSTALL) -r requirements.lock
	@$(BENCH_VENV)/bin/python -m pip --disable-pip-version-check install --quiet WeRoBot==1.13.1
	@touch $@

.PHONY: help run test fast setup format lint types imports check bench interop lock clean
