"""What a source answered, refresh by refresh, in a file that can be played again."""
