# 穗问 Suiwen. `make run` and `make test` need only Python 3.11, make and apt.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV ?= .venv
BIN := $(VENV)/bin
JOBS ?= 2
PORT ?= 8000
DATA ?= ../shared/data

.PHONY: help run install install-dev browser check format test facts answers crisis bench kill \
	bench-retrieval retrieval robustness confidence weights gate failover pictures plans districts \
	chaos chaos-app chaos-redis load privacy topics dialogue redis clean

help:
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

# torch comes first and alone, with pip, at its pinned version.  Where pip is set up with a CPU build
# (as on our machines) that is taken; elsewhere PyPI's build for CUDA is large: see PIP_FIND_LINKS.
$(VENV)/installed: pyproject.toml .ci/constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || { echo "Python 3.11 is needed"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check torch==2.13.0
	$(BIN)/pip install --quiet --disable-pip-version-check -c .ci/constraints.txt -e .
	@touch $@

$(VENV)/installed-dev: $(VENV)/installed
	$(BIN)/pip install --quiet --disable-pip-version-check -c .ci/constraints.txt -e '.[dev]'
	@touch $@

install: $(VENV)/installed ## install what running needs

install-dev: $(VENV)/installed-dev ## install what testing needs

run: install ## build the index of the built-in pack and serve the page
	$(BIN)/suiwen serve --port $(PORT)

browser: ## Debian's chromium and Chinese fonts, for the browser tests
	@if ! command -v chromium >/dev/null 2>&1 || ! fc-list 2>/dev/null | grep -qi "cjk"; then \
		SUDO=$$(test "$$(id -u)" = 0 || echo sudo); \
		$$SUDO apt-get update -qq && \
		$$SUDO env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium fonts-noto-cjk fontconfig >/dev/null; \
	fi

redis: ## Debian's redis-server, for the tests of sessions
	@if ! command -v redis-server >/dev/null 2>&1; then \
		SUDO=$$(test "$$(id -u)" = 0 || echo sudo); \
		$$SUDO apt-get update -qq && \
		$$SUDO env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y -qq --no-install-recommends redis-server >/dev/null; \
	fi

check: install-dev ## format, lint, types, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: install-dev ## rewrite with ruff
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

test: install-dev browser redis ## all tests
	$(BIN)/pytest -n $(JOBS) --dist loadscope

answers: install ## the gold questions, dev and test, through the whole assistant
	$(BIN)/suiwen-eval answers --split dev
	$(BIN)/suiwen-eval answers --split test

plans: install-dev ## every way through every bundle against an oracle, and what planning saves
	SUIWEN_FULL=1 $(BIN)/pytest -n $(JOBS) tests/assistant/bundles/test_paths.py
	$(BIN)/suiwen-eval plans

districts: install ## items cloned over the eleven districts: the right one answered or asked for
	$(BIN)/suiwen-eval districts

facts: install ## every filled facet of all 2,262 portal records (minutes)
	$(BIN)/suiwen-eval facts --records $(DATA)/gdzwfw_items/records.jsonl

crisis: install ## emergencies heard and false alarms, on sentences written blind
	$(BIN)/suiwen-eval crisis

bench: install ## requests a second against a bare echo, start-up, memory, index build
	$(BIN)/suiwen-eval bench

SETS := kcg_faq_simp gdzwfw_items teddy_gov_messages lecoqa_law ncp_policy cmrc2018
CITY_SETS := kcg_faq_simp gdzwfw_items teddy_gov_messages ncp_policy
RESULTS ?= .suiwen/results

retrieval: install ## every open set against the BM25 baseline, and the report page (half an hour)
	@for set in $(SETS); do \
		$(BIN)/suiwen-eval retrieval --dataset $(DATA)/$$set --baseline --out $(RESULTS)/$$set || exit 1; \
	done
	$(BIN)/suiwen-eval report $(addprefix $(RESULTS)/,$(SETS)) --html $(RESULTS)/report.html

robustness: install ## Traditional script, typing errors, Cantonese, on every open set
	$(BIN)/suiwen-eval robustness $(foreach set,$(SETS),--dataset $(DATA)/$(set))

confidence: install ## does it know when the answer is not there, each set left out of the fit
	$(BIN)/suiwen-eval confidence --out $(RESULTS)/confidence \
		$(foreach set,$(CITY_SETS),--dataset $(DATA)/$(set))

weights: install ## each weight of retrieval changed once, on every open set
	$(BIN)/suiwen-eval weights --limit 700 $(foreach set,$(SETS),--dataset $(DATA)/$(set))

gate: install ## fails if a score of eval/gates.toml dropped
	$(BIN)/suiwen-eval gate

bench-retrieval: install ## against rank-bm25, bm25s, Haystack, LlamaIndex, txtai (an hour)
	$(BIN)/suiwen-eval bench-retrieval --data $(DATA)

failover: install-dev ## 50 kills of a PostgreSQL primary while questions are asked
	$(BIN)/python -m tests.retrieval.failover --rounds 50

kill: install ## kill -9 during 200 publications
	$(BIN)/suiwen-eval kill --times 200

chaos: install-dev redis ## kill -9 during filing, 200 rounds: the outbox desk, then suiwen serve itself
	$(BIN)/suiwen-eval chaos --rounds 200
	$(BIN)/suiwen-eval chaos --app --rounds 200

chaos-redis: install-dev redis ## kill -9 and SIGSTOP of Redis during conversations
	$(BIN)/suiwen-eval chaos-redis --rounds 200 --freezes 10

load: install redis ## 1,000 conversations at once for five minutes
	$(BIN)/suiwen-eval load --users 1000 --minutes 5 --redis

privacy: install redis ## personal data found (10,000 of each), and nothing raw anywhere (10,000 more)
	$(BIN)/suiwen-eval privacy
	$(BIN)/suiwen-eval leaks

topics: install ## topics, kinds and duplicates of messages
	$(BIN)/suiwen-eval topics

dialogue: install ## follow-ups: the right record, the right facet
	$(BIN)/suiwen-eval dialogue --split test

pictures: install-dev browser ## the screenshots of the README
	$(BIN)/python -m tests.browser.screenshots

clean: ## remove what was installed and published here
	rm -rf $(VENV) .suiwen .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
