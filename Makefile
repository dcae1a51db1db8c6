# Everything a person does with this project, from a fresh clone. `make` alone lists it.
#
#   make demo PYTHON=python3.12     another interpreter
#   make test ARGS="tests/media"    a part of the tests

PYTHON ?= python3
JOBS ?= 2
BIN := .venv/bin
export PYTHONDONTWRITEBYTECODE :=  # many tests start Python anew: it shall not compile the package each time
PIP := $(BIN)/python -m pip install --quiet --constraint constraints.txt

.PHONY: help demo test check docs screenshots web bench wheel clean

help:
	@echo "make demo    colour some photographs and a film into out/demo"
	@echo "make test    run every test"
	@echo "make check   lint, types, and the picture of who may import whom (needs Node.js)"
	@echo "make docs    build the documentation into site/"
	@echo "make screenshots   photograph every view of the studio for the documentation (needs chromium)"
	@echo "make web     build the page that colours photos in the browser into site/app/ (needs Node.js)"
	@echo "make bench   measure speed (ARGS: what to measure)"
	@echo "make wheel   build the wheel and try it in an empty environment"
	@echo "make clean   remove everything made here, .venv too"

# A stamp says that an environment is as pyproject.toml asks; the full one holds all that the small one does.
$(BIN)/python:
	$(PYTHON) -m venv .venv

.venv/demo.stamp: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) --editable '.[demo,film]'
	@touch $@

.venv/full.stamp: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) --editable '.[c2pa,demo,dev,evaluate,fast,film,formats,lab,ray,studio]'
	@touch $@ .venv/demo.stamp

demo: .venv/demo.stamp
	$(BIN)/python scripts/demo.py out/demo

# The tests of a file run in one process, so that what they share is made once; files in the order of their names.
test: .venv/full.stamp
	$(BIN)/python -m pytest --numprocesses $(JOBS) --dist loadfile --no-loadscope-reorder $(ARGS)

check: .venv/full.stamp
	$(BIN)/ruff check --no-cache
	$(BIN)/ruff format --check --no-cache
	$(BIN)/mypy
	$(BIN)/python -m pytest tests/test_house.py
	bash scripts/check_page.sh

docs: .venv/full.stamp
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

screenshots: .venv/full.stamp
	$(BIN)/python scripts/screenshots.py

web: .venv/full.stamp node_modules/onnxruntime-web
	$(BIN)/python scripts/build_web.py site/app

node_modules/onnxruntime-web: package-lock.json
	npm ci --no-audit --no-fund --loglevel=error

bench: .venv/full.stamp
	$(BIN)/python benchmarks/speed.py $(ARGS)

wheel: .venv/full.stamp
	bash scripts/check_wheel.sh $(BIN)/python

clean:
	rm -rf .venv node_modules build dist site out .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
