# make app: set up what is missing, then start the dashboard.   make test: set up, then run every check.
PYTHON ?= python3
BIN := .venv/bin
APP_READY := .venv/.app-ready
DEV_READY := .venv/.dev-ready
PORT ?= 8501

.PHONY: setup app test lint format bench browser clean

app: $(APP_READY)
	$(BIN)/python -m streamlit run app.py --server.port $(PORT)

setup: $(APP_READY) $(DEV_READY)

test: setup browser lint
	$(BIN)/python -m pytest

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# make bench QUICK=--quick is the smoke run.
bench: setup
	$(BIN)/python -m benchmarks $(QUICK)

# The browser tests drive a real Chromium: the system's if there is one, else Playwright's own.
browser: setup
	@$(BIN)/python -m tests.browser.chromium || $(BIN)/python -m playwright install chromium

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis

.venv/bin/python:
	$(PYTHON) -c "import sys; sys.exit('CIFAR Lab needs Python 3.11 or newer; set PYTHON=...' if sys.version_info < (3, 11) else 0)"
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip

$(APP_READY): requirements.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet -r requirements.txt
	touch $@

$(DEV_READY): requirements-dev.txt $(APP_READY)
	$(BIN)/python -m pip install --quiet -r requirements-dev.txt
	touch $@

# The dashboard's JavaScript: node comes with the Python packages, its linter and type checker by package-lock.json.
NPM := PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/npm
NPM_READY := node_modules/.ready

.PHONY: lint-javascript format-javascript test-javascript

lint: lint-javascript
format: format-javascript
test: test-javascript

lint-javascript: $(NPM_READY)
	$(NPM) run --silent lint

format-javascript: $(NPM_READY)
	$(NPM) run --silent format

test-javascript: $(NPM_READY)
	$(NPM) run --silent test

$(NPM_READY): package.json package-lock.json $(DEV_READY)
	$(NPM) ci --silent
	touch $@
