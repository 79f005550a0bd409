"""What the control plane says of itself: its operations, and the OpenAPI 3.1 document that is made from them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Literal

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import JsonSchemaMode, models_json_schema
from starlette.requests import Request

from chaos.faults.kinds import LeaseId
from chaos.plane.messages import LeaseGone, Problem
from slotui import __version__

_Body = tuple[type[BaseModel], JsonSchemaMode]

MOUNT = "/chaos"

_REFUSALS: dict[int, str] = {
    401: "Wrong or missing token; nothing was looked at, nothing has changed.",
    403: "More than the service grants to anybody; or the caller is on another machine, and it answers its own only.",
    404: "No such lease: never granted, long over, or the service has restarted since.",
    409: "A lease of that id exists already, or has just ended.",
    410: "The lease is over: an end is an end.",
    413: "The body is too large.",
    415: "The body is not announced as application/json.",
    422: "The request cannot be meant; the sentence names everything that is wrong with it.",
}


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that a client can ask for.

    `refusals` are its statuses besides 401 and 403, which any may get; `leads_to` names the operations that go on
    with the lease in its answer.
    """

    method: Literal["GET", "POST", "DELETE"]
    path: str
    name: str
    summary: str
    does: Callable[[Request], Awaitable[BaseModel]]
    answers: type[BaseModel]
    status: int = 200
    asks: type[BaseModel] | None = None
    refusals: tuple[int, ...] = ()
    leads_to: tuple[str, ...] = ()


def document(operations: Sequence[Operation]) -> dict[str, Any]:
    """The OpenAPI document of these operations, its schemas those of the models that read and write the bodies."""
    bodies = {body for operation in operations for body in _bodies(operation)}
    refs, schemas = models_json_schema(sorted(bodies, key=str), ref_template="#/components/schemas/{model}")
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        paths.setdefault(MOUNT + operation.path, {})[operation.method.lower()] = _told(operation, refs)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "slotui chaos control plane",
            "version": __version__,
            "description": "Faults are leases: granted, renewed every few seconds, gone when nobody renews them.",
        },
        "paths": paths,
        "components": {
            "schemas": {name: _with_tag(schema) for name, schema in schemas["$defs"].items()},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"token": []}],
    }


def _with_tag(schema: dict[str, Any]) -> dict[str, Any]:
    """A kind has its own name as the default of its tag, but who says nothing at all has not chosen a kind."""
    tags = [name for name, field in schema.get("properties", {}).items() if "const" in field]
    return {**schema, "required": [*tags, *schema.get("required", [])]} if tags else schema


def _bodies(operation: Operation) -> list[_Body]:
    asked: list[_Body] = [] if operation.asks is None else [(operation.asks, "validation")]
    return [*asked, *((model, "serialization") for _, _, model in _answers(operation))]


def _answers(operation: Operation) -> list[tuple[int, str, type[BaseModel]]]:
    """Status, meaning and body of each answer."""
    refusals = sorted({401, 403, *operation.refusals})
    return [
        (operation.status, HTTPStatus(operation.status).phrase, operation.answers),
        *((status, _REFUSALS[status], LeaseGone if status == 410 else Problem) for status in refusals),
    ]


def _told(operation: Operation, refs: Mapping[Any, dict[str, Any]]) -> dict[str, Any]:
    told: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "responses": {
            str(status): {"description": meaning, "content": _json(refs[model, "serialization"])}
            for status, meaning, model in _answers(operation)
        },
    }
    if operation.leads_to:
        told["responses"][str(operation.status)]["links"] = {
            name: {"operationId": name, "parameters": {"id": "$response.body#/id"}} for name in operation.leads_to
        }
    if operation.asks is not None:
        told["requestBody"] = {"required": True, "content": _json(refs[operation.asks, "validation"])}
    if "{id}" in operation.path:
        lease_id = TypeAdapter(LeaseId).json_schema()
        told["parameters"] = [{"name": "id", "in": "path", "required": True, "schema": lease_id}]
    return told


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}
