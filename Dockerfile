# One image for the site, the worker and the migrations; compose.yaml says which is which.
FROM python:3.11-slim

# typst draws social pictures and badges with the fonts it finds: names come in every script.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends fonts-noto-core fonts-noto-cjk \
    && rm -rf /var/lib/apt/lists/*

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1

WORKDIR /srv/eventsvc

COPY requirements.txt ./
RUN pip install --requirement requirements.txt

COPY config.py wsgi.py ./
COPY eventsvc ./eventsvc
COPY migrations ./migrations
COPY templates ./templates
# Compiled here once: whoever runs the service may not write beside its code.
RUN if [ -d eventsvc/translations ]; then pybabel compile --directory eventsvc/translations; fi \
    && python -m compileall -q eventsvc config.py wsgi.py \
    && useradd --system --uid 10001 --home-dir /srv/eventsvc --shell /usr/sbin/nologin eventsvc \
    && mkdir instance \
    && chown eventsvc: instance

USER eventsvc
# The secret key, letters where no mail server is set, and SQLite's file: keep it.
VOLUME /srv/eventsvc/instance
EXPOSE 8000

HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD \
    ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]

CMD ["gunicorn", "--config", "eventsvc/serving.py", "--bind", "0.0.0.0:8000", "wsgi:app"]
