# make app: set up what is missing, then start the dashboard.   make test: set up, then run every check.
PYTHON ?= python3
BIN := .venv/bin
# Installs what pip would, in a tenth of its time. Where it is not on the path, pip brings it into .venv.
UV ?= $(or $(shell command -v uv),$(BIN)/uv)
# The build of torch: `cpu`, without the 4 GB for NVIDIA GPUs; `pypi`, with them where PyPI has them; or what fits here.
TORCH ?= auto
CPU_INDEX ?= https://download.pytorch.org/whl/cpu
export CPU_INDEX
APP_READY := .venv/.app-ready
DEV_READY := .venv/.dev-ready
PORT ?= 8501
JOBS ?= 2

# What `make test` consists of, in this order; CI takes the list from here.
CHECKS := lint test-javascript test-core test-browser

.PHONY: app setup test checks $(CHECKS) format bench browser hooks lock clean

app: $(APP_READY)
	$(BIN)/python -m streamlit run app.py --server.port $(PORT)

setup: $(APP_READY) $(DEV_READY)

test: $(CHECKS)

checks:
	@echo $(CHECKS)

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# As many processes as cores: threads of each on all cores would wait for one another, busily.
test-core test-browser: export OMP_NUM_THREADS := 1
test-core test-browser: export OPENBLAS_NUM_THREADS := 1

# Everything but the browser. A file's tests stay together: they share what they made ready.
test-core: setup
	$(BIN)/python -m pytest --ignore tests/browser -n $(JOBS) --dist loadfile

# Each process has a server and a Chromium of its own; pages wait for most of the time, so that two cores bear two.
# What failed has two more tries, on a machine whose cores others use; the summary names each that needed it.
test-browser: setup browser
	$(BIN)/python -m pytest tests/browser -n $(JOBS) --dist loadfile --reruns 2 -r fEsxXR

# What is lost when app, dispatcher, node or head of a real Ray cluster die: nothing. For who has Ray and Linux.
.PHONY: cluster
cluster: setup
	$(BIN)/python -m pip install --quiet -c constraints.txt -r requirements-cluster.txt
	$(BIN)/python -m pytest tests/cluster
	$(BIN)/python -m tests.cluster.kill_matrix

format: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# make bench QUICK=--quick is the smoke run.
bench: setup
	$(BIN)/python -m benchmarks $(QUICK)

# The browser tests drive a real Chromium: the system's if there is one, else Playwright's own.
browser: setup
	@$(BIN)/python -m tests.browser.chromium || $(BIN)/python -m playwright install chromium

# Those in README.md, of the pages as they are now.
.PHONY: pictures
pictures: setup browser
	$(BIN)/python -m docs.take_pictures

# From now on each commit is checked by what .pre-commit-config.yaml names.
hooks: setup
	$(BIN)/pre-commit install

# Take the newest releases that the ranges allow into .venv and pin them. `make test` then says whether they will do.
lock: setup
	$(BIN)/python -m pip install --quiet --upgrade --upgrade-strategy eager -r requirements.txt -r requirements-dev.txt
	@grep '^#' constraints.txt > constraints.new
	@$(BIN)/python -m pip freeze --local | grep -vE '^(nvidia|cuda|triton)| @ |^-e ' | sed 's/+.*//' >> constraints.new
	@mv constraints.new constraints.txt
	git --no-pager diff --stat constraints.txt

clean:
	rm -rf .venv node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis

# By uv if it is there and succeeds, else by pip, which then says what is wrong. Options of uv's, options of pip's.
define install
	{ $(UV) pip install --quiet --python $(BIN)/python -c constraints.txt -r $< $(1) || \
		$(BIN)/python -m pip install --quiet -c constraints.txt -r $< $(2); }
endef

.venv/bin/python:
	$(PYTHON) -c "import sys; sys.exit('CIFAR Lab needs Python 3.11 or newer; set PYTHON=...' if sys.version_info < (3, 11) else 0)"
	$(PYTHON) -m venv .venv
	$(UV) --version >/dev/null 2>&1 || $(BIN)/python -m pip install --quiet -c constraints.txt uv || $(BIN)/python -m pip install --quiet --upgrade pip

$(APP_READY): requirements.txt constraints.txt | .venv/bin/python
	build=$$($(BIN)/python .ci/torch_build.py $(TORCH)) && case $$build in \
	cpu) $(call install,--torch-backend cpu,--extra-index-url $(CPU_INDEX)) ;; \
	*) $(call install) ;; esac
	touch $@

$(DEV_READY): requirements-dev.txt constraints.txt $(APP_READY)
	$(install)
	touch $@

# The dashboard's JavaScript: node comes with the Python packages, its linter and type checker by package-lock.json.
NPM := PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/npm
NPM_READY := node_modules/.ready

.PHONY: lint-javascript format-javascript

lint: lint-javascript
format: format-javascript

lint-javascript: $(NPM_READY)
	$(NPM) run --silent lint

format-javascript: $(NPM_READY)
	$(NPM) run --silent format

test-browser: $(NPM_READY)  # axe-core looks at the pages

test-javascript: $(NPM_READY)
	$(NPM) run --silent test

$(NPM_READY): package.json package-lock.json $(DEV_READY)
	$(NPM) ci --silent
	touch $@
