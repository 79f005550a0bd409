"""A reverse proxy with the faults in front of it, for services that cannot mount `chaos.middleware`."""
