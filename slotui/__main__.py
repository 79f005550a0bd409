"""`python -m slotui` is `slotui`."""

from slotui.cli.main import main

main()
