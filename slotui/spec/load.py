"""The one door for SLO and policy files: paths in, values of the core out, or all problems at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from slotui.core.policy import Policy
from slotui.core.slo import Slo
from slotui.errors import Problem, SpecError, UsageError
from slotui.spec.located import Document, read_documents, spec_files
from slotui.spec.openslo import KINDS, slos_of
from slotui.spec.origin import Origin
from slotui.spec.policy_file import policy_of, strangers
from slotui.spec.pyrra import is_pyrra, slos_of_pyrra
from slotui.spec.sloth import is_sloth, slos_of_sloth


@dataclass(frozen=True, slots=True)
class Loaded:
    """Every SLO with where it is written (of other tools: in which document), and what was read otherwise than written.

    `others` is how many sound documents of each other kind there were.
    """

    located: tuple[tuple[Slo, Origin], ...]
    notes: tuple[Problem, ...] = ()
    others: Mapping[str, int] = field(default_factory=dict)

    @property
    def slos(self) -> tuple[Slo, ...]:
        return tuple(slo for slo, _ in self.located)


def load_slos(paths: Iterable[Path]) -> tuple[Slo, ...]:
    """Every SLO of the files and folders. Raises `SpecError` with all problems, `UsageError` where none is."""
    paths = tuple(paths)
    slos = load_located(paths).slos
    if not slos:
        raise UsageError(f"no SLO in {', '.join(map(str, spec_files(paths)))}", fix="add a document with `kind: SLO`")
    return slos


def load_located(paths: Iterable[Path]) -> Loaded:
    """As `load_slos`, with where each SLO is written, and with the notes. Files may hold no SLO, but something."""
    documents: list[Document] = []
    problems: list[Problem] = []
    files = spec_files(paths)
    for file in files:
        try:
            documents += read_documents(file)
        except SpecError as error:
            problems += error.problems
    located, notes, more = _read(documents)
    if problems or more:
        # What several objectives share is wrong once.
        raise SpecError(sorted({*problems, *more}))
    if not documents:
        raise UsageError(f"nothing in {', '.join(map(str, files))}", fix="add a document with `kind: SLO`")
    kinds = Counter(str(document.data.get("kind")) for document in documents if isinstance(document.data, dict))
    others = {kind: count for kind, count in sorted(kinds.items()) if kind in KINDS and kind != "SLO"}
    return Loaded(tuple(located), tuple(dict.fromkeys(notes)), others)


def _read(documents: Sequence[Document]) -> tuple[list[tuple[Slo, Origin]], list[Problem], list[Problem]]:
    """OpenSLO, Sloth and Pyrra side by side: each document says whose it is; names are unique among all."""
    foreign = [document for document in documents if is_sloth(document) or is_pyrra(document)]
    found, findings = slos_of([document for document in documents if document not in foreign])
    located = list(found)
    problems = findings.problems
    for document in foreign:
        slos, more = slos_of_sloth(document) if is_sloth(document) else slos_of_pyrra(document)
        problems += more
        for slo in slos:
            if any(slo.name == known.name for known, _ in located):
                problems.append(
                    document.problem([], f"a second SLO named {slo.name!r}", "names are unique; rename one")
                )
            located.append((slo, Origin(document, document, ())))
    return located, findings.notes, problems


def load_policy(path: Path) -> Policy:
    """The error budget policy of a file. Raises `SpecError`, or `UsageError` for a missing file."""
    return policy_of(_policy_document(path))


def policy_notes(path: Path, slos: Iterable[str]) -> list[Problem]:
    """What is sound in a policy file, and strange beside SLOs of these names. Raises as `load_policy`."""
    document = _policy_document(path)
    policy_of(document)
    return strangers(document, slos)


def _policy_document(path: Path) -> Document:
    if not path.is_file():
        raise UsageError(f"{path}: no such file", fix="name your policy with --policy PATH")
    documents = read_documents(path)
    if len(documents) != 1:
        raise UsageError(f"{path}: {len(documents)} documents", fix="a policy file holds one ErrorBudgetPolicy")
    return documents[0]
