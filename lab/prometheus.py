"""A real Prometheus for the lab: its binary, its configuration, its past."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import yaml

from lab.history import History
from lab.openmetrics import write_openmetrics
from slotui.core.slo import Slo
from slotui.errors import LabError

PAST_INSTANCE = "carta-past"
"""The `instance` label of the shop's made-up history."""

INTERVAL = "5s"
RETENTION = "35d"
"""A 30-day SLO needs its window and the longest alert window."""

_MAX_BLOCK = "39366h"
"""promtool parses its input once per block; blocks aligned to this length make it one."""


def find_binary(name: str = "prometheus") -> str | None:
    """The path of a Prometheus program on PATH, or None."""
    return shutil.which(name)


def required_binary(name: str) -> str:
    """The path of a Prometheus program. Raises `LabError` that says how to get it, or to do without."""
    found = find_binary(name)
    if found is None:
        raise LabError(
            f"there is no `{name}` on PATH",
            fix="`apt-get install prometheus` brings it; `--backend embedded` does without",
        )
    return found


def configuration(shop: str, traffic: str | None, rules: Path, started: float) -> str:
    """prometheus.yml for a shop and its traffic, both given as host:port.

    Each start of the shop is an instance of its own, as a pod is: its counters begin at 0 in series of their
    own, and no burst is ever counted across a reset.
    """
    labels = {"instance": f"carta-{started:.0f}"}
    jobs = [{"job_name": "checkout", "static_configs": [{"targets": [shop], "labels": labels}]}]
    if traffic is not None:
        jobs.append({"job_name": "traffic", "static_configs": [{"targets": [traffic]}]})
    return yaml.safe_dump(
        {
            "global": {"scrape_interval": INTERVAL, "evaluation_interval": INTERVAL, "scrape_timeout": "4s"},
            "rule_files": [str(rules)],
            "scrape_configs": jobs,
        },
        sort_keys=False,
    )


def command(config: Path, data: Path, port: int) -> list[str]:
    """The server, on loopback only."""
    return [
        required_binary("prometheus"),
        f"--config.file={config}",
        f"--storage.tsdb.path={data}",
        f"--storage.tsdb.retention.time={RETENTION}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--log.level=warn",
    ]


def write_blocks(history: History, slos: Sequence[Slo], data: Path) -> None:
    """Put a history into the database at `data`, which must not exist yet. All or nothing.

    Raises `LabError` for a full disk, a missing promtool or one that refuses the text.
    """
    promtool = required_binary("promtool")
    draft = data.with_name(f"{data.name}.new")
    text = data.with_name(f"{data.name}.openmetrics")
    shutil.rmtree(draft, ignore_errors=True)
    try:
        draft.mkdir(parents=True)
        with text.open("w", encoding="ascii", buffering=1 << 20) as out:
            write_openmetrics(history, slos, out, instance=PAST_INSTANCE)
        ran = subprocess.run(
            [promtool, "tsdb", "create-blocks-from", "openmetrics", f"--max-block-duration={_MAX_BLOCK}", "--quiet",
             str(text), str(draft)],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if ran.returncode != 0:
            raise LabError(
                f"promtool could not write the history: {ran.stderr.strip()[-400:]}", fix="is the disk full?"
            )
        draft.replace(data)
    except OSError as error:
        raise LabError(f"{data}: {error.strerror}", fix="the history needs about 300 MB for a moment") from error
    finally:
        text.unlink(missing_ok=True)
        shutil.rmtree(draft, ignore_errors=True)
