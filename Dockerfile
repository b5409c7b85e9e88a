# docker build --tag logling .
#
# Where the journal is a source, the image needs journalctl: --build-arg PACKAGES=systemd
# For messages by Apprise, and for a Dask cluster: --build-arg PYTHON_PACKAGES="apprise distributed"
# How it is run: deploy/compose.yaml, deploy/docs/operating.md.

FROM python:3.13-slim-trixie AS build
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY model model
COPY service service
COPY web web
COPY deploy/docs deploy/docs
ARG PYTHON_PACKAGES=""
RUN python -m venv /opt/logling && /opt/logling/bin/pip install --no-cache-dir . $PYTHON_PACKAGES

FROM python:3.13-slim-trixie
LABEL org.opencontainers.image.title="Logling" \
      org.opencontainers.image.description="A model of your own logs in 101 KB" \
      org.opencontainers.image.licenses="MIT"
ARG PACKAGES=""
RUN apt-get update \
    && apt-get install --yes --no-install-recommends git openssh-client tini $PACKAGES \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --user-group --home-dir /var/lib/logling --shell /usr/sbin/nologin logling \
    && install --directory --mode 700 --owner logling --group logling /var/lib/logling \
    && install --directory --owner logling --group logling /var/lib/logling/site
COPY --from=build /opt/logling /opt/logling
ENV PATH=/opt/logling/bin:$PATH \
    LOGLING_HOME=/var/lib/logling \
    PYTHONUNBUFFERED=1
USER 10001:10001
WORKDIR /var/lib/logling
VOLUME /var/lib/logling
STOPSIGNAL SIGTERM
# Only the volume and /tmp are written to: run it with --read-only --tmpfs /tmp.
# No proxy is asked, also where http_proxy is set for git.
HEALTHCHECK --interval=1m --timeout=10s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as r; r.build_opener(r.ProxyHandler({})).open('http://127.0.0.1:' + os.environ.get('LOGLING_ADMIN__PORT', '8101') + '/healthz', timeout=8)"]
# tini takes in the processes that a killed git or hook leaves behind.
ENTRYPOINT ["tini", "--", "logling"]
CMD ["serve"]
