"""The control plane's own description: whole, true, and made from the models that it answers with."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any, get_args

import httpx
import pytest
from starlette.applications import Starlette

from chaos.faults.kinds import Fault
from chaos.middleware import Plane
from chaos.plane.lease import Ceilings

FUZZ = Path(__file__).with_name("fuzz_control_plane.py")
ERROR = {"kind": "error"}


@pytest.fixture
def plane() -> Plane:
    return Plane("sesame", service="shop", ceilings=Ceilings(max_ttl=60))


@pytest.fixture
def client(plane: Plane) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(Starlette(routes=plane.routes))
    return httpx.AsyncClient(transport=transport, base_url="http://shop", headers={"Authorization": "Bearer sesame"})


@pytest.fixture
async def told(client: httpx.AsyncClient) -> dict[str, Any]:
    answer = await client.get("/chaos/openapi.json")
    assert answer.status_code == 200
    return dict(answer.json())


async def test_every_route_is_described_and_wants_the_token(told: dict[str, Any]) -> None:
    assert told["openapi"] == "3.1.0"
    assert {(path, *sorted(methods)) for path, methods in told["paths"].items()} == {
        ("/chaos/about", "get"),
        ("/chaos/halt", "post"),
        ("/chaos/leases", "get", "post"),
        ("/chaos/leases/{id}", "delete"),
        ("/chaos/leases/{id}/renew", "post"),
        ("/chaos/openapi.json", "get"),
    }
    assert told["security"] == [{"token": []}]
    assert told["components"]["securitySchemes"]["token"] == {"type": "http", "scheme": "bearer"}


async def test_every_kind_of_fault_is_told_by_its_tag(told: dict[str, Any]) -> None:
    schemas = told["components"]["schemas"]
    kinds = {fault.model_fields["kind"].default for fault in get_args(Fault)}
    for owner in ("LeaseRequest", "LeaseTold"):
        faults = schemas[owner]["properties"]["faults"]["items"]
        assert set(faults["discriminator"]["mapping"]) == kinds
        for ref in faults["oneOf"]:
            assert "kind" in schemas[ref["$ref"].rpartition("/")[2]]["required"]


@pytest.mark.parametrize(
    ("method", "path", "template", "lease", "status"),
    [
        pytest.param("GET", "/about", "/about", None, 200, id="what this is"),
        pytest.param("GET", "/leases", "/leases", None, 200, id="all leases"),
        pytest.param("POST", "/leases", "/leases", {"id": "new0"}, 201, id="a grant"),
        pytest.param("POST", "/leases", "/leases", {"id": "new0", "ttl": 61}, 403, id="above a ceiling"),
        pytest.param("POST", "/leases", "/leases", {"id": "once"}, 409, id="an id that is taken"),
        pytest.param("POST", "/leases", "/leases", {"operator": "x" * 17_000}, 413, id="too large"),
        pytest.param("POST", "/leases", "/leases", {"id": "!"}, 422, id="an id that is none"),
        pytest.param("POST", "/leases/once/renew", "/leases/{id}/renew", None, 200, id="a renewal"),
        pytest.param("POST", "/leases/over/renew", "/leases/{id}/renew", None, 410, id="a renewal too late"),
        pytest.param("POST", "/leases/none/renew", "/leases/{id}/renew", None, 404, id="a renewal of nothing"),
        pytest.param("DELETE", "/leases/once", "/leases/{id}", None, 200, id="a release"),
        pytest.param("DELETE", "/leases/none", "/leases/{id}", None, 404, id="a release of nothing"),
        pytest.param("POST", "/halt", "/halt", None, 200, id="a halt"),
    ],
)
async def test_each_answer_is_one_that_was_promised(
    client: httpx.AsyncClient,
    told: dict[str, Any],
    method: str,
    path: str,
    template: str,
    lease: dict[str, Any] | None,
    status: int,
) -> None:
    for name in ("once", "over"):
        await client.post("/chaos/leases", json={"id": name, "ttl": 60, "faults": [ERROR, {"kind": "stale"}]})
    await client.delete("/chaos/leases/over")
    body = None if lease is None else {"id": "new0", "ttl": 60, "faults": [ERROR], **lease}
    answer = await client.request(method, f"/chaos{path}", json=body)
    assert answer.status_code == status
    promised = told["paths"][f"/chaos{template}"][method.lower()]["responses"][str(status)]
    name = promised["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    schema = told["components"]["schemas"][name]
    assert set(schema["required"]) <= set(answer.json()) <= set(schema["properties"])


@pytest.mark.slow
def test_schemathesis_finds_nothing(tmp_path: Path) -> None:
    # A fixed seed, and few requests: the long run is a trial.
    words = ("10", "--seed", "1", "--phases", "fuzzing,stateful")
    run = subprocess.run(
        [sys.executable, FUZZ, *words], cwd=tmp_path, capture_output=True, text=True, timeout=110, check=False
    )
    assert run.returncode == 0, run.stdout[-6000:] + run.stderr[-2000:]
    assert "passed" in run.stdout
