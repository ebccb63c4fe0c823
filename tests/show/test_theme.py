"""wslab.show.theme: colours that stand out on light and dark, and text that can be read."""

from __future__ import annotations

import pytest

from tests.contrast import contrast
from wslab.show import theme

PAPERS = [theme.LIGHT_PAPER, theme.DARK_PAPER, "#ffffff", "#111111"]  # JupyterLab's two as well


def blended(colour: str, paper: str, alpha: float) -> str:
    pairs = [(int(colour[i : i + 2], 16), int(paper[i : i + 2], 16)) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(c * alpha + p * (1 - alpha)):02x}" for c, p in pairs)


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("paper", PAPERS)
def test_every_colour_stands_out(paper: str) -> None:
    for colour in {*theme.KIND_COLOURS.values(), *theme.FIELD_COLOURS.values()}:
        assert contrast(colour, paper) >= 3, (colour, paper)


def test_ink_can_be_read_on_paper_and_on_tinted_boxes() -> None:
    themes = [
        (theme.LIGHT_PAPER, theme.LIGHT_INK, theme.LIGHT_DIM),
        (theme.DARK_PAPER, theme.DARK_INK, theme.DARK_DIM),
    ]
    for paper, ink, dim in themes:
        assert contrast(ink, paper) >= 7
        assert contrast(dim, paper) >= 4.5
        for colour in theme.FIELD_COLOURS.values():
            assert contrast(ink, blended(colour, paper, 0.42)) >= 4.5


def test_the_inline_style_follows_jupyterlab_and_the_file_style_does_not() -> None:
    assert (
        "--jp-ui-font-color1" in theme.INLINE_STYLE and "--jp-layout-color0" in theme.INLINE_STYLE
    )
    assert "--jp-" not in theme.FILE_STYLE and "prefers-color-scheme:dark" in theme.FILE_STYLE
