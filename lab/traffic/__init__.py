"""Buyers: an open loop of carts that keeps to its timetable whatever the shop does."""
