"""Carta's checkout: a small real service whose customers, dependencies and failures are made up."""
