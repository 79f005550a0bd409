"""The bank account of the error budget: what was spent on purpose, by whom, and why."""
