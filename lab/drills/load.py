"""A drill as people write it, in YAML: strict, every problem at once, each with its line."""

from __future__ import annotations

import hashlib
from pathlib import Path

import lab.drills
from lab.drills.checks import problems_of, tier_key
from lab.drills.remedies import REMEDIES
from lab.drills.scenario import (
    Blindness,
    Deploy,
    ExpectedAlert,
    Fault,
    Hint,
    Message,
    Par,
    PastTrouble,
    Remedy,
    RightDecision,
    RightHypothesis,
    Scenario,
    World,
)
from lab.drills.schema import DrillDocument, FaultShape, HappeningShape
from slotui.errors import SpecError, UsageError
from slotui.spec.findings import nearest
from slotui.spec.located import check, read_documents

FILES = Path(lab.drills.__file__).parent / "files"


def shipped() -> dict[str, Path]:
    """The drills that come with slotui, by name, in the order in which they are best played."""
    return {path.stem.partition("-")[2]: path for path in sorted(FILES.glob("*.yaml"))}


def find_scenario(name: str) -> Path:
    """The file of a drill that ships, or a file of one's own. Raises `UsageError` with the nearest name."""
    known = shipped()
    if name in known:
        return known[name]
    path = Path(name)
    if path.is_file():
        return path
    if path.suffix in (".yaml", ".yml") or "/" in name:
        raise UsageError(f"{name}: no such file", fix="name a drill's file, or one of `slotui drill list`")
    fix = nearest(name, known, f"there are {', '.join(known)}")
    raise UsageError(f"no drill is named {name!r}", fix=fix)


def commitment(scenario: bytes, salt: str) -> str:
    """The hash that fixes a scenario before it is played: SHA-256 of the salt, a line break, and the file."""
    return hashlib.sha256(salt.encode() + b"\n" + scenario).hexdigest()


def load_scenario(path: Path) -> Scenario:
    """The drill of a file. Raises `SpecError` with every problem, `UsageError` for a missing file."""
    if not path.is_file():
        raise UsageError(f"{path}: no such file", fix="name a drill's file: slotui drill validate FILE")
    documents = read_documents(path)
    if len(documents) != 1:
        raise UsageError(f"{path}: {len(documents)} documents", fix="a drill is one document of kind Drill")
    model, problems = check(documents[0], DrillDocument)
    if model is None:
        raise SpecError(problems)
    scenario = _scenario(model)
    if wrong := problems_of(documents[0], model.spec, scenario):
        raise SpecError(wrong)
    return scenario


def _scenario(model: DrillDocument) -> Scenario:
    spec, name = model.spec, model.metadata.name
    world = spec.world
    return Scenario(
        name=name,
        title=model.metadata.displayName or name,
        teaches=_flat(spec.teaches),
        objective=_flat(spec.objective),
        brief=_flat(spec.brief),
        roles=tuple(spec.roles),
        lasts=spec.lasts,
        speed=spec.speed,
        real_time=spec.realTime,
        world=World(
            world.starts,
            world.rps,
            world.past,
            world.seed,
            tuple(PastTrouble(one.ago, one.lasted, one.cause, one.failing, one.slow) for one in world.troubles),
        ),
        faults=tuple(_fault(one, one.fault, spec.lasts) for one in spec.timeline if one.fault is not None),
        blindness=tuple(
            Blindness(one.blind.name, one.at, one.blind.until, tuple(one.blind.endedBy))
            for one in spec.timeline
            if one.blind is not None
        ),
        messages=tuple(
            Message(one.at, one.message.sender, _flat(one.message.text))
            for one in spec.timeline
            if one.message is not None
        ),
        deploys=tuple(Deploy(one.at, one.deploy.version) for one in spec.timeline if one.deploy is not None),
        alerts=tuple(ExpectedAlert(one.slo, tier_key(one.tier, one.slo), one.by) for one in spec.expect.alerts),
        hypotheses=tuple(RightHypothesis(tuple(one.slos), one.cause) for one in spec.right.hypotheses),
        decisions=tuple(RightDecision(one.choose, one.slo, one.after) for one in spec.right.decisions),
        remedies=(*REMEDIES, *(Remedy(one.name, one.means, one.takes) for one in spec.remedies)),
        par=Par(
            spec.par.detect,
            spec.par.acknowledge,
            spec.par.hypothesis,
            spec.par.decision,
            spec.par.mitigate,
            spec.par.budget,
        ),
        hints=tuple(Hint(_flat(one.text), one.cost) for one in spec.hints),
        questions=tuple(_flat(one) for one in spec.questions),
    )


def _flat(text: str) -> str:
    return " ".join(text.split())


def _fault(happening: HappeningShape, fault: FaultShape, lasts: float) -> Fault:
    return Fault(
        fault.name,
        happening.at,
        lasts if fault.until is None else fault.until,
        fault.cause,
        fault.failing,
        fault.fromFailing,
        fault.slow,
        fault.fromSlow,
        fault.stalls,
        fault.unseen,
        tuple(fault.endedBy),
    )
