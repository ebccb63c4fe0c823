"""A learner's code at work, so that nothing it does harms the kernel.

`answer` calls a function, and all the others build on it. `serving` runs a handler of streams;
`hosting`, `house` and `rooming` run handlers with the names of Node and Socket.IO. `hosts`,
`long_polling` and `visits` are what a learner's client meets. Each keeps what came over the wire.
"""
