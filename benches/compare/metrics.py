"""The figures of a ranking, the same for every engine, as `src/eval.rs` defines them; and how sure a difference is."""

import math
import random

DEPTH = 10
FIGURES = ("success@1", "success@3", "nDCG@5", "MRR")
RESAMPLES = 10_000
SEED = 20261201


def counted(requests: list[dict], known: set[str]) -> list[dict]:
    """The requests with at least one method of grade 2 or 3 in the base."""
    return [r for r in requests if any(grade >= 2 and m in known for m, grade in r["relevant"].items())]


def figures(request: dict, ranking: list[str], known: set[str]) -> dict[str, float]:
    """What one ranking is worth for one request."""
    grades = [request["relevant"].get(method, 0) for method in ranking[:DEPTH]]
    first = next((rank for rank, grade in enumerate(grades, 1) if grade >= 2), None)
    ideal = sorted((grade for method, grade in request["relevant"].items() if method in known), reverse=True)
    return {
        "success@1": float(first == 1),
        "success@3": float(first is not None and first <= 3),
        "nDCG@5": gain(grades) / gain(ideal),
        "MRR": 1 / first if first else 0.0,
    }


def gain(grades: list[int]) -> float:
    return sum((2**grade - 1) / math.log2(rank + 1) for rank, grade in enumerate(grades[:5], 1))


def mean(values: list[float]) -> float:
    return sum(values) / len(values) if values else math.nan


def worth(rows: list[dict[str, float]]) -> float:
    """What peers are tuned for: the same as `declic tune`, half nDCG@5 and half success@3."""
    return mean([0.5 * row["nDCG@5"] + 0.5 * row["success@3"] for row in rows])


def interval(ours: list[float], theirs: list[float]) -> tuple[float, float]:
    """Paired bootstrap: 95 % interval of the mean of theirs − ours, requests drawn with replacement."""
    differences = [their - our for our, their in zip(ours, theirs, strict=True)]
    draw = random.Random(SEED)
    means = sorted(mean(draw.choices(differences, k=len(differences))) for _ in range(RESAMPLES))
    return means[round(0.025 * (RESAMPLES - 1))], means[round(0.975 * (RESAMPLES - 1))]


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[round((len(values) - 1) * share)]
