"""`slotui serve`: the screen in a browser."""

from __future__ import annotations

import asyncio
import socket
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from slotui.cli.chaos_desk import arguments_of
from slotui.cli.examples import examples
from slotui.cli.look import look_options
from slotui.cli.options import Reading, open_source, source_options
from slotui.cli.tapes import Played, playback, played_option, speed_of, words_of_past
from slotui.duration import compact, parse
from slotui.errors import UsageError
from slotui.listening import bind, parse_address, reaches_beyond, url_of
from slotui.state import state_dir
from slotui.tui.look import Look
from slotui.view.words import ASCII

if TYPE_CHECKING:
    from slotui.serve.door import Door
    from slotui.source.base import Source

_ANOTHER_PORT = "name another one: --listen 127.0.0.1:0"


@click.command(
    epilog=examples(
        "slotui serve",
        "slotui serve --listen 127.0.0.1:0 --tabs 2 --prometheus http://127.0.0.1:9090",
        "slotui serve --replay incident.slr --speed 300",
    ),
)
@click.option(
    "--listen",
    metavar="HOST:PORT",
    default="127.0.0.1:8000",
    show_default=True,
    help="where to serve; port 0 takes any free one",
)
@click.option(
    "--token-file",
    type=click.Path(path_type=Path),
    help="the file with the token, made where it is missing  [default: in the state folder]",
)
@click.option("--no-token", is_flag=True, help="let in whoever can reach this machine's loopback")
@click.option(
    "--behind-a-login", is_flag=True, help="with --no-token, listen beyond loopback: something in front asks who comes"
)
@click.option("--name", "names", multiple=True, metavar="HOST", help="a name that browsers call this server by")
@click.option(
    "--tabs",
    type=click.IntRange(min=1, max=64),
    default=8,
    show_default=True,
    help="screens at the same time, a process each",
)
@click.option("--allow-chaos", is_flag=True, help="let browsers spend budget too")
@click.option("--every", metavar="DURATION", help="time between two refreshes  [default: 5s]")
@look_options
@played_option
@click.option("--speed", metavar="X", help="with --replay: how many seconds of it go in one  [default: 60]")
@source_options
def serve(
    reading: Reading,
    look: Look,
    played: Played | None,
    speed: str | None,
    listen: str,
    token_file: Path | None,
    no_token: bool,
    behind_a_login: bool,
    names: tuple[str, ...],
    tabs: int,
    allow_chaos: bool,
    every: str | None,
) -> int:
    """Serve the screen to browsers, until it is stopped: one process a tab, read-only, behind a token.

    With --replay, each tab plays what was recorded. The link that is printed logs a browser in. Beyond this machine
    the token travels in clear text: put TLS in front, or come through `ssh -L`.
    """
    host, port = parse_address(listen)
    with closing(bind(host, port, _ANOTHER_PORT)) as bound:
        if no_token and reaches_beyond(bound) and not behind_a_login:
            raise UsageError(
                f"without a token, whoever reaches {url_of(bound)} would see the budgets",
                fix="leave out --no-token; where a proxy in front asks who comes, add --behind-a-login",
            )
        # What a tab could only say in its own window is said here, before anybody opens one.
        asyncio.run(_source(reading, played, speed).close())
        words = _words_of(reading, look, every, read_only=not allow_chaos) + words_of_past(played, speed)
        asyncio.run(_serve(bound, words, _door(bound, token_file, names, no_token=no_token), look, tabs))
    return 0


def _source(reading: Reading, played: Played | None, speed: str | None) -> Source:
    if played is not None:
        return playback(played, reading, speed=speed_of(speed)).source
    if speed is not None:
        raise UsageError("--speed goes with --replay", fix="name a recording, or leave it out")
    return open_source(reading).source


def _door(bound: socket.socket, token_file: Path | None, names: tuple[str, ...], *, no_token: bool) -> Door:
    from chaos.plane.token import load_or_create
    from slotui.serve.door import Door

    token = None if no_token else load_or_create(token_file or state_dir() / "serve.token", what="serve token")
    return Door(token, bound.getsockname()[1], frozenset(name.lower() for name in names))


async def _serve(bound: socket.socket, words: list[str], door: Door, look: Look, tabs: int) -> None:
    from slotui.serve.server import Screens, serving, until_stopped
    from slotui.tui.themes import OWN

    palette = OWN.get(look.theme, OWN["slotui"])
    screens = Screens(words, door, most=tabs, colours=(palette.ground, palette.text))
    async with serving(screens.app, bound):
        _announce(bound, door.token)
        await until_stopped()


def _announce(bound: socket.socket, token: str | None) -> None:
    url = url_of(bound)
    click.echo(f"{url}/?token={token}" if token else f"{url}/")
    sys.stdout.flush()
    click.echo("open this in a browser; ctrl-c stops it and every screen", err=True)
    if reaches_beyond(bound):
        click.echo("  other machines can reach it, and what they send and see is not encrypted", err=True)


def _words_of(reading: Reading, look: Look, every: str | None, *, read_only: bool) -> list[str]:
    """The command line of a tab's screen: what was said here, said to it."""
    words = [sys.executable, "-m", "slotui", "watch", "--theme", look.theme]
    words += ["--ascii" if look.glyphs is ASCII else "--no-ascii", "--bell" if look.bell else "--no-bell"]
    words += ["--sort", look.order, "--filter", look.filter]
    if read_only:
        words.append("--read-only")
    if every:
        words += ["--every", compact(parse(every))]
    return [*words, *arguments_of(reading)]
