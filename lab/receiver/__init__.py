"""Takes Alertmanager's webhooks and writes down in the ledger when each alert was on."""
