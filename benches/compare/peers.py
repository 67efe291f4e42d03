"""The other engines: how each is started, what can be chosen about it, and how it is asked."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
WORK = HERE / ".work"
JARS = "/usr/share/java/lucene-core-8.7.0.jar:/usr/share/java/lucene-analyzers-common-8.7.0.jar:/usr/share/java/gson.jar"
FIELDS = ("names", "summary", "goals", "cues", "purpose", "body", "rest", "all", "needs")
TANTIVY = [str(HERE / "tantivy/target/release/compare-tantivy")]


@dataclass(frozen=True)
class Peer:
    """`options` lists the values that tuning chooses among, the usual one first; `indexed` names those that need a new index."""

    name: str
    command: list[str]
    options: dict[str, tuple]
    indexed: tuple[str, ...] = ()
    fields: tuple[str, ...] = FIELDS


PEERS = (
    Peer(
        "Lucene",
        ["java", "-cp", f"{JARS}:{WORK / 'lucene'}", "Lucene", str(WORK / "families.txt")],
        {
            "folded": (True, False),
            "families": (False, True),
            "english": (0.0, 0.3, 1.0),
            "combine": ("sum", "best field"),
            "fuzzy": (False, True),
            "k1": (1.2, 0.6, 2.0),
            "b": (0.75, 0.4, 0.2),
        },
        ("folded", "families", "english", "k1", "b"),
    ),
    Peer(
        "PostgreSQL",
        [sys.executable, str(HERE / "engines/postgres.py")],
        {"rank": ("ts_rank_cd", "ts_rank"), "normalisation": (0, 1, 2, 4, 8, 16)},
        (),
        # One field for each of its four labels.
        ("names", "needs", "purpose", "body"),
    ),
    Peer(
        "bm25s",
        [sys.executable, str(HERE / "engines/bm25.py")],
        {"folded": (True, False), "method": ("lucene", "bm25+"), "k1": (1.5, 1.0, 2.0), "b": (0.75, 0.4, 0.2)},
        ("folded", "method", "k1", "b"),
    ),
    Peer(
        "Orama",
        ["node", "--max-old-space-size=8192", str(HERE / "engines/orama.mjs")],
        {"duplicates": (False, True), "tolerance": (0, 1), "b": (0.7, 0.4, 0.2)},
        ("duplicates",),
    ),
    Peer("tantivy", TANTIVY, {"tokenizer": ("default",)}, ("tokenizer",)),
    Peer("tantivy, French", TANTIVY, {"tokenizer": ("french",)}, ("tokenizer",)),
)


class Engine:
    """A peer at work: a process that answers one line for each line."""

    def __init__(self, peer: Peer, documents: Path):
        self.peer = peer
        self.documents = documents
        self.process = subprocess.Popen(
            peer.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.indexes: dict[str, tuple] = {}

    def __enter__(self) -> "Engine":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.stdin.close()
        self.process.wait()

    def ask(self, **order: object) -> dict:
        print(json.dumps(order), file=self.process.stdin, flush=True)
        answer = self.process.stdout.readline()
        if not answer:
            raise SystemExit(f"{self.peer.name} ended with code {self.process.wait()}")
        return json.loads(answer)

    def index(self, shape: str, options: dict) -> float:
        """Indexes the documents of a shape unless it was done with the same options; tells the milliseconds."""
        wanted = tuple(options[name] for name in self.peer.indexed)
        if self.indexes.get(shape) == wanted:
            return 0.0
        self.indexes[shape] = wanted
        return self.ask(op="index", name=shape, file=str(self.documents / f"{shape}.jsonl"), options=options)["ms"]

    def search(self, shape: str, texts: list[str], boosts: dict, options: dict, limit: int, rounds: int = 1) -> dict:
        self.index(shape, options)
        boosts = {name: boost for name, boost in boosts.items() if boost > 0}
        return self.ask(
            op="search", name=shape, texts=texts, boosts=boosts, options=options, limit=limit, rounds=rounds
        )
