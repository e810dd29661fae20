# syntax=docker/dockerfile:1
# The image of the web process. docker-compose.yml says how it runs; docs/operations.md is for who runs it.

# --- What both of the others stand on ---------------------------------------------------------------------------
FROM python:3.11-slim AS system
# What WeasyPrint shapes and lays out text with, for stories saved as PDF (news/paper.py).
RUN apt-get update \
    && apt-get install -y --no-install-recommends libpangoft2-1.0-0 \
    && rm -rf /var/lib/apt/lists/*

# --- Built here, thrown away after: pip's caches, whatever a package would need to compile ----------------------
FROM system AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONDONTWRITEBYTECODE=1
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH
WORKDIR /app
# First only the list, so that a change of code does not install everything again.
COPY requirements.txt ./
RUN pip install -r requirements.txt
COPY manage.py ./
COPY deploy/health.py deploy/
COPY docs/huong-dan-bien-tap.md docs/
COPY docs/screenshots/guide docs/screenshots/guide
COPY static static
COPY templates templates
COPY news news
COPY comments comments
COPY portal portal
# Production settings refuse to load without these. They live for this one command, are in no layer and no ENV;
# the key is rolled here and never used again. Files are named by their checksums and compressed once.
RUN PORTAL_MODE=production \
    PORTAL_SITE_URL=https://build.invalid \
    PORTAL_SECRET_KEY="$(python -c 'import secrets; print(secrets.token_urlsafe(50))')" \
    DATABASE_URL=sqlite://:memory: \
    PORTAL_DATA_DIR=/collected \
    python manage.py collectstatic --noinput
# The running container cannot write beside its code.
RUN python -m compileall -q /app /opt/venv/lib

# --- What runs --------------------------------------------------------------------------------------------------
FROM system
# A fixed number, so that the files of the volumes keep their owner from one image to the next.
RUN groupadd --gid 10001 portal \
    && useradd --uid 10001 --gid portal --no-create-home --home-dir /app --shell /usr/sbin/nologin portal \
    # A new volume takes owner and rights of the folder it is mounted on.
    && install -d -o portal -g portal /data /data/media /data/static
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
COPY --from=build /collected/static /app/collected
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PORTAL_DATA_DIR=/data \
    # By default malloc keeps a heap for each thread, and what one has freed no other may use.
    MALLOC_ARENA_MAX=2 \
    # Processes, and how many requests each works on at a time. Every thread may hold one database connection.
    GRANIAN_WORKERS=2 \
    GRANIAN_BLOCKING_THREADS=8
WORKDIR /app
USER 10001:10001
VOLUME /data/media /data/static
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 CMD ["python", "deploy/health.py"]
# A worker that dies is replaced; one that does not end within 15 s of SIGTERM is killed.
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--http", "1", "--no-ws", \
     "--respawn-failed-workers", "--workers-kill-timeout", "15", "portal.serving:application"]
