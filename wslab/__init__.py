"""wslab: a course on WebSocket that you run, and the code behind it.

The floors, imports pointing down only: `protocol` (bytes in, events out), `net` (sockets, one
background loop), `node` and `browser` (foreign APIs under their own names), `chat`, `check` (judges
servers). `show` draws, and `gallery` draws images/ with it.
"""

__version__ = "0.1.0"
