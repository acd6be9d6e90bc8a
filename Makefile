# `make` alone lists what one can do. GNU make 3.81 or newer; paths are relative,
# so that a checkout may lie in a folder whose name has spaces.

PYTHON =
VENV = .venv/bin
PYTEST = $(VENV)/python -m pytest
FAST = -n 2 -m "not browser and not prove"
DRIVEN = -n 3 -m "browser and not prove"
OPTIONAL = math diagrams

export PIP_DISABLE_PIP_VERSION_CHECK = 1
export PIP_USER = 0

.DEFAULT_GOAL = help
.NOTPARALLEL:
.PHONY: help install run many check test prove prove-security bench catalogue format lock wheel release sbom scan lint fast postgres browser programs

help:
	@echo "Usage: make TARGET"
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' Makefile | \
	  while IFS='|' read -r name what; do printf '  %-15s %s\n' "$$name" "$$what"; done

install: .venv/has-blogapp ## what the blog needs, into .venv, for a server

run: .venv/has-blogapp ## the blog on http://127.0.0.1:8000 (PORT, HOST, WORKERS; DEMO=0 starts empty)
	@exec env $(if $(HOST),BLOG_HOST="$(HOST)") $(if $(PORT),BLOG_PORT="$(PORT)") \
	  $(if $(WORKERS),BLOG_WORKERS="$(WORKERS)") \
	  $(VENV)/blogapp serve $(if $(filter 0,$(DEMO)),,--demo)

many: .venv/has-tests programs ## the same on two instances, PostgreSQL, Redis, S3 and nginx, for a look (PORT)
	@exec $(VENV)/python -m tests.many --port $(or $(PORT),8000)

check: lint fast ## lint and the fast tests, five minutes on two cores

test: programs lint fast postgres browser ## everything that continuous integration runs

prove: .venv/has-tests programs ## the long checks at full size, before a release
	$(PYTEST) $(DRIVEN) tests/browser --nginx
	$(PYTEST) $(DRIVEN) tests/browser --base-path=/eng/blog
	PROVE=1 $(PYTEST) -n 2 -m "prove or not browser" -o faulthandler_timeout=0

prove-security: .venv/has-tests programs ## what docs/guide/security.md promises, at full size; figures for it
	PROVE=security $(PYTEST) -n 2 -o faulthandler_timeout=0 $$($(VENV)/python -m tests.promises)

bench: .venv/has-blogapp ## what answers and commands cost, as ratios within one run
	@$(VENV)/python -m bench

format: .venv/has-tests ## put code in its usual shape
	@$(VENV)/python -m ruff check --select I --fix --quiet .
	@$(VENV)/python -m ruff format .

lint: .venv/has-tests ## style, types, import contracts, templates
	$(VENV)/python -m ruff check --quiet .
	$(VENV)/python -m ruff format --check --quiet .
	$(VENV)/python -m mypy --no-error-summary
	@$(VENV)/lint-imports --no-logo --no-cache > .venv/contracts.log || \
	  { cat .venv/contracts.log; exit 1; }
	$(VENV)/python -m djlint --lint --quiet templates
	@$(VENV)/python -m bandit --quiet --recursive --severity-level medium blogapp 2> .venv/bandit.log

fast: .venv/has-tests ## unit and contract tests on SQLite
	$(PYTEST) $(FAST) || $(ALONE) -m "not browser and not prove"

postgres: .venv/has-tests ## the tests that touch the database, on PostgreSQL
	$(PYTEST) $(FAST) -n 3 --postgres || $(ALONE) -m "not browser and not prove" --postgres

browser: .venv/has-tests programs ## the tests that drive Chromium
	$(PYTEST) $(DRIVEN) tests/browser || $(ALONE) tests/browser
	$(PYTEST) -n 3 -m "proxied and not prove" tests/browser --nginx || $(ALONE) tests/browser --nginx
	$(PYTEST) -n 3 -m "under_path and not prove" tests/browser --base-path=/eng/blog || \
	  $(ALONE) tests/browser --base-path=/eng/blog

# A test that failed beside others on a busy machine gets one more try by itself. Its first
# failure stays on the screen: find out why it needed two.
ALONE = $(PYTEST) -x --last-failed --last-failed-no-failures=none

programs: .venv/has-tests
	@$(VENV)/python tests/browser/programs.py

catalogue: .venv/has-tests ## texts of the interface for translators, and back (LANGUAGE=fr adds one)
	@$(PYBABEL) extract --mapping-file pyproject.toml --keywords _l --keywords lazy_gettext --project blogapp \
	  --add-location=file --sort-by-file --no-wrap --output-file .venv/messages.pot .
	@for language in $(sort $(LANGUAGE) $(notdir $(wildcard blogapp/translations/*))); do \
	  $(PYBABEL) update --init-missing --no-fuzzy-matching --ignore-obsolete --no-wrap \
	    --ignore-pot-creation-date --input-file .venv/messages.pot \
	    --output-dir blogapp/translations --locale "$$language" || exit 1; \
	done
	@$(VENV)/python -m babel.messages.frontend compile --statistics --directory blogapp/translations

PYBABEL = $(VENV)/python -m babel.messages.frontend --quiet

lock: .venv/has-tests ## pin what pyproject.toml asks for (UPGRADE=1: the newest it admits)
	@$(VENV)/python -m uv --version > /dev/null 2>&1 || $(VENV)/python -m pip install --quiet uv
	@$(LOCK) --group build --output-file requirements/run.txt
	@$(LOCK) --group build --group test --group lint \
	  --constraint requirements/run.txt --output-file requirements/test.txt
	@for part in $(OPTIONAL); do $(PIN) --group $$part \
	  --constraint requirements/test.txt --output-file requirements/$$part.txt; done
	@$(VENV)/python -m requirements.sbom

wheel: .venv/has-tests ## this version as a wheel with everything in it, into dist/; the same bytes every time
	@SOURCE_DATE_EPOCH=$${SOURCE_DATE_EPOCH:-$$(git log -1 --format=%ct)} \
	  $(VENV)/python -m hatchling build --target wheel --directory dist > .venv/wheel.log 2>&1 || \
	  { cat .venv/wheel.log; exit 1; }
	@cd dist && sha256sum blogapp-$(VERSION)-*.whl

release: ## the wheel of a tagged version, once the tree, the tag and CHANGELOG.md agree
	@test -z "$$(git status --porcelain)" || { echo "There are changes that are in no commit." >&2; exit 1; }
	@grep -q '^## $(VERSION)\b' CHANGELOG.md || \
	  { echo "CHANGELOG.md has no section $(VERSION): what changed for those who run a blog?" >&2; exit 1; }
	@git tag --points-at HEAD | grep -qx 'v$(VERSION)' || \
	  { echo "This commit is not tagged: git tag -s v$(VERSION), then make release." >&2; exit 1; }
	@$(MAKE) --no-print-directory wheel

VERSION = $(shell sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)

sbom: .venv/has-tests ## what the blog is made of, as CycloneDX, into requirements/sbom.json
	@$(VENV)/python -m requirements.sbom

scan: .venv/has-tests ## wapiti, sqlmap, schemathesis and bandit against a demo blog, a quarter of an hour; figures for the guide
	@$(VENV)/python -m tests.scan

# Hashes of every file a version has, so that one file serves all platforms; no
# comments, because those would name folders and addresses of whoever ran it.
PIN = $(VENV)/python -m uv pip compile --quiet --universal $(if $(UPGRADE),--upgrade) \
  --python-version 3.11.5 --generate-hashes --no-header --no-annotate
LOCK = $(PIN) pyproject.toml

# What is installed is remembered by empty files: a second `make run` asks pip nothing.

.venv/has-blogapp: .venv/has-run pyproject.toml
	@$(VENV)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

.venv/has-run: requirements/run.txt $(OPTIONAL:%=requirements/%.txt) .venv/bin/python
	@echo "Installing what the blog needs into .venv"
	@$(VENV)/python -m pip install --quiet --require-hashes --requirement requirements/run.txt
	@for part in $(OPTIONAL); do $(VENV)/python -m pip install --quiet --require-hashes \
	  --only-binary :all: --requirement requirements/$$part.txt 2> /dev/null || \
	  echo "No build for this system: $$part will be shown as its source"; done
	@touch $@

.venv/has-tests: requirements/test.txt .venv/has-blogapp
	@echo "Installing what the tests need into .venv"
	@$(VENV)/python -m pip install --quiet --require-hashes --requirement requirements/test.txt
	@touch $@

# The scripts in .venv name the folder they were made in: after a move they are made again.
ifneq ($(shell cat .venv/made-in 2>/dev/null),$(CURDIR))
.PHONY: .venv/bin/python
endif

.venv/bin/python:
	@old=""; bare=""; \
	for python in $(if $(PYTHON),"$(PYTHON)",python3 python3.14 python3.13 python3.12 python3.11); do \
	  version=$$("$$python" -c 'import sys; print("%d.%d.%d" % sys.version_info[:3])' 2>/dev/null) \
	    || continue; \
	  "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11, 5))' \
	    || { old="$$old $$python is $$version,"; continue; }; \
	  "$$python" -c 'import ensurepip, venv' 2>/dev/null || { bare="$$python"; continue; }; \
	  "$$python" -m venv --clear .venv && printf '%s\n' "$(CURDIR)" > .venv/made-in; exit; \
	done; \
	if [ -n "$$bare" ]; then \
	  echo "$$bare cannot make virtual environments: apt-get install $${bare##*/}-venv, then make again." >&2; \
	else \
	  echo "Python 3.11.5 or newer is needed,$${old:- none found,} so install one" \
	    "(uv python install 3.13, or brew install python@3.13), then make PYTHON=/path/to/python3.13." >&2; \
	fi; exit 1
