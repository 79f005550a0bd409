"""The error budget review that a team reads on Monday, in text, Markdown, HTML and as a message."""
