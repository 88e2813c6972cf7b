# Everything runs from the environment in .venv, made from requirements.lock.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STUDY  ?= parameters

.PHONY: reports types test test-slow mutants lab demo docs lock clean

$(VENV)/.ready: requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip install --quiet --python $(BIN)/python --requirements requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable .
	@touch $@

# The demo's data are made where there are none. Where a notebook failed, all sources are checked;
# what is wrong with them stops the reports. Another failed notebook does not, and the exit code
# says so.
reports: $(VENV)/.ready
	@[ "$(STUDY)" != parameters ] || [ -d data/areas ] || $(BIN)/wijkkit demo
	@$(BIN)/wijkkit run --study $(STUDY); ran=$$?; \
	  [ $$ran -eq 0 ] || $(BIN)/wijkkit check --study $(STUDY) || exit $$ran; \
	  $(BIN)/wijkkit report --study $(STUDY); made=$$?; \
	  [ $$made -eq 0 ] && exit $$ran; exit $$made

# What the annotations promise; the cache makes a second time quick.
types: $(VENV)/.ready
	$(BIN)/python -m mypy --cache-dir .cache/mypy

test: $(VENV)/.ready
	$(BIN)/python -m pytest -n 2 --durations=10

test-slow: $(VENV)/.ready
	$(BIN)/python -m pytest -m slow

# Of one room: make mutants ROOM=estimates
mutants: $(VENV)/.ready
	$(BIN)/python tests/mutants.py $(ROOM)

lab: $(VENV)/.ready
	$(BIN)/wijkkit lab --study $(STUDY)

demo: $(VENV)/.ready
	$(BIN)/wijkkit demo

docs: $(VENV)/.ready
	$(BIN)/python -m docs.build

lock:
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --extra dev \
	  --no-emit-index-url --no-annotate --no-header --generate-hashes pyproject.toml --output-file requirements.lock

# What was published stays: data/survey/publications is the ledger of earlier publications.
clean:
	rm -rf runs reports/_site docs/_site .cache
	[ ! -d data ] || find data -type f ! -path '*/publications/*' -delete
	[ ! -d data ] || find data -depth -type d -empty -delete
