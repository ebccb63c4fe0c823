"""Colours, fonts and the style sheet of the pictures; light, dark and colour-blind readers in mind.

The hues are those of Okabe and Ito (2008), chosen so that each stands out from white and from
JupyterLab's dark grey by at least 3:1 (WCAG 2.2, 1.4.11); orange is darkened for that. No meaning
hangs on a colour alone: whatever is coloured has a label too. Ink and paper follow JupyterLab's
theme where there is one.
"""

from __future__ import annotations

GREY = "#808080"
BLUE = "#0072B2"
GREEN = "#009E73"
ORANGE = "#B97F00"
RED = "#D55E00"
PURPLE = "#C4679B"

LIGHT_PAPER, LIGHT_INK, LIGHT_DIM, LIGHT_LINE = "#ffffff", "#1f2328", "#59636e", "#d1d9e0"
DARK_PAPER, DARK_INK, DARK_DIM, DARK_LINE = "#0d1117", "#e6edf3", "#9da7b3", "#3d444d"

# What a thing on the wire is drawn in.
KIND_COLOURS = {
    "tcp": GREY,
    "request": BLUE,
    "response": BLUE,
    "body": BLUE,
    "text": GREEN,
    "binary": GREEN,
    "continuation": GREEN,
    "ping": PURPLE,
    "pong": PURPLE,
    "close": RED,
    "unparsed": RED,
    # HTTP/2
    "preface": BLUE,
    "HEADERS": BLUE,
    "CONTINUATION": BLUE,
    "PUSH_PROMISE": BLUE,
    "DATA": GREEN,
    "SETTINGS": GREY,
    "WINDOW_UPDATE": GREY,
    "PRIORITY": GREY,
    "PING": PURPLE,
}
# The fields of a frame.
FIELD_COLOURS = {
    "FIN": PURPLE,
    "RSV": GREY,
    "opcode": RED,
    "MASK": ORANGE,
    "length": BLUE,
    "extended length": BLUE,
    "masking key": ORANGE,
    "payload": GREEN,
}

SANS = "system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif"
MONO = "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace"

_RULES = (
    ".wslab text{font-family:" + SANS + ";font-size:13px;fill:var(--ws-ink)}"
    ".wslab .m{font-family:" + MONO + "}"
    ".wslab .s,.wslab tspan.s{font-size:11px}.wslab .c{font-size:12px}.wslab .l{font-size:15px}"
    ".wslab .b,.wslab tspan.b{font-weight:600}"
    ".wslab .d{fill:var(--ws-dim)}"
    ".wslab .h{paint-order:stroke;stroke:var(--ws-paper);stroke-width:5px;stroke-linejoin:round}"
    ".wslab .paper{fill:var(--ws-paper)}.wslab .rule{stroke:var(--ws-line)}"
    ".wslab .dimline{stroke:var(--ws-dim)}"
)


def _variables(ink: str, dim: str, line: str, paper: str) -> str:
    return f"--ws-ink:{ink};--ws-dim:{dim};--ws-line:{line};--ws-paper:{paper}"


# In a page: the page's own colours, JupyterLab's by name.
INLINE_STYLE = (
    ".wslab{"
    + _variables(
        "var(--jp-ui-font-color1,currentColor)",
        "var(--jp-ui-font-color2,currentColor)",
        "var(--jp-border-color1,#9a9a9a)",
        "var(--jp-layout-color0,Canvas)",
    )
    + "}"
    + _RULES
)
# In a file of its own: paper of its own, dark where the reader's system is.
FILE_STYLE = (
    f".wslab{{{_variables(LIGHT_INK, LIGHT_DIM, LIGHT_LINE, LIGHT_PAPER)}}}"
    "@media (prefers-color-scheme:dark){.wslab{"
    + _variables(DARK_INK, DARK_DIM, DARK_LINE, DARK_PAPER)
    + "}}"
    + _RULES
)
