"""What is on the screen, as files: SVG and text of the frame, JSON of the board behind it. All of them, or none."""

from __future__ import annotations

import asyncio
import io
import json
import os
import re
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.segment import Segment, Segments
from textual.screen import Screen
from textual.strip import Strip

from slotui.core.board import Board
from slotui.errors import StoreError
from slotui.state import state_dir
from slotui.tui.scene import Scene
from slotui.view.board_json import to_json
from slotui.view.ink import Role

if TYPE_CHECKING:
    from slotui.tui.app import SlotuiApp
    from slotui.tui.screens.base import BoardScreen

_FONT = re.compile(r"\s*@font-face \{[^}]*\}")


async def save(app: SlotuiApp, screen: BoardScreen, scene: Scene) -> None:
    """Save what is seen now into the present folder, else the state folder, and say where in the footer's line."""
    at = scene.board.at if scene.board is not None else scene.now
    texts = contents(frame(screen), scene.board, app.title)
    try:
        stem = await asyncio.to_thread(_save, name_of(at, screen.place.value), texts)
    except StoreError as error:
        app.say(f"{error.what}; {error.fix}", role=Role.TICKET)
    else:
        app.say(f"saved {_near(stem)}{' '.join(texts)}")


def frame(screen: Screen[Any]) -> list[Strip]:
    """What is on the screen, row by row."""
    return screen._compositor.render_strips()  # noqa: SLF001 - Textual's own screenshots have no other door


def _save(name: str, texts: Mapping[str, str]) -> Path:
    return write([Path.cwd(), state_dir()], name, texts)


def _near(stem: Path) -> str:
    return stem.name if stem.parent == Path.cwd() else str(stem)


def name_of(at: float, place: str) -> str:
    """What the files are called, by the time of the data: without a colon, which not every disk takes.

    >>> name_of(1763820151.9, "overview")
    'slotui-2025-11-22T140231Z-overview'
    """
    return f"slotui-{datetime.fromtimestamp(int(at), UTC).strftime('%Y-%m-%dT%H%M%SZ')}-{place}"


def contents(strips: Sequence[Strip], board: Board | None, title: str) -> dict[str, str]:
    """The files' texts by suffix. Text and SVG are of the same strips; without a board there is no JSON."""
    found = {".svg": _svg(strips, title), ".txt": "\n".join(strip.text.rstrip() for strip in strips) + "\n"}
    if board is not None:
        found[".json"] = json.dumps(to_json(board), indent=1) + "\n"
    return found


def write(folders: Sequence[Path], name: str, texts: Mapping[str, str]) -> Path:
    """Write `name` with each suffix into the first folder that takes them all; the path without a suffix.

    Nothing is overwritten: a name that is taken gets a number. Raises `StoreError` where no folder takes them; then
    nothing is left behind.
    """
    refused: OSError | None = None
    for folder in folders:
        try:
            return _write(folder, name, texts)
        except OSError as error:
            refused = refused or error
    why = (refused.strerror or str(refused)) if refused is not None else "there is no folder"
    raise StoreError(
        f"not saved: {folders[0] if folders else '.'}: {why}", fix="start slotui in a folder you may write"
    )


def _write(folder: Path, name: str, texts: Mapping[str, str]) -> Path:
    # Written whole beside their place, then renamed: a disk that fills up leaves nothing half-written.
    with tempfile.TemporaryDirectory(prefix=".slotui-", dir=folder) as beside:
        for suffix, text in texts.items():
            (Path(beside) / f"new{suffix}").write_text(text, encoding="utf-8")
        stem = _free(folder, name, texts)
        for suffix in texts:
            (Path(beside) / f"new{suffix}").replace(f"{stem}{suffix}")
    return stem


def _free(folder: Path, name: str, texts: Mapping[str, str]) -> Path:
    number = 1
    while True:
        stem = folder / (name if number == 1 else f"{name}-{number}")
        if not any(os.path.lexists(f"{stem}{suffix}") for suffix in texts):
            return stem
        number += 1


def _svg(strips: Sequence[Strip], title: str) -> str:
    width = max((strip.cell_length for strip in strips), default=1)
    console = Console(
        width=width,
        height=max(1, len(strips)),
        file=io.StringIO(),
        force_terminal=True,
        color_system="truecolor",
        record=True,
        legacy_windows=False,
    )
    for strip in strips:
        console.print(Segments([*strip, Segment("\n")]), end="")
    return _without_fonts(console.export_svg(title=title))


def _without_fonts(svg: str) -> str:
    """Without the fonts that Rich's template fetches from elsewhere: a file that is opened asks nobody anything."""
    style, end, frame = svg.partition("</style>")
    return _FONT.sub("", style) + end + frame
