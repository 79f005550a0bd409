"""Responses as events: what a user got, counted once, whatever the app does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Mount, Route

from slotui import Objective, ObjectiveMiddleware, Outcome
from slotui.inprocess.asgi import CLIENT_GONE


@pytest.fixture
def objective() -> Objective:
    return Objective("checkout", target=0.99)


def counted(objective: Objective) -> tuple[int, int]:
    """Good and bad."""
    return objective.snapshot().good, objective.snapshot().bad


async def by_path(request: Request) -> Response:
    return JSONResponse({}, int(request.path_params["status"]))


async def broken(_request: Request) -> Response:
    raise RuntimeError("a bug")


async def stream(_request: Request) -> Response:
    async def parts() -> AsyncIterator[bytes]:
        for _ in range(3):
            yield b"part"

    return StreamingResponse(parts())


async def broken_stream(_request: Request) -> Response:
    async def parts() -> AsyncIterator[bytes]:
        yield b"part"
        raise RuntimeError("a bug after the status line")

    return StreamingResponse(parts())


async def broken_afterwards(_request: Request) -> Response:
    def fail() -> None:
        raise RuntimeError("a bug in a background task")

    return Response("whole", background=BackgroundTask(fail))


ROUTES = [
    Route("/status/{status}", by_path, methods=["GET", "POST"]),
    Route("/broken", broken),
    Route("/stream", stream),
    Route("/broken-stream", broken_stream),
    Route("/broken-afterwards", broken_afterwards),
    Route("/healthz", broken),
    Mount("/metrics", routes=[Route("/", broken)]),
]


def shop(objective: Objective, **options: Any) -> Starlette:
    return Starlette(routes=ROUTES, middleware=[Middleware(ObjectiveMiddleware, objective=objective, **options)])


async def ask(app: Any, path: str, method: str = "GET") -> httpx.Response:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
        return await client.request(method, path)


@pytest.mark.parametrize(
    ("path", "good_and_bad"),
    [
        pytest.param("/status/200", (1, 0), id="a 200 is good"),
        pytest.param("/status/404", (1, 0), id="a 404 is the client's error"),
        pytest.param("/status/500", (0, 1), id="a 500 is bad"),
        pytest.param("/status/503", (0, 1), id="a 503 is bad"),
        pytest.param("/broken", (0, 1), id="an exception is bad"),
        pytest.param("/stream", (1, 0), id="a stream counts once"),
        pytest.param("/broken-stream", (0, 1), id="a stream that breaks off is bad, whatever its status said"),
        pytest.param("/broken-afterwards", (1, 0), id="what breaks after the answer was no user's trouble"),
        pytest.param("/healthz", (0, 0), id="a health check is no event"),
        pytest.param("/metrics/", (0, 0), id="nor what lies below an excluded path"),
        pytest.param("/healthzilla", (1, 0), id="a path that only begins like one is an event"),
    ],
)
async def test_a_response_is_counted_by_what_the_user_got(
    path: str, good_and_bad: tuple[int, int], objective: Objective
) -> None:
    await ask(shop(objective), path)
    assert counted(objective) == good_and_bad


async def test_the_answer_passes_unchanged(objective: Objective) -> None:
    answer = await ask(shop(objective), "/stream")
    assert (answer.status_code, answer.text) == (200, "partpartpart")


async def test_other_paths_can_be_excluded(objective: Objective) -> None:
    app = shop(objective, exclude=["/status"])
    await ask(app, "/status/500")
    await ask(app, "/healthz")
    assert counted(objective) == (0, 1)


async def test_an_own_classifier_sees_scope_status_and_seconds(objective: Objective) -> None:
    times = iter([10.0, 10.2, 20.0, 20.7, 30.0, 30.1])

    def fast_posts(scope: Any, status: int, seconds: float) -> Outcome:
        if scope["method"] != "POST":
            return Outcome.NOT_ELIGIBLE
        return Outcome.GOOD if status < 500 and seconds <= 0.4 else Outcome.BAD

    app = ObjectiveMiddleware(shop(objective, exclude=["/status"]), objective, classify=fast_posts,
                              monotonic=lambda: next(times))  # fmt: skip
    await ask(app, "/status/200", "POST")
    await ask(app, "/status/200", "POST")
    await ask(app, "/status/200", "GET")
    assert counted(objective) == (1, 1)


Driven = Callable[[Any, Any, Any], Awaitable[None]]


async def drive(app: Driven, objective: Objective, *, scope: dict[str, Any] | None = None, **options: Any) -> list[Any]:
    """Run an app of bare ASGI behind the middleware; what it sent."""
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    middleware = ObjectiveMiddleware(app, objective, **options)
    await middleware(scope or {"type": "http", "method": "GET", "path": "/"}, receive, send)
    return sent


async def test_an_app_that_answers_nothing_is_bad(objective: Objective) -> None:
    async def silent(_scope: Any, _receive: Any, _send: Any) -> None:
        return

    await drive(silent, objective)
    assert counted(objective) == (0, 1)


async def test_a_client_that_goes_away_has_seen_neither_good_nor_bad(objective: Objective) -> None:
    async def waits(_scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        assert (await receive())["type"] == "http.disconnect"

    seen: list[int] = []

    def classify(_scope: Any, status: int, _seconds: float) -> Outcome:
        seen.append(status)
        return Outcome.BAD

    await drive(waits, objective)
    assert counted(objective) == (0, 0)
    await drive(waits, objective, classify=classify)
    assert (seen, counted(objective)) == ([CLIENT_GONE], (0, 1))


async def test_a_server_that_cannot_send_any_more_has_lost_its_client(objective: Objective) -> None:
    async def answers(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def receive() -> Any:
        raise AssertionError("not asked for")

    async def send(_message: Any) -> None:
        raise OSError("connection lost")

    with pytest.raises(OSError, match="connection lost"):
        await ObjectiveMiddleware(answers, objective)({"type": "http", "path": "/"}, receive, send)
    assert counted(objective) == (0, 0)


async def test_a_file_that_the_server_sends_by_its_path_is_whole(objective: Objective) -> None:
    async def sends_a_file(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.pathsend", "path": "/tmp/file"})  # noqa: S108

    assert len(await drive(sends_a_file, objective)) == 2
    assert counted(objective) == (1, 0)


async def test_trailers_do_not_count_twice(objective: Objective) -> None:
    async def with_trailers(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [], "trailers": True})
        await send({"type": "http.response.body", "body": b"x"})
        await send({"type": "http.response.trailers", "headers": []})

    await drive(with_trailers, objective)
    assert counted(objective) == (1, 0)


@pytest.mark.parametrize("kind", ["websocket", "lifespan"])
async def test_what_is_no_http_passes(kind: str, objective: Objective) -> None:
    passed: list[str] = []

    async def app(scope: Any, _receive: Any, _send: Any) -> None:
        passed.append(scope["type"])

    await drive(app, objective, scope={"type": kind, "path": "/"})
    assert (passed, counted(objective)) == ([kind], (0, 0))


async def test_a_real_server_and_a_client_that_hangs_up(objective: Objective, free_port: Callable[[], int]) -> None:
    async def endless(_request: Request) -> Response:
        async def parts() -> AsyncIterator[bytes]:
            while True:
                yield b"x" * 1024
                await asyncio.sleep(0.001)

        return StreamingResponse(parts())

    outcomes: list[int] = []
    judged = asyncio.Event()

    def classify(_scope: Any, status: int, _seconds: float) -> Outcome:
        outcomes.append(status)
        judged.set()
        return Outcome.BAD if status == CLIENT_GONE else Outcome.GOOD

    app = Starlette(routes=[Route("/endless", endless), *ROUTES])
    port = free_port()
    guarded = ObjectiveMiddleware(app, objective, classify=classify)
    server = uvicorn.Server(uvicorn.Config(guarded, port=port, log_level="critical", lifespan="off"))
    serving = asyncio.create_task(server._serve())
    async with asyncio.timeout(20):
        while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
            await asyncio.sleep(0.01)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /endless HTTP/1.1\r\nHost: shop\r\n\r\n")
        await reader.readexactly(4096)
        writer.close()
        await writer.wait_closed()
        await judged.wait()
        async with httpx.AsyncClient(trust_env=False) as client:
            assert (await client.get(f"http://127.0.0.1:{port}/status/200")).status_code == 200
        server.should_exit = True
        await serving
    assert outcomes == [CLIENT_GONE, 200]
    assert counted(objective) == (1, 1)
