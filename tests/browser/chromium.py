"""Finding and starting the system's Chromium; the tests never download a browser."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from playwright.sync_api import Browser, Playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PLACES = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
# The list under the address bar is a page of Chromium's own, made anew beside each page, though a
# browser without a window has no address bar: half of the processor time of opening one.
NOT_NEEDED = ["WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup"]
# Playwright's own: of two lists Chromium takes the last alone.
OFF_BY_PLAYWRIGHT = [
    "AimEnabled",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "ThirdPartyStoragePartitioning",
]
# No sandbox, because containers run as root; most of the rest keeps the browser from calling home.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--disable-features={','.join(OFF_BY_PLAYWRIGHT + NOT_NEEDED)}",
]


def find_chromium() -> str | None:
    """The path of a Chromium or Chrome: WSLAB_CHROMIUM, then the usual names and places."""
    if chosen := os.environ.get("WSLAB_CHROMIUM"):
        return chosen
    on_path = (shutil.which(name) for name in NAMES)
    placed = (place for place in PLACES if Path(place).exists())
    return next((path for path in on_path if path), None) or next(placed, None)


def launch(playwright: Playwright, path: str) -> Browser:
    """Start Chromium without a window; Playwright gives it a new, empty profile."""
    return playwright.chromium.launch(executable_path=path, args=FLAGS)
