"""Alert policies become tiers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from slotui.core.alerts import AlertTier
from slotui.duration import DAY, HOUR, MINUTE
from slotui.spec.load import load_located, load_slos

Problems = Callable[[str], list[str]]

INLINE = """\
  alertPolicies:
    - kind: AlertPolicy
      metadata: {name: fast}
      spec:
        alertWhenBreaching: true
        conditions:
          - conditionRef: leak
          - kind: AlertCondition
            metadata: {name: burn}
            spec:
              severity: page
              condition: {kind: burnrate, op: gt, threshold: 10, lookbackWindow: 1h, alertAfter: 5m}
        notificationTargets: [{targetRef: on-call}]
"""
LEAK = """\
---
apiVersion: openslo/v1
kind: AlertCondition
metadata: {name: leak}
spec:
  severity: warning
  condition: {kind: burnrate, op: gte, threshold: 2, lookbackWindow: 1d}
"""


def test_conditions_replace_the_derived_tiers(slo_text: str, tmp_path: Path) -> None:
    (tmp_path / "slo.yaml").write_text(slo_text + INLINE + LEAK)
    (slo,) = load_slos([tmp_path])
    assert slo.tiers == (
        AlertTier("page", "1h burn", HOUR, 5 * MINUTE, 10.0, 10 * HOUR / (30 * DAY)),
        AlertTier("ticket", "1d burn", DAY, 2 * HOUR, 2.0, 2 / 30),
    )


def test_a_policy_in_another_document(slo_text: str, tmp_path: Path) -> None:
    policy = (
        "---\napiVersion: openslo/v1\nkind: AlertPolicy\nmetadata: {name: slow}\n"
        "spec: {alertWhenBreaching: true, conditions: [{conditionRef: leak}]}\n"
    )
    (tmp_path / "slo.yaml").write_text(f"{slo_text}  alertPolicies: [{{alertPolicyRef: slow}}]\n{policy}{LEAK}")
    (slo,) = load_slos([tmp_path])
    assert [tier.key for tier in slo.tiers] == ["ticket_1d_2h"]


def test_without_policies_tiers_are_derived_and_null_is_without(slo_text: str, tmp_path: Path) -> None:
    (tmp_path / "slo.yaml").write_text(slo_text + "  alertPolicies:\n")
    assert load_slos([tmp_path])[0].alerting is None


def test_a_policy_that_does_not_alert_when_breaching_makes_no_tier(slo_text: str, tmp_path: Path) -> None:
    (tmp_path / "slo.yaml").write_text(slo_text + INLINE.replace("Breaching: true", "Breaching: false") + LEAK)
    loaded = load_located([tmp_path])
    assert loaded.slos[0].tiers == ()
    assert [note.what for note in loaded.notes] == ["an alert policy that does not alert when breaching"]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        pytest.param("op: gt,", "op: lte,", "op lte: it would alert while the burn is low | a burn-rate alert has `op: gt`",
                     id="an alert on quiet"),
        pytest.param("threshold: 10", "threshold: 0", "0 is no burn rate | write how many times, as 14.4", id="no threshold"),
        pytest.param("lookbackWindow: 1h", "lookbackWindow: 20d", "20d is over half of the SLO's 30d | shorten it: the burn would"
                     " be the budget itself", id="a look back over most of the window"),
        pytest.param("alertAfter: 5m", "alertAfter: 2h", "alertAfter 2h is longer than the lookbackWindow of 1h | shorten it",
                     id="longer after than back"),
        pytest.param("alertAfter: 5m", "alertAfter: 1M", "'1M' is not a length of time | write 5m, 1h or 3d", id="a month"),
        pytest.param("conditionRef: leak", "conditionRef: leek", "no AlertCondition is named 'leek' | did you mean leak?",
                     id="a misspelt reference"),
    ],
)  # fmt: skip
def test_conditions_that_are_none(old: str, new: str, problem: str, slo_text: str, problems: Problems) -> None:
    (found,) = problems(slo_text + INLINE.replace(old, new) + LEAK)
    assert found.split(" ", 1)[1] == problem


def test_a_policy_that_is_nowhere(slo_text: str, problems: Problems) -> None:
    (found,) = problems(slo_text + "  alertPolicies: [{alertPolicyRef: slow}]\n")
    fix = "add a document of kind AlertPolicy with that name"
    assert found == f"19:36 no AlertPolicy is named 'slow' | {fix}"
