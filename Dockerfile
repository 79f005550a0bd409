# The lab's own services, in one image: history, checkout, traffic, receiver. `docker compose build` makes it.
ARG PYTHON_IMAGE=python:3.12.11-slim-bookworm
ARG PROMETHEUS_IMAGE=prom/prometheus:v3.13.3

FROM ${PROMETHEUS_IMAGE} AS prometheus

FROM ${PYTHON_IMAGE} AS build
# An index of your own, where there is one: export PIP_INDEX_URL before `docker compose build`.
ARG PIP_INDEX_URL
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_CONSTRAINT=/src/.ci/constraints.txt
WORKDIR /src
COPY . .
RUN python3 -m venv /slotui && /slotui/bin/pip install --no-cache-dir .

FROM ${PYTHON_IMAGE}
# A new volume takes over who may write where it is mounted: here, whoever .env says.
RUN mkdir -m 1777 /data
ENV PATH=/slotui/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER 65534:65534
# promtool writes the past into the database that Prometheus then opens: both of one version.
COPY --from=prometheus /bin/promtool /usr/local/bin/promtool
COPY --from=build /slotui /slotui
