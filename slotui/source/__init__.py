"""Where counts come from: a scraped service, a Prometheus, a recording. All answer the same questions."""
