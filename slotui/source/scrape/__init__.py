"""The embedded source: our own scraper, its counts in one SQLite file. No server needed."""
