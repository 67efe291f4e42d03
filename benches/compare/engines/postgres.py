"""PostgreSQL's text search: French with unaccent, four weights, an inverted index. DATABASE_URL says where."""

import os

import psycopg

from protocol import serve

# PostgreSQL has four labels for words: which label each field gets.
LABELS = {"names": "A", "needs": "B", "summary": "C", "goals": "C", "purpose": "C", "cues": "D", "body": "D", "rest": "D"}
CONFIGURATION = """
    CREATE EXTENSION IF NOT EXISTS unaccent;
    DROP TEXT SEARCH CONFIGURATION IF EXISTS fr;
    CREATE TEXT SEARCH CONFIGURATION fr (COPY = french);
    ALTER TEXT SEARCH CONFIGURATION fr ALTER MAPPING FOR hword, hword_part, word WITH unaccent, french_stem;
"""
# Words that plainto_tsquery joins by "and" are joined by "or": no sheet has all the words of a sentence.
SEARCH = """
    SELECT id, {rank}(%(weights)s::real[], words, query, {normalisation}) AS score
    FROM {table}, (SELECT replace(plainto_tsquery('fr', %(text)s)::text, '&', '|')::tsquery AS query) AS asked
    WHERE words @@ query ORDER BY score DESC, place LIMIT %(limit)s
"""


def database() -> psycopg.Connection:
    """A database whose letters are those of UTF-8, whatever the server was made with."""
    url = os.environ["DATABASE_URL"]
    with psycopg.connect(url, autocommit=True) as server:
        server.execute("DROP DATABASE IF EXISTS compare")
        server.execute("CREATE DATABASE compare TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'")
    connection = psycopg.connect(url.rsplit("/", 1)[0] + "/compare", autocommit=True)
    connection.execute(CONFIGURATION)
    return connection


connection = database()
tables = 0


class Shelf:
    def __init__(self, documents: list[dict], options: dict):
        global tables
        tables += 1
        self.table = f"documents{tables}"
        connection.execute(f"CREATE UNLOGGED TABLE {self.table} (place serial, id text, words tsvector)")
        names = [name for name in documents[0]["fields"] if name in LABELS]
        vector = " || ".join(f"setweight(to_tsvector('fr', %s), '{LABELS[name]}')" for name in names)
        rows = [[document["id"], *(document["fields"][name] for name in names)] for document in documents]
        with connection.transaction(), connection.cursor() as cursor:
            cursor.executemany(f"INSERT INTO {self.table} (id, words) VALUES (%s, {vector})", rows)
        connection.execute(f"CREATE INDEX ON {self.table} USING gin (words)")
        connection.execute(f"VACUUM ANALYZE {self.table}")

    def prepare(self, boosts: dict[str, float], options: dict):
        labels = {LABELS[name]: boost for name, boost in boosts.items()}
        most = max(labels.values())
        weights = [labels.get(label, 0.0) / most for label in "DCBA"]
        statement = SEARCH.format(table=self.table, rank=options["rank"], normalisation=options["normalisation"])

        def search(text: str, limit: int) -> list:
            asked = {"weights": weights, "text": text, "limit": limit}
            return connection.execute(statement, asked, prepare=True).fetchall()

        return search


if __name__ == "__main__":
    serve(Shelf)
