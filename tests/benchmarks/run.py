"""Every benchmark of this folder, as a table and as JSON lines in `bench-results.json`."""

import json
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

FOLDER = Path(__file__).parent
OUT = FOLDER.parents[1] / "bench-results.json"


def main() -> int:
    """Run each file in a process of its own; 1 when one fails."""
    rows, failed = [], 0
    for path in sorted(FOLDER.glob("*.py")):
        if path.name == "run.py":
            continue
        done = subprocess.run(
            [sys.executable, str(path)], capture_output=True, text=True, check=False, cwd=FOLDER.parents[1]
        )
        if done.returncode:
            print(f"{path.name} failed:\n{done.stderr[-2000:]}", file=sys.stderr)
            failed = 1
        rows += [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    table = Table("benchmark", "figure", "value", title="Dr.RC")
    for row in rows:
        for name, value in row.items():
            if isinstance(value, int | float):
                table.add_row(str(row.get("benchmark", row.get("catalogue", ""))), name, f"{value:.4g}")
    Console().print(table)
    OUT.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n", "utf-8")
    return failed


if __name__ == "__main__":
    sys.exit(main())
