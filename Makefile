.DEFAULT_GOAL := help
.PHONY: help build demo test kills lint bench release teeth fuzz

help: ## what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-7s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## the program, as bin/vantelle: one static file
	CGO_ENABLED=0 go build -trimpath -o bin/vantelle ./cmd/vantelle

demo: ## try it: a fictional dossier, a portal and an administrator, all local
	go run ./cmd/vantelle demo

test: ## everything that must hold before a change goes in
	@.ci/test.sh

kills: ## kill the program KILLS times, 300 otherwise, over each directory; a part of make test with LONG=1
	go test -timeout 2h -run TestKilledAtAnyMoment ./cmd/vantelle -kills $${KILLS:-300}

lint: ## look at the code without running it
	@.ci/lint.sh

bench: ## measure, and print figures (docs/performance.md says what they mean)
	@.ci/bench.sh

teeth: ## show that the gate's tests can fail: each check is taken out in turn
	go run ./internal/teeth

fuzz: ## feed every reader of foreign bytes with random ones, FUZZTIME each (a minute otherwise)
	@FUZZTIME=$${FUZZTIME:-1m} .ci/fuzz.sh

release: ## archives for Linux and Windows in dist/, with sums and bills of materials
	@.ci/release.sh
