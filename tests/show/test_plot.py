"""wslab.show.plot: the same bytes on each run, lines told apart without colour."""

from __future__ import annotations

import io
import subprocess
import sys

from wslab import show


def plotted() -> bytes:
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context(show.plot_settings()):
        figure = Figure()
        axes = figure.subplots()
        for i in range(6):
            axes.plot([0, 1, 2], [i, i + 1, i], label=f"line {i}")
        axes.legend()
        out = io.BytesIO()
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    return out.getvalue()


def test_the_same_plot_gives_the_same_bytes() -> None:
    one = plotted()
    assert one == plotted()
    assert b"<dc:date>" not in one and b"line 5" in one


def test_lines_differ_by_dashes_and_markers_too() -> None:
    entries = list(show.plot_settings()["axes.prop_cycle"])
    assert len(entries) == 6
    for key in ("color", "linestyle", "marker"):
        assert len({str(entry[key]) for entry in entries}) == 6


def test_plot_style_changes_the_settings_outside_a_notebook_too() -> None:
    import matplotlib

    with matplotlib.rc_context():
        show.plot_style()
        assert matplotlib.rcParams["svg.hashsalt"] == "wslab"


def test_importing_show_does_not_import_matplotlib() -> None:
    code = "import sys; from wslab import show; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
