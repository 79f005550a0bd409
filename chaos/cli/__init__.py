"""The command line `chaos`."""
