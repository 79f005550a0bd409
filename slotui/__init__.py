"""slotui: watch an error budget in the terminal, and practise spending it."""

__version__ = "0.1.0"
