"""What can be done to a request: kinds, courses over time, delays, matching, sampling. Pure."""
