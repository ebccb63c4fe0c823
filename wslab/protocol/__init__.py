"""The WebSocket protocol, RFC 6455: bytes in, events out; no socket, clock or randomness.

Read it in this order: states, handshake, masking, frames, closing, events, messages, sending,
connection; then extensions, deflate, broadcast. Keys and masks come from the caller, so that a run
can be repeated byte for byte.
"""

from wslab.protocol.broadcast import Broadcast
from wslab.protocol.closing import MEANINGS as CLOSE_CODES
from wslab.protocol.closing import is_sendable
from wslab.protocol.connection import Connection
from wslab.protocol.deflate import Deflate
from wslab.protocol.deflate_handshake import PerMessageDeflate
from wslab.protocol.errors import (
    ControlTooLong,
    HandshakeError,
    InvalidCloseCode,
    InvalidFrame,
    InvalidHeader,
    InvalidState,
    LocalError,
    ProtocolError,
    ReasonTooLong,
    RequestError,
    ResponseError,
    WebSocketError,
)
from wslab.protocol.events import (
    BinaryMessage,
    CloseReceived,
    Event,
    Failed,
    FrameReceived,
    PingReceived,
    PongReceived,
    TextMessage,
)
from wslab.protocol.extensions import Extension, ExtensionFactory
from wslab.protocol.frames import Frame, FrameParser, Opcode, PartialFrame, encode_frame
from wslab.protocol.handshake import (
    GUID,
    Accepted,
    ExtensionOffer,
    Request,
    Response,
    Upgrade,
    accept_value,
    build_request,
    build_response,
    check_origin,
    check_request,
    check_response,
    format_extensions,
    make_key,
    parse_extensions,
    parse_protocols,
    refusal,
)
from wslab.protocol.headers import Headers
from wslab.protocol.masking import apply_mask
from wslab.protocol.messages import Limits
from wslab.protocol.sending import Role
from wslab.protocol.states import TRANSITIONS, Cause, State, next_state

__all__ = [
    "CLOSE_CODES",
    "GUID",
    "TRANSITIONS",
    "Accepted",
    "BinaryMessage",
    "Broadcast",
    "Cause",
    "CloseReceived",
    "Connection",
    "ControlTooLong",
    "Deflate",
    "Event",
    "Extension",
    "ExtensionFactory",
    "ExtensionOffer",
    "Failed",
    "Frame",
    "FrameParser",
    "FrameReceived",
    "HandshakeError",
    "Headers",
    "InvalidCloseCode",
    "InvalidFrame",
    "InvalidHeader",
    "InvalidState",
    "Limits",
    "LocalError",
    "Opcode",
    "PartialFrame",
    "PerMessageDeflate",
    "PingReceived",
    "PongReceived",
    "ProtocolError",
    "ReasonTooLong",
    "Request",
    "RequestError",
    "Response",
    "ResponseError",
    "Role",
    "State",
    "TextMessage",
    "Upgrade",
    "WebSocketError",
    "accept_value",
    "apply_mask",
    "build_request",
    "build_response",
    "check_origin",
    "check_request",
    "check_response",
    "encode_frame",
    "format_extensions",
    "is_sendable",
    "make_key",
    "next_state",
    "parse_extensions",
    "parse_protocols",
    "refusal",
]
