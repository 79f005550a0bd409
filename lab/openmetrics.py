"""A history as OpenMetrics text, which promtool turns into blocks of a Prometheus database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from typing import TextIO

from lab.history import History
from lab.series import Series, all_series, causes_of, recorded, spans_of
from slotui.core.counting import BAD, BAD_BY_CAUSE, CAUSE, ELIGIBLE, SLICE_BAD
from slotui.core.sli import SliceSli
from slotui.core.slo import Slo

_COARSE = ("0.1", "0.2", "0.4", "1.0", "+Inf")
"""Buckets of the past's histogram, beside those that an SLO selects: each costs 130 000 lines of text a month."""


def write_openmetrics(
    history: History, slos: Sequence[Slo], out: TextIO, *, instance: str, job: str = "checkout"
) -> None:
    """Everything that a Prometheus with the generated rules would have stored of the history.

    `job` is that of the live scrape; `instance` is the past's own, since the live counters begin at 0 again.
    Raw series have a sample a minute (counters start at 0 where the history starts), recorded ones every five minutes.
    """
    target = {"job": job, "instance": instance}
    stamps = [f" {minute.end:.0f}\n" for minute in history.minutes]
    series = all_series(history)
    for name, kind in _KINDS.items():
        out.write(f"# TYPE {name} {kind}\n")
        for one in series:
            if family(one.metric) != name or not _wanted(one, slos):
                continue
            head = f"{one.metric}{_labels({**one.labels, **target})} "
            values: Iterable[float] = one.values()
            if kind != "gauge":
                out.write(f"{head}0 {history.start:.0f}\n")
                values = accumulate(values)
            out.writelines(f"{head}{value}{stamp}" for value, stamp in zip(values, stamps, strict=True))
    _write_recorded(history, slos, series, out)
    out.write("# EOF\n")


_KINDS = {
    "http_requests": "counter",
    "http_request_duration_seconds": "histogram",
    "dependency_requests": "counter",
    "inventory_updated_timestamp_seconds": "gauge",
}


def family(metric: str) -> str:
    """The OpenMetrics family that a sample's name belongs to.

    >>> family("http_requests_total"), family("http_request_duration_seconds_bucket")
    ('http_requests', 'http_request_duration_seconds')
    """
    for suffix in ("_total", "_bucket", "_count", "_sum"):
        metric = metric.removesuffix(suffix)
    return metric


def _wanted(series: Series, slos: Sequence[Slo]) -> bool:
    if series.labels.get("le", _COARSE[0]) in _COARSE:
        return True
    return any(selector.accepts(series.metric, series.labels) for slo in slos for selector in slo.sli.selectors)


def _write_recorded(history: History, slos: Sequence[Slo], series: Sequence[Series], out: TextIO) -> None:
    samples: dict[str, list[str]] = {SLICE_BAD: [], ELIGIBLE: [], BAD: [], BAD_BY_CAUSE: []}
    for slo in slos:
        labels = _labels({"slo": slo.name, "service": slo.service})
        spans = spans_of(slo, history, series)
        if isinstance(slo.sli, SliceSli):
            samples[SLICE_BAD] += [f"{SLICE_BAD}{labels} {span.bad:.0f} {span.end:.0f}\n" for span in spans]
        for at, eligible, bad in recorded(spans):
            samples[ELIGIBLE].append(f"{ELIGIBLE}{labels} {eligible:.12g} {at:.0f}\n")
            samples[BAD].append(f"{BAD}{labels} {bad:.12g} {at:.0f}\n")
        for cause, line in causes_of(slo, history, series).items():
            named = _labels({"slo": slo.name, "service": slo.service, **({CAUSE: cause} if cause else {})})
            samples[BAD_BY_CAUSE] += [f"{BAD_BY_CAUSE}{named} {bad:.12g} {at:.0f}\n" for at, _, bad in recorded(line)]
    for name, lines in samples.items():
        out.write(f"# TYPE {name} gauge\n")
        out.writelines(lines)


def _labels(labels: Mapping[str, str]) -> str:
    return "{" + ",".join(f'{name}="{value}"' for name, value in sorted(labels.items())) + "}"
