"""Fuzz the decoders with atheris: tools/fuzz.py [NAME] [SECONDS] [--keep]

NAME is a harness of tests/fuzz/harnesses.py; without it, each in turn. SECONDS is for each of them (60). What is found
lies in build/fuzz/NAME. With --keep, inputs that reach lines which the kept corpus does not are added to it, smallest
first. Only a finding ends with an error.
"""

import argparse
import hashlib
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from types import FrameType
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
# In the place of this folder, where this file would stand for the package of its name.
sys.path[:1] = [str(ROOT / "src"), str(ROOT / "tests")]

BYTES_MAX = 4096
KEPT_MAX = 40
"""Files of a harness that the repository keeps: each run of the suite replays them."""


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("words", nargs="*", metavar="[NAME] [SECONDS]")
    asked.add_argument("--keep", action="store_true")
    given = asked.parse_args()
    names = [word for word in given.words if not word.isdigit()]
    seconds = next((int(word) for word in given.words if word.isdigit()), 60)
    from fuzz.harnesses import HARNESSES  # noqa: PLC0415 - its path was added above

    if not set(names) <= HARNESSES.keys():
        sys.exit(f"fuzz: there are {', '.join(HARNESSES)}")
    failed = [name for name in names or HARNESSES if not fuzz(name, seconds, keep=given.keep)]
    if failed:
        sys.exit(f"fuzz: found something in {', '.join(failed)}: see build/fuzz")


def fuzz(name: str, seconds: int, *, keep: bool) -> bool:
    """One harness in a process of its own, because its engine ends the process. Whether nothing was found."""
    found = ROOT / "build" / "fuzz" / name
    found.mkdir(parents=True, exist_ok=True)
    print(f"fuzz: {name}, {seconds} s", flush=True)
    with tempfile.TemporaryDirectory() as new:
        done = subprocess.run(
            [sys.executable, __file__, "--engine", name, str(seconds), new, str(found)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        said = done.stdout.decode(errors="replace")
        ran = re.findall(r"^(?:Done|stat::number_of_executed_units:) (\d+)", said, re.MULTILINE)
        print(f"fuzz: {name}: {ran[0] if ran else 'no'} executions", flush=True)
        if done.returncode != 0:
            print(said[-6000:])
        if keep:
            keep_new(name, sorted(Path(new).iterdir(), key=lambda file: file.stat().st_size))
    return done.returncode == 0


_OF_ARRAYS = ["custodiet.wire.columns", "custodiet.wire.traccar_columns"]
"""Not followed by the engine: it never lets go of what an instrumented comparison of two arrays gives (atheris 3.0),
4 kB for every batch. They hardly branch; what is in a batch is still led by the decoder of a single line."""


def run_engine(name: str, seconds: int, new: str, found: str) -> None:
    """Never returns."""
    import atheris  # noqa: PLC0415 - whoever only lists the harnesses does not need it

    with atheris.instrument_imports(include=["custodiet.wire", "custodiet.model"], exclude=_OF_ARRAYS):
        from fuzz.harnesses import CORPUS, HARNESSES  # noqa: PLC0415
    from fuzz.mutating import mutated_json  # noqa: PLC0415

    def mutator(data: bytes, bytes_max: int, seed: int) -> bytes:
        return mutated_json(data, atheris.Mutate, bytes_max, seed)

    words = Path(new).with_suffix(".words")
    seeds = [file.read_bytes() for file in sorted((CORPUS / name).iterdir())]
    words.write_text("\n".join(_dictionary(seeds)))
    options = [f"-max_total_time={seconds}", f"-max_len={BYTES_MAX}", "-timeout=10", "-rss_limit_mb=2048"]
    options += [f"-artifact_prefix={found}/", f"-dict={words}", "-print_final_stats=1"]
    is_json = any(seed.lstrip().startswith(b"{") for seed in seeds)
    how: dict[str, Any] = {"custom_mutator": mutator} if is_json else {}
    atheris.Setup([sys.argv[0], *options, new, str(CORPUS / name)], HARNESSES[name], **how)
    atheris.Fuzz()


def _dictionary(seeds: Iterable[bytes]) -> list[str]:
    """The words of the seeds, as the engine's dictionary has them."""
    words = {word for seed in seeds for word in re.findall(rb"[\w.:+\-/]{2,24}", seed)}
    return [f'"{word.decode()}"' for word in sorted(words) if word.isascii()]


# --- what is worth keeping -----------------------------------------------------------------------------


def keep_new(name: str, files: Iterable[Path]) -> None:
    """Add to the kept corpus what reaches a line, from a line, that nothing kept reaches."""
    from fuzz.harnesses import CORPUS, HARNESSES  # noqa: PLC0415

    kept = sorted((CORPUS / name).iterdir())
    reached: set[tuple[str, int, int]] = set()
    for file in kept:
        reached |= steps(HARNESSES[name], file.read_bytes())
    room = KEPT_MAX - len(kept)
    for file in files:
        data = file.read_bytes()
        new = steps(HARNESSES[name], data) - reached
        if new and room > 0:
            reached |= new
            room -= 1
            (CORPUS / name / f"found-{hashlib.sha256(data).hexdigest()[:12]}").write_bytes(data)


def steps(harness: Callable[[bytes], None], data: bytes) -> set[tuple[str, int, int]]:
    """Every step from a line to the next inside the decoders."""
    taken: set[tuple[str, int, int]] = set()
    last: dict[FrameType, int] = {}

    def trace(frame: FrameType, event: str, _argument: object) -> Any:
        if "/custodiet/wire/" not in frame.f_code.co_filename:
            return None
        if event == "line":
            taken.add((frame.f_code.co_filename, last.get(frame, 0), frame.f_lineno))
            last[frame] = frame.f_lineno
        return trace

    sys.settrace(trace)
    try:
        harness(data)
    finally:
        sys.settrace(None)
    return taken


if __name__ == "__main__":
    if sys.argv[1:2] == ["--engine"]:
        run_engine(sys.argv[2], int(sys.argv[3]), *sys.argv[4:])
    else:
        main()
