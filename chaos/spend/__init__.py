"""Carrying a spend out: guards, the lease, what it cost, what is told."""
