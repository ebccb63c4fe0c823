from __future__ import annotations

import struct
import subprocess
import sys

from matplotlib.figure import Figure

from wslab.show.plots import Plot


def plot(height: float = 2.0) -> Plot:
    figure = Figure(figsize=(4, height))
    figure.add_subplot().plot([1, 2], [height, 1])
    return Plot(figure, title="A line", description="It falls.", alt='It "falls" by 1.', what="a")


def test_a_plot_is_a_png_on_light_paper_finer_than_shown() -> None:
    drawn = plot()
    assert drawn.png.startswith(b"\x89PNG")
    assert struct.unpack(">II", drawn.png[16:24]) == (680, 340)
    assert drawn.width == 400
    assert len(drawn.png) < 20_000


def test_what_is_compared_is_fixed_and_the_figures_are_beside_it() -> None:
    data, metadata = plot(2)._repr_mimebundle_()
    other, _ = plot(3)._repr_mimebundle_()
    assert set(data) == {"image/png", "text/plain"}  # no HTML: that would be compared
    assert data["text/plain"] == other["text/plain"] == "A line\nIt falls."
    assert data["image/png"] != other["image/png"]
    assert metadata["image/png"] == {"width": 400, "alt": 'It "falls" by 1.'}
    assert repr(plot()) == "<a>"


def test_as_html_it_has_its_alternative_text_escaped() -> None:
    html = plot().html
    assert 'alt="It &quot;falls&quot; by 1."' in html
    assert "data:image/png;base64," in html


def test_importing_show_does_not_import_matplotlib() -> None:
    code = "import sys; from wslab import show; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
