# Klang: every command installs what it needs itself; only Python 3.11+ and make must be there.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
PORT ?= 8000
STAGE ?=
ENVIRONMENT ?= local
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
export PYTHONPATH := $(CURDIR)
export AWS_EC2_METADATA_DISABLED := true

.PHONY: help
help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-13s %s\n", $$1, $$2}'

$(READY): requirements-dev.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Klang needs Python 3.11 or later: make PYTHON=/path/to/python"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

.PHONY: setup
setup: $(READY) ## create .venv with everything (the other commands do this themselves)

.PHONY: run
run: $(READY) ## run all four platforms on this machine (PORT=8000)
	@$(BIN)/python -m infra.local.run --port $(PORT)

.PHONY: demo
demo: $(READY) ## play the story of a restaurant licence through all four platforms (KEEP=1 leaves the stack running)
	@$(BIN)/python -m demo $(if $(KEEP),--keep) $(if $(filter-out 8000,$(PORT)),--port $(PORT))

# what speaks to whichever emulator is named; the other tests are about moto, or need none
ON_ANY_EMULATOR := tests/shared/test_table_contract.py tests/shared/test_objects.py tests/shared/test_aws_keys.py \
	tests/journeys/test_restaurant_licence.py tests/journeys/test_strangers.py

.PHONY: test
test: $(READY) ## run every test (EMULATOR=ministack: store contracts and journeys on the second emulator)
	@$(BIN)/python -m pytest -q -n 2 --dist loadfile --no-loadscope-reorder $(if $(EMULATOR),$(ON_ANY_EMULATOR))

.PHONY: soak
soak: $(READY) ## live many short lives of every flow under faults (SEEDS=200 FROM=0 WRITE=1 adds them to bench/SOAK.md)
	@$(BIN)/python -m tests.soak --seeds $(or $(SEEDS),200) --from $(or $(FROM),0) $(if $(WRITE),--write)

CASES ?= 20000

.PHONY: hostile
hostile: $(READY) ## ask every operation CASES times together as hostile callers do, with every forged token (CASES=20000)
	@HOSTILE_CASES=$(CASES) $(BIN)/python -m pytest -q tests/hostile/strangers/test_schemas.py tests/hostile/test_forgeries.py tests/hostile/test_assertions.py tests/hostile/test_api_tokens.py

.PHONY: check
check: $(READY) ## format, lint, types, arrows, generated files, template
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/cfn-lint infra/template.yaml infra/backup.yaml
	$(BIN)/python -m scripts.lock --check
	$(BIN)/python -m infra.stages --check
	$(BIN)/python -m scripts.openapi --check
	$(BIN)/python -m scripts.metrics --check
	$(BIN)/python -m scripts.new_service --check chalicelib/biz/definitions/shipped
	$(BIN)/python -m scripts.check_bundles
	$(BIN)/python -m scripts.check_entitlements
	$(BIN)/python -m scripts.check_billers

.PHONY: check-cloud
check-cloud: $(READY) ## read the templates with checkov, and a package (PACKAGE=build/prod-gdx/package/sam.json)
	$(BIN)/python -m scripts.check_cloud $(PACKAGE)

.PHONY: lock
lock: $(READY) ## lock all libraries by their hashes, after a change of requirements*.txt (UPGRADE=1 takes newer ones of what those need)
	$(BIN)/python -m scripts.lock $(if $(UPGRADE),--upgrade)

.PHONY: audit
audit: $(READY) ## look up known faults of all locked libraries (SERVICE=osv); ends with 3 where that cannot be known
	@$(BIN)/python -m scripts.audit $(if $(SERVICE),--service $(SERVICE))

.PHONY: sbom
sbom: $(READY) ## tell what is in any zip, in CycloneDX (ARCHIVE=what-lambda-runs.zip COMMIT=...); make package writes it by itself
	@test -n "$(ARCHIVE)" || { echo "say which: make sbom ARCHIVE=build/prod-gdx/package/deployment.zip"; exit 2; }
	@$(BIN)/python -m infra.supply.bill "$(ARCHIVE)" $(if $(COMMIT),--commit $(COMMIT))

.PHONY: rights
rights: $(READY) ## play the story and write down what each function asks AWS for (infra/rights/seen.json)
	@$(BIN)/python -m tests.journeys.record_rights > /dev/null
	$(BIN)/python -m infra.stages

.PHONY: docs
docs: $(READY) ## write docs/openapi.json, docs/scale.md and .chalice/ from the code
	$(BIN)/python -m scripts.openapi
	$(BIN)/python -m scripts.metrics
	$(BIN)/python -m infra.stages
	$(BIN)/python -m bench.scale

.PHONY: bench
bench: $(READY) ## measure side by side and write bench/RESULTS.md, STARTING.md, SEARCH.md and TABLES.md
	$(BIN)/python -m bench
	$(BIN)/python -m bench.cold_start
	$(BIN)/python -m bench.search
	$(BIN)/python -m bench.tables

.PHONY: ingest
ingest: $(READY) ## show what Klang makes of a file before it is uploaded (FILE=table.xlsx OPTIONS="header=3")
	@test -n "$(FILE)" || { echo "say which: make ingest FILE=table.xlsx"; exit 2; }
	@$(BIN)/python -m scripts.ingest "$(FILE)" $(OPTIONS)

.PHONY: new-service
new-service: $(READY) ## write a new Biz service, complete and ready to edit (NAME=dog-licence, AGENCY=TH/LOCAL/CODE)
	@test -n "$(NAME)" || { echo "say its name: make new-service NAME=dog-licence"; exit 2; }
	@$(BIN)/python -m scripts.new_service $(NAME) $(if $(AGENCY),--agency $(AGENCY))

.PHONY: check-service
check-service: $(READY) ## tell everything that is wrong with a service (FILE=path to its JSON)
	@test -n "$(FILE)" || { echo "say which: make check-service FILE=chalicelib/biz/definitions/shipped/dog-licence.json"; exit 2; }
	@$(BIN)/python -m scripts.new_service --check $(FILE)

.PHONY: package
package: $(READY) ## make a CloudFormation package (STAGE=prod-gdx, or FORMAT=terraform)
	@test -n "$(STAGE)" || { echo "say which: make package STAGE=prod-gdx"; exit 2; }
	$(BIN)/python -m infra.package $(STAGE)$(if $(FORMAT), --format $(FORMAT))

.PHONY: doctor
doctor: $(READY) ## say what stands in the way of a deployment (STAGE=prod-gdx)
	@test -n "$(STAGE)" || { echo "say which: make doctor STAGE=prod-gdx"; exit 2; }
	@$(BIN)/python -m infra.deploy $(STAGE) doctor

.PHONY: deploy
deploy: $(READY) ## examine, deploy and try a stage in AWS; back again if it is not well (STAGE=prod-gdx)
	@test -n "$(STAGE)" || { echo "say which: make deploy STAGE=prod-gdx"; exit 2; }
	@$(BIN)/python -m infra.deploy $(STAGE)

.PHONY: rollback
rollback: $(READY) ## bring the release before back (STAGE=prod-gdx)
	@test -n "$(STAGE)" || { echo "say which: make rollback STAGE=prod-gdx"; exit 2; }
	@$(BIN)/python -m infra.deploy $(STAGE) rollback

.PHONY: practice
practice: $(READY) ## run a local cloud in which the commands for operators can be practised (then: . build/practice.env)
	@$(BIN)/python -m infra.rehearsal.practising

.PHONY: drill
drill: $(READY) ## lose the tables and objects of a town on this machine, restore them, and measure (ROOM=biz for one platform)
	@$(BIN)/python -m infra.drill $(ROOM)

.PHONY: rehearse
rehearse: $(READY) ## really deploy the four platforms into a local cloud and play the story there
	$(BIN)/python -m demo --rehearsal

.PHONY: clean
clean: ## remove what the commands made
	rm -rf $(VENV) .cache build .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage
