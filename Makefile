# Rightful's verbs. Each is one line here; the logic is in scripts/ and xtask/.
# `make demo` and `make test` do all their own set-up on a fresh Debian or Ubuntu machine.

SHELL := bash
.NOTPARALLEL:
.DEFAULT_GOAL := help

# Where rustup puts cargo, for shells that have not been told.
export PATH := $(PATH):$(HOME)/.cargo/bin

RIGHTFUL := cargo run --locked --package rightful-server --bin rightful
# Without cargo-nextest the tests still run, only less readably: compiling it here would take minutes.
NEXTEST := $(shell PATH="$(PATH)" command -v cargo-nextest)
UNIT := $(if $(NEXTEST),cargo nextest run --locked --workspace $(if $(CI),--profile ci),cargo test --locked --workspace --lib --bins --tests)

FUZZ_S ?= 60
SOAK_FUZZ_S ?= 600
SOAK_CASES ?= 4096
ROUNDS ?= 200

# What `make data` brings, if it was brought; another folder if the environment names one.
demo dev: export RIGHTFUL_JUDGEMENT__INTELLIGENCE ?= $(wildcard data/intelligence)

.PHONY: help setup demo dev data test check fmt lint docs deny doctest unit clients story bless bench soak fuzz

help: ## Print these verbs
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: setup ## Start a server, send it a simulated shop's traffic, watch it judge
	$(RIGHTFUL) --release -- demo

test: setup check ## Everything: set up what is missing, then the whole gate

check: fmt lint docs deny doctest unit clients ## The gate: formatting, lints, docs, licenses, doctests, tests, clients

dev: setup ## A server on 127.0.0.1:8700, built for debugging, with its data in target/dev
	$(RIGHTFUL) -- serve --data target/dev

data: ## Bring freely licensed data sets into data/intelligence (needs npm, once)
	bash scripts/data.sh

story: ## Run the stories whose name contains NAME
	cargo test --locked --workspace --test stories -- "$(NAME)"

clients: ## Run the vendors' own clients, in headless Chromium, and verifiers of webhooks, unchanged, against a real server
	cargo build --locked --package rightful-server --bin rightful
	python3 -m venv clients/.venv
	clients/.venv/bin/pip install --quiet --disable-pip-version-check --require-hashes --requirement clients/requirements.txt
	cd clients && npm ci --silent --ignore-scripts && npm test --silent

bless: ## Rewrite every expectation to what is so now; the diff is the review
	UPDATE_EXPECT=1 INSTA_UPDATE=always cargo test --locked --workspace --lib --bins --tests

docs: ## Build the documentation of the code, private items too
	RUSTDOCFLAGS="-D warnings" cargo doc --locked --workspace --no-deps --document-private-items

bench: setup ## CPU and time per judged login, beside a bare echo; judgements a second without HTTP and disk; backtests; lists
	cargo bench --locked --profile dist --package rightful-server --bench login --bench judgement --bench backtest --bench lists

soak: setup ## Kill the server ROUNDS times under load and look for every login it acknowledged; stories at every hour of a week; SOAK_CASES of each property, drawn anew; fuzz each decoder for SOAK_FUZZ_S seconds
	cargo run --locked --release --package xtask -- soak --rounds $(ROUNDS)
	EVERY_HOUR=1 cargo test --locked --release --package rightful-sim --test stories -- "at other hours"
	PROPTEST_CASES=$(SOAK_CASES) cargo test --locked --release --workspace --lib --bins --tests
	bash scripts/fuzz.sh $(SOAK_FUZZ_S)

fuzz: ## Feed bytes to each decoder for FUZZ_S seconds (needs a nightly toolchain and cargo-fuzz)
	bash scripts/fuzz.sh $(FUZZ_S)

# The parts of the gate.

setup:
	@bash scripts/setup.sh

fmt:
	cargo fmt --all --check

lint:
	cargo clippy --locked --workspace --all-targets -- -D warnings

deny:
	$(if $(shell PATH="$(PATH)" command -v cargo-deny),cargo deny --locked check licenses bans sources,@echo "cargo-deny is not installed: tidy checks licenses, bans and sources")

doctest:
	cargo test --locked --workspace --doc

# The same cases of each property at each run: what the gate says of a commit, it says again. `make soak` draws others.
unit: export PROPTEST_RNG_SEED ?= 1
unit:
	$(UNIT)
