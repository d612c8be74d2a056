"""The interpreter with the peers, and child processes on one core each."""

import os
import subprocess
from pathlib import Path

from bot.config import package_root
from tests.bench.servers import bench_python

#: What is compared with beside the libraries the product has itself. fastText is compiled at
#: installation and needs a C++ compiler; a peer that cannot be had is left out by name.
PEERS = ("bm25s==0.3.16", "tantivy==0.27.0", "fasttext==0.9.3")
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
_PIP_S = 600


def python_with_peers() -> Path:
    """Return the interpreter of ``.venv-bench`` with as many of the peers as can be had."""
    python = bench_python()
    mark = python.parent.parent / "understanding.mark"
    wanted = "\n".join(PEERS)
    if mark.exists() and mark.read_text(encoding="ascii") == wanted:
        return python
    for peer in PEERS:
        print("installing", peer, "into .venv-bench", flush=True)
        pip = [str(python), "-m", "pip", "install", "--quiet", peer]
        if subprocess.run(pip, check=False, timeout=_PIP_S, cwd=package_root()).returncode:
            print(f"{peer} could not be installed and is left out", flush=True)
    mark.write_text(wanted, encoding="ascii")
    return python


def run(*arguments: str) -> int:
    """Run a part of this package in the interpreter with the peers, on one thread."""
    command = [str(python_with_peers()), "-m", "tests.bench.understanding", *arguments]
    return subprocess.run(
        command, check=False, cwd=package_root(), env={**os.environ, **ONE_THREAD}
    ).returncode
