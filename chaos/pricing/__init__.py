"""What a fault will cost, before it is on."""
