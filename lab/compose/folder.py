"""The folder of the checkout that host and containers share: where the lab is, its token, its ledger."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from slotui.errors import LabError
from slotui.state import RUN


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the host reaches the lab, on its own loopback."""

    checkout: int
    prometheus: int


def open_folder(folder: Path, ports: Ports, at: float) -> None:
    """Write `lab.json` and an empty ledger into `folder`. Raises LabError where this user may not.

    The paths in it are those of the checkout, relative to it: the host knows where that is.
    """
    record = {
        "backend": "prometheus",
        "checkout_url": f"http://127.0.0.1:{ports.checkout}",
        "prometheus_url": f"http://127.0.0.1:{ports.prometheus}",
        "store": None,
        "slos": "lab/slos",
        "policy": "lab/policy.yaml",
        "ledger": str(RUN / "ledger.sqlite"),
        "token_file": str(RUN / "chaos.token"),
        "started": at,
    }
    draft = folder / "lab.json.new"
    try:
        draft.write_text(json.dumps(record, indent=1))
        draft.replace(folder / "lab.json")
        # Ours from the start: a ledger that root made first, with `sudo slotui`, could not be written from here.
        (folder / "ledger.sqlite").touch()
    except OSError as error:
        raise LabError(f"{RUN}: {error.strerror}, for user {os.geteuid()}", fix=_way_out(folder)) from error


def _way_out(folder: Path) -> str:
    """What to type on the host: be the folder's owner, or make the folder ours."""
    try:
        owner = folder.stat()
    except OSError:
        return f"is {RUN} mounted into the container?"
    if owner.st_uid in (0, os.geteuid()):
        return f"on the host: sudo chown -R {os.geteuid()}:{os.getegid()} {RUN}"
    return (
        f"it belongs to {owner.st_uid}:{owner.st_gid}. On the host: put LAB_UID={owner.st_uid} and "
        f"LAB_GID={owner.st_gid} into .env, then `docker compose down -v` and `docker compose up` again"
    )
