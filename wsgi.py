"""The application that gunicorn and the flask command find."""

import gc

# What is imported and made at the start stays: the collector of garbage need not go through it while it is made,
# nor ever after. Frozen before gunicorn forks, its pages of memory stay shared too.
gc.disable()

from eventsvc import create_app  # noqa: E402

app = create_app()

gc.freeze()
gc.enable()
