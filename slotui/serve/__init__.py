"""The screen in a browser: one process a tab, behind a token."""
