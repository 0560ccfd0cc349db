"""An assessment with everything it was made of, so that it can be made again and compared."""

import hashlib
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version

from knowledge.tuning import Tuning


def program() -> str:
    """The version of this program."""
    try:
        return version("drrc")
    except PackageNotFoundError:  # run from a folder that was never installed
        return "0"


def stamp_of(data: str, tuning: Tuning) -> str:
    """Ten hexadecimal digits for the data's version, how strongly evidence counts, and the program."""
    said = f"{program()} {data} {sorted((name, str(value)) for name, value in asdict(tuning).items())}"
    return hashlib.sha256(said.encode()).hexdigest()[:10]
