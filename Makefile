# Each target creates its own virtual environment in .venv when there is none: make and python3 suffice.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
STAMP = $(VENV)/.installed
WORKERS ?= 2
CONSTRAINTS ?= constraints.txt

# Thread pools of BLAS and torch fight on small problems; the work is parallel over stars instead.
export OMP_NUM_THREADS := 1

# The kernels' own tests, which run without the compiler in seconds: coverage does not see compiled code.
KERNELS := sklearn_vartl/features $(addprefix tests/features/test_, moments.py fourier.py folded.py spread.py \
	residuals.py time_domain.py eclipses.py upsilon.py kernels.py) tests/periodogram/test_aliases.py

.PHONY: demo wheel test test-all test-lowest test-newer coverage mutants types docs bench lint format clean

demo: $(STAMP)
	$(BIN)/vartl warm-up
	$(BIN)/vartl demo

# A wheel with kernels for the processors of most Linux machines.
wheel: $(STAMP)
	SKLEARN_VARTL_PROCESSORS=x86-64-v3,x86-64-v4 $(BIN)/pip wheel --no-deps -w dist .

test: $(STAMP)
	$(BIN)/python -m pytest -q -n $(WORKERS) -m "not slow"

test-all: $(STAMP)
	$(BIN)/python -m pytest -q -n $(WORKERS)

# The lowest supported versions, in an environment of their own.
test-lowest:
	$(MAKE) VENV=.venv-lowest CONSTRAINTS=tests/lowest_constraints.txt test

# Another Python, such as `make PYTHON=python3.13 test-newer`, without torch, whose wheels may take gigabytes: all
# that does not need it.
test-newer: VENV := .venv-newer
test-newer:
	$(PYTHON) -m venv $(VENV)
	grep -v '^torch==' constraints.txt | $(BIN)/pip install -q --no-deps -r /dev/stdin -e .
	$(BIN)/python -m pytest -q -n $(WORKERS) -m "not slow" -p tests.without_torch

# The share of lines that the quick tests run, and the lines they do not.
coverage: $(STAMP)
	$(BIN)/coverage erase
	NUMBA_DISABLE_JIT=1 $(BIN)/coverage run -m pytest -q $(KERNELS)
	$(BIN)/coverage run -m pytest -q -n $(WORKERS) -m "not slow"
	$(BIN)/coverage combine -q
	$(BIN)/coverage report

# One-line faults in the numerics, and how many of them the tests notice (MUTANTS="--rooms transfer --each 30").
mutants: $(STAMP)
	$(BIN)/pip install -q -c $(CONSTRAINTS) 'cosmic-ray>=8.3'
	$(BIN)/python tests/mutants.py $(MUTANTS)

types: $(STAMP)
	$(BIN)/pip install -q -c $(CONSTRAINTS) -e '.[types]'
	$(BIN)/mypy
	$(BIN)/python -m pytest -q tests/contract/test_types.py

docs: $(STAMP)
	$(BIN)/pip install -q -c constraints.txt -e ".[docs]"
	$(BIN)/sphinx-build -q -W --keep-going -b html docs docs/_build

bench: $(STAMP)
	$(BIN)/pip install -q -c constraints.txt -e '.[benchmark]'
	for script in examples/benchmarks/*.py; do $(BIN)/python $$script || exit 1; done

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(STAMP)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf .venv .venv-* build dist .pytest_cache .ruff_cache

$(STAMP): pyproject.toml $(CONSTRAINTS)
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "sklearn_vartl needs Python 3.11 or newer: make PYTHON=python3.12")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install -q -c $(CONSTRAINTS) -e '.[test]'
	touch $(STAMP)
