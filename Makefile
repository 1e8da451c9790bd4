# Only use relative paths, because the folder's name may contain a space.
# Each line runs in its own shell. Join commands with &&, because macOS's make 3.81 doesn't support .SHELLFLAGS.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
COVERAGE_MIN ?= 95
# Extra arguments for pytest, for example: make test ARGS="tests/record -x"
ARGS ?=
# The number of reviews for each measurement, instead of the measurement's default.
REVIEWS ?=
python := .venv/bin/python
release := .venv/release/bin/python
table := var/bench.md
extract = mkdir -p var && PYTHONPATH=.ci .venv/bin/pybabel -q extract --mapping=pyproject.toml --keyword=gettext_lazy \
	--keyword=gettext_noop --keyword=ngettext_lazy:1,2 --keyword=pgettext_lazy:1c,2 --sort-output --no-location --output-file=var/messages.pot .
catalogue := factcheck/locale/vi/LC_MESSAGES/django.po
update = .venv/bin/pybabel -q update --domain=django --input-file=var/messages.pot --locale=vi --width=100 --ignore-obsolete \
	--no-fuzzy-matching --ignore-pot-creation-date

.PHONY: help run assistants test prove bench check format openapi fields examples messages editor screenshots requirements audit sbom clean

help: ## print this list
	@grep -hE '^[a-z]+:.*## ' Makefile | sed -E 's/^([a-z]+):.*## /\1\t/' | while IFS=$$'\t' read -r name text; do printf '  make %-13s %s\n' "$$name" "$$text"; done

run: .venv/run.stamp ## start the site until Ctrl-C, on port 8000 or the folder's last port (PORT=8001 for another port)
	@exec $(python) manage.py run

assistants: .venv/assistants.stamp ## install the packages of `manage.py mcp`, the server of the tools for AI assistants

test: .venv/dev.stamp ## run the tests (ARGS="tests/record -x" for some of them, COVERAGE=1 to measure their coverage)
	$(python) -m pytest -n 2 $(ARGS) $(if $(COVERAGE),--cov --cov-report=term --cov-fail-under=$(COVERAGE_MIN))

prove: .venv/dev.stamp .venv/bench.stamp .venv/browser.stamp .venv/release.stamp .venv/guide.stamp .venv/proxy.stamp .venv/wordpress.stamp .venv/vnu.stamp .venv/go.stamp ## run the slow tests: killed processes, large imports, fuzzing, a real browser, a new server
	$(python) -m pytest -m prove $(ARGS)

bench: .venv/bench.stamp ## compare the speed with other programs (REVIEWS=20000 for a short run)
	mkdir -p var && rm -f $(table)
	for name in writing answers searching desk matching finding; do \
		BENCH_TABLE=$(table) $(python) bench/$$name.py $(if $(REVIEWS),--reviews $(REVIEWS)) || exit 1; \
	done
	BENCH_TABLE=$(table) $(python) bench/table.py

check: .venv/dev.stamp ## check formatting, lint of Python and JavaScript, types, imports, migrations, OpenAPI, field tables, translations, size
	$(python) -m ruff format --check .
	$(python) -m ruff check .
	.venv/bin/oxlint --deny-warnings
	$(python) -m mypy
	$(python) -c 'from importlinter.cli import lint_imports_command; lint_imports_command()'
	$(python) manage.py makemigrations --check --dry-run
	$(python) .ci/check_migrations.py
	$(python) manage.py spectacular --validate --fail-on-warn --file var/openapi.yaml
	diff -u docs/reference/openapi.yaml var/openapi.yaml || { echo "docs/reference/openapi.yaml is out of date: run make openapi" >&2; exit 1; }
	$(python) .ci/fields.py --check
	$(extract) && cp $(catalogue) var/django.po && $(update) --output-file=var/django.po
	diff -u $(catalogue) var/django.po || { echo "$(catalogue) is out of date: run make messages" >&2; exit 1; }
	$(python) .ci/budget.py

format: .venv/dev.stamp ## format the code and apply ruff's fixes
	$(python) -m ruff format .
	$(python) -m ruff check --fix .

openapi: .venv/dev.stamp ## generate the OpenAPI document from the code
	$(python) manage.py spectacular --validate --fail-on-warn --file docs/reference/openapi.yaml

fields: .venv/dev.stamp ## generate the field tables in docs/ from the models
	$(python) .ci/fields.py

examples: .venv/dev.stamp ## record the documentation's examples from real responses
	RECORD_EXAMPLES=1 $(python) -m pytest -q tests/api/test_examples.py -k "answers or real"
	$(MAKE) openapi

messages: .venv/dev.stamp ## collect translatable texts, and compile the translation
	$(extract) && $(update) --output-file=$(catalogue)
	.venv/bin/pybabel -q compile --domain=django --directory=factcheck/locale --locale=vi --statistics
	.venv/bin/pybabel -q compile --domain=django --directory=factcheck/locale/django --locale=vi

editor: ## build the editor for the text of a review from its locked packages (needs Node.js and the internet)
	cd factcheck/editorial/editor && npm ci --ignore-scripts --no-audit --no-fund && node build.mjs

screenshots: .venv/browser.stamp ## take the screenshots in docs/images from a running desk
	$(python) docs/screenshots.py

# Older versions of pip need the extra as another package writes it.
requirements: .venv/dev.stamp ## pin the newest versions of all packages, with hashes
	$(PYTHON) -m venv .venv/uv && .venv/uv/bin/python -m pip install --quiet uv
	export UV_CUSTOM_COMPILE_COMMAND="make requirements" && for name in requirements requirements-embedded requirements-assistants requirements-dev requirements-release requirements-bench; do \
		.venv/uv/bin/uv pip compile --quiet --upgrade --universal --no-strip-extras --generate-hashes --python-version 3.11 $$name.in --output-file $$name.txt || exit 1; \
	done
	sed -i 's/^lxml\[html-clean\]/lxml[html_clean]/' requirements.txt

audit: .venv/release.stamp ## look for known vulnerabilities of the pinned packages (needs the internet)
	$(release) deploy/audit.py requirements.txt requirements-embedded.txt requirements-assistants.txt

sbom: .venv/assistants.stamp .venv/release.stamp ## list the pinned packages with licences and hashes in var/sbom.json (CycloneDX)
	mkdir -p var && $(release) deploy/sbom.py $(python) var/sbom.json requirements.txt requirements-assistants.txt

clean: ## remove .venv and caches, and keep the data in var/
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .coverage .coverage.*

# wrk sends the requests of the benchmarks. On Debian, this installs wrk. Elsewhere, install wrk first (macOS: brew install wrk).
.venv/bench.stamp: requirements-bench.txt .venv/run.stamp
	command -v wrk >/dev/null || { apt-get update --quiet && apt-get install --yes --quiet --no-install-recommends wrk; }
	$(call install,$<)

.venv/bin/python:
	@test -w . || { echo "You can't write to the folder $$PWD, so .venv can't be created. Change the permissions, or copy the project to another folder." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is required. Set PYTHON, for example: make run PYTHON=python3.12")'
	@$(PYTHON) -c 'import ensurepip, venv' || { echo "Python's venv module is missing. On Debian, run: apt-get install python3-venv" >&2; exit 1; }
	@rm -rf .venv
	@printf 'Creating the virtual environment .venv… '; $(PYTHON) -m venv .venv && echo "$$SECONDS s" || { rm -rf .venv; echo "The virtual environment .venv can't be created. The lines above explain why." >&2; exit 1; }

# The lists contain every package that is needed, so pip doesn't look for more. Before 23.3.2, pip asks for a newer version of
# a pinned package with extras, and then refuses it. `pip check` proves that the lists are complete. The first installation
# takes about a minute.
define install
	@printf 'Installing the packages of $(1)… '; $(or $(2),$(python)) -m pip install -qq --disable-pip-version-check --no-deps --require-hashes $(addprefix -r ,$(1)) && $(or $(2),$(python)) -m pip --disable-pip-version-check check >/dev/null && echo "$$SECONDS s" || { echo "The packages of $(1) can't be installed. The lines above explain why." >&2; exit 1; }
	@touch $@
endef

# Only a site without DATABASE_URL needs requirements-embedded.txt. Production sites install requirements.txt alone.
.venv/run.stamp: requirements.txt requirements-embedded.txt | .venv/bin/python
	$(call install,$^)

.venv/assistants.stamp: requirements-assistants.txt .venv/run.stamp
	$(call install,$<)

.venv/dev.stamp: requirements-dev.txt .venv/assistants.stamp
	$(call install,$<)

# These tools have their own virtual environment, so the list of packages contains only what the site uses.
.venv/release.stamp: requirements-release.txt | .venv/bin/python
	@$(PYTHON) -m venv .venv/release
	$(call install,$<,$(release))

# Browser tests use Debian's chromium, systemd-analyze checks the services, and bubblewrap holds an attack. On other systems,
# install Chromium and set CHROMIUM to its path.
.venv/browser.stamp: .venv/dev.stamp
	test -n "$${CHROMIUM:-}" || command -v chromium >/dev/null || { apt-get update --quiet && apt-get install --yes --quiet --no-install-recommends chromium; }
	command -v systemd-analyze >/dev/null || { apt-get update --quiet && apt-get install --yes --quiet --no-install-recommends systemd; }
	command -v bwrap >/dev/null || ! command -v apt-get >/dev/null || { apt-get update --quiet && apt-get install --yes --quiet --no-install-recommends bubblewrap; }
	touch $@

# The commands of operators' pages are run on a new Debian, which mmdebstrap installs. Without root or mmdebstrap, the test
# fails and says so.
.venv/guide.stamp: .venv/dev.stamp
	command -v mmdebstrap >/dev/null || ! command -v apt-get >/dev/null || { apt-get update --quiet && apt-get install --yes --quiet --no-install-recommends mmdebstrap; }
	touch $@

# Google's client in Go and Go's checks of a log are Debian packages. On other systems, their tests are left out.
.venv/go.stamp: .venv/dev.stamp
	command -v go >/dev/null && test -d /usr/share/gocode/src/google.golang.org/api || ! command -v apt-get >/dev/null || { apt-get update --quiet && apt-get install --yes --quiet --no-install-recommends golang-go golang-google-api-dev golang-golang-x-mod-dev; }
	touch $@

# Tests of deploy/nginx.conf use Debian's nginx. On other systems, install nginx first.
.venv/proxy.stamp: .venv/dev.stamp
	PATH="$$PATH:/usr/sbin" command -v nginx >/dev/null || { apt-get update --quiet && apt-get install --yes --quiet --no-install-recommends nginx; }
	touch $@

# WordPress runs on PHP's own web server. nginx comes first, because WordPress would install Apache otherwise. On other
# systems than Debian, install PHP and MariaDB first, and unpack WordPress into /usr/share/wordpress.
.venv/wordpress.stamp: .venv/proxy.stamp
	test -d /usr/share/wordpress && PATH="$$PATH:/usr/sbin" command -v mariadbd >/dev/null || { apt-get update --quiet && apt-get install --yes --quiet --no-install-recommends php-cgi php-cli php-mysql wordpress mariadb-server-core mariadb-client; }
	touch $@

# The Nu HTML Checker needs Java, and npm downloads it. On other systems than Debian, install Java and npm first, or set
# VNU_JAR to the path of vnu.jar.
vnu := 26.9.27
vnu_sha256 := 22f15dd39a33bed929d2a5c0cddf5946849a647eca9272bf4d5d00bc7e7a4d47
.venv/vnu.stamp: .venv/dev.stamp
	command -v java >/dev/null || { apt-get update --quiet && apt-get install --yes --quiet --no-install-recommends default-jre-headless; }
	test -n "$${VNU_JAR:-}" || command -v npm >/dev/null || { apt-get update --quiet && apt-get install --yes --quiet --no-install-recommends npm; }
	test -n "$${VNU_JAR:-}" || { npm install --silent --ignore-scripts --no-audit --no-fund --prefix .venv/vnu vnu-jar@$(vnu) && \
		echo "$(vnu_sha256)  .venv/vnu/node_modules/vnu-jar/build/dist/vnu.jar" | $(PYTHON) -c 'import hashlib, sys; digest, name = sys.stdin.read().split(); sys.exit(hashlib.sha256(open(name, "rb").read()).hexdigest() != digest and f"{name} has another SHA-256.")'; }
	touch $@
