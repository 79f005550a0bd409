"""`python -m slotui` is `slotui`."""

from slotui.cli.main import main

if __name__ == "__main__":
    main()
