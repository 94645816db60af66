"""Settings of the documentation: `make docs` builds it into docs/_build."""

import sys
from pathlib import Path

from docutils import nodes
from latex2mathml.converter import convert

from sklearn_vartl import __version__

# For gallery_order.
sys.path.insert(0, str(Path(__file__).parent))

project = "sklearn_vartl"
author = "The sklearn_vartl developers"
release = version = __version__

extensions = [
    "myst_parser",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx_gallery.gen_gallery",
]
exclude_patterns = ["_build"]
html_theme = "pydata_sphinx_theme"
html_theme_options = {"show_toc_level": 2, "navigation_with_keys": False}
html_title = project
# Pages that stand alone have no section to navigate in.
html_sidebars = {"*": []}

# $`...`$ is how Markdown renderers of code hosts know inline mathematics, too.
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3
# Labels of scikit-learn's own documentation, which inherited docstrings refer to, are not here.
suppress_warnings = ["myst.header", "myst.xref_missing", "ref.ref"]
# The benchmarks are no examples, whatever their names.
suppress_warnings += ["sphinx_gallery.duplicate_filename"]

autosummary_generate = True
numpydoc_show_class_members = False
numpydoc_xref_param_type = False

sphinx_gallery_conf = {
    "examples_dirs": "../examples",
    "gallery_dirs": "gallery",
    # Examples run once: their results are kept in docs/gallery until their text changes.
    # `sphinx-build -t quick` shows them without running any.
    "plot_gallery": not tags.has("quick"),  # noqa: F821  Sphinx hands it to this file
    "ignore_pattern": r"benchmarks|pretrain\.py",
    "filename_pattern": r"/plot_",
    "within_subsection_order": "gallery_order.Questions",
    "download_all_examples": False,
    "show_memory": False,
}

# Formulas become MathML, which browsers draw by themselves: the pages need no network.
html_math_renderer = "mathml"


def _inline(translator, node):
    # The backticks of $`...`$ are no part of the formula.
    translator.body.append(convert(node.astext().strip("`")))
    raise nodes.SkipNode


def _displayed(translator, node):
    translator.body.append(f"<div>{convert(node.astext(), display='block')}</div>")
    raise nodes.SkipNode


def setup(app):
    """Tell Sphinx of the renderer."""
    app.add_html_math_renderer("mathml", (_inline, None), (_displayed, None))
