"""The top floor: it judges what a learner wrote, and what a learner has installed.

`probes` sends a server what a real client might, and what only a faulty one would; `handshakes`
does the same before the first frame. `setup` looks whether everything is there.
"""
