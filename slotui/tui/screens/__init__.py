"""The screens: one a file, each a place of the action table."""
