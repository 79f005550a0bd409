"""The training lab: a shop called Carta, its traffic, its history, and what watches it."""
