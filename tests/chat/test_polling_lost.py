"""People who poll, and whose connections are cut while an answer is on its way: they miss nothing,
and hear nothing twice.
"""

from __future__ import annotations

import asyncio
import http.client
import json
import random
import re
import threading
import time
from typing import Any

from tests.net.support import reset
from wslab.chat import ChatClient, ChatRoom, LinkOptions, serve_chat

PATH = "/socket.io/?EIO=4&transport=polling"
PACKETS = "\x1e"
PEOPLE, SAID, SECONDS, LAST = 12, 300, 30.0, "the last one"


class Lost(Exception):
    """The connection was cut."""


class Poller:
    """One person in a thread. ids: the messages that were heard, in that order."""

    def __init__(self, room: ChatRoom, name: str, cuts: random.Random) -> None:
        self.ids: list[int] = []
        self.cut = 0
        self._port, self._name, self._cuts = room.port, name, cuts
        self._came = self._over = False
        self._session = ""

    def listen(self) -> None:
        """Come, and come back, until the last message is heard."""
        ends = time.monotonic() + SECONDS
        while not self._over and time.monotonic() < ends:
            try:
                self._session = ""
                self._session = json.loads(self._ask()[1:])["sid"]
                self._ask("40" + json.dumps({"key": self._name}))
                since = {"since": self.ids[-1] if self.ids else 0} if self._came else {}
                self._ask("420" + json.dumps(["new user", self._name, since]))
                while not self._over:
                    for packet in self._ask(lossy=True).split(PACKETS):
                        self._hear(packet)
            except Lost:
                self.cut += 1

    def _hear(self, packet: str) -> None:
        if packet == "2":
            self._ask("3")
        if found := re.match(r'42\["(new message|history)",', packet):
            value = json.loads(packet[2:])[1]
            self._came = True
            heard = value["messages"] if found[1] == "history" else [value]
            self.ids += [message["id"] for message in heard]
            self._over = any(message["text"] == LAST for message in heard)
            assert not (found[1] == "history" and value["more"]), "more was said than one page has"

    def _ask(self, packets: str = "", lossy: bool = False) -> str:
        line = http.client.HTTPConnection("127.0.0.1", self._port, timeout=SECONDS)
        target = PATH + (self._session and f"&sid={self._session}")
        line.request("POST" if packets else "GET", target, packets.encode() or None)
        if lossy and self._cuts.random() < 0.2:
            time.sleep(self._cuts.random() * 0.02)  # before the answer, or when it is on its way
            reset(line.sock)
            raise Lost
        answer = line.getresponse()
        body = answer.read().decode()
        line.close()
        assert answer.status == 200, body
        return body


async def test_who_polls_and_is_cut_off_misses_nothing_and_hears_nothing_twice() -> None:
    seeds = random.Random(7)
    room = serve_chat(options=LinkOptions(rate=None))
    people = [Poller(room, f"poller {n}", random.Random(seeds.random())) for n in range(PEOPLE)]
    threads = [threading.Thread(target=one.listen, daemon=True) for one in people]
    for thread in threads:
        thread.start()
    async with ChatClient(room.url) as talker:
        await talker.emit("new user", "Talker")
        texts = [*(f"number {n}" for n in range(SAID)), LAST]
        said: list[Any] = [await talker.emit("send message", text) for text in texts]
        for thread in threads:
            await asyncio.to_thread(thread.join)
    room.close()
    ids = [answer["id"] for answer in said]
    for one in people:
        assert one.ids and one.ids == ids[ids.index(one.ids[0]) :]
    assert sum(one.cut for one in people) >= PEOPLE, "too few cuts to prove anything"
