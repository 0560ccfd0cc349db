# Stage 1 builds the wheel, stage 2 runs it as an ordinary user. tests/packaging proves the same steps in a bare venv.
FROM python:3.11-slim AS build
WORKDIR /src
RUN pip install --no-cache-dir "build>=1.2"
COPY pyproject.toml README.md CHANGELOG.md LICENSE constraints.txt ./
COPY bot bot
COPY adapters adapters
COPY nlu nlu
COPY knowledge knowledge
COPY scheduler scheduler
COPY config config
RUN python -m build --wheel --outdir /dist

FROM python:3.11-slim
RUN useradd --create-home --uid 10001 drrc && mkdir -p /data && chown drrc:drrc /data
COPY --from=build /dist/*.whl /src/constraints.txt /tmp/
RUN pip install --no-cache-dir -c /tmp/constraints.txt /tmp/*.whl && rm -rf /tmp/*
USER drrc
ENV DRRC_HOST=0.0.0.0 DRRC_PORT=8080 DRRC_DATA_DIR=/data DRRC_LOG_FORMAT=json
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=15s --timeout=3s --start-period=40s --retries=3 \
  CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8080/readyz', timeout=2)"]
ENTRYPOINT ["drrc"]
CMD ["serve"]
