"""How well one colour stands out from another (WCAG 2.2, 1.4.3): text needs 4.5, a shape 3."""

from __future__ import annotations

import re


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours written as #rrggbb or rgb(r, g, b), 1 to 21."""
    dark, light = sorted([luminance(one), luminance(other)])
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    """The relative luminance, 0 for black to 1 for white."""
    if colour.startswith("#"):
        parts = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    else:
        parts = [int(part) for part in re.findall(r"\d+", colour)[:3]]
    channels = [part / 255 for part in parts]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
