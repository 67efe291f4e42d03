"""The peer's side of the protocol of compare.py, for engines driven from Python: one JSON object a line in, one out."""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path


def serve(build: Callable) -> None:
    """`build(documents, options)` gives a shelf; its `prepare(boosts, options)` gives `search(text, limit)`."""
    shelves = {}
    for line in sys.stdin:
        order = json.loads(line)
        if order["op"] == "index":
            begun = time.perf_counter()
            documents = [json.loads(document) for document in Path(order["file"]).read_text().splitlines()]
            shelves[order["name"]] = build(documents, order["options"])
            answer = {"ms": (time.perf_counter() - begun) * 1e3}
        else:
            answer = rounds(shelves[order["name"]].prepare(order["boosts"], order["options"]), order)
        print(json.dumps(answer), flush=True)


def rounds(search: Callable, order: dict) -> dict:
    hits, micros = [], []
    for _ in range(order["rounds"]):
        hits, times = [], []
        for text in order["texts"]:
            begun = time.perf_counter()
            hits.append(search(text, order["limit"]))
            times.append((time.perf_counter() - begun) * 1e6)
        micros.append(times)
    return {"hits": hits, "micros": micros}
