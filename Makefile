# wslab: what you can do here. `make` alone lists it.
# Everything is installed into the folder .venv and nowhere else. Choose another Python with
# make lab PYTHON=/path/to/python3.12

SHELL := /bin/sh
VENV := .venv
RUN := $(VENV)/bin/python
PEERS := tests/peers
PIP := $(RUN) -m pip --disable-pip-version-check
BENCH := .[test,bench]# a variable, since a comma ends what is given to call
# What the lessons are compared with: strict, one kernel a lesson.
NBVAL := --nbval --nbval-current-env
# Processes that test side by side, each a file at a time; most tests wait more than they work.
WORKERS := 3

# A stamp is written only when its step has finished, so a step that was cut off is done again.
LAB_STAMP := $(VENV)/.wslab-lab
TEST_STAMP := $(VENV)/.wslab-test
PEERS_STAMP := $(PEERS)/node_modules/.wslab-peers

.DEFAULT_GOAL := help
.PHONY: help setup lab test pytest check exercises lesson grade images picture traces stress matrix \
        conformance fuzz soak bench constraints clean

help:
	@echo "make lab          install what is needed and open the course in JupyterLab"
	@echo "make test         run every test, the lessons included"
	@echo "make check        linter and types only"
	@echo "make setup        only install what the tests need"
	@echo "make exercises    execute the lessons of notebooks/solutions and write the learner's copies"
	@echo "                  (make exercises L=03 for one)"
	@echo "make lesson       begin a new lesson (make lesson N=08 NAME=closing TITLE='Closing a connection')"
	@echo "make grade        judge the exercises of the notebooks in a folder (make grade DIR=homework)"
	@echo "make images       draw the pictures in images/ again, from fresh captures"
	@echo "make traces       record the traces of wslab/browser/traces from this Chromium"
	@echo "make picture      take the pictures of lesson 00 and of the chat page again (needs Chromium)"
	@echo "make stress       ten runs of all lessons on a busy machine (RUNS=10)"
	@echo "make matrix       all of it on the other versions of Python that you have"
	@echo "make conformance  Autobahn|Testsuite against wslab, as a server and as a client (Python 2.7)"
	@echo "make fuzz         ten million broken inputs against the engine, an hour at most (JOBS=2)"
	@echo "make soak         500 people and 10,000 messages in the chat room, connections cut at random"
	@echo "make bench        speed and memory beside npm's and Python's packages, into RESULTS.md"
	@echo "make constraints  the newest versions of what is needed, into constraints.txt"
	@echo "make clean        remove everything that these commands made"

setup: $(TEST_STAMP) peers

lab: $(LAB_STAMP)
	@echo "==> JupyterLab opens notebooks/00_start_here.ipynb; end it with Ctrl+C in this window"
	@$(RUN) -m wslab lab

test: check pytest

# Apart from check, so that `make -j2 test` does both at once.
pytest: $(TEST_STAMP) peers
	@echo "==> Tests, then every lesson cell by cell"
	@$(RUN) -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(NBVAL) tests $(wildcard notebooks/*.ipynb)

check: $(TEST_STAMP)
	@echo "==> Linter"
	@$(RUN) -m ruff check .
	@echo "==> Types"
	@$(RUN) -m mypy

exercises: $(TEST_STAMP)
	@echo "==> Executing lessons, with and without the solutions of their exercises"
	@$(RUN) -m tests.lessons.execute $(L)

lesson: $(TEST_STAMP)
	@$(RUN) -m tests.lessons.new "$(N)" "$(NAME)" "$(TITLE)"
	@$(RUN) -m tests.lessons.execute $(N)
	@$(RUN) -m tests.lessons.execute --nav

# Longer for each: make grade DIR=homework SECONDS=600
grade: $(LAB_STAMP)
	@$(RUN) -m wslab grade $(if $(SECONDS),--seconds $(SECONDS)) $(if $(JOBS),--jobs $(JOBS)) \
	  "$(or $(DIR),.)"

images: $(TEST_STAMP)
	@echo "==> Drawing images/"
	@$(RUN) -m wslab images

traces: $(TEST_STAMP)
	@echo "==> Recording the browser's traces"
	@$(RUN) -m tests.browser.record_traces

picture: $(TEST_STAMP)
	@$(RUN) -m tests.lessons.jupyterlab --picture images/lesson.png 00
	@$(RUN) -m tests.chat.picture images/chat_page.png

stress: $(TEST_STAMP)
	@$(RUN) -m tests.lessons.stress --runs $(or $(RUNS),10) $(L)

matrix: $(TEST_STAMP)
	@echo "==> Other versions of Python"
	@$(RUN) -m pytest -m matrix tests/lessons

# Some cases only: make conformance CASES="6.* 9.3.1", or a sample: make conformance QUICK=1. All
# of them take a quarter of an hour.
conformance: $(TEST_STAMP)
	@$(RUN) -m tests.conformance $(if $(CASES),--cases "$(CASES)") $(if $(QUICK),--quick)

# A minute of it: make fuzz SECONDS=60. Other inputs: make fuzz SEED=123456789
fuzz: $(TEST_STAMP)
	@$(RUN) -m tests.protocol.fuzz $(if $(INPUTS),--inputs $(INPUTS)) \
	  $(if $(SECONDS),--seconds $(SECONDS)) $(if $(SEED),--seed $(SEED)) $(if $(JOBS),--jobs $(JOBS))

# Another size: make soak CLIENTS=100 MESSAGES=30000
soak: $(TEST_STAMP)
	@$(RUN) -m tests.chat.soak $(if $(CLIENTS),--clients $(CLIENTS)) \
	  $(if $(MESSAGES),--messages $(MESSAGES))

# One figure, printed and not written: make bench ONLY=echo
bench: $(TEST_STAMP) peers
	@$(call packages,$(BENCH))
	@echo "==> Measuring (some minutes; leave the machine alone)"
	@$(RUN) -m tests.benchmarks $(if $(ONLY),--only "$(ONLY)") $(if $(ROUNDS),--rounds $(ROUNDS))

# The newest versions that suit every supported Python, which the lowest of them decides.
constraints:
	@rm -rf build/constraints
	@"$(or $(PYTHON),python3.11)" -m venv build/constraints
	@echo "==> Installing the newest versions of everything into build/constraints"
	@build/constraints/bin/python -m pip --disable-pip-version-check install --quiet '.[test,bench]' uv
	@{ sed '/^[^#]/,$$d' constraints.txt; build/constraints/bin/python -m pip \
	  --disable-pip-version-check list --format=freeze --exclude wslab --exclude pip \
	  --exclude setuptools; } > build/constraints.txt && mv build/constraints.txt constraints.txt
	@echo "==> constraints.txt is written; run make test before you commit it"

clean:
	rm -rf $(VENV) build dist $(PEERS)/node_modules tests/lessons/screenshots
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find wslab tests -name __pycache__ -type d -prune -exec rm -rf {} +

# --- installing ------------------------------------------------------------------------------

# The first of these that runs and is new enough; a command may exist and still fail.
define find_python
py=""; \
for try in $(if $(PYTHON),"$(PYTHON)",python3.13 python3.12 python3.11 python3 python); do \
  if "$$try" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; \
  then py=$$try; break; fi; \
done; \
if [ -z "$$py" ]; then \
  echo "wslab needs Python 3.11 or newer with the modules venv and ensurepip."; \
  echo "Tried: $(or $(PYTHON),python3.13 python3.12 python3.11 python3 python). None of them runs."; \
  echo "Install one (on Debian and Ubuntu also the package python3-venv) or name one:"; \
  echo "  make $(or $(firstword $(MAKECMDGOALS)),lab) PYTHON=/path/to/python3"; \
  exit 1; \
fi
endef

# $(call packages,WHAT). uv takes seconds for what takes pip a minute or two. It does not read pip's
# settings; the one that most people have, another index, is handed on. Where uv can't do it, pip
# does.
define packages
index=$${PIP_INDEX_URL:-$$($(PIP) config get global.index-url 2>/dev/null)}; \
{ $(PIP) install --quiet --only-binary=uv -c constraints.txt uv && \
  env $${index:+UV_DEFAULT_INDEX="$$index"} $(VENV)/bin/uv pip install --quiet --python $(RUN) \
    --compile-bytecode -c constraints.txt -e '$(1)'; } || \
{ echo "==> Once more with pip, which takes a minute or two"; \
  $(PIP) install --quiet -c constraints.txt -e '$(1)'; }
endef

# $(call install,WHAT,STAMP). A folder that this Makefile made and could not finish is made anew;
# a .venv of your own is used as it is.
define install
rm -f $(LAB_STAMP) $(TEST_STAMP); \
if [ -e $(VENV)/.wslab-unfinished ] || ! $(RUN) -m pip --version >/dev/null 2>&1; then \
  $(find_python); \
  echo "==> Making a virtual environment in $(VENV) with $$("$$py" --version) ($$py)"; \
  rm -rf $(VENV) && mkdir $(VENV) && touch $(VENV)/.wslab-made && "$$py" -m venv $(VENV) || exit 1; \
fi; \
if [ -e $(VENV)/.wslab-made ]; then touch $(VENV)/.wslab-unfinished; fi; \
echo "==> Installing wslab and what it needs into $(VENV)"; \
{ $(call packages,$(1)); } && \
touch $(2) && rm -f $(VENV)/.wslab-unfinished
endef

$(LAB_STAMP): pyproject.toml constraints.txt
	@$(call install,.,$@)

$(TEST_STAMP): pyproject.toml constraints.txt
	@$(call install,.[test],$@) && touch $(LAB_STAMP)

.PHONY: peers
peers:
	@if npm --version >/dev/null 2>&1 && node --version >/dev/null 2>&1; then \
	  $(MAKE) --no-print-directory $(PEERS_STAMP); \
	else \
	  echo "==> Node.js and npm were not found: the tests against Node's packages are skipped"; \
	fi

$(PEERS_STAMP): $(PEERS)/package.json $(PEERS)/package-lock.json
	@echo "==> Installing the Node packages that the tests talk to"
	@cd $(PEERS) && npm ci --no-progress --loglevel=error && touch node_modules/.wslab-peers
