"""The control plane against the world: who has no token changes nothing, and who has one is told what is wrong."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette

from chaos.faults.kinds import ErrorFault, LeaseRequest
from chaos.plane.control import LARGEST_BODY, control_routes
from chaos.plane.guard import is_local
from chaos.plane.lease import Ceilings, LeaseTable
from slotui.errors import UsageError

TOKEN = "s3same-Open_the.gate"
RIGHT = b"Bearer " + TOKEN.encode()
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "post")
PATHS = (
    "/chaos/about",
    "/chaos/leases",
    "/chaos/leases/on000000",
    "/chaos/leases/on000000/renew",
    "/chaos/leases/over0000/renew",
    "/chaos/halt",
    "/chaos/openapi.json",
    "/chaos/",
    "/chaos/nothing",
    "/chaos/leases/",
    "/chaos/leases/line\nfeed/renew",
)
LEASE = {"id": "new00000", "ttl": 60, "faults": [{"kind": "error"}]}


@dataclass
class Service:
    """A control plane with a lease that is on and one that is over, on a clock that stands."""

    remote: bool = False
    leases: LeaseTable = field(default_factory=lambda: LeaseTable(Ceilings(max_active=2), clock=lambda: 1000.0))

    def __post_init__(self) -> None:
        for name in ("on000000", "over0000"):
            self.leases.grant(LeaseRequest(id=name, ttl=60, faults=[ErrorFault()]))
        self.leases.release("over0000")
        routes = control_routes(self.leases, TOKEN, service="shop", environment="lab", remote=self.remote)
        self.app = Starlette(routes=routes)

    def state(self) -> list[Any]:
        """All that a client could change."""
        leases = (*self.leases.active(), *self.leases.recent())
        return [(x.id, x.renewed, x.expires, x.ending, [dose.matched for dose in x.doses]) for x in leases]

    async def ask(
        self, method: str, path: str, *headers: tuple[bytes, bytes], query: bytes = b"", caller: str = "127.0.0.1"
    ) -> tuple[int, dict[str, Any]]:
        """Status and JSON of a request whose body is never there: whoever asks for it has gone too far."""
        answer: list[Any] = []

        async def receive() -> Any:
            raise AssertionError("the body was asked for")

        async def send(message: Any) -> None:
            answer.append(message)

        scope = {"type": "http", "method": method, "path": path, "root_path": "", "query_string": query,
                 "headers": list(headers), "client": (caller, 4711), "server": ("127.0.0.1", 80)}  # fmt: skip
        await self.app(scope, receive, send)
        head, body = answer[0], b"".join(message.get("body", b"") for message in answer[1:])
        assert (b"content-type", b"application/json") in head["headers"]
        return head["status"], json.loads(body)


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
async def client(service: Service) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(service.app)
    headers = {"Authorization": RIGHT.decode()}
    async with httpx.AsyncClient(transport=transport, base_url="http://shop", headers=headers) as client:
        yield client


def shows(value: bytes) -> list[tuple[bytes, bytes]]:
    return [(b"authorization", value)]


@pytest.mark.parametrize(
    ("headers", "query"),
    [
        pytest.param([], b"", id="nothing"),
        pytest.param(shows(b""), b"", id="an empty header"),
        pytest.param(shows(b"Bearer"), b"", id="a scheme alone"),
        pytest.param(shows(b"Bearer "), b"", id="an empty token"),
        pytest.param(shows(TOKEN.encode()), b"", id="the token without a scheme"),
        pytest.param(shows(b"Basic " + TOKEN.encode()), b"", id="another scheme"),
        pytest.param(shows(b"Bearer: " + TOKEN.encode()), b"", id="a scheme with a colon"),
        pytest.param(shows(b"Bearer wrong"), b"", id="a wrong token"),
        pytest.param(shows(RIGHT[:-1]), b"", id="a token that is cut short"),
        pytest.param(shows(RIGHT + b"x"), b"", id="a token with more behind it"),
        pytest.param(shows(RIGHT.replace(b" ", b"  ")), b"", id="two spaces"),
        pytest.param(shows(RIGHT.replace(b" ", b"\t")), b"", id="a tab"),
        pytest.param(shows(RIGHT + b" "), b"", id="a space behind it"),
        pytest.param(shows(RIGHT.replace(b"-", b" ")), b"", id="a space inside"),
        pytest.param(shows(b"Bearer " + TOKEN.upper().encode()), b"", id="upper case"),
        pytest.param(shows("Bearer s3samé".encode()), b"", id="letters beyond ASCII"),
        pytest.param(shows("Bearer ｓ３ｓａｍｅ-Open_the.gate".encode()), b"", id="letters that only look like it"),
        pytest.param([*shows(RIGHT), *shows(b"Bearer wrong")], b"", id="the right one and a wrong one"),
        pytest.param([*shows(RIGHT), *shows(RIGHT)], b"", id="the right one twice"),
        pytest.param([(b"proxy-authorization", RIGHT)], b"", id="another header"),
        pytest.param([(b"cookie", b"authorization=" + RIGHT)], b"", id="a cookie"),
        pytest.param([], b"token=" + TOKEN.encode(), id="the token in the query"),
        pytest.param([], b"access_token=" + TOKEN.encode(), id="as OAuth had it"),
        pytest.param([], b"authorization=Bearer%20" + TOKEN.encode(), id="the header in the query"),
    ],
)
async def test_who_does_not_show_the_token_changes_nothing(
    service: Service, headers: list[tuple[bytes, bytes]], query: bytes
) -> None:
    before = service.state()
    for path in PATHS:
        for method in METHODS:
            status, told = await service.ask(method, path, *headers, query=query)
            assert (status, told) == (401, {"error": "wrong or missing token"}), (method, path)
    assert service.state() == before


@given(shown=st.binary(max_size=40), scheme=st.sampled_from([b"", b"Bearer ", b"bearer ", b"Basic "]))
async def test_no_bytes_but_the_token_open_the_door(shown: bytes, scheme: bytes) -> None:
    status, _ = await Service().ask("POST", "/chaos/halt", (b"authorization", scheme + shown))
    assert status == (200 if shown == TOKEN.encode() and scheme.lower() == b"bearer " else 401)


async def test_the_name_of_the_scheme_may_be_in_any_case(service: Service) -> None:
    status, _ = await service.ask("GET", "/chaos/about", (b"authorization", RIGHT.replace(b"Bearer", b"bEARER")))
    assert status == 200


@pytest.mark.parametrize("token", ["", "two words", "sésame", "line\nfeed"])
def test_a_token_that_no_header_carries_is_refused_at_once(token: str) -> None:
    with pytest.raises(UsageError, match="needs a token"):
        control_routes(LeaseTable(Ceilings()), token, service="shop", environment="lab")


@pytest.mark.parametrize("caller", ["10.0.0.7", "192.168.1.9", "2001:db8::7", "::ffff:10.0.0.7", "somewhere"])
async def test_only_its_own_machine_is_answered(service: Service, caller: str) -> None:
    before = service.state()
    status, told = await service.ask("POST", "/chaos/halt", (b"authorization", RIGHT), caller=caller)
    assert (status, "remote=True" in told["error"]) == (403, True)
    assert service.state() == before
    status, _ = await service.ask("POST", "/chaos/halt", caller=caller)
    assert status == 401  # and no word about machines to who has no token


async def test_other_machines_are_answered_where_that_is_wanted() -> None:
    service = Service(remote=True)
    status, told = await service.ask("POST", "/chaos/halt", (b"authorization", RIGHT), caller="10.0.0.7")
    assert (status, [lease["id"] for lease in told["halted"]]) == (200, ["on000000"])


@pytest.mark.parametrize(
    "caller",
    [
        pytest.param(("127.0.0.1", 1), id="loopback"),
        pytest.param(("127.8.8.8", 1), id="all of 127.0.0.0/8"),
        pytest.param(("::1", 1), id="loopback of IPv6"),
        pytest.param(("::ffff:127.0.0.1", 1), id="loopback as an IPv6 server sees it"),
        pytest.param(None, id="a Unix socket"),
    ],
)
def test_who_is_local(caller: tuple[str, int] | None) -> None:
    assert is_local({"client": caller})


@pytest.mark.parametrize(
    ("method", "path", "status", "says"),
    [
        pytest.param("GET", "/chaos/nothing", 404, "there is no /chaos/nothing", id="a path that there is not"),
        pytest.param("GET", "/chaos/", 404, "openapi.json says what there is", id="no path"),
        pytest.param("POST", "/chaos/leases/", 404, "there is no", id="a slash too many"),
        pytest.param("GET", "/chaos/halt", 405, "GET means nothing at /chaos/halt: POST does", id="a wrong method"),
        pytest.param("PUT", "/chaos/leases", 405, "GET, HEAD, POST does", id="all the right methods are named"),
        pytest.param("POST", "/chaos/leases/X/renew", 422, "is no lease's id", id="an id that is none"),
        pytest.param("DELETE", "/chaos/leases/%C3%A4%0A", 422, "is no lease's id", id="an id beyond ASCII"),
        pytest.param("DELETE", "/chaos/leases/" + "x" * 33, 422, "is no lease's id", id="an id that is too long"),
        pytest.param("POST", "/chaos/leases/unknown0/renew", 404, "no lease unknown0", id="a lease that there is not"),
        pytest.param("POST", "/chaos/leases/over0000/renew", 410, "released", id="a lease that is over"),
    ],
)
async def test_what_is_wrong_is_a_sentence(
    service: Service, client: httpx.AsyncClient, method: str, path: str, status: int, says: str
) -> None:
    before = service.state()
    answer = await client.request(method, path)
    assert answer.status_code == status
    assert says in answer.json()["error"]
    assert service.state() == before


@pytest.mark.parametrize("host", [b"[", b"", b"a b", b"\xff"])
async def test_a_host_that_is_none_changes_no_answer(service: Service, host: bytes) -> None:
    status, _ = await service.ask("GET", "/chaos/nothing", (b"authorization", RIGHT), (b"host", host))
    assert status == 404


async def test_a_wrong_method_names_the_right_ones(client: httpx.AsyncClient) -> None:
    answer = await client.patch("/chaos/leases")
    assert {name.strip() for name in answer.headers["allow"].split(",")} == {"GET", "HEAD", "POST"}


@pytest.mark.parametrize(
    ("body", "kind", "status", "says"),
    [
        pytest.param(json.dumps(LEASE), "application/json", 201, None, id="a lease"),
        pytest.param(json.dumps(LEASE), "Application/JSON; charset=utf-8", 201, None, id="with a character set"),
        pytest.param(json.dumps(LEASE), "text/plain", 415, "application/json", id="announced as text"),
        pytest.param(json.dumps(LEASE), "", 415, "application/json", id="not announced at all"),
        pytest.param("", "application/json", 422, "not JSON", id="nothing"),
        pytest.param("[]", "application/json", 422, "not a JSON object", id="a list"),
        pytest.param("[" * 16_000, "application/json", 422, "not JSON", id="a deep hole"),
        pytest.param('{"ttl": 1e999}', "application/json", 422, "ttl", id="an infinite time"),
        pytest.param('{"id": "\\ud800"}', "application/json", 422, "JSON", id="half a character"),
        pytest.param(json.dumps(LEASE).ljust(LARGEST_BODY), "application/json", 201, None, id="as large as it may be"),
        pytest.param(json.dumps(LEASE).ljust(LARGEST_BODY + 1), "application/json", 413, "16384", id="a byte larger"),
    ],
)
async def test_bodies(
    service: Service, client: httpx.AsyncClient, body: str, kind: str, status: int, says: str | None
) -> None:
    answer = await client.post("/chaos/leases", content=body, headers={"Content-Type": kind})
    assert answer.status_code == status
    assert says is None or says in answer.json()["error"]
    assert [lease.id for lease in service.leases.active()] == ["on000000", *(["new00000"] if status == 201 else [])]


@pytest.mark.parametrize("field", ["status", "seed"])
async def test_a_whole_number_may_be_written_with_a_point(client: httpx.AsyncClient, field: str) -> None:
    fault = {"kind": "error", field: 500.0}
    answer = await client.post("/chaos/leases", json={**LEASE, "faults": [fault]})
    assert (answer.status_code, answer.json()["faults"][0][field]) == (201, 500)
    answer = await client.post("/chaos/leases", json={**LEASE, "faults": [{**fault, field: 500.5}]})
    assert answer.status_code == 422
