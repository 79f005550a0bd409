"""The one door for SLO and policy files: paths in, values of the core out, or all problems at once."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from slotui.core.policy import Policy
from slotui.core.slo import Slo
from slotui.errors import Problem, SpecError, UsageError
from slotui.spec.located import Document, read_documents, spec_files
from slotui.spec.openslo import slos_of
from slotui.spec.origin import Origin, origin_of
from slotui.spec.policy_file import policy_of


def load_slos(paths: Iterable[Path]) -> tuple[Slo, ...]:
    """Every SLO of the files and folders. Raises `SpecError` with all problems, `UsageError` where none is."""
    return tuple(slo for slo, _ in load_slos_located(paths))


def load_slos_located(paths: Iterable[Path]) -> tuple[tuple[Slo, Origin | None], ...]:
    """As `load_slos`, each with where it is written; None where that is in no document of its name."""
    documents: list[Document] = []
    problems: list[Problem] = []
    files = spec_files(paths)
    for file in files:
        try:
            documents += read_documents(file)
        except SpecError as error:
            problems += error.problems
    slos, more = slos_of(documents)
    if problems or more:
        raise SpecError([*problems, *more])
    if not slos:
        raise UsageError(f"no SLO in {', '.join(map(str, files))}", fix="add a document with `kind: SLO`")
    return tuple((slo, origin_of(documents, slo.name)) for slo in slos)


def load_policy(path: Path) -> Policy:
    """The error budget policy of a file. Raises `SpecError`, or `UsageError` for a missing file."""
    if not path.is_file():
        raise UsageError(f"{path}: no such file", fix="name your policy with --policy PATH")
    documents = read_documents(path)
    if len(documents) != 1:
        raise UsageError(f"{path}: {len(documents)} documents", fix="a policy file holds one ErrorBudgetPolicy")
    return policy_of(documents[0])
