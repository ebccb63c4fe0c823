"""A price that changes: what the feeds deliver, and when it is to change.

    Schedule(updates=20, every=0.15)      20 changes at irregular moments, the same on each run

Times are in seconds. The moment of a change is read from `time.monotonic`, the clock that the
clients use too, so that the difference is how stale a client's knowledge was.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from itertools import accumulate

FIRST_PRICE = 100.0


@dataclass(frozen=True, slots=True)
class Update:
    """One value of the price; `number` counts from 1, `at` is when it was published. `depth` makes
    it longer: so many offers above the price come with it.
    """

    number: int
    price: float
    at: float
    depth: int = 0

    @property
    def text(self) -> str:
        """What is sent for it, whatever the technique: a small JSON object."""
        start = f'{{"number":{self.number},"price":{self.price:.2f}'
        return f'{start},"offers":[{",".join(self._offers)}]}}' if self.depth else f"{start}}}"

    @property
    def _offers(self) -> list[str]:
        """A price and a quantity each, as a stock exchange lists them."""
        draw = random.Random(self.number)
        steps = range(1, self.depth + 1)
        return [f"[{self.price + step / 20:.2f},{draw.randint(1, 9)}00]" for step in steps]


def number_in(text: str | bytes) -> int:
    """The number of the update in a message. Raises ValueError for anything else."""
    found = json.loads(text)
    if not isinstance(found, dict) or not isinstance(found.get("number"), int):
        raise ValueError(f"{text!r} is no update: it has no number")
    return int(found["number"])


@dataclass(frozen=True, slots=True)
class Schedule:
    """When the price changes, and how patient everybody is. Raises ValueError for a time that is
    not above 0.

    updates: changes in all, `every` seconds on average. idle: the silence after them that is
    measured. poll_every: how often a short poller asks. heartbeat: after so much silence the
    server says that it is still there. depth: how many offers come with each price. seed: of the
    irregular moments and prices.
    """

    updates: int = 20
    every: float = 0.15
    idle: float = 2.0
    poll_every: float = 0.2
    heartbeat: float = 0.5
    depth: int = 0
    seed: str = "prices"

    def __post_init__(self) -> None:
        for name in ("updates", "every", "idle", "poll_every", "heartbeat"):
            value = getattr(self, name)
            if not value > 0:
                raise ValueError(f"Schedule: {name} must be above 0, not {value}")

    @property
    def moments(self) -> list[float]:
        """When each change is due, from the start. The gaps vary by half of `every`, so that no
        poller can keep step with them.
        """
        draw = random.Random(f"{self.seed}/moments")
        gaps = (self.every * draw.uniform(0.5, 1.5) for _ in range(self.updates))
        return list(accumulate(gaps))

    @property
    def prices(self) -> list[float]:
        """The price after each change: small steps up and down, none of them 0."""
        draw = random.Random(f"{self.seed}/prices")
        steps = (draw.choice((-1, 1)) * draw.randint(10, 40) / 100 for _ in range(self.updates))
        return [round(price, 2) for price in accumulate(steps, initial=FIRST_PRICE)][1:]

    @property
    def seconds(self) -> float:
        """About how long all of it takes."""
        return self.updates * self.every + self.idle
