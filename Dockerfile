# Two stages: one that installs, one that runs, with nothing in it that only installing needs.
FROM python:3.11-slim AS install
WORKDIR /app
COPY requirements.txt .
RUN python -m venv /opt/sevbot && /opt/sevbot/bin/pip install --no-cache-dir --require-hashes -r requirements.txt

FROM python:3.11-slim
RUN useradd --system --uid 10001 --home-dir /app sevbot && install -d -o sevbot /app/var
COPY --from=install /opt/sevbot /opt/sevbot
WORKDIR /app
COPY bot bot
COPY migrations migrations
COPY templates templates
COPY config config
RUN /opt/sevbot/bin/python -m compileall -q bot migrations
ENV PATH=/opt/sevbot/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 SEVBOT_HTTP=0.0.0.0:8080 SEVBOT_LOG=json MPLCONFIGDIR=/app/var/fonts
USER sevbot
VOLUME /app/var
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/healthz', timeout=2)"]
ENTRYPOINT ["python", "-m", "bot"]
CMD ["run"]
