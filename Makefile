# Every target sets up what it needs: python3 (3.11 or later), a C compiler and a package index are enough.
PYTHON ?= python3
VENV ?= .venv
PACKETS ?= 3000000
RUNS ?= 5
SEED ?= 1
SECONDS ?= 1800
RATE ?= 50000

BIN := $(VENV)/bin
KERNELS := $(shell find src -name '*_cy.py' -o -name '*_cy.pxd')
SOURCES := $(shell find src -name '*.py')
DEMO := build/demo
CHECKED := build/sanitize
SANITIZERS := -fsanitize=address,undefined -fno-sanitize-recover=undefined

.PHONY: help demo test check lint types bench bench-live soak sanitize build docs screenshots clean

help: ## list what can be made
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 17

demo: $(VENV)/.bytecode ## make a capture, turn it into flow records, print them
	@mkdir -p $(DEMO)
	@rm -f $(DEMO)/demo.argus
	$(BIN)/python -m pyargus.capture.generate $(DEMO)/demo.pcap
	$(BIN)/argus -X -r $(DEMO)/demo.pcap -w $(DEMO)/demo.argus
	$(BIN)/ra -X -r $(DEMO)/demo.argus

test: $(VENV)/.dev $(VENV)/.bytecode ## run all tests
	$(BIN)/python -m pytest -q

check: lint types test ## lint, types and test

lint: $(VENV)/.dev ## style and import contracts
	$(BIN)/ruff check
	$(BIN)/lint-imports

types: $(VENV)/.dev ## static types
	$(BIN)/mypy

bench: $(VENV)/.dev $(VENV)/.bytecode ## measure against the reference programs (PACKETS=3000000 RUNS=5)
	$(BIN)/python -m bench.run --packets $(PACKETS) --runs $(RUNS) --output docs/reference/performance.md

bench-live: $(VENV)/.dev $(VENV)/.bytecode ## measure what is lost of live packets, needs root
	$(BIN)/python -m bench.live --output docs/reference/performance-live.md

soak: $(VENV)/.dev ## the sensor under load for a long time, needs root (SECONDS=1800 RATE=50000)
	$(BIN)/python -m bench.soak --rate $(RATE) --seconds $(SECONDS)

sanitize: $(VENV)/.dev ## kernels with address and undefined-behaviour checks, on damaged input (SEED=1)
	PYARGUS_CFLAGS="-O1 -g1 -fno-omit-frame-pointer $(SANITIZERS)" LDFLAGS="$(SANITIZERS)" \
		$(BIN)/python setup.py -q build --build-lib $(CHECKED)/lib --build-temp $(CHECKED)/temp
	LD_PRELOAD="$$(gcc -print-file-name=libasan.so) $$(gcc -print-file-name=libubsan.so)" ASAN_OPTIONS=detect_leaks=0 \
		UBSAN_OPTIONS=print_stacktrace=1 PYTHONMALLOC=malloc PYTHONPATH=$(CHECKED)/lib $(BIN)/python -m tests.sanitizer $(SEED)

build: $(VENV)/.dev ## wheel and source distribution, into dist/
	$(BIN)/python -m build

docs: $(VENV)/.dev ## make the reference pages from the tables
	$(BIN)/python tools/make_docs.py

screenshots: $(VENV)/.dev ## make the pictures of ratop in the documentation
	$(BIN)/python tools/make_screenshots.py

clean: ## remove everything that was made
	rm -rf $(VENV) build dist bench/out src/*.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find src tests bench -name __pycache__ -type d -exec rm -rf {} +
	find src \( -name '*.so' -o -name '*.pyd' \) -delete

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(BIN)/python pyproject.toml setup.py $(KERNELS)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

# An editable installation compiles nothing ahead, and where Python is told to write no bytecode every start would compile all of it.
$(VENV)/.bytecode: $(VENV)/.installed $(SOURCES)
	$(BIN)/python -m compileall -q src
	@touch $@

# The extra's packages alone: installing the project a second time would compile its kernels a second time.
$(VENV)/.dev: $(VENV)/.installed
	@$(BIN)/python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]["dev"], sep="\n")' > $@.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement $@.txt
	@touch $@
