# make demo: train, sample, evaluate and export on embedded data.  make test: lint and all tests.  make docs: the site.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
CODE   := ganzoo tests recipes benchmarks docs/_site setup.py
# What pip is held to; another file tries other versions: `make test CONSTRAINTS=other.txt`.
CONSTRAINTS ?= constraints.txt
# What `make coverage` runs, such as TESTS=tests/metrics.
TESTS  ?= tests
export TF_CPP_MIN_LOG_LEVEL ?= 3

.PHONY: demo test lint format docs coverage clean

# One environment for everything; made anew when a dependency changes.
$(VENV)/installed: pyproject.toml setup.py $(CONSTRAINTS)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint $(CONSTRAINTS) --editable '.[test]'
	touch $@

demo: $(VENV)/installed
	$(BIN)/ganzoo train recipes/digits_dcgan.py --run runs/demo
	$(BIN)/ganzoo sample runs/demo --count 100 --out runs/demo/samples.png
	$(BIN)/ganzoo evaluate runs/demo --html runs/demo/report.html
	$(BIN)/ganzoo birthday runs/demo --json runs/demo/birthday.json
	$(BIN)/ganzoo export runs/demo --to runs/demo/export
	@echo
	@echo "A grid of samples:  runs/demo/samples.png"
	@echo "The report:         runs/demo/report.html"
	@echo "A SavedModel:       runs/demo/export/ (its newest version; README.md is its card)"
	@echo "Curves and samples: $(BIN)/tensorboard --logdir runs"

test: lint
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile

lint: $(VENV)/installed
	$(BIN)/ruff check $(CODE)
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/lint-imports

format: $(VENV)/installed
	$(BIN)/ruff check --fix $(CODE)
	$(BIN)/ruff format $(CODE)

# The documentation as a site, site/index.html; it needs no network.
docs: $(VENV)/installed
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

# Which lines of ganzoo the tests reach; what they start as other processes is not counted.
coverage: $(VENV)/installed
	$(BIN)/coverage run --source ganzoo --module pytest $(TESTS)
	$(BIN)/coverage report --skip-covered --skip-empty

clean:
	rm -rf $(VENV) build site .coverage *.egg-info .pytest_cache .ruff_cache
