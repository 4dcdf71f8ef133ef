# Everything a newcomer needs: `make demo`, `make test`, `make check`.
# Needs make and Python 3.11 or later with venv; all else comes into .venv and node_modules.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c

PYTHON ?= python3
WORKERS ?= 2
ARGS ?=
PYTEST_ARGS ?=

BIN := .venv/bin
STAMPS := .venv/stamps
LOCK := requirements.lock
MANIFEST := fieldservice/web/static/dist/manifest.json
CLIENT := $(shell find fieldservice/web/client -type f)
PLANNER := $(shell find fieldservice/scheduling -name '*.py')
TEXTS := $(wildcard fieldservice/translations/*/LC_MESSAGES/*.po)

PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
NPM := PATH="$(CURDIR)/$(BIN):$$PATH" npm

# One line that moves on instead of pip's hundreds.
define PROGRESS
{ n=0; while read -r word name _; do case "$$word $$name" in \
	Collecting*) n=$$((n + 1)); printf '\r\033[K  package %d: %s' $$n "$${name%%[<>=~!]*}";; \
	"Installing collected") printf '\r\033[K  unpacking %d packages' $$n;; \
	esac; done; [ $$n -eq 0 ] || echo; }
endef

.PHONY: demo test check soak bench install bundle translations lock clean
.DEFAULT_GOAL := demo

# --- what to call ---------------------------------------------------------------------------

demo: install ## the demo company and its server; ARGS=--no-serve stops before serving
	@exec $(BIN)/fieldservice demo $(ARGS)

test: install $(STAMPS)/test ## every test this machine can run; what is skipped is said
	$(BIN)/pytest -n $(WORKERS) $(PYTEST_ARGS)

check: install $(STAMPS)/check ## style, types, imports, house rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest -q tests/test_house_rules.py
	$(NPM) run --silent check

soak: install $(STAMPS)/test ## the trials with their full counts; takes long
	$(BIN)/pytest -m soak $(PYTEST_ARGS)

bench: install $(STAMPS)/bench ## every figure of docs/performance.md; minutes, on a machine that does nothing else
	@$(BIN)/python -m benchmarks

install: $(STAMPS)/install $(MANIFEST) $(STAMPS)/translations $(STAMPS)/kernels ## all it needs, nothing started

bundle: $(MANIFEST) ## styles and scripts of the pages

translations: $(STAMPS)/install ## gather the words of the pages and merge them into each language
	$(BIN)/pybabel -q extract -F babel.cfg --sort-by-file --no-location --project=fieldservice \
		-o .venv/messages.pot .
	for language in es ca hu; do \
		if [ -f fieldservice/translations/$$language/LC_MESSAGES/messages.po ]; \
		then deed="update --no-fuzzy-matching --ignore-obsolete"; else deed=init; fi; \
		$(BIN)/pybabel -q $$deed -i .venv/messages.pot -d fieldservice/translations -l $$language; \
	done

lock: ## find the newest versions setup.cfg allows and keep them as the tested ones
	rm -rf .venv/newest && $(PYTHON) -m venv .venv/newest
	.venv/newest/bin/pip install --disable-pip-version-check -e '.[postgres,frontend,test,check,bench]' \
		| $(PROGRESS)
	.venv/newest/bin/pip freeze --exclude-editable > $(LOCK)
	rm -rf .venv/newest

clean: ## forget what was installed and built; the database under var/ stays
	rm -rf .venv node_modules fieldservice/web/static/dist *.egg-info

# --- what those stand on --------------------------------------------------------------------

$(STAMPS)/venv:
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || { rm -rf .venv; \
		echo "No virtual environment could be made: apt-get install python3-venv"; exit 1; }
	@$(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Python 3.11 or later is needed: rm -rf .venv, then PYTHON=python3.12 make"; exit 1; }
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/install: setup.cfg pyproject.toml $(LOCK) | $(STAMPS)/venv
	@echo "Installing Python packages"
	@$(PIP) install -c $(LOCK) -e '.[postgres,frontend]' | $(PROGRESS)
	@touch $@

$(STAMPS)/test: $(STAMPS)/install
	@echo "Installing what the tests need"
	@$(PIP) install -c $(LOCK) -e '.[postgres,frontend,test]' | $(PROGRESS)
	@touch $@

$(STAMPS)/check: $(STAMPS)/test
	@echo "Installing what the checks need"
	@$(PIP) install -c $(LOCK) -e '.[postgres,frontend,test,check]' | $(PROGRESS)
	@touch $@

$(STAMPS)/bench: $(STAMPS)/install
	@echo "Installing other planners to compare with"
	@$(PIP) install -c $(LOCK) -e '.[postgres,frontend,bench]' | $(PROGRESS)
	@touch $@

node_modules/.stamp: package.json package-lock.json | $(STAMPS)/install
	@echo "Installing front-end packages"
	@$(NPM) ci --no-audit --no-fund --loglevel=error > /dev/null
	@touch $@

$(MANIFEST): $(CLIENT) node_modules/.stamp
	@echo "Building styles and scripts"
	@$(NPM) run --silent build > /dev/null
	@touch $@

$(STAMPS)/kernels: $(PLANNER) | $(STAMPS)/install
	@echo "Compiling the planner, once: one to four minutes"
	@$(BIN)/python -m fieldservice.scheduling.search.warm
	@touch $@

$(STAMPS)/translations: $(TEXTS) | $(STAMPS)/install
	@[ -z "$(TEXTS)" ] || $(BIN)/pybabel -q compile -d fieldservice/translations
	@touch $@
