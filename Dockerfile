# The tracker and the workers in one image: which of them runs is said by the command (docker-compose.yml).
# Everything is pinned by hash; what is compiled is compiled in a stage that is left behind.
FROM python:3.11-slim-bookworm AS build
# The distribution's own versions: it backports fixes and does not keep what it replaced.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends gcc libc6-dev libssl-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /build
COPY requirements/run.txt requirements/proton.txt ./
RUN python -m venv /opt/tracker \
    && /opt/tracker/bin/pip install --no-cache-dir --require-hashes -r run.txt \
    && /opt/tracker/bin/pip install --no-cache-dir --require-hashes -r proton.txt \
    && /opt/tracker/bin/pip uninstall -y pip
COPY manage.py ./
COPY migration_tracker migration_tracker
COPY transport transport
COPY workers workers
COPY config config
COPY templates templates
COPY static static
RUN TRACKER_DATA_DIR=/tmp/data TRACKER_STATIC_DIR=/build/collected /opt/tracker/bin/python manage.py collectstatic --noinput \
    && /opt/tracker/bin/python -m compileall -q migration_tracker transport workers

FROM python:3.11-slim-bookworm
# git reads the repositories that are mounted, whoever owns them; ssh fetches those elsewhere; pg_dump is the back-up's.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends git openssh-client postgresql-client \
    && rm -rf /var/lib/apt/lists/* \
    && git config --system --add safe.directory '*' \
    && useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin tracker \
    && install -d -o tracker -g tracker /data
COPY --from=build /opt/tracker /opt/tracker
COPY --from=build /build /app
WORKDIR /app
ENV PATH=/opt/tracker/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HOME=/tmp \
    TRACKER_DATA_DIR=/data \
    TRACKER_STATIC_DIR=/app/collected
USER 10001:10001
VOLUME /data
EXPOSE 8000
CMD ["gunicorn", "migration_tracker.wsgi", "--config", "python:migration_tracker.gunicorn", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", "--workers", "2", "--threads", "8", "--worker-tmp-dir", "/dev/shm", "--graceful-timeout", "20"]
