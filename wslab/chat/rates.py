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


MOST_LEFT = 10_000  # people whose bucket is remembered


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
        self._fill(now)
        if self._tokens >= 1:
            self._tokens -= 1
            self.refused = 0
            return True
        self.refused += 1
        return False

    def is_full(self, now: float) -> bool:
        """Whether nothing is missing: such a bucket is as good as a new one."""
        self._fill(now)
        return self._tokens >= self.rate.burst

    def follow(self, before: Bucket, now: float) -> None:
        """Hold no more than the one that the same person had before."""
        for bucket in (self, before):
            bucket._fill(now)
        self._tokens = min(self._tokens, before._tokens)

    def _fill(self, now: float) -> None:
        if now > self._at:
            flowed = (now - self._at) * self.rate.per_second
            self._tokens = min(self.rate.burst, self._tokens + flowed)
            self._at = now

    @property
    def wait(self) -> float:
        """Seconds until the next token is there, counted from the last `take`."""
        return max(0.0, (1 - self._tokens) / self.rate.per_second)


class Left:
    """The buckets of people who have left, by name and until they are full: who leaves and comes
    back gets no new one.
    """

    def __init__(self, most: int = MOST_LEFT) -> None:
        self.most = most
        self._buckets: dict[str, Bucket] = {}  # who left first stands first

    def __len__(self) -> int:
        return len(self._buckets)

    def keep(self, name: str, bucket: Bucket, now: float) -> None:
        """Somebody leaves."""
        self._buckets.pop(name, None)
        self._buckets[name] = bucket
        while self._buckets:
            first = next(iter(self._buckets))
            if len(self._buckets) <= self.most and not self._buckets[first].is_full(now):
                break
            del self._buckets[first]

    def give_back(self, name: str, bucket: Bucket, now: float) -> None:
        """Somebody comes, with a bucket that is new."""
        before = self._buckets.pop(name, None)
        if before is not None:
            bucket.follow(before, now)
