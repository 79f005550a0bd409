"""A click group that imports a command's module when the command is used, not before."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from difflib import get_close_matches
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

import click

from slotui.errors import SlotuiError, StoppedByPerson

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


class LazyGroup(click.Group):
    """`commands` maps a name to (`module:attribute`, one-line help); `--help` imports none of them."""

    def __init__(self, *args: Any, lazy: dict[str, tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._lazy = lazy

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*self._lazy, *(name for name in super().list_commands(ctx) if name not in self._lazy)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self._lazy:
            return super().get_command(ctx, cmd_name)
        module, attribute = self._lazy[cmd_name][0].split(":")
        return cast("click.Command", getattr(import_module(module), attribute))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            near = get_close_matches(args[0], self.list_commands(ctx), n=1)
            if not near:
                raise
            raise click.UsageError(f"{error.message} Did you mean {near[0]!r}?", ctx) from error

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The names as `--help` has them, and the group's options; no command is imported to say its name."""
        from click.shell_completion import CompletionItem

        names = [CompletionItem(name, help=text) for name, (_, text) in self._lazy.items()]
        # Not Group's own, which would ask every command for its help.
        return [name for name in names if name.value.startswith(incomplete)] + click.Command.shell_complete(
            self, ctx, incomplete
        )

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows = [(name, text) for name, (_, text) in self._lazy.items()]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


def run(group: click.Command, program: str, words: Sequence[str] | None = None) -> int:
    """Run a command line to its exit code; an error becomes a sentence on stderr, never a traceback.

    `words` are the arguments, those of this process by default.
    """
    try:
        result = group.main(words, prog_name=program, standalone_mode=False)
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo(f"{program}: stopped", err=True)
        return StoppedByPerson.exit_code
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except SlotuiError as error:
        click.echo(f"{program}: {error}", err=True)
        return error.exit_code
    return result if isinstance(result, int) else 0
