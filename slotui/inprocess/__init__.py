"""Budgets kept inside the service that earns them: record events, take a snapshot, export it.

The public names are those of `slotui` itself: `from slotui import Objective`.
"""
