"""The same changing price by short polling, long polling, server-sent events, an HTTP/2 stream and
WebSocket.

    feed = PriceServer()               by hand: listen, connect, publish
    feed.listen()
    results = await measure()          all techniques at once, counted in captures
    results = await rates()            at several rates of change

price (what changes and when) · heart (signs of life) · server and http2 (the ways to follow it) ·
clients (one function for each technique) · techniques (their list) · heads and result (what is
counted) · run (one technique at work) · measure (all of them) · grid (many measurements) ·
progress (the bar).
"""

from __future__ import annotations

from wslab.net.feeds.clients import LIKE_A_BROWSER, Watch, read_events
from wslab.net.feeds.grid import Point, Survey, crowds, rates, survey
from wslab.net.feeds.measure import Results, measure
from wslab.net.feeds.price import Schedule, Update
from wslab.net.feeds.result import Result
from wslab.net.feeds.server import PriceServer
from wslab.net.feeds.techniques import TECHNIQUES, Technique

__all__ = [
    "LIKE_A_BROWSER",
    "TECHNIQUES",
    "Point",
    "PriceServer",
    "Result",
    "Results",
    "Schedule",
    "Survey",
    "Technique",
    "Update",
    "Watch",
    "crowds",
    "measure",
    "rates",
    "read_events",
    "survey",
]
