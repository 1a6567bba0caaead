# The two commands: `make demo` and `make test`. Both set up what the machine lacks.

PROFILE_DIR := target/release

.PHONY: demo test bench abuse check fix web setup image clean-data

demo: setup web
	cargo build --release --bins
	@.ci/image $(PROFILE_DIR)/task-runner
	$(PROFILE_DIR)/exam-server demo

test:
	@.ci/test

bench: setup web
	cargo build --release --bins
	@.ci/image $(PROFILE_DIR)/task-runner
	RUST_LOG=warn cargo bench -p exam-tests -p task-runner

# What candidates who are root in their lab may try, the slow attacks too.
abuse: setup web
	cargo build --release --bins
	@.ci/image $(PROFILE_DIR)/task-runner
	cargo test -p task-runner --test abuse -- --include-ignored

# What CI asks of the source before it runs the tests.
check:
	@.ci/check

fix:
	cargo fmt --all
	cargo clippy --workspace --all-targets --fix --allow-dirty --allow-staged

setup:
	@.ci/setup

web:
	@.ci/web

clean-data:
	rm -rf data
