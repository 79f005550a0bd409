"""Counts from a Prometheus, or from whatever speaks its HTTP API: Thanos, Mimir, Cortex, VictoriaMetrics."""
