"""A capture saved to a file that other tools open, and read back.

    save(wire, "talk.har")          # for the browser's Network panel
    save(wire, "talk.pcapng")       # for Wireshark
    wire = load_capture("talk.pcapng")

HAR has messages, pcapng has every byte: what goes through HAR is rebuilt when it is loaded.
"""

from __future__ import annotations

from pathlib import Path

from wslab.net.capture import Capture
from wslab.net.export.loaded import LoadedCapture

__all__ = ["LoadedCapture", "load_capture", "save"]


# A function and not a method: a capture records, and knows no file formats.
def save(capture: Capture, path: str | Path, *, secrets: bool = False) -> Path:
    """Write a capture to a file, as the ending of its name says: .har (HAR 1.2) or .pcapng.

    Cookies, credentials and tokens are replaced. With `secrets=True` they are kept, and whoever
    gets the file can use them. Returns the path. Raises ValueError for another ending.
    """
    path = Path(path)
    if path.suffix.lower() == ".har":
        from wslab.net.export.har import har_of

        content = har_of(capture, secrets=secrets)
    elif path.suffix.lower() == ".pcapng":
        from wslab.net.export.pcapng import pcapng_of

        content = pcapng_of(capture, secrets=secrets)
    else:
        raise ValueError(f"can't save a capture as {path.name}: the name ends in .har or .pcapng")
    path.write_bytes(content)
    return path


def load_capture(path: str | Path) -> LoadedCapture:
    """Read a capture from a file that `save`, a browser (.har) or a packet sniffer (.pcapng, .pcap)
    wrote. Its `notes` say what the file had not.

    Raises ValueError for another ending, and for a broken file with what is wrong in it.
    """
    path = Path(path)
    if path.suffix.lower() == ".har":
        from wslab.net.export.har_import import capture_of_har

        return capture_of_har(path)
    if path.suffix.lower() in (".pcapng", ".pcap", ".cap"):
        from wslab.net.export.pcapng_import import capture_of_packets

        return capture_of_packets(path)
    raise ValueError(
        f"can't load a capture from {path.name}: the name ends in .har, .pcapng or .pcap"
    )
