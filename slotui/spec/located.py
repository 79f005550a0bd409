"""YAML documents whose every value knows its line and column, checked against a schema, all problems at once."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, get_args

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from slotui.errors import Location, Problem, SpecError, UsageError

Path_ = Sequence[str | int]
Model = TypeVar("Model", bound=BaseModel)

_TYPE_WORDS = {
    "string_type": "text",
    "float_type": "a number",
    "float_parsing": "a number",
    "int_type": "a whole number",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
}


@dataclass(frozen=True, slots=True)
class Document:
    """One YAML document of a file: plain `data`, and the nodes that know where it stands."""

    file: str
    data: Any
    node: yaml.Node

    def locate(self, path: Path_, *, key: bool = False) -> Location:
        """Where the value at `path` stands (or, with `key`, its key); the nearest parent where it is missing."""
        node, place = self.node, self.node
        for index, step in enumerate(path):
            found = _child(node, step)
            if found is None:
                break
            key_node, value_node = found
            last = index == len(path) - 1
            place = key_node if last and key and key_node is not None else value_node
            node = value_node
        mark = place.start_mark
        return Location(self.file, mark.line + 1, mark.column + 1)

    def problem(self, path: Path_, what: str, fix: str, *, key: bool = False) -> Problem:
        return Problem(self.locate(path, key=key), what, fix)


def _child(node: yaml.Node, step: str | int) -> tuple[yaml.Node | None, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == step:
                return key, value
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return None, node.value[step]
    return None


def spec_files(paths: Iterable[Path]) -> list[Path]:
    """The YAML and JSON files that files and folders stand for, in a stable order. Raises `UsageError` for none."""
    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(p for p in path.rglob("*") if p.suffix in (".yaml", ".yml", ".json") and p.is_file())
            if not inside:
                raise UsageError(f"{path}: no .yaml, .yml or .json file in this folder", fix="name another with --slos")
            files += inside
        elif path.exists():
            files.append(path)
        else:
            raise UsageError(f"{path}: no such file or folder", fix="name your SLO files with --slos PATH")
    return files


def read_documents(file: Path) -> list[Document]:
    """Every document of a file; a document that is a list stands for its items. Raises `SpecError`."""
    name = str(file)
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        raise SpecError([Problem(Location(name, 1, 1), f"cannot be read: {reason}", "check the path")]) from error
    loader = yaml.SafeLoader(text)
    documents: list[Document] = []
    try:
        while loader.check_node():
            root = loader.get_node()
            if root is None:
                continue
            for node in root.value if isinstance(root, yaml.SequenceNode) else [root]:
                if problems := list(_repeated_keys(name, node)):
                    raise SpecError(problems)
                data = loader.construct_document(node)
                if data is not None:
                    documents.append(Document(name, data, node))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = Location(name, mark.line + 1, mark.column + 1) if mark else Location(name, 1, 1)
        fix = "mend the YAML here; indentation and colons are the usual suspects"
        raise SpecError([Problem(where, f"not YAML: {error.problem or error.context}", fix)]) from error
    except yaml.YAMLError as error:
        raise SpecError([Problem(Location(name, 1, 1), f"not YAML: {error}", "save it as plain UTF-8 YAML")]) from error
    except (ValueError, RecursionError) as error:
        raise SpecError([Problem(Location(name, 1, 1), f"a value YAML cannot hold: {error}", "quote it")]) from error
    finally:
        loader.dispose()
    return documents


def _repeated_keys(file: str, root: yaml.Node) -> Iterator[Problem]:
    seen: set[int] = set()
    stack = [root]
    while stack:
        node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            stack += node.value
        if not isinstance(node, yaml.MappingNode):
            continue
        keys: set[str] = set()
        for key, value in node.value:
            stack.append(value)
            if isinstance(key.value, str) and key.value in keys and key.value != "<<":
                where = Location(file, key.start_mark.line + 1, key.start_mark.column + 1)
                yield Problem(where, f"`{key.value}` stands twice in one mapping", "keep one of the two")
            elif isinstance(key.value, str):
                keys.add(key.value)


def check(document: Document, model: type[Model]) -> tuple[Model | None, list[Problem]]:
    """The document as a model, or every way in which it is none."""
    try:
        return model.model_validate(document.data), []
    except ValidationError as invalid:
        problems = {_problem(document, model, error) for error in invalid.errors(include_url=False)}
        return None, sorted(problems)


def _problem(document: Document, model: type[BaseModel], error: ErrorDetails) -> Problem:
    path = error["loc"]
    name = ".".join(str(step) for step in path)
    match error["type"]:
        case "missing":
            return document.problem(path, f"`{name}` is missing", f"add `{path[-1]}: …` here")
        case "extra_forbidden":
            known = _fields_at(model, path[:-1])
            near = difflib.get_close_matches(str(path[-1]), known, n=1)
            fix = f"did you mean `{near[0]}`?" if near else f"known here: {', '.join(sorted(known))}"
            return document.problem(path, f"unknown field `{name}`", fix, key=True)
        case "literal_error":
            allowed = str(error.get("ctx", {}).get("expected", ""))
            return document.problem(path, f"`{name}` is {error['input']!r}", f"write one of {allowed}")
        case kind if kind in _TYPE_WORDS:
            what = f"`{name}`" if path else "the document"
            return document.problem(path, f"{what} is {error['input']!r}", f"write {_TYPE_WORDS[kind]}")
        case _:
            return document.problem(path, f"`{name}`: {error['msg']}", f"it is {error['input']!r} now")


def _fields_at(model: type[BaseModel], path: Path_) -> list[str]:
    current: type[BaseModel] | None = model
    for step in path:
        if current is None:
            return []
        if isinstance(step, int):
            continue
        field = next((f for n, f in current.model_fields.items() if step in (n, f.alias)), None)
        current = _model_in(field.annotation) if field else None
    return [f.alias or n for n, f in current.model_fields.items()] if current else []


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model_in(part))), None)
