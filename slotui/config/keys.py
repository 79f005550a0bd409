"""Every key of the config file, once: schema, `slotui config`, the file that it writes and the docs come from here."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a value is, and how it is written in TOML and in an environment variable."""

    PATH = "path"
    PATHS = "paths"
    TEXT = "text"
    URL = "url"
    DURATION = "duration"
    FLAG = "flag"
    HEADERS = "headers"


@dataclass(frozen=True, slots=True)
class Key:
    """`name` is dotted: a table and a key in it. `otherwise` says what holds where nobody has set it."""

    name: str
    kind: Kind
    help: str
    example: str
    otherwise: str
    variable: str | None = None

    @property
    def table(self) -> str:
        """The table that the key stands in; empty at the top of the file."""
        return self.name.rpartition(".")[0]

    @property
    def last(self) -> str:
        """The key as it is written inside its table."""
        return self.name.rpartition(".")[2]

    @property
    def field(self) -> str:
        """The name of its field in `Settings`."""
        return self.name.replace(".", "_")


_LAB = "the lab's, while one is up"

KEYS = (
    Key("slos", Kind.PATHS, "SLO files or folders", '["slos"]', f"{_LAB}; lab/slos, slos", "SLOTUI_SLOS"),
    Key("policy", Kind.PATH, "the error budget policy", '"policy.yaml"', "beside the SLO files", "SLOTUI_POLICY"),
    Key("ledger", Kind.PATH, "the ledger file", '"ledger.sqlite"', "in the state folder", "SLOTUI_LEDGER"),
    Key("prometheus.url", Kind.URL, "the Prometheus to read from", '"https://prometheus.example.net"', _LAB,
        "SLOTUI_PROMETHEUS"),
    Key("prometheus.bearer_token_file", Kind.PATH, "a file with its token", '"~/.secrets/prometheus"', "no token"),
    Key("prometheus.headers", Kind.HEADERS, "sent to it with each request", '["X-Scope-OrgID: team-a"]', "none"),
    Key("prometheus.ca_file", Kind.PATH, "the authority behind its certificate", '"ca.pem"', "the machine's"),
    Key("prometheus.client_cert", Kind.PATH, "the certificate that says who we are", '"client.pem"', "none"),
    Key("prometheus.client_key", Kind.PATH, "its key, where the certificate's file has none", '"client.key"', "none"),
    Key("scrape.url", Kind.URL, "a /metrics address to scrape instead", '"http://127.0.0.1:8000/metrics"', "none",
        "SLOTUI_SCRAPE"),
    Key("scrape.store", Kind.PATH, "the file of its counts", '"counts.sqlite"', "in the state folder"),
    Key("watch.every", Kind.DURATION, "time between two refreshes", '"10s"', "5s", "SLOTUI_EVERY"),
    Key("watch.theme", Kind.TEXT, "slotui, slotui-light, or any theme of Textual", '"slotui-light"', "slotui",
        "SLOTUI_THEME"),
    Key("watch.ascii", Kind.FLAG, "draw with ASCII characters alone", "true", "where the terminal has no others",
        "SLOTUI_ASCII"),
    Key("watch.bell", Kind.FLAG, "ring when the verdict gets worse", "true", "silent", "SLOTUI_BELL"),
    Key("watch.sort", Kind.TEXT, "severity, name, budget, burn, time-left or tier", '"budget"', "severity",
        "SLOTUI_SORT"),
    Key("watch.filter", Kind.TEXT, "begin with these SLOs alone", '"team=payments"', "all of them", "SLOTUI_FILTER"),
)  # fmt: skip

BY_NAME = {key.name: key for key in KEYS}
TABLES = tuple(dict.fromkeys(key.table for key in KEYS if key.table))


def nearest(name: str) -> str:
    """What to write instead of an unknown `name`, in words: the nearest key, in its own table or in another.

    >>> nearest("watch.teme"), nearest("theme"), nearest("promethues.url"), nearest("xyzzy")[:10]
    ('did you mean `watch.theme`?', 'did you mean `watch.theme`?', 'did you mean `prometheus.url`?', 'known are ')
    """
    from difflib import get_close_matches

    table, _, last = name.rpartition(".")
    here = [key.last for key in KEYS if key.table == table]
    found = get_close_matches(last, here, n=1)
    if found:
        return _did_you_mean(f"{table}.{found[0]}" if table else found[0])
    if found := get_close_matches(name, [*BY_NAME, *TABLES], n=1, cutoff=0.75):
        return _did_you_mean(found[0])
    if found := get_close_matches(last, [key.last for key in KEYS], n=1):
        return _did_you_mean(next(key.name for key in KEYS if key.last == found[0]))
    return f"known are {', '.join(key.name for key in KEYS)}"


def _did_you_mean(name: str) -> str:
    return f"did you mean the table `[{name}]`?" if name in TABLES else f"did you mean `{name}`?"
