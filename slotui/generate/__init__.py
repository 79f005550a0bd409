"""Files written from the SLO specs, so that a denominator stands in one place only."""
