"""The room without a network: what each client is sent."""

from __future__ import annotations

from wslab.check.stages.room import PacketRoom


def test_two_people() -> None:
    room = PacketRoom()
    ada: list[str] = []
    bob: list[str] = []
    for said, name in ((ada, "Ada"), (bob, "Bob")):
        room.enter(said.append)
        assert said.pop().startswith('0{"sid":')
        room.hear(said.append, "40")
        assert said.pop().startswith('40{"sid":')
        room.hear(said.append, f'421["new user","{name}"]')
    assert ada == [
        '42["get users",["Ada"]]',
        '431[{"ok":true,"name":"Ada"}]',
        '42["get users",["Ada","Bob"]]',
    ]
    assert repr(room) == "<a chat room, 2 are here>"
    ada.clear(), bob.clear()
    room.hear(bob.append, '42["send message","Hi!"]')
    assert ada == bob
    assert '"name":"Bob","text":"Hi!"' in ada[0]
    room.leave(bob.append)
    room.leave(bob.append)
    assert ada[1:] == ['42["user left",{"name":"Bob","online":1}]', '42["get users",["Ada"]]']


def test_what_is_refused() -> None:
    room = PacketRoom()
    said: list[str] = []
    room.enter(said.append)
    room.hear(said.append, '421["send message","Hi!"]')
    room.hear(said.append, '422["new user",7]')
    room.hear(said.append, '423["new user","Ada"]')
    room.hear(said.append, '424["new user","Ada"]')
    answers = [text for text in said if text.startswith("43")]
    assert [("true" in answer) for answer in answers] == [False, False, True, False]


def test_what_is_no_packet_is_not_heard() -> None:
    room = PacketRoom()
    said: list[str] = []
    room.enter(said.append)
    for text in ("", "3", "1", "hello", "4x", "42{", "41"):
        room.hear(said.append, text)
    assert len(said) == 1
