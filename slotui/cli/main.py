"""`slotui`: the commands, by name. Their code is imported when they are used."""

from __future__ import annotations

import sys

import click

from slotui import __version__
from slotui.cli.lazy import LazyGroup, run

_COMMANDS = {
    "demo": (
        "slotui.cli.lab:demo",
        "the lab, its traffic and the screen, in one command; all stopped on quit",
    ),
    "watch": ("slotui.cli.watch:watch", "the screen: budgets, burn, alerts and policy, live"),
    "status": ("slotui.cli.status:status", "the board once, as text or JSON"),
    "explain": ("slotui.cli.status:explain", "the arithmetic behind a number, with counts and PromQL"),
    "gate": ("slotui.cli.gate:gate", "may we deploy? exit 0 yes, 1 no, 3 cannot tell"),
    "budget": ("slotui.cli.budget:budget", "what a target allows, in minutes and in requests"),
    "attribution": ("slotui.cli.attribution:attribution", "who spent the budget: bad events by cause"),
    "report": ("slotui.cli.report:report", "the review of a week: what was spent, on what, who noticed, what to do"),
    "calibrate": ("slotui.cli.calibrate:calibrate", "is a target too loose or too tight, by the windows that are over"),
    "alerts": ("slotui.cli.alerts:alerts", "when each alert fires, and what none of them would notice"),
    "record": ("slotui.cli.record:record", "write down what a source answers, to be played again"),
    "replay": ("slotui.cli.replay:replay", "play a recording or a file of counts, or summarise it as JSON"),
    "validate": ("slotui.cli.files:validate", "every problem of SLO files, and what would mislead, with line and fix"),
    "generate": ("slotui.cli.generate:generate", "rules, contract, policy, routing and dashboard from the SLO files"),
    "discover": ("slotui.cli.discover:discover", "SLOs that a Prometheus already records for Sloth, Pyrra or Grafana"),
    "ledger": ("slotui.cli.ledger:ledger", "the bank account: spends, incidents, notes, exclusions"),
    "serve": ("slotui.cli.serve:serve", "the screen in a browser, behind a token"),
    "exporter": ("slotui.cli.exporter:exporter", "budgets as /metrics and a read-only JSON API"),
    "config": ("slotui.cli.config:config", "what is set, and by whom: the config file, the environment, the defaults"),
    "completion": ("slotui.cli.completion:slotui", "the script that completes these commands in bash, zsh or fish"),
    "drill": ("slotui.cli.drill:drill", "practise: incidents against the clock, scored, with a debrief"),
    "lab": ("slotui.cli.lab:lab", "the training lab: up, down, status"),
    "chaos": ("chaos.cli.main:group", "spend budget on purpose (the same as the command `chaos`)"),
}


@click.group(cls=LazyGroup, lazy=_COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="slotui")
def group() -> None:
    """Watch an error budget in the terminal, and practise spending it."""


def main() -> None:
    """Entry point of the console script."""
    sys.exit(run(group, "slotui"))


if __name__ == "__main__":
    main()
