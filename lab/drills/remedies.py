"""What an on-call at Carta can do to the shop. A player always chooses among all of them: the list tells nothing."""

from __future__ import annotations

from lab.drills.scenario import Remedy
from slotui.duration import MINUTE

REMEDIES = (
    Remedy("fail-over-payment", "charges go through the second card processor", 2 * MINUTE),
    Remedy("fail-over-inventory", "reservations go to the standby stock service", 2 * MINUTE),
    Remedy("restart-cart", "the cart service starts anew, its cache empty", 1 * MINUTE),
    Remedy("restart-stock-feed", "the stock feed starts anew, and reads all of the stock", 2 * MINUTE),
    Remedy("roll-back-release", "checkout runs the release before", 3 * MINUTE),
    Remedy("add-capacity", "checkout has twice as many instances", 4 * MINUTE),
    Remedy("shed-load", "one buyer in five is asked to come back later", 1 * MINUTE),
    Remedy("restart-metrics", "metrics are collected anew, of every instance", 2 * MINUTE),
)
