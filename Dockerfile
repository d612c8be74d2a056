# The service as one image; the same image runs web, worker, scheduler and the release step.
FROM python:3.11-slim AS packages
WORKDIR /build
COPY requirements.lock .
RUN python -m venv /opt/venv \
 && /opt/venv/bin/python -m pip --disable-pip-version-check install --no-cache-dir --require-hashes \
    -r requirements.lock \
 && /opt/venv/bin/python -m pip --disable-pip-version-check uninstall --yes pip setuptools

FROM python:3.11-slim
RUN groupadd --gid 10001 nuanlin \
 && useradd --uid 10001 --gid 10001 --no-create-home --shell /usr/sbin/nologin nuanlin \
 && install -d -o nuanlin -g nuanlin /app/var /tmp/metrics
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    MALLOC_ARENA_MAX=2 \
    PROMETHEUS_MULTIPROC_DIR=/tmp/metrics
WORKDIR /app
COPY --from=packages /opt/venv /opt/venv
COPY LICENSE README.md ./
COPY data data
COPY intents intents
COPY bot bot
RUN python -m compileall -q bot intents
# learned once into the image, so that the containers start at once and need no writable folder
ENV BOT_MODELS_DIR=/app/models
RUN install -d -o nuanlin -g nuanlin /app/models
USER nuanlin
RUN python -m bot train
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
  CMD ["python", "-c", "import os, urllib.request as u; u.urlopen('http://127.0.0.1:' + os.environ.get('BOT_PORT', '8000') + '/healthz', timeout=2)"]
ENTRYPOINT ["python", "-m", "bot"]
CMD ["web"]
