"""The screen an on-call reads in ten seconds. The only package that imports Textual."""
