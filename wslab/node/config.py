"""The options of a WebSocketServer and a WebSocketClient: names, defaults, and what each one does.

Names and defaults are those of npm `websocket`, which documents them; the one deviation is marked.
Times are in milliseconds and sizes in bytes, as in Node.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from wslab.net.peer import PeerOptions
from wslab.node.records import Record
from wslab.protocol.deflate_handshake import PerMessageDeflate
from wslab.protocol.messages import Limits, fragments_for

_BOTH: dict[str, Any] = {
    # A message of more bytes than the threshold goes out as several frames of that size.
    "fragmentOutgoingMessages": True,
    "fragmentationThreshold": 16_384,
    # False: each data frame arrives as a 'frame' event; only single-frame messages as 'message'
    # too.
    "assembleFragments": True,
    # How long to wait for the other side's close frame before TCP is cut.
    "closeTimeout": 5_000,
    # wslab's own, under the name that npm `ws` has for it: compress messages where the other side
    # can (RFC 7692). A dict sets more: {"threshold": 1024, "server_no_context_takeover": True}.
    "perMessageDeflate": True,
    # Send small frames at once, instead of waiting for more to fill a packet.
    "disableNagleAlgorithm": True,
}

SERVER_DEFAULTS: dict[str, Any] = {
    # The server from http.createServer whose upgrade requests are handled, or a list of them.
    "httpServer": None,
    # The longest frame that is accepted, and so the longest message that is not fragmented.
    "maxReceivedFrameSize": 65_536,
    # The longest message, its fragments joined. What is over a limit is closed with 1009.
    "maxReceivedMessageSize": 1_048_576,
    # Ping a client that was silent for keepaliveInterval.
    "keepalive": True,
    "keepaliveInterval": 20_000,
    # Drop a client that sends nothing at all for keepaliveGracePeriod after that ping.
    "dropConnectionOnKeepaliveTimeout": True,
    "keepaliveGracePeriod": 10_000,
    # TCP's own keep-alive instead of pings.
    "useNativeKeepalive": False,
    # Accept without a 'request' event: any path, the first requested subprotocol. Pages of other
    # origins are refused even then.
    "autoAcceptConnections": False,
    # Deviation (npm: False): a client can write any address into X-Forwarded-For. Set it to False
    # behind a proxy that writes this header itself.
    "ignoreXForwardedFor": True,
    # Fill request.requestedExtensions and request.cookies.
    "parseExtensions": True,
    "parseCookies": True,
    **_BOTH,
}

CLIENT_DEFAULTS: dict[str, Any] = {
    # 13 is the only one; npm's 8 is a draft of 2011.
    "webSocketVersion": 13,
    "maxReceivedFrameSize": 1_048_576,
    "maxReceivedMessageSize": 8_388_608,
    # For wss: {"ca": PEM text} or {"rejectUnauthorized": False} or {"context": ssl.SSLContext}.
    "tlsOptions": {},
    **_BOTH,
}


def make_config(
    owner: str,
    defaults: Mapping[str, Any],
    given: Mapping[str, Any] | None,
    more: Mapping[str, Any],
) -> Record:
    """The defaults with what was given, as a dict or as keyword arguments.

    Raises TypeError for an option that does not exist, naming the nearest one, or for a value of
    the wrong type.
    """
    if given is not None and not isinstance(given, Mapping):
        raise TypeError(f"{owner} takes a dict of options or keyword arguments, not {given!r}")
    options = {**(given or {}), **more}
    for name, value in options.items():
        if name not in defaults:
            import difflib  # only for who mistypes: it takes 2 ms to import

            near = difflib.get_close_matches(str(name), defaults, n=1, cutoff=0.5)
            hint = f"did you mean {near[0]!r}?" if near else f"it has {', '.join(defaults)}"
            raise TypeError(f"{owner} has no option {name!r}: {hint}")
        _check_value(owner, name, value, defaults[name])
    config = Record(defaults)
    config.update(options)
    return config


def _check_value(owner: str, name: str, value: object, default: object) -> None:
    if name == "perMessageDeflate" and isinstance(value, Mapping):
        try:
            PerMessageDeflate(**value)
        except TypeError:
            fields = ", ".join(field.name for field in dataclasses.fields(PerMessageDeflate))
            raise TypeError(f"{owner}: {name} may have {fields}, not {list(value)}") from None
    elif isinstance(default, bool):
        if not isinstance(value, bool):
            raise TypeError(f"{owner}: {name} must be True or False, not {value!r}")
    elif isinstance(default, int):
        if not isinstance(value, int) or isinstance(value, bool):
            raise TypeError(f"{owner}: {name} must be a whole number, not {value!r}")
        if value < (1 if name == "fragmentationThreshold" else 0):
            raise ValueError(f"{owner}: {name} can't be {value}")
    elif isinstance(default, dict) and not isinstance(value, Mapping):
        raise TypeError(f"{owner}: {name} must be a dict, not {value!r}")


def limits_of(config: Record) -> Limits:
    """The engine's limits for these options."""
    size = config["maxReceivedMessageSize"]
    return Limits(config["maxReceivedFrameSize"], size, fragments_for(size))


def extensions_of(config: Record) -> tuple[PerMessageDeflate, ...]:
    """The extensions to offer, or to accept, with these options."""
    wanted = config["perMessageDeflate"]
    if not wanted and not isinstance(wanted, Mapping):
        return ()
    return (PerMessageDeflate(**wanted) if isinstance(wanted, Mapping) else PerMessageDeflate(),)


def peer_options_of(config: Record) -> PeerOptions:
    """The times of a connection with these options; a client sends no pings of its own."""
    pings = config.get("keepalive", False) and not config.get("useNativeKeepalive", False)
    drops = pings and config["dropConnectionOnKeepaliveTimeout"]
    return PeerOptions(
        close_timeout=config["closeTimeout"] / 1000,
        ping_interval=config["keepaliveInterval"] / 1000 if pings else None,
        ping_timeout=config["keepaliveGracePeriod"] / 1000 if drops else None,
        limits_from=", ".join(
            f"{name} {config[name]}" for name in ("maxReceivedFrameSize", "maxReceivedMessageSize")
        ),
    )
