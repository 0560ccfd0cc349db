"""How long it takes until the clinical knowledge stands: the compiled copy is read and the model is built over it.

    python tests/benchmarks/start.py [ROUNDS]

Each round is a process of its own, imports not counted. The floor is reading the same copy as JSON in that process.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from adapters.assembly import load_medicine


def once(cache: Path) -> dict[str, float]:
    """Milliseconds of one start and of its floor."""
    (copy,) = cache.iterdir()
    began = time.perf_counter()
    json.loads(copy.read_text("utf-8"))
    floor = time.perf_counter() - began
    began = time.perf_counter()
    load_medicine(cache)
    return {"ms": (time.perf_counter() - began) * 1000, "floor_ms": floor * 1000}


def main() -> None:
    """Print one JSON line: median, worst and floor over the rounds."""
    if len(sys.argv) == 3 and sys.argv[1] == "--once":
        print(json.dumps(once(Path(sys.argv[2]))))
        return
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    with tempfile.TemporaryDirectory() as folder:
        load_medicine(Path(folder))  # writes the copy
        command = [sys.executable, __file__, "--once", folder]
        found = [json.loads(subprocess.run(command, capture_output=True, check=True).stdout) for _ in range(rounds)]
    times, floors = [row["ms"] for row in found], [row["floor_ms"] for row in found]
    print(
        json.dumps(
            {
                "benchmark": "start of the clinical knowledge",
                "p50_ms": round(statistics.median(times), 1),
                "worst_ms": round(max(times), 1),
                "floor_ms": round(statistics.median(floors), 1),
                "ratio": round(statistics.median(times) / statistics.median(floors), 2),
            }
        )
    )


if __name__ == "__main__":
    main()
