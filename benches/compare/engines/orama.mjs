// Orama with its French stemmer and stop words, behind the protocol of compare.py: one JSON object a line in, one out.

import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { create, insertMultiple, search } from "@orama/orama";
import { language, stemmer } from "@orama/stemmers/french";
import { stopwords } from "@orama/stopwords/french";

async function shelf(documents, { duplicates }) {
  const fields = Object.keys(documents[0].fields);
  const schema = { method: "string", ...Object.fromEntries(fields.map((name) => [name, "string"])) };
  const words = { language, stemming: true, stemmer, stopWords: stopwords, allowDuplicates: duplicates };
  const tokenizer = { ...words, tokenizeSkipProperties: ["method"] };
  const index = create({ schema, components: { tokenizer } });
  await insertMultiple(index, documents.map(({ id, fields }) => ({ method: id, ...fields })), 1000);
  return index;
}

async function found(index, text, { boosts, limit, options }) {
  const { tolerance, b } = options;
  const answer = await search(index, {
    term: text,
    properties: Object.keys(boosts),
    boost: boosts,
    limit,
    tolerance,
    threshold: 1, // any of the words, not all of them
    relevance: { k: 1.2, b, d: 0.5 },
  });
  return answer.hits.map((hit) => [hit.document.method, hit.score]);
}

async function rounds(index, order) {
  const micros = [];
  let hits = [];
  for (let round = 0; round < order.rounds; round++) {
    hits = [];
    const times = [];
    for (const text of order.texts) {
      const begun = performance.now();
      hits.push(await found(index, text, order));
      times.push((performance.now() - begun) * 1e3);
    }
    micros.push(times);
  }
  return { hits, micros };
}

const shelves = {};
for await (const line of createInterface({ input: process.stdin })) {
  const order = JSON.parse(line);
  let answer;
  if (order.op === "index") {
    const begun = performance.now();
    const documents = readFileSync(order.file, "utf8").trimEnd().split("\n").map((row) => JSON.parse(row));
    shelves[order.name] = await shelf(documents, order.options);
    answer = { ms: performance.now() - begun };
  } else {
    answer = await rounds(shelves[order.name], order);
  }
  console.log(JSON.stringify(answer));
}
