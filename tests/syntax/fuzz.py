"""`make fuzz`: cuts and edits of prototxts held against protobuf's verdict; the first difference is kept."""

from __future__ import annotations

import argparse
import random
import sys
import time
from pathlib import Path

from caffe_ls.syntax.parser import parse, reparse
from caffe_ls.text.source import decode, encode
from caffe_ls.text.span import Span
from tests.syntax.test_agreement_with_protobuf import NET, SEEDS, SOLVER
from tests.syntax.text_mutations import cut, edit, random_span
from tests.syntax.tree_dump import dump
from tests.syntax.verdict import disagreement


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, help="folder with corpus/prototxt to take texts from")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=random.randrange(2**32))
    options = parser.parse_args()
    texts = list(SEEDS)
    if options.shared:
        texts += [
            (SOLVER if "solver" in path.name.lower() else NET, decode(path.read_bytes())[:60_000])
            for path in sorted((options.shared / "corpus/prototxt").rglob("*.prototxt"))
        ]
    chance = random.Random(options.seed)
    end, count = time.monotonic() + 60 * options.minutes, 0
    print(f"seed {options.seed}, {len(texts)} texts, {options.minutes:g} minutes")
    while time.monotonic() < end:
        root, text = chance.choice(texts)
        mutated = chance.choice((cut, edit))(text, chance)
        difference = disagreement(mutated, root)
        start, stop, new = random_span(mutated, chance)
        edited = mutated[:start] + new + mutated[stop:]
        if difference is None and dump(reparse(parse(mutated), Span(start, stop), len(new), edited)) != dump(
            parse(edited)
        ):
            difference = f"reparse differs after replacing {start}..{stop} by {new!r}"
        if difference is not None:
            Path("build").mkdir(exist_ok=True)
            Path("build/fuzz.prototxt").write_bytes(encode(mutated))
            print(f"after {count} texts: {root}: {difference}; kept as build/fuzz.prototxt")
            return 1
        count += 1
    print(f"{count} texts, no difference")
    return 0


if __name__ == "__main__":
    sys.exit(main())
