"""Executed notebooks equal papermill's own."""

from __future__ import annotations

import re
import subprocess
import sys

import nbformat
import pytest
from making import notebook
from papermill.engines import papermill_engines
from papermill.iorw import load_notebook_node

ADDRESS = re.compile("0x[0-9a-f]{6,}")
WIDGET = "application/vnd.jupyter.widget-view+json"

CORPUS = {
    "value": "1 + 1",
    "print then value": "print('a')\n'b'",
    "streams each to the end": "import sys\nprint('a')\nprint('b', file=sys.stderr)\nprint('c')",
    "streams flushed between": "print('a', flush=True)\nprint('b', file=sys.stderr, flush=True)\nprint('c')",
    "no new line": "print('a', end='')",
    "carriage return": "print('10%\\r20%')",
    "display": "display(1, 'x')\nprint('after')",
    "display of html": "from IPython.display import HTML, Markdown, JSON, Image\ndisplay(HTML('<b>x</b>'))",
    "markdown": "Markdown('*x*')",
    "json": "JSON({'a': [1, 2]})",
    "display handle": "handle = display('first', display_id='one')",
    "update a display": "handle.update('second')",
    "update in one cell": "h = display('p', display_id=True)\nh.update('q')",
    "clear output": "from IPython.display import clear_output\nprint('gone')\nclear_output()\nprint('kept')",
    "clear output later": "print('gone')\nclear_output(wait=True)\ndisplay('kept')",
    "frame": "import pandas as pd\npd.DataFrame({'a': [1, 2], 'b': ['x', None]})",
    "series": "pd.Series([1.5, None], name='s')",
    "figure": "import matplotlib.pyplot as plt\nplt.plot([1, 2]);",
    "figure shown": "fig, ax = plt.subplots()\nax.bar(['a'], [1])\nplt.show()\nprint('after')",
    "two figures": "plt.figure()\nplt.plot([1])\nplt.figure()\nplt.plot([2])",
    "figure as value": "f, a = plt.subplots()\nf",
    "matplotlib magic": "%matplotlib inline\nplt.plot([3, 1]);",
    "retina": "%config InlineBackend.figure_format = 'svg'\nplt.rcParams['svg.hashsalt'] = 'a'\nimport os\nos.environ['SOURCE_DATE_EPOCH'] = '0'\nplt.plot([1, 2]);",
    "top-level await": "import asyncio\nawait asyncio.sleep(0.01)\n'awaited'",
    "async for": "async def numbers():\n    yield 1\n    yield 2\n[n async for n in numbers()]",
    "running loop": "asyncio.get_running_loop().is_running()",
    "line magic": "%lsmagic?\nx = 3",
    "cell magic": "%%capture got\nprint('held')",
    "capture": "got.stdout",
    "html magic": "%%html\n<i>x</i>",
    "shell": "!echo from a program",
    "shell into a name": "lines = !printf 'a\\nb'\nlines",
    "history": "_, __, In[1][:4], len(Out) > 0",
    "underscore": "_",
    "multiple values": "from IPython.core.interactiveshell import InteractiveShell\n1\n2",
    "warning": "import warnings\nwarnings.warn_explicit('careful', UserWarning, 'file.py', 3)",
    "error": "def inner(x):\n    return 1 / x\n\ninner(0)",
    "error chained": "try:\n    {}['a']\nexcept KeyError as e:\n    raise ValueError('b') from e",
    "syntax error": "for x in\n    y",
    "bad magic": "%nosuchmagic 1",
    "name error": "nosuchname",
    "error after print": "print('before')\nraise RuntimeError('over\\ntwo lines')",
    "own repr that fails": "class Bad:\n    def __repr__(self):\n        raise ValueError('no repr')\nBad()",
    "assert": "assert 1 == 2, 'not equal'",
    "interrupt": "raise KeyboardInterrupt",
    "system exit": "import sys\nsys.exit(3)",
    "input": "input('name? ')",
    "unicode": "print('ë€漢\\U0001f600')",
    "long": "list(range(2000))",
    "pickle of a class": "import pickle\nclass K: pass\ntype(pickle.loads(pickle.dumps(K()))).__name__, __name__",
    "widget": "import ipywidgets\nipywidgets.IntSlider(value=3)",
    "widget displayed": "display(ipywidgets.Label('text'))",
    "markdown repr": "class M:\n    def _repr_markdown_(self):\n        return '**m**'\nM()",
    "mimebundle": "class B:\n    def _repr_mimebundle_(self, include=None, exclude=None):\n        return {'text/html': '<p>', 'text/plain': 'p'}, {'text/html': {'isolated': True}}\nB()",
    "empty": "   ",
    "comment only": "# nothing",
    "semicolon": "5;",
    "logging": "import logging\nlogging.getLogger('x').warning('logged')",
    "run in a thread": "import threading\nt = threading.Thread(target=lambda: print('from a thread'))\nt.start()\nt.join()",
}

#: Their tracebacks name the kernel's own files.
ONLY_NAME = {"input"}


@pytest.fixture(scope="module")
def executed(tmp_path_factory) -> dict[str, nbformat.NotebookNode]:
    """The corpus under papermill's own engine and under this one."""
    folder = tmp_path_factory.mktemp("corpus")
    source = folder / "corpus.ipynb"
    nbformat.write(notebook([(code, ["raises-exception"]) for code in CORPUS.values()]), source)
    # papermill.execute_notebook would raise at the end for each error, expected or not.
    return {
        str(engine): papermill_engines.execute_notebook_with_engine(
            engine, load_notebook_node(str(source)), "python3", progress_bar=False
        )
        for engine in (None, "wijkkit")
    }


def comparable(cell: nbformat.NotebookNode, only_name: bool) -> list[dict]:
    """A cell's outputs, with streams joined that only a timer separates."""
    outputs: list[dict] = []
    for output in cell.outputs:
        output = dict(output)
        if output["output_type"] == "error" and only_name:
            output["traceback"] = []
        if "data" in output:
            output["data"] = {
                kind: ADDRESS.sub("0x", value) if isinstance(value, str) else value
                for kind, value in output["data"].items()
                if kind != WIDGET
            }
        last = outputs[-1] if outputs else {}
        if output["output_type"] == "stream" and last.get("name") == output["name"]:
            last["text"] += output["text"]
        else:
            outputs.append(output)
    return outputs


@pytest.mark.parametrize("name", CORPUS)
def test_cell_equals_papermills(name, executed):
    index = list(CORPUS).index(name)
    theirs, ours = (executed[engine].cells[index] for engine in ("None", "wijkkit"))
    only_name = name in ONLY_NAME
    assert comparable(ours, only_name) == comparable(theirs, only_name)
    assert ours.execution_count == theirs.execution_count


def test_papermill_takes_the_engine_by_its_name(tmp_path):
    source, made = tmp_path / "in.ipynb", tmp_path / "out.ipynb"
    nbformat.write(notebook([("x = 1", ["parameters"]), "x + 1"]), source)
    line = ["--engine", "wijkkit", "--no-progress-bar", "-p", "x", "41", str(source), str(made)]
    subprocess.run([sys.executable, "-m", "papermill", *line], check=True, timeout=120)
    outputs = nbformat.read(made, as_version=4).cells[-1].outputs
    assert outputs[0].data["text/plain"] == "42"


def test_the_engine_can_be_what_is_imported_first():
    code = "import wijkkit.batch.engine.papermill_engine as engine; engine.WijkkitEngine"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)
