# Two commands, both safe to repeat:
#   make run     everything set up, migrated, the demo loaded; site and worker up on http://127.0.0.1:8000 (PORT=…)
#   make test    everything set up, all tests run; its last line says what was left out
# And: make check (linters and types), make bench (measurements), make format;
# make catalogues takes new words for people into the catalogues of every language, for somebody to translate.
# Settings in a file .env count for `make run` as those of the environment do.

PYTHON ?= python3
PORT ?= 8000
export PYTHON PORT
export PYTHONUNBUFFERED := 1
# Compiled once, and kept beside the code, whatever the environment says: else every process compiles all of it again.
export PYTHONDONTWRITEBYTECODE :=
export PATH := $(CURDIR)/.venv/bin:$(PATH)

IS_TAKEN = import socket, sys; sys.exit(socket.socket().connect_ex(("127.0.0.1", $(PORT))))

.PHONY: run test check bench format setup translations catalogues

run: export PUBLIC_URL ?= http://127.0.0.1:$(PORT)
run:
	@.ci/venv requirements.txt
	@$(MAKE) --no-print-directory translations
	@if python -c '$(IS_TAKEN)'; then echo "Port $(PORT) is taken. Choose another: make run PORT=8001" >&2; exit 1; fi
	@honcho run flask --app wsgi db upgrade
	@honcho run flask --app wsgi demo
	@printf '\n  The site:     http://127.0.0.1:%s\n' '$(PORT)'
	@printf '  The desk:     http://127.0.0.1:%s/desk/\n' '$(PORT)'
	@printf '  Sign in as:   olga@example.org\n'
	@printf '  Password:     %s\n\n' "$$(cat instance/demo_password 2>/dev/null || echo 'set by you')"
	@honcho start

test: setup
	@python tests/run.py

check: setup
	ruff check .
	ruff format --check .
	mypy
	djlint --quiet --lint templates

bench: setup
	@python -m bench

format: setup
	ruff check --fix .
	ruff format .

setup:
	@.ci/venv requirements.txt tests/requirements.txt
	@$(MAKE) --no-print-directory translations

translations:
	@if [ -d eventsvc/translations ]; then pybabel --quiet compile --directory eventsvc/translations; fi

WORDS = build/messages.pot

catalogues: setup
	@mkdir -p build
	@pybabel --quiet extract --mapping-file=eventsvc/translations/babel.cfg --keywords="_l lazy_gettext lazy_pgettext:1c,2" \
		--add-location=file --sort-by-file --width=110 --output-file=$(WORDS) .
	@pybabel --quiet update --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date --width=110 \
		--input-file=$(WORDS) --output-dir=eventsvc/translations
	@$(MAKE) --no-print-directory translations
