"""What screens are made of: widgets that are shown lines or boards, and do no IO."""
