"""Lesson 07: a server in fourteen stages, each judged over a real socket.

    check.stage(7, serve)            # async def serve(reader, writer)

`opening`, `data`, `text`, `control` and `faults` have the probes; `probe` holds one conversation;
`judging` runs those of a stage, and then lets real clients try (`peers`, `page`).
"""

from __future__ import annotations

from wslab.check.stages import control, data, faults, opening, text
from wslab.check.stages.judging import Stage

STAGES = (
    Stage(1, "answer the upgrade", "The connection speaks WebSocket now.", opening.UPGRADE),
    Stage(
        2,
        "the accept value",
        "It shows that you read the key, and know WebSocket.",
        opening.ACCEPT,
    ),
    Stage(3, "a text frame in", "You unmask, and take no read for a frame.", data.TEXT_IN),
    Stage(4, "a text frame out", "A browser can read that.", data.TEXT_OUT),
    Stage(5, "16 and 64 bit lengths", "Each length has its shortest form.", data.LENGTHS),
    Stage(6, "masking required", "No page can choose the bytes on the wire.", faults.MASKED),
    Stage(7, "ping and pong", "The other side knows that you are there.", control.PINGS),
    Stage(8, "fragmentation", "A message is whole at FIN, however it was cut.", data.FRAGMENTS),
    Stage(
        9,
        "control frames in between",
        "No ping waits for the end of a long message.",
        control.BETWEEN,
    ),
    Stage(
        10,
        "close with code and reason",
        "Both sides know that nothing was lost.",
        control.CLOSES,
    ),
    Stage(11, "invalid codes", "A code that can't be is not repeated.", control.CODES),
    Stage(12, "UTF-8 across fragments", "What you deliver as text is text.", text.UTF8),
    Stage(
        13,
        "reserved bits and opcodes",
        "What you do not understand ends the connection.",
        faults.RESERVED,
    ),
    Stage(14, "sizes", "No header makes you promise memory that you do not have.", faults.SIZES),
)


def judge(number: int, server: object) -> None:
    """Judge a stage by its number: what `check.stage` does."""
    if isinstance(number, int) and 1 <= number <= len(STAGES):
        STAGES[number - 1](server)
    else:
        print(f"There are the stages 1 to {len(STAGES)}.")
