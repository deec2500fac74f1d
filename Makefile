# What a developer or CI does here; every target makes the environment that it needs.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
DEMO := examples/town-papers
DATA := ../shared/eval
ARTICLES := 10000 100000 1000000
BESIDE := 10000 100000
AGAIN := 100000

.PHONY: demo install test test-slow test-releases check lint types generated bench-quality bench-speed lock clean help

demo: install ## Package the sample corpus, and load it
	$(BIN)/corpus build $(DEMO)
	$(BIN)/python examples/load.py $(DEMO)/build

install: $(VENV)/.installed ## Make .venv from requirements.lock, with the command in it

$(VENV)/.installed: requirements.lock pyproject.toml
	$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'Python 3.11 or newer is needed: make PYTHON=python3.11')"
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --quiet --require-hashes -r requirements.lock
	$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	touch $@

test: install ## Run all tests but the slow ones
	$(BIN)/python -m pytest -n auto -m "not slow"

test-slow: install ## Kill or refuse builds at every system call, try every fault of publishing and 200 histories: an hour or two
	$(BIN)/python -m pytest -n auto -m slow

test-releases: install ## Of these the faults of publishing and the histories: minutes
	$(BIN)/python -m pytest -n auto -m slow tests/test_publish_faults.py tests/test_names_that_stay.py

check: install lint types generated test test-releases ## What CI runs

lint: install
	$(BIN)/ruff format --check
	$(BIN)/ruff check

types: install
	$(BIN)/mypy

generated: install ## Write schemas/ and validation/ anew from the declaration, and fail when they differ
	$(BIN)/python -m corpus.release.jsonschema
	$(BIN)/python -m corpus.release.suite
	git diff --exit-code -- schemas validation

bench-quality: install ## Measure quality beside other tools on the labelled data in DATA=, and write docs/quality.md
	$(PYTHON) -m venv $(VENV)-peers
	$(VENV)-peers/bin/python -m pip --disable-pip-version-check install --quiet --require-hashes --no-deps \
		-r benchmarks/peers-requirements.txt
	$(VENV)-peers/bin/python benchmarks/peers.py --data $(DATA) --out $(VENV)-peers/predictions
	$(BIN)/python -m benchmarks.quality --data $(DATA) --peers $(VENV)-peers/predictions --write

bench-speed: install ## Measure builds of ARTICLES= generated articles beside other tools, and write docs/performance.md: an hour
	$(PYTHON) -m venv $(VENV)-speed
	$(VENV)-speed/bin/python -m pip --disable-pip-version-check install --quiet --require-hashes --no-deps \
		-r benchmarks/speed-peers-requirements.txt
	$(BIN)/python -m benchmarks.speed --articles $(ARTICLES) --beside $(BESIDE) \
		--again $(AGAIN) --peers $(VENV)-speed/bin/python --write

lock: ## Make requirements.lock anew: exact versions and hashes, no index address
	$(PYTHON) -m venv $(VENV)-lock
	$(VENV)-lock/bin/python -m pip --disable-pip-version-check install --quiet uv
	$(VENV)-lock/bin/uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-annotate --custom-compile-command "make lock" --quiet --output-file requirements.lock
	$(VENV)-lock/bin/uv pip compile benchmarks/peers.in --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-annotate --custom-compile-command "make lock" --quiet \
		--output-file benchmarks/peers-requirements.txt
	$(VENV)-lock/bin/uv pip compile benchmarks/speed-peers.in --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-annotate --custom-compile-command "make lock" --quiet \
		--output-file benchmarks/speed-peers-requirements.txt
	$(VENV)-lock/bin/uv pip compile tests/consumers/oldest.in --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-annotate --custom-compile-command "make lock" --quiet \
		--output-file tests/consumers/oldest-requirements.txt
	rm -rf $(VENV)-lock

clean: ## Remove what was made here
	rm -rf $(VENV) $(VENV)-* dist $(DEMO)/build $(DEMO)/build.failed $(DEMO)/.build.*

help: ## Say what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*##/\t/' | expand -t 16
