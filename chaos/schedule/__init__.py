"""Faults on a timetable: what is due when, what it will cost altogether, and carrying it out."""
