"""What a person has set once, so that it need not be typed again: the config file and the environment."""
