# Two commands do everything on a fresh machine: `make chat` and `make test`.
SHELL := /bin/sh
PORT ?= 5005
ACTIONS_PORT ?= 5055
VENV := .venv
PY := $(VENV)/bin/python
MASCOT := $(VENV)/bin/mascot
export RASA_TELEMETRY_ENABLED := false
export TF_CPP_MIN_LOG_LEVEL := 3
export PYTHONUNBUFFERED := 1

.PHONY: help setup train chat serve services test unit lint bench soak eval clean
.DEFAULT_GOAL := help

help:  ## show this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

setup: $(VENV)/.installed  ## create .venv and install (needs Python 3.10)

$(VENV)/.installed: pyproject.toml constraints.txt tools/setup.sh
	@sh tools/setup.sh $(VENV)
	@touch $@

train: setup  ## build the word lists and train, when content or configuration changed
	@$(MASCOT) train --if-changed

chat: train  ## talk to the mascot in this terminal (/stop ends)
	@$(MASCOT) chat --port $(PORT) --actions-port $(ACTIONS_PORT)

serve: train  ## REST on 127.0.0.1:PORT with its action server (PORT=5005 ACTIONS_PORT=5055)
	@$(MASCOT) serve --port $(PORT) --actions-port $(ACTIONS_PORT)

services:  ## install PostgreSQL, Redis, RabbitMQ, nginx from Debian's packages for the tests (root)
	@sh tools/services.sh

test: train  ## everything that must pass before a change lands; as root on Debian it runs `make services` first
	@sh tools/services.sh --quiet-if-unable
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/mypy
	@$(MASCOT) lint
	@$(PY) -m pytest -n 2 --dist loadgroup --no-loadscope-reorder

unit: setup  ## the tests that need no rasa, in seconds
	@$(PY) -m pytest -n 2 --dist loadgroup tests/unit

lint: setup  ## check content, style and types
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/mypy
	@$(MASCOT) lint

eval: train  ## cross-validate the understanding (build/eval.html); EVAL=folder with score.py: score its sentences instead
	@$(if $(EVAL),$(PY) bench/quality.py $(EVAL) $(if $(WRITE),--write),$(MASCOT) eval --cv --format html --out build/eval.html)

soak: train  ## mixed load with faults on the production profile (MINUTES=30; WRITE=1: docs/soak.md); needs `make services`
	@$(PY) bench/soak.py --minutes $(or $(MINUTES),30) $(if $(WRITE),--write)

bench: train  ## measure speed and memory beside stock Rasa, in the same run
	@$(PY) bench/run.py

clean:  ## remove what the commands above made, .venv included
	rm -rf $(VENV) build models audit .pytest_cache .mypy_cache .ruff_cache .hypothesis conversations.db conversations.db-wal conversations.db-shm
