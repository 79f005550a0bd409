"""The arithmetic of error budgets: pure functions over numbers, frozen values out. No files, clocks or screens."""
