"""The options that say how to reach a Prometheus beside its address."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from slotui.errors import UsageError
from slotui.source.connection import TOKEN_VARIABLE, Connection, parse_header

Command = Callable[..., Any]
_FILE = click.Path(path_type=Path)


def connection_options(command: Command) -> Command:
    """Add the options; the command receives them as one `connection` argument.

    A command with a `--header` of its own, declared below this one, keeps it; the source's is `--source-header` there.
    """

    @wraps(command)
    def bundled(
        bearer_token_file: Path | None,
        source_headers: tuple[str, ...],
        ca_file: Path | None,
        client_cert: Path | None,
        client_key: Path | None,
        **rest: Any,
    ) -> Any:
        # A file that was named is nearer than what the shell has set for all commands.
        token = None if bearer_token_file else os.environ.get(TOKEN_VARIABLE)
        headers = tuple(parse_header(header) for header in source_headers)
        connection = Connection(bearer_token_file, token or None, headers, ca_file, client_cert, client_key)
        return command(connection=connection, **rest)

    taken = {name for param in getattr(command, "__click_params__", []) for name in param.opts}
    header = ["--source-header"] if "--header" in taken else ["--header", "--source-header"]
    for option in (
        click.option("--client-key", type=_FILE, help="its key, where the certificate's file has none"),
        click.option("--client-cert", type=_FILE, help="the certificate that says who we are, in PEM"),
        click.option("--ca-file", type=_FILE, help="the authority behind its certificate  [default: the machine's]"),
        click.option(*header, "source_headers", multiple=True, metavar="'NAME: VALUE'",
                     help="sent to the Prometheus with each request, as a tenant: 'X-Scope-OrgID: team-a'"),
        click.option("--bearer-token-file", type=_FILE,
                     help=f"a file with the Prometheus' token  [default: the token in {TOKEN_VARIABLE}]"),
    ):  # fmt: skip
        bundled = option(bundled)
    return bundled


def only_with_prometheus(connection: Connection, prometheus: str | None) -> None:
    """Raises `UsageError` where the command line says how to reach a Prometheus, and names none."""
    if connection.named and not prometheus:
        raise UsageError("tokens, headers and certificates go with a Prometheus", fix="add --prometheus URL")
