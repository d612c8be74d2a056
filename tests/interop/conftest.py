"""Node packages written by others, installed by their lock into a folder that is thrown away."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import NoReturn

import pytest

HERE = Path(__file__).parent
#: Seconds npm may take for everything.
INSTALL_TIMEOUT_S = 90


@pytest.fixture(scope="session")
def node_packages(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with ``node_modules`` and ``oracle.cjs``; skip where they cannot be had."""
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            _missing(request, f"{program} is not on PATH")
    folder = tmp_path_factory.mktemp("node")
    for name in ("package.json", "package-lock.json", "oracle.cjs"):
        shutil.copy(HERE / name, folder)
    wanted = json.loads((folder / "package.json").read_text(encoding="utf-8"))["dependencies"]
    names = ", ".join(f"{name}@{version}" for name, version in wanted.items())
    # no package's own script runs; every file is compared with its hash in the lock
    install = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1"]
    try:
        done = subprocess.run(
            install,
            cwd=folder,
            check=False,
            capture_output=True,
            text=True,
            timeout=INSTALL_TIMEOUT_S,
        )
    except subprocess.TimeoutExpired:
        _missing(request, f"npm took more than {INSTALL_TIMEOUT_S} s to install {names}")
    if done.returncode:
        code = re.search(r"npm (?:error|ERR!) code (\w+)", done.stderr)
        _missing(request, f"npm could not install {names}: {code[1] if code else done.returncode}")
    return folder


def _missing(request: pytest.FixtureRequest, reason: str) -> NoReturn:
    """Skip; fail where these tests were asked for by ``-m interop``, or they would pass for ever."""
    if "interop" in (request.config.option.markexpr or ""):
        pytest.fail(reason)
    pytest.skip(reason)
