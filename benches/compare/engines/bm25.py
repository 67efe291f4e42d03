"""bm25s with PyStemmer's French stemmer. It knows no fields: one index a field, scores weighed and summed."""

import unicodedata

import bm25s
import numpy
import Stemmer
from bm25s.stopwords import STOPWORDS_FRENCH

from protocol import serve

stemmer = Stemmer.Stemmer("french")


def folded(text: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFD", text) if not unicodedata.combining(sign))


def tokens(texts: list[str], options: dict) -> list[list[str]]:
    stop_words = list(STOPWORDS_FRENCH)
    if options["folded"]:
        texts, stop_words = [folded(text) for text in texts], [folded(word) for word in stop_words]
    return bm25s.tokenize(texts, stopwords=stop_words, stemmer=stemmer, return_ids=False, show_progress=False)


class Shelf:
    def __init__(self, documents: list[dict], options: dict):
        self.ids = [document["id"] for document in documents]
        texts = {name: [document["fields"][name] for document in documents] for name in documents[0]["fields"]}
        self.fields = {name: self.index(tokens(texts[name], options), options) for name in texts}

    @staticmethod
    def index(words: list[list[str]], options: dict) -> bm25s.BM25:
        index = bm25s.BM25(method=options["method"], k1=options["k1"], b=options["b"])
        index.index(words, show_progress=False)
        return index

    def prepare(self, boosts: dict[str, float], options: dict):
        def search(text: str, limit: int) -> list:
            words = tokens([text], options)[0]
            scores = sum(boost * self.scores(name, words) for name, boost in boosts.items())
            limit = min(limit, len(scores))
            best = numpy.argpartition(-scores, limit - 1)[:limit]
            best = best[numpy.argsort(-scores[best], kind="stable")]
            return [[self.ids[place], float(scores[place])] for place in best if scores[place] > 0]

        return search

    def scores(self, name: str, words: list[str]) -> numpy.ndarray:
        index = self.fields[name]
        known = [word for word in words if word in index.vocab_dict]
        return index.get_scores(known) if known else numpy.zeros(len(self.ids), dtype="float32")


if __name__ == "__main__":
    serve(Shelf)
