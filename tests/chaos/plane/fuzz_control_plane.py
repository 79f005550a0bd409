"""A real service with a control plane, and schemathesis with all its checks against it. Not a test: tests start it.

python tests/chaos/plane/fuzz_control_plane.py 100          # at most so many requests for an operation

The exit code is that of schemathesis: 0 when nothing was found. It has a process of its own because schemathesis
brings hooks and a pytest plugin that no other test should carry.
"""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from typing import Any

import schemathesis
import uvicorn
from schemathesis.cli import schemathesis as command
from starlette.applications import Starlette
from starlette.middleware import Middleware

from chaos.middleware import Plane
from chaos.plane.lease import Ceilings
from slotui.listening import bind

TOKEN = "open-sesame"


@schemathesis.hook
def before_call(_context: Any, case: Any, _kwargs: Any) -> None:
    """Let bodies obey what JSON Schema has no words for.

    One number must not be larger than another; and a jitter that rounds to no microsecond is none.
    """
    faults = case.body.get("faults") if isinstance(case.body, dict) else None
    for fault in faults if isinstance(faults, list) else ():
        if isinstance(fault, dict):
            _in_order(fault, "jitter", "delay")
            if isinstance(fault.get("shape"), dict):
                _in_order(fault["shape"], "width", "every")


def _in_order(fields: dict[str, Any], smaller: str, larger: str) -> None:
    low, high = fields.get(smaller), fields.get(larger)
    if isinstance(low, int | float) and isinstance(high, int | float) and (low >= high > 0 or 0 < low < 1e-6):
        fields[smaller], fields[larger] = 1, 2


def serve(plane: Plane) -> str:
    """The plane on a port of its own, in a thread that goes with this process."""
    app = Starlette(routes=plane.routes, middleware=[Middleware(plane.middleware)])
    bound = bind("127.0.0.1", 0, fix="")
    bound.listen()
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False, lifespan="off", ws="none"))
    threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True).start()
    return "http://{}:{}".format(*bound.getsockname())


def main() -> None:
    """Serve, ask, and exit as schemathesis does."""
    examples, *words = sys.argv[1:]
    config = Path(__file__).with_name("schemathesis.toml")
    # Ceilings so high that they are not all that is ever answered.
    url = serve(Plane(TOKEN, service="shop", ceilings=Ceilings(max_ttl=366 * 86400, max_active=1000)))
    command.main(
        ["--config-file", str(config), "run", f"{url}/chaos/openapi.json", "--header", f"Authorization: Bearer {TOKEN}",
         "--checks", "all", "--phases", "examples,coverage,fuzzing,stateful", "--max-examples", examples,
         "--continue-on-failure", "--generation-database", "none", "--no-color", *words],
    )  # fmt: skip


if __name__ == "__main__":
    main()
