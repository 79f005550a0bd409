"""The burn-down chart: which stretch of time, on which scale, drawn in dots, with marks of what the ledger knows."""
