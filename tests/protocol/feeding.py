"""Ways to cut bytes, generated conversations, and a connection whose masks are known."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise

from hypothesis import strategies as st

from wslab.protocol.connection import Connection
from wslab.protocol.events import Event
from wslab.protocol.frames import Frame, Opcode, encode_frame
from wslab.protocol.sending import Role

KEY = bytes.fromhex("37fa213d")
"""The masking key of RFC 6455 5.7."""


def chunks(data: bytes, cuts: Iterable[int]) -> list[bytes]:
    """`data` cut at these places, empty chunks included."""
    places = [0, *sorted(cut for cut in cuts if 0 <= cut <= len(data)), len(data)]
    return [data[start:end] for start, end in pairwise(places)]


def bytewise(data: bytes) -> Iterator[bytes]:
    """One byte at a time."""
    return (data[place : place + 1] for place in range(len(data)))


def connection(role: Role, **options: object) -> Connection:
    """A connection whose client masks with KEY."""
    return Connection(role, mask_source=lambda: KEY, **options)  # type: ignore[arg-type]


def outcome(
    make: Callable[[], Connection], pieces: Iterable[bytes]
) -> tuple[list[Event], bytes, object]:
    """Events, bytes written and final state of a connection that is fed these pieces."""
    fed = make()
    events: list[Event] = []
    output = b""
    for piece in pieces:
        events += fed.receive(piece)
        output += fed.take_output()
    standing = (fed.state, fed.close_sent, fed.close_received, fed.finished, fed.can_send)
    return events, output, standing


def wire(frames: Iterable[Frame], mask: bytes | None) -> bytes:
    """The bytes of frames, each masked with `mask`."""
    return b"".join(
        encode_frame(Frame(f.opcode, f.payload, f.fin, f.rsv1, f.rsv2, f.rsv3, mask))
        for f in frames
    )


def mask_for(receiver: Role) -> bytes | None:
    """The mask that frames to this role carry."""
    return KEY if receiver is Role.SERVER else None


# Generated conversations ---------------------------------------------------------------------

roles = st.sampled_from(Role)
cut_lists = st.lists(st.integers(0, 2000), max_size=12)
payloads = st.one_of(
    st.binary(max_size=40),
    st.binary(min_size=120, max_size=135),
    st.sampled_from([65535, 65536, 70000]).map(lambda n: bytes(range(256)) * (n // 256) + b"x"),
)
texts = st.text(max_size=60)
control_frames = st.builds(
    Frame, st.sampled_from([Opcode.PING, Opcode.PONG]), st.binary(max_size=125)
)
close_frames = st.one_of(
    st.just(Frame(Opcode.CLOSE, b"")),
    st.builds(
        lambda code, reason: Frame(Opcode.CLOSE, code.to_bytes(2, "big") + reason.encode()[:123]),
        st.sampled_from([1000, 1001, 1003, 1011, 3000, 4999]),
        st.text(st.characters(max_codepoint=127), max_size=40),
    ),
)


@st.composite
def messages(draw: st.DrawFn) -> list[Frame]:
    """The frames of one valid message, control frames between its fragments."""
    text = draw(st.booleans())
    payload = draw(texts).encode() if text else draw(payloads)
    opcode = Opcode.TEXT if text else Opcode.BINARY
    pieces = chunks(payload, draw(st.lists(st.integers(0, len(payload)), max_size=4)))
    frames: list[Frame] = []
    for index, piece in enumerate(pieces):
        if index:
            frames += draw(st.lists(control_frames, max_size=2))
        fin = index == len(pieces) - 1
        frames.append(Frame(opcode if index == 0 else Opcode.CONTINUATION, piece, fin))
    return frames


@st.composite
def conversations(draw: st.DrawFn) -> list[Frame]:
    """The frames that one side sends in a valid conversation, in order."""
    frames: list[Frame] = []
    for part in draw(st.lists(st.one_of(messages(), control_frames.map(lambda f: [f])))):
        frames += part
    if draw(st.booleans()):
        frames.append(draw(close_frames))
    return frames
