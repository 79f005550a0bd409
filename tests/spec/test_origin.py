"""Where the parts of an SLO stand, also when its indicator is in another file."""

from __future__ import annotations

from pathlib import Path

import pytest

from slotui.core.lints import Part
from slotui.spec.load import load_located, load_slos

LAB = Path(__file__).parents[2] / "lab" / "slos"


@pytest.mark.parametrize(
    ("name", "part", "place"),
    [
        pytest.param("checkout-availability", Part.TARGET, ("checkout.yaml", "99.9"), id="targetPercent"),
        pytest.param("checkout-availability", Part.WINDOW, ("checkout.yaml", "30d"), id="the window's length"),
        pytest.param("checkout-availability", Part.GOOD, ("checkout.yaml", 'http_requests_total{service="checkout"'),
                     id="a query of the SLI that is referred to"),
        pytest.param("checkout-latency", Part.TARGET, ("checkout.yaml", "0.95"), id="target"),
        pytest.param("checkout-latency", Part.GOOD, ("checkout.yaml", "http_request_duration_seconds_bucket"), id="an inline SLI"),
        pytest.param("checkout-latency", Part.ELIGIBLE, ("checkout.yaml", "http_request_duration_seconds_count"), id="its total"),
        pytest.param("inventory-freshness", Part.ELIGIBLE, ("inventory.yaml", "time() - max("), id="a threshold metric"),
        pytest.param("checkout-latency", Part.BAD, ("checkout.yaml", "counter: true"), id="what is not written: around it"),
    ],
)  # fmt: skip
def test_a_part_is_found_in_the_text(name: str, part: Part, place: tuple[str, str]) -> None:
    origin = {slo.name: origin for slo, origin in load_located([LAB]).located}[name]
    assert origin is not None
    where = origin.locate(part)
    file, text = place
    assert Path(where.file).name == file
    line = Path(where.file).read_text().splitlines()[where.line - 1]
    assert line[where.column - 1 :].startswith(text)


def test_an_indicator_in_another_file(tmp_path: Path) -> None:
    documents = (LAB / "checkout.yaml").read_text().split("---\n")
    (tmp_path / "sli.yaml").write_text(documents[1])
    (tmp_path / "slo.yaml").write_text(documents[2])
    ((_, origin),) = load_located([tmp_path]).located
    assert origin is not None
    assert Path(origin.locate(Part.GOOD).file).name == "sli.yaml"
    assert Path(origin.locate(Part.TARGET).file).name == "slo.yaml"


def test_the_slos_are_those_without_their_places() -> None:
    assert load_slos([LAB]) == tuple(slo for slo, _ in load_located([LAB]).located)
