# 닥터알씨: `make run` 으로 시작하고 `make test` 로 확인해요.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -q

.DEFAULT_GOAL := help
.PHONY: run test test-browser test-emulate soak bench lint types fmt help clean

help: ## 이 도움말을 보여 줘요
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 이상이 필요해요 (PYTHON=python3.11 make run)"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) install -c constraints.txt -e .
	@touch $@

$(VENV)/.test: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) install -c constraints.txt -e '.[test,dev]'
	@touch $@ $(VENV)/.run

run: $(VENV)/.run ## 설치하고 봇을 띄워요: http://127.0.0.1:8080
	$(BIN)/drrc serve

test: $(VENV)/.test ## 모든 시험(브라우저·오래 걸리는 것 빼고)
	$(BIN)/python -m pytest -m "not browser and not soak and not install and not emulate" -n 2 --dist loadscope

test-browser: $(VENV)/.test ## 진짜 브라우저 시험 (chromium 이 있어야 해요)
	$(BIN)/python -m pytest -m browser tests/browser

test-emulate: $(VENV)/.test ## 슬랙 창구를 남이 만든 슬랙(npm emulate, Node 24)에 대어 봐요
	$(BIN)/python -m pytest -m emulate tests/wire/test_slack_emulate.py

soak: $(VENV)/.test ## 오래 걸리는 시험: 죽이고 되살리기를 여러 번
	$(BIN)/python -m pytest -m soak -n 2 --timeout 3000

bench: $(VENV)/.test ## 속도를 재서 표와 JSON 으로
	$(BIN)/python tests/benchmarks/run.py

lint: $(VENV)/.test ## ruff 와 import 규칙
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: $(VENV)/.test ## mypy
	$(BIN)/mypy

fmt: $(VENV)/.test ## 코드 모양을 맞춰요
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean: ## 만들어진 것을 지워요
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
