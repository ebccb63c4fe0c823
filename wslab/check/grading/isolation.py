"""No network but loopback, for this process and all that it starts. Linux only.

A network namespace (network_namespaces(7)) of its own has no way out; its loopback interface only
has to be switched on. Without root it takes a user namespace as well (user_namespaces(7)), which
some systems forbid.
"""

from __future__ import annotations

import ctypes
import os
import socket
import struct
import sys
from pathlib import Path

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000  # linux/sched.h
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1  # linux/sockios.h, linux/if.h


class CantIsolate(OSError):
    """This system does not let the process have a network of its own."""


def cut_off_network() -> None:
    """Leave this process no network but loopback. Call it before any thread is started.

    Raises CantIsolate where the system has no such thing or forbids it.
    """
    if not sys.platform.startswith("linux"):
        raise CantIsolate("only Linux can cut a process off from the network")
    user, group = os.getuid(), os.getgid()
    if _unshare(CLONE_NEWNET):
        if problem := _unshare(CLONE_NEWUSER | CLONE_NEWNET):
            raise CantIsolate(f"this system does not let a process do so: {os.strerror(problem)}")
        _stay(user, group)
    _switch_loopback_on()


def _unshare(flags: int) -> int:
    libc = ctypes.CDLL(None, use_errno=True)
    return ctypes.get_errno() if libc.unshare(flags) else 0


def _stay(user: int, group: int) -> None:
    """Be the same user inside the namespace, so that files stay this user's."""
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{user} {user} 1"),
        ("gid_map", f"{group} {group} 1"),
    ):
        Path("/proc/self", name).write_text(text)


def _switch_loopback_on() -> None:
    import fcntl  # not on Windows

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        request = struct.pack("16sh14x", b"lo", 0)
        answer = fcntl.ioctl(asking, SIOCGIFFLAGS, request)
        flags = struct.unpack("16sh14x", answer)[1]
        fcntl.ioctl(asking, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | IFF_UP))
