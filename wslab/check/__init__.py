"""The top floor: it judges what a learner wrote.

`probes` sends a server what a real client might, and what only a faulty one would; `handshakes`
does the same before the first frame.
"""
