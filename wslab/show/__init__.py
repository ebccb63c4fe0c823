"""The side room: what was captured, as tables and pictures for a notebook. It opens no socket.

    show.conversation(wire)     a swimlane: every message an arrow
    show.table(wire)            the same as a table
    show.live(wire)             the table, filling while traffic passes
    show.handshake(wire)        request and answer, each header explained
    show.accept(key)            Sec-WebSocket-Accept step by step
    show.frame(item)            the bits of one frame
    show.bytes(item)            the hex dump of one item, each field named
    show.masking(item)          the XOR by hand
    show.states("OPEN")         the state diagram, from the transition table
    show.timeline(rows)         readyState from event to event
    show.trace(rows)            browser events as a table
    show.side_by_side({...})    traces of several implementations, differences marked
    show.compare({...})         several conversations beside each other
    show.columns(rows)          any results as a table
    show.feeds(results)         what each technique of following a price cost, as bars
    show.staleness(results)     the price, and what each client believed
    show.tradeoff(results)      staleness against bytes, a point for each technique
    show.crossover(points)      bytes and staleness against the rate of change
    show.crowd(points)          computing and staleness against the number of clients
    show.talk(talkers)          who said what in a chat, and who heard it

Everything shown is escaped, its ports replaced by PORT, its credentials redacted, and the same
bytes for the same capture. Pictures have `.svg` and `.save(path)`; everything has `.html` and
`.text`.
"""

from __future__ import annotations

from wslab.show.believed import staleness
from wslab.show.conversation import compare, conversation
from wslab.show.display import Cell, Display, Picture, Table
from wslab.show.feeds import feeds
from wslab.show.frame import frame, masking
from wslab.show.handshake import accept, handshake
from wslab.show.hexdump import HexDump
from wslab.show.hexdump import bytes_ as bytes
from wslab.show.live import live
from wslab.show.plots import Plot
from wslab.show.states import states
from wslab.show.survey import crossover, crowd, tradeoff
from wslab.show.tables import columns, side_by_side, table, trace
from wslab.show.talk import talk
from wslab.show.timeline import timeline

__all__ = [
    "Cell",
    "Display",
    "HexDump",
    "Picture",
    "Plot",
    "Table",
    "accept",
    "bytes",
    "columns",
    "compare",
    "conversation",
    "crossover",
    "crowd",
    "feeds",
    "frame",
    "handshake",
    "live",
    "masking",
    "side_by_side",
    "staleness",
    "states",
    "table",
    "talk",
    "timeline",
    "trace",
    "tradeoff",
]
