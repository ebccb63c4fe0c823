"""The WebSocket protocol, RFC 6455: bytes in, events out; no socket, clock or randomness."""
