"""wslab.node.config: the options, their defaults, and what a wrong one gets."""

from __future__ import annotations

from typing import Any

import pytest

from wslab.node.config import (
    CLIENT_DEFAULTS,
    SERVER_DEFAULTS,
    limits_of,
    make_config,
    peer_options_of,
)
from wslab.node.records import Record


def server_config(given: Any = None, **more: Any) -> Record:
    return make_config("WebSocketServer", SERVER_DEFAULTS, given, more)


def test_options_come_as_a_dict_or_as_keywords() -> None:
    config = server_config({"keepalive": False}, closeTimeout=10)
    assert (config.keepalive, config.closeTimeout, config["parseCookies"]) == (False, 10, True)
    assert SERVER_DEFAULTS["keepalive"] is True


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (
            {"maxRecievedFrameSize": 1},
            "'maxRecievedFrameSize': did you mean 'maxReceived",
        ),
        ({"autoAccept": True}, "did you mean 'autoAcceptConnections'"),
        ({"xyz": 1}, "no option 'xyz': it has httpServer, "),
        ({"keepalive": 1}, "keepalive must be True or False, not 1"),
        ({"closeTimeout": "5"}, "closeTimeout must be a whole number, not '5'"),
        ({"closeTimeout": True}, "closeTimeout must be a whole number, not True"),
    ],
)
def test_a_wrong_option_is_named_with_the_right_one(options: dict[str, Any], text: str) -> None:
    with pytest.raises(TypeError, match=text):
        server_config(options)


def test_numbers_have_a_lower_bound() -> None:
    with pytest.raises(ValueError, match="closeTimeout can't be -1"):
        server_config(closeTimeout=-1)
    with pytest.raises(ValueError, match="fragmentationThreshold can't be 0"):
        server_config(fragmentationThreshold=0)


def test_what_is_no_dict_is_refused() -> None:
    with pytest.raises(TypeError, match="takes a dict of options or keyword arguments, not 3000"):
        server_config(3000)
    with pytest.raises(TypeError, match="tlsOptions must be a dict"):
        make_config("WebSocketClient", CLIENT_DEFAULTS, {"tlsOptions": 1}, {})


def test_the_options_become_limits_and_times() -> None:
    config = server_config(maxReceivedFrameSize=10, maxReceivedMessageSize=20, closeTimeout=100)
    assert (limits_of(config).max_frame, limits_of(config).max_message) == (10, 20)
    options = peer_options_of(config)
    assert (options.close_timeout, options.ping_interval, options.ping_timeout) == (0.1, 20.0, 10.0)


def test_a_large_message_may_come_in_small_fragments() -> None:
    """4 MiB in fragments of 64 bytes and an empty last one: Autobahn|Testsuite's case 9.3.1."""
    limits = limits_of(server_config(maxReceivedMessageSize=4_194_304))
    assert limits.max_fragments is not None
    assert limits.max_fragments > 65_536
    assert limits_of(server_config()).max_fragments == 65_536


@pytest.mark.parametrize(
    ("options", "times"),
    [
        ({"keepalive": False}, (None, None)),
        ({"useNativeKeepalive": True}, (None, None)),
        ({"dropConnectionOnKeepaliveTimeout": False}, (20.0, None)),
        ({"keepaliveInterval": 100, "keepaliveGracePeriod": 50}, (0.1, 0.05)),
    ],
)
def test_keepalive(options: dict[str, Any], times: tuple[float | None, float | None]) -> None:
    made = peer_options_of(server_config(options))
    assert (made.ping_interval, made.ping_timeout) == times


def test_a_client_sends_no_pings() -> None:
    config = make_config("WebSocketClient", CLIENT_DEFAULTS, None, {})
    assert peer_options_of(config).ping_interval is None
