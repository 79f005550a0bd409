"""Spend an error budget on purpose: faults as leases, priced before and reconciled after."""
