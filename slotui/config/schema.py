"""The keys as a strict schema: what a config file may say, and every way in which it does not."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    create_model,
)
from pydantic_core import ErrorDetails

from slotui.config.keys import KEYS, Kind, nearest
from slotui.config.statements import Toml
from slotui.duration import parse
from slotui.errors import Problem, SpecError, UsageError
from slotui.source.connection import parse_header


def _duration(text: Any) -> float:
    if not isinstance(text, str):
        raise ValueError("not text")  # noqa: TRY004  (pydantic collects a ValueError, and lets a TypeError through)
    try:
        return parse(text)
    except UsageError as error:
        raise ValueError(error.what) from error


def _header(text: Any) -> tuple[str, str]:
    if not isinstance(text, str):
        raise ValueError("not text")  # noqa: TRY004  (as above)
    try:
        return parse_header(text)
    except UsageError as error:
        raise ValueError(error.what) from error


_TEXT = Annotated[str, StringConstraints(min_length=1)]
_TYPES: dict[Kind, Any] = {
    Kind.PATH: _TEXT,
    Kind.PATHS: list[_TEXT],
    Kind.TEXT: _TEXT,
    Kind.URL: Annotated[str, StringConstraints(pattern=r"^https?://[^\s/]+")],
    Kind.DURATION: Annotated[float, BeforeValidator(_duration)],
    Kind.FLAG: bool,
    Kind.HEADERS: list[Annotated[tuple[str, str], BeforeValidator(_header)]],
}
_WRITE = {
    Kind.PATH: "write a path in quotes",
    Kind.PATHS: 'write a list of paths: ["slos"]',
    Kind.TEXT: "write it in quotes",
    Kind.URL: 'write an address: "http://127.0.0.1:9090"',
    Kind.DURATION: 'write a duration as Prometheus does, in quotes: "10s"',
    Kind.FLAG: "write true or false",
    Kind.HEADERS: 'write a list of headers: ["X-Scope-OrgID: team-a"]',
}
_STRICT = ConfigDict(extra="forbid", strict=True)


@cache
def _document() -> type[BaseModel]:
    tables: dict[str, dict[str, Any]] = {}
    for key in KEYS:
        tables.setdefault(key.table, {})[key.last] = (_TYPES[key.kind] | None, None)
    top = tables.pop("")
    for name, fields in tables.items():
        top[name] = (create_model(f"{name.title()}Table", __config__=_STRICT, **fields) | None, None)
    return create_model("ConfigDocument", __config__=_STRICT, **top)


def checked(toml: Toml) -> dict[str, Any]:
    """The values that a file sets, by dotted name. Raises `SpecError` with every problem.

    Paths are taken from the folder of the file, and `~` is a home.
    """
    try:
        model = _document().model_validate(toml.data)
    except ValidationError as invalid:
        problems = {_problem(toml, error) for error in invalid.errors(include_url=False)}
        raise SpecError(sorted(problems)) from invalid
    found: dict[str, Any] = {}
    for key in KEYS:
        holder: Any = getattr(model, key.table) if key.table else model
        value = getattr(holder, key.last) if holder is not None else None
        if value is not None:
            found[key.name] = _rooted(value, key.kind, Path(toml.file).parent)
    if "prometheus.url" in found and "scrape.url" in found:
        fix = "keep one of the two"
        raise SpecError([Problem(toml.locate(["scrape", "url"], key=True), "two places to read from", fix)])
    return found


def typed(kind: Kind, written: Any) -> Any:
    """One value that stands elsewhere than in the file. Raises `ValueError` with what to write."""
    try:
        value = TypeAdapter(_TYPES[kind], config=ConfigDict(strict=True)).validate_python(written)
    except ValidationError as error:
        raise ValueError(_WRITE[kind]) from error
    return _rooted(value, kind, Path())


def _rooted(value: Any, kind: Kind, folder: Path) -> Any:
    match kind:
        case Kind.PATH:
            return folder / Path(value).expanduser()
        case Kind.PATHS:
            return tuple(folder / Path(one).expanduser() for one in value)
        case Kind.HEADERS:
            return tuple(value)
        case _:
            return value


def _problem(toml: Toml, error: ErrorDetails) -> Problem:
    path = [str(step) for step in error["loc"] if isinstance(step, str)]
    name = ".".join(path)
    if error["type"] == "extra_forbidden":
        return Problem(toml.locate(path, key=True), f"unknown key `{name}`", nearest(name))
    key = next((key for key in KEYS if name == key.name), None)
    if key is None:
        return Problem(toml.locate(path), f"`{name}` is no table", f"write [{name}] on a line of its own")
    if key.kind is Kind.HEADERS:  # a header may be a secret
        return Problem(toml.locate(path), f"`{name}` holds what is no header", _WRITE[key.kind])
    return Problem(toml.locate(path), f"`{name}` is {_shown(error['input'])}", _WRITE[key.kind])


def _shown(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else repr(value)
