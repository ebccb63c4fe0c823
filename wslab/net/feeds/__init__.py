"""The same changing price by short polling, long polling, server-sent events and WebSocket.

    feed = PriceServer()               by hand: listen, connect, publish
    feed.listen()
    results = await measure()          all techniques at once, counted in captures

price (what changes and when) · server (four ways to follow it) · clients (one function for each
technique) · result (what is counted) · measure (the run).
"""

from __future__ import annotations

from wslab.net.feeds.clients import LIKE_A_BROWSER, TECHNIQUES, Technique, Watch, read_events
from wslab.net.feeds.measure import measure
from wslab.net.feeds.price import Schedule, Update
from wslab.net.feeds.result import Result
from wslab.net.feeds.server import PriceServer

__all__ = [
    "LIKE_A_BROWSER",
    "TECHNIQUES",
    "PriceServer",
    "Result",
    "Schedule",
    "Technique",
    "Update",
    "Watch",
    "measure",
    "read_events",
]
