# Everything runs in environments of its own, made here: nothing but Python 3.11 and make is needed.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
BENCH  := .venv-bench
DOCS   := .venv-docs
PAGES  := build/docs/pages
DEMO   := build/demo
# A small corpus wants rarer words and more passes than the defaults, which are for millions of words.
DEMO_SETTINGS := --min-count 2 --epochs 20
PICTURED      := king queen prince princess man woman boy girl father mother paris london rome berlin madrid \
  france england italy germany spain bread soup cheese wine beer river lake sea mountain island car train ship plane \
  red blue green white music song film book monday friday sunday january june
PIP_INSTALL   := pip install --quiet --disable-pip-version-check

.PHONY: help demo test lint torture bench docs man pictures translations vectors taggers clean

help:
	@echo "make demo   install, show the neighbours of king, train word vectors on the bundled tales, show theirs"
	@echo "make test   install, lint, check types, run every test"
	@echo "make torture  the tests of reliability in their long form: hundreds of kills, a line of 1 GB"
	@echo "make bench [CONTESTS=…]  install the peers too, and measure against them (long; segmenting, say, is one)"
	@echo "make docs   build the pages of docs/ as a site, build/docs/site, and check every link in it"
	@echo "make man    write the pages of the manual, docs/man, anew from the commands' help"
	@echo "make pictures  draw the picture of the README anew"
	@echo "make translations  compile the catalogues of messages in other languages, cli/locale"
	@echo "make vectors TEXT=… ANALOGIES=… SIMILARITY=…  train the English vectors that come with nlptool"
	@echo "make taggers GSD=… EWT=… WIKIGOLD=…  train the segmenter and the taggers that come with nlptool"
	@echo "make clean  remove what was built"

demo: $(DEMO)/tales.model
	@echo; echo '$$ nlptool similar -k 3 king   # by the English vectors that come with it'
	@$(BIN)/nlptool similar -k 3 king
	@echo; echo '$$ nlptool similar -m $(DEMO)/tales.model king   # by those just trained on the bundled tales'
	@$(BIN)/nlptool similar -m $(DEMO)/tales.model king
	@echo; echo 'Next: . $(BIN)/activate; then nlptool help tells all commands, nlptool lecture shows the formulas at work.'

$(DEMO)/tales.tokens: $(VENV)/installed $(wildcard corpora/english/*.txt)
	@mkdir -p $(@D)
	$(BIN)/nlptool corpus english | $(BIN)/nlptool tokenize --lower -o $@

$(DEMO)/tales.model: $(DEMO)/tales.tokens
	$(BIN)/nlptool w2v-train $(DEMO_SETTINGS) -o $@ $<

# Coverage is of each file: what one has too much does not help another.
test: lint
	$(BIN)/python -m pytest -n auto --dist worksteal --mirrors only --cov --cov-report=
	@$(BIN)/coverage report | awk '{ print } /\.py/ && $$NF + 0 < 95 { low = 1 } END { exit low || NR < 3 }'
	$(BIN)/python -m pytest -n auto --dist worksteal --mirrors none

lint: $(VENV)/installed-test
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

torture: $(VENV)/installed-test
	NLPTOOL_TORTURE=1 $(BIN)/python -m pytest tests/torture tests/nlp/storage/test_model_file.py

# Installed as users install it: an editable install starts slower.
bench: $(BENCH)/installed
	$(BENCH)/bin/$(PIP_INSTALL) --no-deps --force-reinstall .
	rm -rf build/lib build/bdist.*
	$(BENCH)/bin/python -m tests.bench $(CONTESTS)

# What pages name is beside them in the site too: the README as its first page, the sources that they point to.
docs: $(DOCS)/installed
	rm -rf build/docs
	mkdir -p $(PAGES)
	cp docs/zensical.toml build/docs
	cp -r docs/*.md docs/*.svg docs/man cli nlp corpora $(PAGES)
	sed 's:](docs/:](:g' README.md > $(PAGES)/index.md
	sed 's:](docs/:](:g' README.zh-CN.md > $(PAGES)/index.zh-CN.md
	cp LICENSE CHANGELOG.md $(PAGES)
	sed -i.bak 's:](\.\./:](:g; s:](README:](index:g' $(PAGES)/*.md
	rm -rf $(PAGES)/*.bak $(PAGES)/corpora/models
	find $(PAGES) -name __pycache__ -prune -exec rm -r {} +
	cd build/docs && ../../$(DOCS)/bin/zensical build --strict -f zensical.toml

pictures: $(VENV)/installed
	$(BIN)/nlptool plot -o docs/map.svg $(PICTURED)

man: $(VENV)/installed
	LANGUAGE=C $(BIN)/python -m cli.manual docs/man

translations: $(VENV)/installed
	$(BIN)/python -m cli.translation

vectors: $(VENV)/installed
	$(BIN)/python -m corpora.models.train_english_vectors $(TEXT) --analogies $(ANALOGIES) --similarity $(SIMILARITY)

taggers: $(VENV)/installed
	$(BIN)/python -m corpora.models.train_taggers --gsd $(GSD) --ewt $(EWT) --wikigold $(WIKIGOLD)

$(VENV)/installed: pyproject.toml | $(VENV)
	$(BIN)/$(PIP_INSTALL) -e .
	@touch $@

$(VENV)/installed-test: pyproject.toml | $(VENV)
	$(BIN)/$(PIP_INSTALL) -e '.[test]'
	@touch $(VENV)/installed $@

$(BENCH)/installed: pyproject.toml
	$(PYTHON) -m venv $(BENCH)
	$(BENCH)/bin/$(PIP_INSTALL) '.[bench]'
	@touch $@

$(DOCS)/installed: pyproject.toml
	$(PYTHON) -m venv $(DOCS)
	$(DOCS)/bin/$(PIP_INSTALL) '.[docs]'
	@touch $@

$(VENV):
	$(PYTHON) -m venv $@

clean:
	rm -rf build $(VENV) $(BENCH) $(DOCS) *.egg-info
