# make demo: train, sample, evaluate and export on embedded data.  make test: lint and all tests.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
CODE   := ganzoo tests recipes benchmarks setup.py
export TF_CPP_MIN_LOG_LEVEL ?= 3

.PHONY: demo test lint format clean

# One environment for everything; made anew when a dependency changes.
$(VENV)/installed: pyproject.toml setup.py constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[test]'
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

clean:
	rm -rf $(VENV) build *.egg-info .pytest_cache .ruff_cache
