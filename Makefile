# The habits of this project; `make help` lists them.
PYTHON ?= python3
VENV ?= .venv
ROUNDS ?= 5
SEEDS ?= 500
PYTHONS ?= $(notdir $(shell which python3.11 python3.12 python3.13))
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help install run demo check test fuzz soak pictures hard bench dist zipapp

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(BIN)/argo-tui: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install -q -e '.[test]'
	@touch $@

install: $(BIN)/argo-tui ## a virtual environment in .venv with everything

run: install ## the app, on the cluster your kubeconfig names (ARGS='-n argo')
	$(BIN)/argo-tui $(ARGS)

demo: install ## the app, on the built-in demo cluster
	$(BIN)/argo-tui --demo $(ARGS)

check: install ## format, lint, types, layers, tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pytest -q

test: install ## the tests (ARGS='tests/domain -k tree')
	$(BIN)/pytest $(ARGS)

fuzz: install ## the tests of random examples with new ones, over and over: make fuzz ROUNDS=20
	@for round in $$(seq $(ROUNDS)); do \
		FUZZ=1 $(BIN)/pytest -q -n 2 $$(grep -rl 'from hypothesis import' tests --include='*.py') || exit 1; \
	done

pictures: install ## draw one test file's pictures anew: make pictures FILE=tests/screens/test_pictures.py
	@test -n "$(FILE)" || { echo 'say which: make pictures FILE=tests/screens/test_pictures.py'; exit 2; }
	$(BIN)/pytest -q $(FILE) --snapshot-update

soak: install ## random changes with random faults on the way, for long: make soak SEEDS=2000
	SOAK=$(SEEDS) $(BIN)/pytest -q -n 2 tests/sources/test_faults.py -k whatever_happens

hard: install ## hard treatment, long: 100,000 keys in an hour while the cluster churns, limits as they are
	HARD=1 $(BIN)/pytest -q tests/hard
	$(BIN)/python tests/hard/soak.py $(ARGS)

bench: install ## figures against kubectl, the official client and stock Textual; minutes
	@for file in tests/bench/bench_*.py; do echo "== $$file"; $(BIN)/python $$file || exit 1; done

dist: install ## wheel and source package in dist/, looked at as the package index would
	$(BIN)/pip install -q -e '.[dist]'
	rm -f dist/argo_tui-*
	$(BIN)/python -m build -o dist .
	$(BIN)/twine check --strict dist/argo_tui-*

# pip chooses the wheels, for each Python, and pex only packs them: the pip that pex brings along is
# too old to choose among those of today.
zipapp: install ## dist/argo-tui.pyz, all but Python in one file (PYTHONS='python3.11 python3.12')
	@test -n "$(PYTHONS)" || { echo "say for which: make zipapp PYTHONS=python3.11"; exit 2; }
	$(BIN)/pip install -q -e '.[dist]'
	rm -rf build/wheels build/home
	$(BIN)/python -m build -w -o build/wheels .
	for one in $(PYTHONS); do \
		$(BIN)/pip download -q --only-binary :all: -d build/wheels build/wheels/argo_tui-*.whl \
			--python-version $$($$one -c 'import sys; print("%d.%d" % sys.version_info[:2])') || exit 1; \
	done
	$(BIN)/pex argo-tui --pre-resolved-dists build/wheels -c argo-tui -o dist/argo-tui.pyz \
		--sh-boot --venv prepend $(PYTHONS:%=--python %)
	for one in $(PYTHONS); do \
		env -i HOME=$(CURDIR)/build/home PATH="$$PATH" $$one dist/argo-tui.pyz --version || exit 1; \
	done
