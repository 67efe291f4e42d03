//! tantivy as it comes, behind the protocol of `compare.py`: one JSON object a line in, one out.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};
use std::time::Instant;

use anyhow::{Context as _, Result};
use serde::Deserialize;
use serde_json::{Value, json};
use tantivy::collector::TopDocs;
use tantivy::columnar::Column;
use tantivy::query::QueryParser;
use tantivy::schema::{FAST, Field, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::{
    AsciiFoldingFilter, Language, LowerCaser, RemoveLongFilter, SimpleTokenizer, Stemmer, StopWordFilter, TextAnalyzer,
};
use tantivy::{Index, Searcher, TantivyDocument};

#[derive(Deserialize)]
#[serde(tag = "op", rename_all = "snake_case")]
enum Order {
    Index { name: String, file: String, options: Options },
    Search { name: String, texts: Vec<String>, boosts: BTreeMap<String, f32>, limit: usize, rounds: usize },
}

#[derive(Deserialize)]
struct Options {
    tokenizer: String,
}

#[derive(Deserialize)]
struct Document {
    id: String,
    fields: BTreeMap<String, String>,
}

struct Shelf {
    index: Index,
    searcher: Searcher,
    /// The places of the documents of each segment in `ids`.
    places: Vec<Column<u64>>,
    ids: Vec<String>,
}

fn main() -> Result<()> {
    let mut shelves: BTreeMap<String, Shelf> = BTreeMap::new();
    for line in std::io::stdin().lock().lines() {
        let answer = match serde_json::from_str(&line?)? {
            Order::Index { name, file, options } => {
                let begun = Instant::now();
                shelves.insert(name, Shelf::new(&file, &options)?);
                json!({ "ms": begun.elapsed().as_secs_f64() * 1e3 })
            }
            Order::Search { name, texts, boosts, limit, rounds } => {
                shelves.get(&name).context("search before index")?.search(&texts, &boosts, limit, rounds)?
            }
        };
        let mut out = std::io::stdout().lock();
        writeln!(out, "{answer}")?;
        out.flush()?;
    }
    Ok(())
}

/// The documents of a file, one by one: a hundred thousand sheets are better not held in memory.
fn read(file: &str) -> Result<impl Iterator<Item = Result<Document>>> {
    let lines = BufReader::new(File::open(file).with_context(|| file.to_owned())?).lines();
    Ok(lines.map(|line| Ok(serde_json::from_str(&line?)?)))
}

/// What tantivy offers for French: its stop words and its stemmer, and accents folded.
fn french() -> TextAnalyzer {
    let stop_words = StopWordFilter::new(Language::French);
    TextAnalyzer::builder(SimpleTokenizer::default())
        .filter(RemoveLongFilter::limit(40))
        .filter(LowerCaser)
        .filter(stop_words.expect("tantivy has French stop words"))
        .filter(Stemmer::new(Language::French))
        .filter(AsciiFoldingFilter)
        .build()
}

impl Shelf {
    fn new(file: &str, options: &Options) -> Result<Self> {
        let mut schema = Schema::builder();
        let place = schema.add_u64_field("place", FAST);
        let indexing = TextFieldIndexing::default()
            .set_tokenizer(&options.tokenizer)
            .set_index_option(IndexRecordOption::WithFreqsAndPositions);
        let text = TextOptions::default().set_indexing_options(indexing);
        let first = read(file)?.next().context("no document")??;
        let fields: BTreeMap<&String, Field> =
            first.fields.keys().map(|name| (name, schema.add_text_field(name, text.clone()))).collect();
        let index = Index::create_in_ram(schema.build());
        index.tokenizers().register("french", french());
        let mut writer = index.writer_with_num_threads(1, 200_000_000)?;
        let mut ids = Vec::new();
        for (number, document) in (0_u64..).zip(read(file)?) {
            let document = document?;
            let mut indexed = TantivyDocument::new();
            indexed.add_u64(place, number);
            for (name, text) in &document.fields {
                indexed.add_text(fields[name], text);
            }
            writer.add_document(indexed)?;
            ids.push(document.id);
        }
        writer.commit()?;
        writer.wait_merging_threads()?;
        let searcher = index.reader()?.searcher();
        let segments = searcher.segment_readers().iter();
        let places = segments.map(|segment| segment.fast_fields().u64("place")).collect::<Result<_, _>>()?;
        Ok(Self { index, searcher, places, ids })
    }

    fn search(&self, texts: &[String], boosts: &BTreeMap<String, f32>, limit: usize, rounds: usize) -> Result<Value> {
        let parser = self.parser(boosts)?;
        let mut hits = Vec::new();
        let mut micros: Vec<Vec<f64>> = Vec::new();
        for _ in 0..rounds {
            hits.clear();
            let mut round = Vec::new();
            for text in texts {
                let begun = Instant::now();
                hits.push(self.hits(&parser, text, limit)?);
                round.push(begun.elapsed().as_secs_f64() * 1e6);
            }
            micros.push(round);
        }
        Ok(json!({ "hits": hits, "micros": micros }))
    }

    fn parser(&self, boosts: &BTreeMap<String, f32>) -> Result<QueryParser> {
        let schema = self.index.schema();
        let fields: Vec<(Field, f32)> =
            boosts.iter().map(|(name, boost)| Ok((schema.get_field(name)?, *boost))).collect::<Result<_>>()?;
        let mut parser = QueryParser::for_index(&self.index, fields.iter().map(|(field, _)| *field).collect());
        fields.iter().for_each(|(field, boost)| parser.set_field_boost(*field, *boost));
        Ok(parser)
    }

    fn hits(&self, parser: &QueryParser, text: &str, limit: usize) -> Result<Vec<(String, f32)>> {
        // Agents write sentences, not queries: signs that mean something in the query syntax become spaces.
        let words: String = text.chars().map(|sign| if sign.is_alphanumeric() { sign } else { ' ' }).collect();
        let (query, _) = parser.parse_query_lenient(&words.to_lowercase());
        let found = self.searcher.search(&query, &TopDocs::with_limit(limit).order_by_score())?;
        let named = found.into_iter().map(|(score, address)| {
            let place =
                self.places[address.segment_ord as usize].first(address.doc_id).context("a document without place")?;
            Ok((self.ids[usize::try_from(place)?].clone(), score))
        });
        named.collect()
    }
}
