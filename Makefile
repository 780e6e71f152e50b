# make run | test | test-faults | install | serve | bench | conformance | messages | requirements; what each does is in README.md.

HOST ?= 127.0.0.1
PORT ?= 8000
PYTHON ?= python3
export HOST PORT

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: run serve install test test-faults test-tools lint bench screenshots conformance messages requirements clean

run: install
	$(BIN)/python manage.py migrate --verbosity 0
	$(BIN)/python manage.py demo
	@echo "MediSync serves on http://$(HOST):$(PORT)/ until you press Ctrl+C."
	@exec $(BIN)/gunicorn --config deploy/gunicorn.conf.py medisync.wsgi

serve: install
	$(BIN)/python manage.py migrate --verbosity 0
	@echo "MediSync serves on http://$(HOST):$(PORT)/"
	@exec $(BIN)/gunicorn --config deploy/gunicorn.conf.py medisync.wsgi

install: $(VENV)/.installed

$(VENV)/.installed: requirements.txt
	$(PYTHON) -c 'import sys; sys.exit("MediSync needs Python 3.11 or newer." if sys.version_info < (3, 11) else 0)'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) install --require-hashes -r requirements.txt
	@touch $@

# What tests need beyond the product: Python packages, and Debian's servers,
# browser and speech (tests/debian-packages.txt).
test-tools: install $(VENV)/.test-tools

$(VENV)/.test-tools: tests/requirements.txt tests/debian-packages.txt
	$(PIP) install --require-hashes -r tests/requirements.txt
	sh tests/install-debian-packages.sh
	@touch $@

lint: test-tools
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy .
	$(BIN)/lint-imports
	$(BIN)/python manage.py makemigrations --check --dry-run --verbosity 0

# More processes than two cores, since many tests wait: for a browser, a server, a
# disk. The tests of a file stay together, and share the server they start.
TEST_PROCESSES ?= 3
PYTEST = $(BIN)/pytest -n $(TEST_PROCESSES) --dist loadfile

test: lint
	$(PYTEST)
	$(BIN)/python -m tests.with_postgresql $(PYTEST) -m "not once"

# Hundreds of SIGKILLs; `make test` has a dozen rounds of nine calls each. Half an hour.
test-faults: test-tools
	FAULT_ROUNDS=300 $(BIN)/pytest tests/faults

bench: test-tools
	$(BIN)/python -m benchmarks

screenshots: test-tools
	$(BIN)/python -m tests.screenshots

# Which test holds which documented operation: docs/conformance.md, from the tests' marks.
conformance: test-tools
	$(BIN)/python -m tests.conformance

# The lock files anew, from pyproject.toml, by uv in a throw-away environment. What is
# locked stays so while it fits; UPGRADE=--upgrade takes the newest that fit.
UPGRADE ?=
COMPILE = $$tools/bin/uv pip compile --quiet --universal --python-version 3.11 \
	--generate-hashes --no-header --no-annotate --no-emit-index-url $(UPGRADE)

requirements:
	tools=$$(mktemp -d) && trap 'rm -rf "$$tools"' EXIT && \
	$(PYTHON) -m venv "$$tools" && \
	"$$tools/bin/pip" install --disable-pip-version-check --quiet uv && \
	$(COMPILE) pyproject.toml -o requirements.txt && \
	$(COMPILE) --group test -c requirements.txt -o tests/requirements.txt

# What the pages say, in German: finds what is marked for translation, and compiles.
messages: test-tools
	$(BIN)/python manage.py makemessages --locale de --no-location --no-wrap \
		--no-obsolete --ignore tests --ignore benchmarks
	msgfmt --check-format --output-file medisync/locale/de/LC_MESSAGES/django.mo \
		medisync/locale/de/LC_MESSAGES/django.po

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
