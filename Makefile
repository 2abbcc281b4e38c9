# Two commands do everything on a fresh machine: make demo, make test.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: setup demo test check prove quality bench bench-check generated kafka-up kafka-down chaos deploy-check lock clean

setup: $(STAMP)

$(STAMP): requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(BIN)/python -m services.kernels.build
	@touch $@

demo: setup
	$(BIN)/newsfold replay tests/recordings/demo.warc.gz --out out/demo --stories
	@echo "Look at it in a browser:  $(BIN)/newsfold desk --from out/demo"

# `newsfold refold` is tested where there is a Java for Spark, which is half a gigabyte.
SPARK := $(if $(shell command -v java),$(VENV)/.spark)

$(VENV)/.spark: tests/spark.lock | setup
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-build-isolation -r tests/spark.lock
	@touch $@

test: setup check $(SPARK)
	$(BIN)/python -m pytest -m "not proof" --hypothesis-profile=thorough --numprocesses 2 --dist loadgroup

# All that is too long for every change: an hour on an idle machine. One after the other, for the speeds' sake.
prove: test
	$(BIN)/python -m pytest -m proof
	$(BIN)/python -m pytest tests/unit --hypothesis-profile=exhaustive --numprocesses 2 --dist loadgroup
	$(MAKE) chaos
	$(MAKE) deploy-check
	$(MAKE) quality
	$(MAKE) bench-check

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --num-workers auto

# What is made from the code and checked in; tests compare the bytes.
generated: setup
	$(BIN)/python -m services.contracts.schemas
	$(BIN)/python -m services.contracts.story_fields
	$(BIN)/python -m services.enrich.facts.cldr > services/enrich/facts/cldr.json
	$(BIN)/python -m services.ingest.text.months > services/ingest/text/months.json
	$(BIN)/python -m services.ops.metrics > docs/metrics.md
	$(BIN)/python -m services.ops.reference > docs/configuration.md
	$(BIN)/python -m deploy.monitoring.build
	$(BIN)/python -m deploy.helm.build

quality: setup
	-$(BIN)/python -m bench.transfer
	$(BIN)/python -m bench.quality

# Every speed beside its peers, ten minutes on an idle machine; writes docs/performance.md. More: ARTICLES=200000.
ARTICLES ?= 20000
bench: $(VENV)/.peers
	$(BIN)/python -m bench.speed --articles $(ARTICLES) --write

# Ratios of a short run against those recorded in bench/speed/recorded.json.
bench-check: $(VENV)/.peers
	$(BIN)/python -m bench.speed --check

$(VENV)/.peers: setup bench/requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r bench/requirements.lock
	@touch $@

# A real Apache Kafka on this machine's Java, no Docker; KAFKA_BOOTSTRAP=host:port uses one that runs already.
kafka-up: setup
	$(BIN)/python -m tests.kafka.broker up

kafka-down: setup
	$(BIN)/python -m tests.kafka.broker down

chaos: setup
	$(BIN)/python -m tests.kafka.throughput
	$(BIN)/python -m tests.kafka.chaos

# Everything under deploy/ for real: image, compose, kills, dashboards, alerts, chart. Ten minutes; needs podman.
deploy-check: setup
	$(BIN)/python -m tests.deploy.check

COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header

# The image's locks follow the project's: what is tested is what is shipped.
lock: setup
	$(COMPILE) --extra dev pyproject.toml -o requirements.lock
	$(COMPILE) -c requirements.lock pyproject.toml -o deploy/container/requirements.lock
	$(COMPILE) -c requirements.lock --extra bench pyproject.toml -o bench/requirements.lock
	printf 'cyclonedx-bom\nsetuptools>=80\n' | $(COMPILE) -c requirements.lock - -o deploy/container/build.lock
	echo podman-compose | $(COMPILE) - -o tests/deploy/compose.lock
	$(COMPILE) -c requirements.lock --extra spark pyproject.toml -o tests/spark.lock

clean:
	rm -rf $(VENV) out build .mypy_cache .ruff_cache .pytest_cache
