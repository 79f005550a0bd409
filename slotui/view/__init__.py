"""A Board as words: text and JSON. Functions of the value, nothing else."""
