"""The application that gunicorn and the flask command find."""

from eventsvc import create_app

app = create_app()
