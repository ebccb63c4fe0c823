"""Names on the page that say more than a name: neither a note nor the lobby can be imitated."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.chat.pages import Visit, browser_test, users
from tests.chat.support import chatting

pytestmark = browser_test

# Each name, and how a sentence has it.
FORGERS = {
    "Ada left · Zoe": "“Ada left · Zoe”",
    "Ada” left · “Zoe": "“Ada' left · 'Zoe”",
    "「Eve」走了": "“'Eve'走了”",
    "O'Brien": "“O'Brien”",
}
WORDS = {"en-GB": (" joined", " left", " is typing…"), "zh-CN": ("来了", "走了", "正在输入…")}


def come_in(page: Page) -> None:
    page.locator("#name").fill("Bob")
    page.locator("#name").press("Enter")
    expect(users(page)).to_have_text(["Bob"])


def styles(page: Page, *selectors: str) -> list[list[str]]:
    found: list[list[str]] = page.evaluate(
        """selectors => selectors.map((selector) => {
             const { color, fontWeight } = getComputedStyle(document.querySelector(selector));
             return [color, fontWeight];
           })""",
        selectors,
    )
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("locale", WORDS)
def test_a_name_adds_nothing_to_a_sentence(visit: Visit, locale: str, scheme: str) -> None:
    with chatting() as room:
        page = visit(room.http_url, locale=locale, color_scheme=scheme)
        come_in(page)
        joined, left, types = WORDS[locale]
        for name, quoted in FORGERS.items():
            page.evaluate("name => socket.handlers['user joined']({ name })", name)
            page.evaluate("name => socket.handlers['typing']({ name, typing: true })", name)
            expect(page.locator("#typing")).to_have_text(f"{quoted}{types}")
            page.evaluate("name => socket.handlers['user left']({ name })", name)
            expect(page.locator("#typing")).to_be_empty()
        notes = page.locator(".note").all_text_contents()
        assert [part for note in notes for part in note.split("\u00a0· ")] == [
            f"{quoted}{word}" for quoted in FORGERS.values() for word in (joined, left)
        ]
        names = page.locator(".note bdi").all_text_contents()
        assert names == [q[1:-1] for q in FORGERS.values() for _ in range(2)]
        page.evaluate("socket.handlers['typing']({ name: 'Ada', typing: true })")
        for sentence in (".note", "#typing"):
            around, inside = styles(page, sentence, f"{sentence} bdi")
            assert around[0] != inside[0]
            assert int(inside[1]) > int(around[1])


@pytest.mark.parametrize(("locale", "lobby"), [("en-GB", "Lobby"), ("zh-CN", "大厅")])
@pytest.mark.parametrize("width", [900, 360])
def test_a_room_of_the_same_name_does_not_look_like_the_lobby(
    visit: Visit, locale: str, lobby: str, width: int
) -> None:
    with chatting() as room:
        page = visit(room.http_url, locale=locale, viewport={"width": width, "height": 640})
        come_in(page)
        # As a server of the past would have listed it.
        looks = page.evaluate(
            """other => {
                 listRooms(["lobby", "A room", other].map((name) => ({ name, online: 1 })));
                 return [...document.querySelectorAll("#room-list button")].map((button) => [
                   button.querySelector("bdi").textContent,
                   getComputedStyle(button, "::before").content !== "none",
                   getComputedStyle(button.parentElement).borderStyle.includes("solid"),
                   button.title !== "",
                 ]);
               }""",
            lobby,
        )
        assert looks == [
            [lobby, True, True, True],
            ["A room", False, False, False],
            [lobby, False, False, False],
        ]
