"""The words of `chaos proxy`: what is refused before anything listens."""

from __future__ import annotations

import re
import shlex
import socket
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from chaos.cli.main import group
from chaos.cli.proxy import environment_of, proxy
from chaos.proxy.forward import Upstream
from chaos.proxy.metrics import ProxyMetrics, Route
from slotui.errors import SlotuiError
from slotui.listening import bind

PAGE = (Path(__file__).parents[3] / "docs" / "proxy.md").read_text()


def refusal(*words: str) -> SlotuiError:
    result = CliRunner().invoke(proxy, words)
    assert isinstance(result.exception, SlotuiError), result.output
    return result.exception


@pytest.mark.parametrize(
    ("url", "why"),
    [
        pytest.param("127.0.0.1:8080", "not the URL of an HTTP service", id="no scheme"),
        pytest.param("ftp://shop", "not the URL of an HTTP service", id="another protocol"),
        pytest.param("http://", "not the URL of an HTTP service", id="no host"),
        pytest.param("http://shop:99999", "is not a URL", id="no such port"),
        pytest.param("http://shop/api", "more than an origin", id="a path"),
        pytest.param("http://me:secret@shop", "more than an origin", id="a password"),
    ],
)
def test_an_upstream_is_an_origin(url: str, why: str) -> None:
    error = refusal("--upstream", url)
    assert why in error.what
    assert error.exit_code == 2
    assert "http://127.0.0.1:8080" in error.fix


@pytest.mark.parametrize("address", ["8086", "127.0.0.1:", "127.0.0.1:70000", "::1:8086"])
def test_an_address_has_a_host_and_a_port(address: str) -> None:
    assert "is not an address" in refusal("--upstream", "http://127.0.0.1:1", "--listen", address).what


def test_a_proxy_is_not_its_own_upstream(free_port: Callable[[], int], state: Path) -> None:
    port = free_port()
    words = ["--upstream", f"http://localhost:{port}", "--listen", f"127.0.0.1:{port}", "--control", "127.0.0.1:0"]
    assert "is the proxy itself" in refusal(*words).what
    assert not (state / "chaos.token").exists(), "nothing is left behind"


def test_a_port_that_is_taken_is_told_with_the_way_out() -> None:
    with closing(bind("127.0.0.1", 0, "")) as taken:
        taken.listen()
        port = taken.getsockname()[1]
        error = refusal("--upstream", "http://127.0.0.1:1", "--listen", f"127.0.0.1:{port}")
    assert "cannot listen" in error.what
    assert "--listen" in error.fix


@pytest.mark.parametrize(
    ("upstream", "listen", "environment"),
    [
        pytest.param("http://127.0.0.1:1", "127.0.0.1", "lab", id="all on this machine"),
        pytest.param("http://localhost:1", "127.0.0.1", "lab", id="by name, too"),
        pytest.param("http://127.0.0.1:1", "0.0.0.0", "unknown", id="others can reach it"),  # noqa: S104
        pytest.param("http://192.0.2.7", "127.0.0.1", "unknown", id="the service is elsewhere"),
    ],
)
def test_only_what_nobody_else_can_be_hit_by_is_a_lab_by_itself(upstream: str, listen: str, environment: str) -> None:
    with closing(socket.socket()) as bound:
        bound.bind((listen, 0))
        assert environment_of(Upstream.parse(upstream, timeout=1, preserve_host=False), bound) == environment


@pytest.mark.parametrize("line", re.findall(r"^chaos (?!proxy on).*$", PAGE, re.MULTILINE))
def test_every_command_of_the_page_can_be_typed(line: str) -> None:
    _, name, *words = shlex.split(line)
    command = group.get_command(click.Context(group), name)
    assert command is not None
    command.make_parser(click.Context(command)).parse_args(words)


def test_the_page_names_every_option_and_what_is_counted() -> None:
    options = {word for option in proxy.params for word in option.opts}
    assert {word for word in re.findall(r"--[a-z-]+", PAGE) if word in options} == options
    families = ProxyMetrics("shop", [Route("/")]).registry.collect()
    labels = {family.name: set(family.samples[0].labels) - {"le"} for family in families if family.samples}
    for name, named in re.findall(r"`(http_\w+)\{([\w,]+)\}`", PAGE):
        assert labels[name.removesuffix("_total")] == set(named.split(","))
