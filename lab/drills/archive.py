"""The files of a drill: a folder that is written while it is played, and read whenever somebody looks back."""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from lab.drills.load import load_scenario
from lab.drills.record import Line, Record, Sample
from lab.drills.tape import Event, TapeWriter, read_tape
from slotui.errors import StoreError, UsageError
from slotui.state import state_dir

SCHEMA = "slotui/drill/1"

SCENARIO, ABOUT, TAPE, CURVES, BILL = "scenario.yaml", "drill.json", "tape.ndjson", "curves.ndjson", "bill.json"
BOARDS = "boards.slr"
MARKDOWN, HTML = "debrief.md", "debrief.html"


@dataclass(frozen=True, slots=True)
class About:
    """What is known of a drill before it begins. `starts` is on the clock that the player sees, `played` on ours."""

    id: str
    name: str
    player: str
    team: str
    played: float
    starts: float
    clock: Literal["virtual", "real"]
    speed: float
    commitment: str
    salt: str


class Archive:
    """The folder of one drill. Methods raise `StoreError` for a disk in the way."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._tape: TapeWriter | None = None

    def open(self, about: About, scenario: bytes) -> None:
        """Write down what is to be played; from here on `write` and `sample` take what happens."""
        self._put(SCENARIO, scenario)
        self.describe(about)
        self._tape = TapeWriter(self.folder / TAPE)

    def describe(self, about: About) -> None:
        """Who plays what, since when; written anew where the start was not known before."""
        self._put(ABOUT, json.dumps({"schema": SCHEMA, **asdict(about)}, indent=1).encode())

    def write(self, event: Event) -> None:
        """One event of the tape."""
        if self._tape is not None:
            self._tape.write(event)

    def sample(self, sample: Sample) -> None:
        """One point of the curves."""
        try:
            with (self.folder / CURVES).open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(sample)) + "\n")
        except OSError as error:
            raise _in_the_way(self.folder / CURVES, error) from error

    def close(self, bill: tuple[Line, ...] = ()) -> None:
        """Nothing more happens; what it cost."""
        if self._tape is not None:
            self._tape.close()
            self._tape = None
        if bill:
            self._put(BILL, json.dumps([asdict(line) for line in bill], indent=1).encode())

    def discard(self) -> None:
        """Keep nothing of it."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def debrief(self, markdown: str, html: str) -> None:
        """Put the debrief into the folder."""
        self._put(MARKDOWN, markdown.encode("utf-8", "replace"))
        self._put(HTML, html.encode("utf-8", "replace"))

    def about(self) -> About:
        """What was known before it began. Raises `StoreError` where the folder is no drill's."""
        body = self._json(ABOUT)
        if not isinstance(body, dict) or body.get("schema") != SCHEMA:
            raise StoreError(f"{self.folder / ABOUT}: no drill of this version", fix="leave the folder out")
        known = About.__dataclass_fields__
        try:
            return About(**{name: value for name, value in body.items() if name in known})
        except TypeError as error:
            raise StoreError(f"{self.folder / ABOUT}: {error}", fix="leave the folder out") from error

    def record(self) -> Record:
        """All that is kept of the drill. Raises `StoreError`, and `SpecError` where its scenario is not readable."""
        about = self.about()
        return Record(
            id=about.id,
            scenario=load_scenario(self.folder / SCENARIO),
            player=about.player,
            team=about.team,
            played=about.played,
            starts=about.starts,
            clock=about.clock,
            speed=about.speed,
            commitment=about.commitment,
            salt=about.salt,
            events=tuple(sorted(read_tape(self.folder / TAPE), key=lambda event: event.at)),
            samples=tuple(self.samples()),
            bill=tuple(self._bill()),
        )

    def samples(self) -> list[Sample]:
        """The points of the curves so far."""
        path = self.folder / CURVES
        if not path.exists():
            return []
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines(keepends=True)
        try:
            return [Sample(**json.loads(line)) for line in lines if line.endswith("\n")]
        except (ValueError, TypeError) as error:
            raise StoreError(f"{path}: {error}", fix="leave the broken line out") from error

    def _bill(self) -> list[Line]:
        if not (self.folder / BILL).exists():
            return []
        try:
            return [_line(row) for row in self._json(BILL)]
        except (KeyError, TypeError, ValueError) as error:
            raise StoreError(f"{self.folder / BILL}: {error}", fix="leave the file out: the bill is lost") from error

    def _json(self, name: str) -> Any:
        path = self.folder / name
        try:
            return json.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise _in_the_way(path, error) from error
        except ValueError as error:
            raise StoreError(f"{path}: {error}", fix="leave the folder out") from error

    def _put(self, name: str, data: bytes) -> None:
        path = self.folder / name
        draft = path.with_name(f"{name}.new")
        try:
            draft.write_bytes(data)
            draft.replace(path)
        except OSError as error:
            raise _in_the_way(path, error) from error


def drills_dir() -> Path:
    """Where the drills of this user are kept."""
    return state_dir() / "drills"


def new_folder(name: str, played: float) -> Path:
    """A folder for a drill that is about to begin, with a name that sorts by time. Raises `StoreError`."""
    stamp = datetime.fromtimestamp(played, UTC).strftime("%Y%m%d-%H%M%S")
    folder = drills_dir() / f"{stamp}-{name}-{secrets.token_hex(2)}"
    try:
        folder.mkdir(parents=True, mode=0o700)
    except OSError as error:
        raise _in_the_way(folder, error) from error
    return folder


def past_drills() -> tuple[Archive, ...]:
    """Every drill that is kept, the oldest first."""
    folder = drills_dir()
    found = sorted(path.parent for path in folder.glob(f"*/{ABOUT}")) if folder.is_dir() else []
    return tuple(Archive(path) for path in found)


def find_drill(text: str | None) -> Archive:
    """The drill of that id, else the newest whose id has the text in it; without any text the last one. Raises
    `UsageError`."""
    drills = past_drills()
    if not drills:
        raise UsageError("no drill was played yet", fix="slotui drill list, then slotui drill run NAME")
    if text is None:
        return drills[-1]
    fits = [one for one in drills if one.folder.name == text] or [one for one in drills if text in one.folder.name]
    if not fits:
        raise UsageError(f"no drill is known as {text!r}", fix="see `slotui drill history`")
    return fits[-1]


def _line(row: Mapping[str, Any]) -> Line:
    predicted = row["predicted"]
    return Line(**{**row, "predicted": None if predicted is None else tuple(predicted)})


def _in_the_way(path: Path, error: OSError) -> StoreError:
    return StoreError(f"{path}: {error.strerror}", fix="make room, or point SLOTUI_STATE at another folder")
