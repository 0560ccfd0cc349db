"""`drrc replay`: makes a recorded result again and says whether everything is the same."""

import json
import sys
from dataclasses import asdict
from pathlib import Path

from bot.phrases import load_phrases
from config.settings import Settings
from knowledge.catalogue import load_catalogue
from knowledge.diagnosis import Diagnosis
from knowledge.record import replay as made_again


def replay(settings: Settings, file: Path, *, as_json: bool) -> int:
    """Replay a record, or an export with a record in it; 0 where all is the same, 1 where something differs, 2 else."""
    say = load_phrases()
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        recorded = found.get("record", found) if isinstance(found, dict) else None
        if not recorded:
            raise ValueError("no record")
        again = made_again(recorded, Diagnosis(load_catalogue(cache=settings.data_dir / "cache")).of)
    except (OSError, ValueError) as error:
        print(say("command.replay.no_record", path=file, reason=f"{type(error).__name__}"), file=sys.stderr)
        return 2
    if as_json:
        print(json.dumps(asdict(again), ensure_ascii=False))
        return int(bool(again.differences))
    key = "same_stamp" if again.stamp == again.now else "other_stamp"
    print(say(f"command.replay.{key}", stamp=again.stamp, now=again.now))
    for name, before, now in again.differences:
        print(say("command.replay.difference", name=name, before=before, now=now))
    if not again.differences:
        print(say("command.replay.same"))
    return int(bool(again.differences))
