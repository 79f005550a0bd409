"""What buyers put on the wire: carts made with Faker, a pool of them, since Faker takes a millisecond a name."""

from __future__ import annotations

import json
import random

from faker import Faker

from lab.checkout.inventory import SKUS

POOL = 256


def cart_pool(seed: int | None, size: int = POOL) -> list[bytes]:
    """`size` carts as JSON, the same ones for the same seed."""
    rng = random.Random(seed)
    faker = Faker(use_weighting=False)
    faker.seed_instance(rng.getrandbits(64))
    return [json.dumps(_cart(faker, rng)).encode() for _ in range(size)]


def _cart(faker: Faker, rng: random.Random) -> dict[str, object]:
    # Most baskets are small; a few are not.
    lines = min(12, 1 + int(rng.expovariate(0.6)))
    return {
        "buyer": {"name": faker.name(), "email": faker.safe_email(), "address": faker.address()},
        "items": [
            {"sku": sku, "quantity": rng.randint(1, 3), "price_cents": rng.randint(199, 9999)}
            for sku in rng.sample(SKUS, lines)
        ],
        "card": faker.credit_card_provider(),
    }
