"""Chooses the settings of each peer on graded requests, as `declic tune` does for Déclic: one number after the other."""

import metrics
from peers import Engine, Peer

SHAPES = ("methods", "needs")
BOOSTS = (0, 0.5, 1, 2, 4, 8)
# Where the climb starts: what one would write without measuring.
USUAL = {"names": 4, "summary": 2, "goals": 1, "cues": 0, "purpose": 1, "body": 0.5, "rest": 0, "all": 0, "needs": 2}
# How needs as documents of their own are put together with the sheets: the weight of the sheet, how many of the
# nearest needs of a method count, and whether scores are taken as they are or in parts of the best one.
GROUPING = {"sheet": (1, 0, 0.25, 0.5, 2, 4), "nearest": (3, 1, 2, 5, 10), "scale": ("relative", "raw")}
CANDIDATES = 200
CLIMBS = 3


def coordinates(peer: Peer, shape: str) -> dict[str, tuple]:
    fields = [name for name in peer.fields if shape == "methods" or name != "needs"]
    grouping = GROUPING if shape == "needs" else {}
    return {name: BOOSTS for name in fields} | grouping | peer.options


def start(peer: Peer, shape: str) -> dict:
    return {name: USUAL.get(name, values[0]) for name, values in coordinates(peer, shape).items()} | {"shape": shape}


def options(peer: Peer, settings: dict) -> dict:
    return {name: settings[name] for name in peer.options}


def boosts(peer: Peer, settings: dict) -> dict:
    return {name: settings[name] for name in peer.fields if name in settings}


class Asked:
    """What an engine finds for some texts, remembered while settings change that do not concern it."""

    def __init__(self, engine: Engine, texts: list[str], rounds: int = 1):
        self.engine, self.texts, self.rounds = engine, texts, rounds
        self.seen: dict[str, dict] = {}

    def search(self, shape: str, boosts: dict, options: dict, limit: int) -> dict:
        key = repr((shape, boosts, options, limit))
        if key not in self.seen:
            self.seen[key] = self.engine.search(shape, self.texts, boosts, options, limit, self.rounds)
        return self.seen[key]

    def rankings(self, settings: dict) -> list[list[str]]:
        """The methods of each text, best first."""
        searches = self.searches(settings)
        if settings["shape"] == "methods":
            return [[method for method, _ in hits] for hits in searches[0]["hits"]]
        return [grouped(*hits, settings) for hits in zip(*(search["hits"] for search in searches), strict=True)]

    def searches(self, settings: dict) -> list[dict]:
        peer = self.engine.peer
        chosen, weights = options(peer, settings), boosts(peer, settings)
        if settings["shape"] == "methods":
            return [self.search("methods", weights, chosen, metrics.DEPTH)]
        return [
            self.search("sheets", weights, chosen, CANDIDATES),
            self.search("needs", {"needs": 1}, chosen, CANDIDATES),
        ]


def grouped(sheets: list, needs: list, settings: dict) -> list[str]:
    """One ranking of methods out of their sheets and their needs."""
    scores = {method: settings["sheet"] * score for method, score in scaled(sheets, settings)}
    counted: dict[str, int] = {}
    for method, score in scaled(needs, settings):
        counted[method] = counted.get(method, 0) + 1
        if counted[method] <= settings["nearest"]:
            scores[method] = scores.get(method, 0.0) + score
    return sorted(scores, key=lambda method: (-scores[method], method))[: metrics.DEPTH]


def scaled(hits: list, settings: dict) -> list:
    best = hits[0][1] if hits and hits[0][1] > 0 and settings["scale"] == "relative" else 1.0
    return [(method, score / best) for method, score in hits]


def climb(engine: Engine, shape: str, requests: list[dict], known: set[str]) -> tuple[dict, float, float]:
    """The settings found, what they are worth, and what the usual ones were worth."""
    asked = Asked(engine, [request["text"] for request in requests])

    def worth(settings: dict) -> float:
        if not any(boosts(engine.peer, settings).values()):
            return 0.0
        rankings = asked.rankings(settings)
        pairs = zip(requests, rankings, strict=True)
        return metrics.worth([metrics.figures(request, ranking, known) for request, ranking in pairs])

    settings = start(engine.peer, shape)
    usual = best = worth(settings)
    for _ in range(CLIMBS):
        before = best
        for name, values in coordinates(engine.peer, shape).items():
            for value in values:
                tried = settings | {name: value}
                if tried != settings and (found := worth(tried)) > best + 1e-9:
                    settings, best = tried, found
        if best == before:
            break
    return settings, best, usual
