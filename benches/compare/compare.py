"""Déclic's search beside other engines: the same sheets, needs and requests, the same figures.

`compare.py tune` chooses the settings of the peers on dev.jsonl and keeps them in settings.json;
`compare.py table` prints what everybody is worth, `compare.py latency` how long one recommendation takes with more and
more sheets, both as Markdown; `run` installs, then calls this.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import base
import metrics
import tune
from metrics import FIGURES
from peers import HERE, PEERS, WORK, Engine

ROOT = HERE.parent.parent
DECLIC = os.environ.get("DECLIC", str(ROOT / "target/release/declic"))
FILES = ("dev", "coach-a", "coach-b")
SETTINGS = HERE / "settings.json"
# Each engine is asked everything this often; the first half of the rounds warms it up. One round is enough for all but times.
ROUNDS = int(os.environ.get("ROUNDS", "10"))


def requests(name: str) -> list[dict]:
    lines = (ROOT / f"tests/eval/{name}.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def declic(*arguments: str, **more: object) -> str:
    return subprocess.run([DECLIC, *arguments], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True, **more).stdout


def prepare() -> set[str]:
    """Writes what the peers read; gives the ids of the methods."""
    methods = list(base.methods(ROOT / "knowledge"))
    base.write_documents(methods, WORK / "base")
    base.write_families(ROOT / "knowledge", WORK / "families.txt")
    return {method["id"] for method in methods}


def choose(names: list[str]) -> None:
    """Tunes the named peers, or all, both with needs in the sheets and with needs as documents of their own."""
    known = prepare()
    asked = metrics.counted(requests("dev"), known)
    for peer in PEERS:
        if names and peer.name not in names:
            continue
        with Engine(peer, WORK / "base") as engine:
            found = {shape: tune.climb(engine, shape, asked, known) for shape in tune.SHAPES}
        shapes = {
            shape: {"settings": settings, "worth": round(worth, 4), "usual": round(usual, 4)}
            for shape, (settings, worth, usual) in found.items()
        }
        kept = json.loads(SETTINGS.read_text()) if SETTINGS.exists() else {}
        kept[peer.name] = shapes
        print(peer.name, json.dumps(shapes), file=sys.stderr, flush=True)
        SETTINGS.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n")


class Run:
    """What one engine gave for all requests, with its times."""

    def __init__(self, name: str, rankings: dict[str, list[list[str]]], micros: list[float], index: str):
        self.name, self.rankings, self.micros, self.index = name, rankings, micros, index

    def rows(self, file: str, asked: list[dict], known: set[str], kind: str | None = None) -> list[dict]:
        pairs = zip(asked, self.rankings[file], strict=True)
        counts = {request["id"] for request in metrics.counted(asked, known)}
        return [
            metrics.figures(request, ranking, known)
            for request, ranking in pairs
            if request["id"] in counts and kind in (None, request["kind"])
        ]


def split(rankings: list, asked: dict[str, list]) -> dict[str, list]:
    """One list of answers, file by file."""
    rest = iter(rankings)
    return {name: [next(rest) for _ in texts] for name, texts in asked.items()}


def run_peer(peer, asked: dict[str, list[dict]]) -> tuple[Run, str]:
    shapes = json.loads(SETTINGS.read_text())[peer.name]
    shape = max(shapes, key=lambda shape: shapes[shape]["worth"])
    settings = shapes[shape]["settings"]
    texts = [request["text"] for file in asked.values() for request in file]
    print(f"asking {peer.name}", file=sys.stderr, flush=True)
    with Engine(peer, WORK / "base") as engine:
        parts = ["methods"] if shape == "methods" else ["sheets", "needs"]
        built = sum(engine.index(part, tune.options(peer, settings)) for part in parts)
        answers = tune.Asked(engine, texts, ROUNDS)
        rankings = split(answers.rankings(settings), asked)
        searches = [search["micros"][ROUNDS // 2 :] for search in answers.searches(settings)]
    # With needs as documents of their own a request is two searches.
    micros = [sum(times) for rounds in zip(*searches) for times in zip(*rounds)]
    return Run(peer.name, rankings, micros, f"{built / 1e3:.1f} s"), choice(peer, shapes, shape)


def choice(peer, shapes: dict, shape: str) -> str:
    settings = shapes[shape]["settings"]
    other = next(name for name in tune.SHAPES if name != shape)
    told = {"methods": "needs in the sheets", "needs": "needs as documents of their own"}
    values = ", ".join(f"{name} {value}" for name, value in settings.items() if name != "shape")
    return (
        f"- **{peer.name}**: {told[shape]} ({shapes[shape]['worth']:.3f} on dev; {told[other]}: "
        f"{shapes[other]['worth']:.3f}; before tuning {shapes[shape]['usual']:.3f} and {shapes[other]['usual']:.3f}). {values}."
    )


def run_declic(asked: dict[str, list[dict]]) -> Run:
    with tempfile.TemporaryDirectory() as cache:
        # Without what was learnt before, then with it.
        answers, first = ask_declic([request for file in asked.values() for request in file], 1, cache)
        answers, later = ask_declic([request for file in asked.values() for request in file], ROUNDS, cache)
    texts = len(answers) // ROUNDS
    rankings = split([answer["methods"] for answer in answers[-texts:]], asked)
    micros = [answer["micros"] for answer in answers[len(answers) // 2 :]]
    return Run("Déclic", rankings, micros, f"{first:.1f} s; {later:.1f} s learnt before")


def ask_declic(asked: list[dict], rounds: int, cache: str, *arguments: str) -> tuple[list[dict], float]:
    """All requests, so many times, in one process; and the seconds until it is ready: start, reading, checks, index."""
    file = Path(cache) / "requests.jsonl"
    file.write_text("".join(json.dumps(request, ensure_ascii=False) + "\n" for request in asked * rounds))
    environment = os.environ | {"XDG_CACHE_HOME": cache, "CACHE_DIRECTORY": cache}
    begun = time.perf_counter()
    lines = declic("eval", str(file), "--rankings", *arguments, env=environment).splitlines()
    took = time.perf_counter() - begun
    answers = [json.loads(line) for line in lines]
    return answers, took - sum(answer["micros"] for answer in answers) / 1e6


def agree(ours: Run, asked: dict[str, list[dict]], known: set[str]) -> None:
    """Our figures from the rankings are those that `declic eval` counts."""
    names = dict(zip(FIGURES, ("success_at_1", "success_at_3", "ndcg_at_5", "mrr"), strict=True))
    for file, of_file in asked.items():
        told = json.loads(declic("eval", f"tests/eval/{file}.jsonl", "--json"))["overall"]
        rows = ours.rows(file, of_file, known)
        for figure, name in names.items():
            counted = metrics.mean([row[figure] for row in rows])
            if abs(counted - told[name]) > 1e-6:
                raise SystemExit(f"{file}: {figure} is {counted} here and {told[name]} in `declic eval`")


def row(*cells: str) -> None:
    print("| " + " | ".join(cells) + " |")


def header(*cells: str) -> None:
    row(*cells)
    row(*["---"] * len(cells))


def overall(runs: list[Run], file: str, asked: list[dict], known: set[str]) -> None:
    ours = runs[0].rows(file, asked, known)
    print(f"\n### {file}: {len(ours)} requests\n")
    header("engine", *FIGURES)
    for run in runs:
        theirs = run.rows(file, asked, known)
        cells = []
        for figure in FIGURES:
            mine, other = [[r[figure] for r in rows] for rows in (ours, theirs)]
            low, high = metrics.interval(mine, other)
            cells.append(f"{metrics.mean(other):.2f}" + ("" if run is runs[0] else f" ({low:+.2f} … {high:+.2f})"))
        row(run.name, *cells)
    ahead(runs, file, asked, known)


def ahead(runs: list[Run], file: str, asked: list[dict], known: set[str]) -> None:
    """How far we are above whoever comes closest."""
    gains = {run.name: metrics.mean([r["nDCG@5"] for r in run.rows(file, asked, known)]) for run in runs}
    ours = gains.pop(runs[0].name)
    best = max(gains, key=gains.get)
    print(f"\nnDCG@5 of {runs[0].name} against the best peer, {best}: {ours / gains[best] - 1:+.0%}.")


def by_kind(runs: list[Run], file: str, asked: list[dict], known: set[str]) -> None:
    print(f"\n### {file}, by kind: {' / '.join(FIGURES)}\n")
    header("kind", "n", *(run.name for run in runs))
    for kind in sorted({request["kind"] for request in metrics.counted(asked, known)}):
        rows = [run.rows(file, asked, known, kind) for run in runs]
        figures = [" / ".join(f"{metrics.mean([r[f] for r in of_run]):.2f}" for f in FIGURES) for of_run in rows]
        row(kind, str(len(rows[0])), *figures)


def times(runs: list[Run]) -> None:
    print("\n### Times\n")
    header("engine", "query p50, ms", "query p99, ms", "index")
    for run in runs:
        row(run.name, *(f"{metrics.percentile(run.micros, share) / 1e3:.2f}" for share in (0.5, 0.99)), run.index)


def table() -> None:
    known = prepare()
    asked = {name: requests(name) for name in FILES}
    ours = run_declic(asked)
    agree(ours, asked, known)
    peers, choices = zip(*(run_peer(peer, asked) for peer in PEERS), strict=True)
    runs = [ours, *peers]
    print("In brackets: 95 % interval of the difference to Déclic (paired bootstrap, 10,000 resamples).")
    for file, of_file in asked.items():
        overall(runs, file, of_file, known)
    for file, of_file in asked.items():
        by_kind(runs, file, of_file, known)
    times(runs)
    print("\n### Settings of the peers\n")
    print("\n".join(choices))


# For latency fewer requests: large bases take their time.
EVERY = 8


def latency(sizes: list[int]) -> None:
    """Déclic's whole recommendation beside a bare BM25 query over one document a method."""
    asked = [request for name in FILES for request in requests(name)][::EVERY]
    base.write_families(ROOT / "knowledge", WORK / "families.txt")
    print(f"{len(asked)} requests. Index: for Déclic the whole start, for the others from a file of JSON lines.\n")
    header("sheets", "engine", "p50, ms", "p99, ms", "index, s")
    for size in sizes:
        with tempfile.TemporaryDirectory(dir=WORK) as folder:
            base.multiply(ROOT / "knowledge", Path(folder) / "knowledge", size)
            for name, micros, index in timed(asked, Path(folder)):
                cells = (f"{metrics.percentile(micros, share) / 1e3:.2f}" for share in (0.5, 0.99))
                row(f"{size:,}", name, *cells, f"{index:.1f}")


def timed(asked: list[dict], folder: Path) -> Iterator[tuple[str, list[float], float]]:
    answers, start = ask_declic(asked, ROUNDS, str(folder), "--knowledge", str(folder / "knowledge"))
    yield "Déclic", [answer["micros"] for answer in answers[len(answers) // 2 :]], start
    documents = (base.document(m["id"], base.whole(m)) for m in base.methods(folder / "knowledge"))
    base.write(folder / "methods.jsonl", documents)
    for peer in PEERS:
        if peer.name in ("tantivy", "Lucene"):
            yield peer.name, *bare(peer, [request["text"] for request in asked], folder)


def bare(peer, texts: list[str], folder: Path) -> tuple[list[float], float]:
    """One BM25 query over names, summary, purpose and needs, with the usual settings."""
    settings = tune.start(peer, "methods")
    chosen = tune.options(peer, settings)
    weights = {name: settings[name] for name in ("names", "summary", "purpose", "needs")}
    with Engine(peer, folder) as engine:
        built = engine.index("methods", chosen)
        found = engine.search("methods", texts, weights, chosen, metrics.DEPTH, ROUNDS)
    return [time for times in found["micros"][ROUNDS // 2 :] for time in times], built / 1e3


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["tune", *names]:
            choose(names)
        case ["table"]:
            table()
        case ["latency", *sizes]:
            latency([int(size) for size in sizes] or [160, 10_000, 100_000])
        case _:
            raise SystemExit(__doc__)
