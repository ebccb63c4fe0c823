"""How much one client may send: a token bucket, which allows bursts and bounds the average. Pure.

A full bucket holds `burst` tokens, each event takes one, and `per_second` flow back. The time is
passed in, so that the arithmetic can be tested to the digit.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rate:
    """A bound for one client: `burst` events at once, `per_second` on average."""

    per_second: float
    burst: int

    def __post_init__(self) -> None:
        if self.per_second <= 0 or self.burst < 1:
            raise ValueError(f"a rate needs per_second > 0 and burst >= 1; this is {self}")


class Bucket:
    """The tokens of one client. Times are in seconds of any clock that doesn't go back."""

    __slots__ = ("_at", "_tokens", "rate", "refused")

    def __init__(self, rate: Rate, now: float) -> None:
        self.rate = rate
        self.refused = 0  # in a row
        self._tokens = float(rate.burst)
        self._at = now

    def take(self, now: float) -> bool:
        """Take a token if there is one."""
        rate = self.rate
        if now > self._at:
            self._tokens = min(rate.burst, self._tokens + (now - self._at) * rate.per_second)
            self._at = now
        if self._tokens >= 1:
            self._tokens -= 1
            self.refused = 0
            return True
        self.refused += 1
        return False

    @property
    def wait(self) -> float:
        """Seconds until the next token is there, counted from the last `take`."""
        return max(0.0, (1 - self._tokens) / self.rate.per_second)
