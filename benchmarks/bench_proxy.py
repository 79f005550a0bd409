"""What `chaos proxy` costs a service that has no fault on: requests a second and latency, beside going there directly.

Both ways are taken in turns within one run, on connections that are kept, against an upstream that does as good as
nothing; the median of the ratios of the pairs counts. A large answer shows the rate at which bytes pass.
"""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

CONNECTIONS = 16
REQUESTS = 2_000
ALONE = 500
ROUNDS = 7
LARGE = 32 * 1024 * 1024

UPSTREAM = f"""
import asyncio

SMALL = b"HTTP/1.1 200 OK\\r\\nContent-Type: application/json\\r\\nContent-Length: 11\\r\\n\\r\\n" + b'{{"order":1}}'
LARGE = b"HTTP/1.1 200 OK\\r\\nContent-Length: {LARGE}\\r\\n\\r\\n" + b"x" * {LARGE}

class Shop(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport, self.head = transport, b""

    def data_received(self, data):
        self.head += data
        if self.head.endswith(b"\\r\\n\\r\\n"):
            self.transport.write(LARGE if b"/large" in self.head else SMALL)
            self.head = b""

async def main():
    server = await asyncio.get_running_loop().create_server(Shop, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()

asyncio.run(main())
"""


@dataclass(frozen=True, slots=True)
class Load:
    """One block of requests: how many a second, and how long they took, in seconds, sorted."""

    rate: float
    took: tuple[float, ...]


async def block(port: int, connections: int, requests: int) -> Load:
    """That many small requests, over that many connections at a time."""
    took: list[float] = []

    async def client(count: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in range(count):
            began = time.perf_counter()
            writer.write(b"GET /checkout HTTP/1.1\r\nHost: shop\r\n\r\n")
            await reader.readuntil(b"}")
            took.append(time.perf_counter() - began)
        writer.close()
        await writer.wait_closed()

    began = time.perf_counter()
    await asyncio.gather(*(client(requests // connections) for _ in range(connections)))
    return Load(len(took) / (time.perf_counter() - began), tuple(sorted(took)))


async def download(port: int) -> float:
    """Bytes a second of one large answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
    began = time.perf_counter()
    writer.write(b"GET /large HTTP/1.1\r\nHost: shop\r\n\r\n")
    await reader.readuntil(b"\r\n\r\n")
    await reader.readexactly(LARGE)
    rate = LARGE / (time.perf_counter() - began)
    writer.close()
    await writer.wait_closed()
    return rate


async def measure(direct: int, proxied: int) -> None:
    """Print one line a measure."""
    crowds, alones, larges = [], [], []
    for _ in range(ROUNDS + 1):
        crowds.append((await block(direct, CONNECTIONS, REQUESTS), await block(proxied, CONNECTIONS, REQUESTS)))
        alones.append((await block(direct, 1, ALONE), await block(proxied, 1, ALONE)))
        larges.append((await download(direct), await download(proxied)))
    # The first round is for warming up.
    crowds, alones, larges = crowds[1:], alones[1:], larges[1:]
    ratios = sorted(through.rate / past.rate for past, through in crowds)
    rate = statistics.median(through.rate for _, through in crowds)
    print(
        f"{CONNECTIONS} connections: {statistics.median(ratios):.2f}x the requests a second of no proxy "
        f"({ratios[0]:.2f}-{ratios[-1]:.2f}; {rate:,.0f}/s)"
    )
    for share, name in ((0.5, "median"), (0.99, "p99")):
        more = statistics.median(at(through, share) - at(past, share) for past, through in alones)
        print(f"one connection: {1000 * more:.2f} ms more at the {name}")
    ratios = sorted(through / past for past, through in larges)
    rate = statistics.median(through for _, through in larges)
    print(
        f"an answer of {LARGE >> 20} MiB: {statistics.median(ratios):.2f}x the bytes a second "
        f"({ratios[0]:.2f}-{ratios[-1]:.2f}; {rate / 1e6:,.0f} MB/s)"
    )


def at(load: Load, share: float) -> float:
    """A quantile of the times."""
    return load.took[min(len(load.took) - 1, int(share * len(load.took)))]


def main() -> None:
    """Start an upstream and a proxy, measure, stop them."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        upstream = started(stack, [sys.executable, "-c", UPSTREAM], stdout=subprocess.PIPE)
        assert upstream.stdout is not None
        direct = int(upstream.stdout.readline())
        words = ["--upstream", f"http://127.0.0.1:{direct}", "--listen", "127.0.0.1:0", "--control", "127.0.0.1:0"]
        command = [sys.executable, "-m", "chaos.cli.main", "proxy", *words, "--token-file", str(folder / "token")]
        proxy = started(stack, command, stderr=subprocess.PIPE)
        assert proxy.stderr is not None
        proxied = int(proxy.stderr.readline().split(",")[0].rpartition(":")[2])
        asyncio.run(measure(direct, proxied))


def started(stack: ExitStack, command: list[str], **pipes: int) -> subprocess.Popen[str]:
    """A process that ends with `stack`."""
    process = stack.enter_context(subprocess.Popen(command, text=True, **pipes))  # type: ignore[call-overload]
    stack.callback(process.terminate)
    return process


if __name__ == "__main__":
    main()
