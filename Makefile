# `make run` and `make test` are all a newcomer needs; the rest is for those who change the code.
PYTHON ?= $(shell for p in python3.14 python3.13 python3.12 python3.11 python3 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
UV := $(or $(shell command -v uv 2>/dev/null),$(BIN)/uv)
# Compiled once: what smoke runs start may write no bytecode, and would compile all that it imports at each start.
INSTALL := $(UV) pip install --quiet --compile-bytecode --python $(BIN)/python
TESTS = $(BIN)/python -m pytest -n auto --dist loadgroup $(PYTEST)

.PHONY: run test test-postgresql check lint format lock dist peers clean sbom audit
.DELETE_ON_ERROR:
MAKEFLAGS += --jobs=2

run: $(VENV)/run.stamp $(VENV)/proton.stamp
	@exec $(BIN)/python -m migration_tracker.supervisor --end-with-parent

test: $(VENV)/dev.stamp $(VENV)/proton.stamp
	$(TESTS)

# Those that use the database, the queue or a whole tracker, on PostgreSQL and Redis; the others would only be repeated.
test-postgresql: $(VENV)/dev.stamp $(VENV)/proton.stamp
	$(BIN)/python -m tests.stack $(TESTS) -m "stored and not long"

check: lint $(VENV)/proton.stamp
	$(TESTS)

lint: $(VENV)/dev.stamp
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/djlint --check --lint templates
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache --no-logo
	$(BIN)/migration-tracker lint
	$(BIN)/migration-tracker report --check docs/plan.md
	$(BIN)/python manage.py makemigrations --check --dry-run

format: $(VENV)/dev.stamp
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/djlint --quiet --reformat templates

# The wheel and the source archive of the version in migration_tracker/__init__.py, into dist/.
dist: $(VENV)/run.stamp
	rm -rf dist
	$(UV) build --quiet --no-build-isolation --python $(BIN)/python --out-dir dist
	@ls -l dist

lock: $(UV)
	UV=$(UV) requirements/compile

# What a release is made of, as CycloneDX, and what is known against it: that one asks an advisory service, and fails
# where it is told nothing of a pin. What can be looked at without one, `make check` does (docs/adr/0046).
sbom: $(VENV)/audit.stamp
	@mkdir -p var
	$(VENV)/audit/bin/cyclonedx-py requirements requirements/run.txt --pyproject pyproject.toml --output-reproducible \
		--output-format JSON --output-file var/sbom.json
	@echo "var/sbom.json"

audit: $(VENV)/audit.stamp
	$(VENV)/audit/bin/pip-audit --strict --require-hashes --disable-pip --requirement requirements/run.txt

# What benchmarks compare the scanner with; nothing else needs it.
peers: $(VENV)/peers.stamp

clean:
	rm -rf $(VENV) var dist .mypy_cache .pytest_cache .ruff_cache .hypothesis

$(VENV)/pyvenv.cfg:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or later is needed, and none was found on the PATH. Name one: make PYTHON=/path/to/python3" >&2; exit 2; }
	@echo "Making $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv $(VENV)

$(BIN)/uv: | $(VENV)/pyvenv.cfg
	@$(BIN)/pip install --quiet --disable-pip-version-check uv

# qpid-proton is compiled (a C compiler, the headers of OpenSSL and Python, some 20 s), so it goes on beside the
# downloads, in a folder of its own because uv lets one process at a time into an environment; the environment then
# takes the wheel from uv's cache. Where it cannot be built, everything but the Event Hubs stand-in runs without.
$(VENV)/proton.stamp: requirements/proton.txt | $(VENV)/pyvenv.cfg $(UV)
	@echo "Compiling qpid-proton for the Event Hubs stand-in"
	@{ $(INSTALL) --target $(VENV)/proton --require-hashes -r $< && $(INSTALL) --require-hashes -r $<; } >$(VENV)/proton.log 2>&1 || { \
		echo "The Event Hubs stand-in will be missing: qpid-proton could not be built (why: $(VENV)/proton.log)." >&2; \
		echo "Install a C compiler and the headers of OpenSSL and Python, then: rm $@" >&2; }
	@rm -rf $(VENV)/proton
	@touch $@

$(VENV)/run.stamp: requirements/run.txt pyproject.toml | $(VENV)/pyvenv.cfg $(UV)
	@echo "Installing what $< pins"
	@$(INSTALL) --require-hashes -r $<
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/dev.stamp: requirements/dev.txt $(VENV)/run.stamp
	@echo "Installing what $< pins"
	@$(INSTALL) --require-hashes -r $<
	@touch $@

$(VENV)/audit.stamp: requirements/audit.txt | $(VENV)/pyvenv.cfg $(UV)
	@echo "Installing what $< pins into $(VENV)/audit"
	@$(BIN)/python -m venv --without-pip $(VENV)/audit
	@$(UV) pip install --quiet --python $(VENV)/audit/bin/python --require-hashes -r $<
	@touch $@

$(VENV)/peers.stamp: requirements/peers-scanning.txt | $(VENV)/pyvenv.cfg $(UV)
	@echo "Installing what $< pins into $(VENV)/peers"
	@$(BIN)/python -m venv $(VENV)/peers
	@$(UV) pip install --quiet --python $(VENV)/peers/bin/python --require-hashes -r $<
	@touch $@
