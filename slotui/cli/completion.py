"""`slotui completion` and `chaos completion`: the script that teaches a shell their words."""

from __future__ import annotations

import click

from slotui.cli.examples import examples

_SHELLS = ("bash", "zsh", "fish")


def completion_of(program: str) -> click.Command:
    """The command that prints the script of `program`; the script asks the program itself at every `tab`."""

    @click.command(
        epilog=examples(
            f"source <({program} completion bash)",
            f"{program} completion zsh > ~/.zfunc/_{program}",
            f"{program} completion fish > ~/.config/fish/completions/{program}.fish",
        )
    )
    @click.argument("shell", type=click.Choice(_SHELLS))
    @click.pass_context
    def completion(context: click.Context, shell: str) -> None:
        """Print the script that completes commands, options and names in a SHELL: bash (4.4 or later), zsh or fish.

        The line for bash belongs into ~/.bashrc; zsh looks for the file where its fpath says.
        """
        from click.shell_completion import get_completion_class

        found = get_completion_class(shell)
        assert found is not None  # noqa: S101 - click has all three
        click.echo(found(context.command, {}, program, f"_{program.upper()}_COMPLETE").source())

    return completion


slotui = completion_of("slotui")
chaos = completion_of("chaos")
