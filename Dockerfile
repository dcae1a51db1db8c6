# The studio in a container: docker compose up. The command line: docker run --rm -v "$PWD:/work" -w /work autochrome autochrome photo a.jpg
FROM python:3.11-slim AS build
# hadolint ignore=DL3013
RUN pip install --no-cache-dir build
WORKDIR /source
COPY . .
RUN python -m build --wheel --outdir /wheel .

FROM python:3.11-slim
COPY constraints.txt /tmp/constraints.txt
COPY --from=build /wheel /tmp/wheel
RUN pip install --no-cache-dir --constraint /tmp/constraints.txt "$(ls /tmp/wheel/*.whl)[fast,film,studio]" \
    && rm -r /tmp/wheel /tmp/constraints.txt \
    && useradd --create-home --uid 1000 autochrome \
    && install --directory --owner autochrome /projects
USER 1000
VOLUME /projects
EXPOSE 8470
# The page itself needs no token; only the API does.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD ["python", "-c", "import http.client; c = http.client.HTTPConnection('127.0.0.1', 8470, timeout=4); c.request('GET', '/'); raise SystemExit(c.getresponse().status != 200)"]
# Without AUTOCHROME_TOKEN the studio makes a random token and prints the address with it.
CMD ["sh", "-c", "exec autochrome studio /projects --host 0.0.0.0 --no-browser ${AUTOCHROME_TOKEN:+--token \"$AUTOCHROME_TOKEN\"}"]
