"""Programs whose packages do not go together with the project's: each in a virtual environment of its own beside it."""

import subprocess
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def program(name: str, *, package: str, version: str) -> Path:
    """Where the program of that package is, set up where it or this version is missing.

    `package` is as pip takes it; what stands in brackets does not name the folder.
    """
    environment = ROOT / f".venv-{package.partition('[')[0]}"
    stamp = environment / f".installed-{version}"
    if not stamp.exists():
        print(f"Installing {package} (the first time takes a minute) ...", flush=True)
        venv.create(environment, clear=True, with_pip=True)
        pip = [str(environment / "bin" / "python"), "-m", "pip", "install", "--quiet"]
        subprocess.run([*pip, "--disable-pip-version-check", f"{package}=={version}"], check=True)
        stamp.touch()
    return environment / "bin" / name
