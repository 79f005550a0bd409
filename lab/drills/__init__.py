"""Drills: incidents that nobody has to survive, played against the clock, scored from what machines wrote down."""
