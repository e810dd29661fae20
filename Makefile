PYTHON ?= python3
PORT ?= 8000

# Programs are started as `python -m` wherever possible, so a moved checkout keeps working.
VENV := .venv
BIN := $(VENV)/bin
PY := $(BIN)/python

# A stamp carries the checksum of what was installed: pip runs again only when a list has changed.
SUM = $(firstword $(shell cat $(1) | cksum))
INSTALLED := $(VENV)/.installed-$(call SUM,requirements.txt)
INSTALLED_DEV := $(VENV)/.installed-dev-$(call SUM,requirements.txt requirements-dev.txt)

# When the system's Python was replaced, the virtual environment is dead and its stamps mean nothing.
$(shell test -x $(PY) || rm -f $(VENV)/.installed-*)

PACKAGES := portal news comments tests
MODULES := manage.py $(shell find $(PACKAGES) -name '*.py')
TEMPLATES := $(shell find templates $(PACKAGES) -name '*.html' 2>/dev/null)

.DEFAULT_GOAL := help
.PHONY: help run test check-api check-bucket bench bench-data bench-photos bench-soak bench-desk bench-comments bench-search bench-phone bench-profile check check-style check-types check-templates check-django format clean

help:
	@echo 'make run [PORT=8000]   set up what is missing, then serve the site on this machine'
	@echo 'make test              all tests: SQLite, PostgreSQL, browser'
	@echo 'make bench             what readers cost, beside the least that can be: writes docs/performance.md (half an hour)'
	@echo 'make bench-photos      what taking in photographs costs: memory and time on this machine'
	@echo 'make bench-soak        half an hour of readers, comments and publishing at once: no error, exact counts, flat memory'
	@echo 'make bench-data        fills the data sets of the others, which are kept (an hour, once)'
	@echo 'make bench-desk        what the desk costs with 100,000 stories, on SQLite and PostgreSQL'
	@echo 'make bench-comments    what the desk costs with a million comments beside 500, on SQLite and PostgreSQL'
	@echo 'make bench-search      what searching costs with 100,000 stories, on SQLite and PostgreSQL'
	@echo 'make bench-profile     where the time of a page and of a comment goes'
	@echo 'make bench-phone       the first visit on a phone: Lighthouse on the demo, served as in production (five minutes)'
	@echo 'make check             style, types, layers, templates, Django (-k: do not stop at the first)'
	@echo 'make check-api         asks the API of a demo whatever its description allows, and more'
	@echo 'make check-bucket      media in an S3-compatible bucket, against moto and nginx'
	@echo 'make format            rewrite code and templates in the style that check asks for'
	@echo 'make clean             remove what make installed and cached; never data'
	@echo
	@echo 'One test: $(PY) -m pytest -k words_of_its_name'

run: $(INSTALLED)
	@$(PY) manage.py start --port $(PORT)

test: $(INSTALLED_DEV)
	@$(PY) -m tests.tools.run_all

check-api: $(INSTALLED_DEV)
	@$(PY) -m tests.tools.check_api

check-bucket: $(INSTALLED_DEV)
	@$(PY) -m tests.tools.check_bucket

bench-data: $(INSTALLED_DEV)
	@$(PY) -m tests.bench.datasets

bench-desk: $(INSTALLED_DEV)
	@$(PY) -m tests.bench.datasets --stories 100000 --database sqlite --copy -- $(PY) -m tests.bench.desk
	@$(PY) -m tests.bench.datasets --stories 100000 --database postgresql --copy -- $(PY) -m tests.bench.desk

bench-comments: $(INSTALLED_DEV)
	@$(PY) -m tests.bench.comments
	@$(PY) -m tests.tools.private_postgres -- $(PY) -m tests.bench.comments

bench-search: $(INSTALLED_DEV)
	@$(PY) -m tests.bench.datasets --stories 100000 --database sqlite --copy -- $(PY) -m tests.bench.search
	@$(PY) -m tests.bench.datasets --stories 100000 --database postgresql --copy -- $(PY) -m tests.bench.search

bench-profile: $(INSTALLED_DEV)
	@$(PY) -m tests.bench.datasets --stories 1000 --database sqlite -- $(PY) -m tests.bench.profiles
	@$(PY) -m tests.bench.datasets --stories 1000 --database postgresql -- $(PY) -m tests.bench.profiles

bench-phone: $(INSTALLED_DEV)
	@$(PY) -m tests.bench.phone

bench: $(INSTALLED_DEV)
	@$(PY) -m tests.bench.load

bench-soak: $(INSTALLED_DEV)
	@$(PY) -m tests.bench.soak

bench-photos: $(INSTALLED_DEV)
	@$(PY) -m tests.bench.pictures

check: check-style check-types check-templates check-django

check-style: $(INSTALLED_DEV)
	$(PY) -m ruff check
	$(PY) -m ruff format --check
	$(PY) $(BIN)/lint-imports --no-logo
	@$(PY) -m django_upgrade --target-version 5.2 --check $(MODULES)

check-types: $(INSTALLED_DEV)
	$(PY) -m mypy

check-templates: $(INSTALLED_DEV)
ifneq ($(TEMPLATES),)
	@$(BIN)/djade --target-version 5.2 --check $(TEMPLATES)
	@$(PY) -m djhtml --tabwidth 2 --check $(TEMPLATES)
	@$(PY) -m djlint --lint --quiet $(TEMPLATES)
endif

# In memory, because makemigrations opens the database and would leave an empty file behind.
check-django: export DATABASE_URL := sqlite://:memory:
check-django: export PORTAL_ENV_FILE := /dev/null
check-django: $(INSTALLED_DEV)
	$(PY) manage.py check --fail-level WARNING
	$(PY) manage.py makemigrations --check --dry-run
	PORTAL_MODE=production PORTAL_SITE_URL=https://example.gov.vn \
		PORTAL_SECRET_KEY=$$($(PY) -c 'import secrets; print(secrets.token_urlsafe(50))') \
		$(PY) manage.py check --deploy --fail-level WARNING

# The tools with `||` exit 1 when they changed something; the second run must find nothing to do.
format: $(INSTALLED_DEV)
	@$(PY) -m django_upgrade --target-version 5.2 --exit-zero-even-if-changed $(MODULES)
	$(PY) -m ruff check --fix --quiet || true
	$(PY) -m ruff format
ifneq ($(TEMPLATES),)
	@$(BIN)/djade --target-version 5.2 $(TEMPLATES) || $(BIN)/djade --target-version 5.2 --check $(TEMPLATES)
	@$(PY) -m djhtml --tabwidth 2 $(TEMPLATES) || $(PY) -m djhtml --tabwidth 2 --check $(TEMPLATES)
endif

clean:
	rm -rf $(VENV) .venv-schemathesis .venv-moto .lighthouse .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find $(PACKAGES) -name __pycache__ -type d -prune -exec rm -rf {} +

$(PY):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo 'This project needs Python 3.11 or newer: make $(MAKECMDGOALS) PYTHON=python3.12' >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null \
		|| { echo 'This Python cannot create virtual environments; on Debian: apt install python3-venv' >&2; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)

$(INSTALLED): | $(PY)
	@echo 'Installing requirements.txt (the first time takes a minute) ...'
	@$(PY) -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@rm -f $(VENV)/.installed-[0-9]* && touch $@

$(INSTALLED_DEV): | $(INSTALLED)
	@echo 'Installing requirements-dev.txt (the first time takes a minute) ...'
	@$(PY) -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@rm -f $(VENV)/.installed-dev-* && touch $@
