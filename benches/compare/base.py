"""Reads a method base as documents for any search engine: every text of a sheet, field by field, and its needs."""

import json
import re
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

import yaml

PURPOSE = ("À quoi ça sert", "Quand l'utiliser")
# The sections that Déclic indexes beside the purpose, and the rest of the sheet, apart: a peer may weigh them apart.
BODY = ("Étapes", "Matériel", "Conseils et pièges")
REST = ("Quand choisir autre chose", "Pour ouvrir", "Adapter", "Cadre public", "Et ensuite")


def methods(folder: Path) -> Iterator[dict]:
    """Every sheet with its fields and its needs, in the order of the files."""
    vocabulary = yaml.load((folder / "vocabulary.yaml").read_text(), yaml.CSafeLoader)
    named = {entry["id"]: entry for kind in ("goals", "phases") for entry in vocabulary[kind]}
    for sheet in sorted((folder / "methods").glob("*.md")):
        yield method(sheet, named)


def method(path: Path, named: dict[str, dict]) -> dict:
    _, front, text = path.read_text().split("---\n", 2)
    facts = yaml.load(front, yaml.CSafeLoader)
    sections = dict(re.findall(r"^## (.+)\n([\s\S]*?)(?=^## |\Z)", text, re.MULTILINE))
    about = [named[goal] for goal in [*facts["goals"], facts["phase"]]]
    fields = {
        "names": [facts["name"], facts["english_name"], *facts.get("aliases", [])],
        "summary": [facts["summary"], facts["english_summary"]],
        "goals": [entry[key] for entry in about for key in ("name", "english")],
        "cues": [cue for entry in about for key in ("cues", "english_cues") for cue in entry[key]],
        "purpose": [sections[title] for title in PURPOSE],
        "body": [sections[title] for title in BODY],
        "rest": [sections.get(title, "") for title in REST],
    }
    needs = path.with_suffix(".needs.txt").read_text().splitlines()
    return {
        "id": facts["id"],
        "fields": {name: plain("\n".join(texts)) for name, texts in fields.items()},
        "needs": [need for need in needs if need.strip()],
    }


def plain(text: str) -> str:
    """Markdown without what is not read: targets of links, stars."""
    return re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text).replace("**", "")


def write_documents(methods: list[dict], folder: Path) -> None:
    """The three shapes: a method with its needs, a sheet without them, a need as a document of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    write(folder / "methods.jsonl", (document(m["id"], with_all(whole(m))) for m in methods))
    write(folder / "sheets.jsonl", (document(m["id"], with_all(m["fields"])) for m in methods))
    write(folder / "needs.jsonl", (document(m["id"], {"needs": need}) for m in methods for need in m["needs"]))


def whole(method: dict) -> dict[str, str]:
    return method["fields"] | {"needs": "\n".join(method["needs"])}


def document(method: str, fields: dict[str, str]) -> dict:
    return {"id": method, "fields": fields}


def write(file: Path, documents: Iterable[dict]) -> None:
    with file.open("w") as out:
        out.writelines(json.dumps(document, ensure_ascii=False) + "\n" for document in documents)


# Needs of a generated sheet: as many as a lab would write.
NEEDS = 20


def multiply(shipped: Path, folder: Path, sheets: int) -> None:
    """A base of so many sheets: copies of the shipped ones under other names, with a word of their own in every need."""
    shutil.copytree(shipped, folder)
    originals = sorted((shipped / "methods").glob("*.md"))
    for number in range(len(originals), sheets):
        copy, original = number // len(originals), originals[number % len(originals)]
        name = f"{original.stem}-v{copy}"
        text = original.read_text().replace(f"id: {original.stem}\n", f"id: {name}\n", 1)
        text = re.sub(r"^(name|english_name): ", rf"\g<0>{copy} ", text, flags=re.MULTILINE)
        needs = original.with_suffix(".needs.txt").read_text().splitlines()[:NEEDS]
        (folder / "methods" / f"{name}.md").write_text(text)
        (folder / "methods" / f"{name}.needs.txt").write_text("".join(f"{need} site{copy}\n" for need in needs))


def write_families(folder: Path, file: Path) -> None:
    """The families of words, one a line, as Solr and Lucene read them."""
    families = yaml.load((folder / "families.yaml").read_text(), yaml.CSafeLoader)["families"]
    lines = (", ".join(word for word in family if " " not in word) for family in families)
    file.write_text("\n".join(lines) + "\n")


def with_all(fields: dict[str, str]) -> dict[str, str]:
    """Beside the fields, all of them as one: for engines that do better with a single long text."""
    return fields | {"all": "\n".join(fields.values())}
