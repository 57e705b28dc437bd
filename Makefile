# What can be done here: `make help`.

# Outside the clone, so that clones share what they build.
CACHE := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/opcx
export CARGO_TARGET_DIR ?= $(CACHE)/target
export OPCX_TOOLS ?= $(CACHE)/tools

.PHONY: help test demo release bench fuzz api

help: ## show this list
	@awk -F ' ## ' '/^[a-z-]+:.* ## / { sub(/:.*/, "", $$1); printf "make %-8s %s\n", $$1, $$2 }' Makefile

test: ## check formatting, lints, documentation, dependencies, and run every test
	@ci/test.sh

demo: ## build opcx and play a simulated company with it, until Ctrl-C
	@ci/demo.sh

release: ## build opcx as it is shipped, guided by what it is seen to do; a quarter of an hour
	@cargo xtask release

bench: ## measure the parts that have benchmarks; leave the machine alone meanwhile
	@cargo bench --workspace --locked

FUZZ_SECONDS ?= 600

fuzz: ## make up inputs from outside, ten minutes (FUZZ_SECONDS) for each kind
	@cargo xtask fuzz --seconds $(FUZZ_SECONDS)

api: ## ask a running opcx what its OpenAPI document allows and what it does not, 10,000 times and more
	@ci/api.sh
