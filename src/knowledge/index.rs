//! The tantivy index, in memory: one document a sheet, and one a need line, so that the nearest needs count.

use tantivy::collector::TopDocs;
use tantivy::columnar::Column;
use tantivy::query::{BooleanQuery, BoostQuery, PhraseQuery, Query as TantivyQuery, TermQuery};
use tantivy::schema::{FAST, Field, IndexRecordOption, Schema, SchemaBuilder, TextFieldIndexing, TextOptions};
use tantivy::{Index, ReloadPolicy, Searcher, TantivyDocument, Term};

use super::query::{Query, QueryWord};
use super::weights::Weights;

/// A text as it is indexed: concepts, Snowball stems and exact forms, each joined by spaces.
#[derive(Debug, Clone, Default)]
pub struct Indexed {
    pub concepts: String,
    pub snowball: String,
    pub exact: String,
}

/// A form of a word that a field is searched for. Each costs some microseconds at every search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// The light stem, or the head of its family.
    Concept,
    Snowball,
    Exact,
    /// Near-equivalents.
    Synonyms,
}

/// A text field: what it counts, and the forms that it is searched for.
#[derive(Debug, Clone, Copy)]
pub struct Sought {
    pub weight: f32,
    pub forms: &'static [Form],
}

/// A text field with its three analyses.
#[derive(Clone, Copy)]
struct Analysed {
    concept: Field,
    snowball: Field,
    exact: Field,
    sought: Sought,
}

/// Documents of one kind, searched together.
pub struct Shelf {
    fields: Vec<Analysed>,
    searcher: Searcher,
    /// The numbers of the documents of each segment.
    numbers: Vec<Column<u64>>,
    weights: Weights,
}

/// Bytes of memory that tantivy asks for at least, while it writes.
const ARENA: usize = 15_000_000;
const NUMBER: &str = "number";

impl Shelf {
    /// Indexes documents, each with one text a field.
    ///
    /// # Errors
    /// Those of tantivy; in memory there is no cause for any.
    pub fn new(fields: &[Sought], weights: Weights, documents: &[Vec<Indexed>]) -> tantivy::Result<Self> {
        let mut schema = Schema::builder();
        let number = schema.add_u64_field(NUMBER, FAST);
        let fields: Vec<Analysed> = (0..).zip(fields).map(|(n, sought)| analysed(&mut schema, n, *sought)).collect();
        let index = Index::create_in_ram(schema.build());
        let mut writer = index.writer_with_num_threads(1, ARENA)?;
        for (place, texts) in (0_u64..).zip(documents) {
            let mut document = TantivyDocument::new();
            document.add_u64(number, place);
            for (field, text) in fields.iter().zip(texts) {
                document.add_text(field.concept, &text.concepts);
                document.add_text(field.snowball, &text.snowball);
                document.add_text(field.exact, &text.exact);
            }
            writer.add_document(document)?;
        }
        writer.commit()?;
        writer.wait_merging_threads()?;
        let searcher = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?.searcher();
        let segments = searcher.segment_readers().iter();
        let numbers = segments.map(|segment| segment.fast_fields().u64(NUMBER)).collect::<Result<_, _>>()?;
        Ok(Self { fields, searcher, numbers, weights })
    }

    /// The documents that match best, by number, with their BM25 scores.
    pub fn search(&self, query: &Query, count: usize) -> Vec<(usize, f32)> {
        if query.words.is_empty() {
            return Vec::new();
        }
        // An index in memory fails only when it is broken; then it has nothing to say.
        self.hits(query, count).unwrap_or_default()
    }

    fn hits(&self, query: &Query, count: usize) -> tantivy::Result<Vec<(usize, f32)>> {
        let words = query.words.iter().flat_map(|word| self.word(word)).collect();
        let found = self.searcher.search(&BooleanQuery::union(words), &TopDocs::with_limit(count).order_by_score())?;
        let numbered = found.into_iter().filter_map(|(score, address)| {
            let number = self.numbers.get(address.segment_ord as usize)?.first(address.doc_id)?;
            Some((usize::try_from(number).ok()?, score))
        });
        Ok(numbered.collect())
    }

    /// A word in all its forms. One flat union: a union a word costs more than all its postings.
    fn word(&self, word: &QueryWord) -> Vec<Box<dyn TantivyQuery>> {
        let forms = |field: &Analysed| {
            field.sought.forms.iter().flat_map(|form| self.form(field, *form, word)).collect::<Vec<_>>()
        };
        self.fields.iter().flat_map(forms).collect()
    }

    fn form(&self, field: &Analysed, form: Form, word: &QueryWord) -> Vec<Box<dyn TantivyQuery>> {
        let weight = field.sought.weight * word.weight;
        match form {
            Form::Concept => vec![term(field.concept, &word.concept, weight)],
            Form::Snowball => vec![term(field.snowball, &word.word.snowball, weight * self.weights.snowball)],
            Form::Exact => vec![term(field.exact, &word.word.exact, weight * self.weights.exact)],
            Form::Synonyms => {
                let weight = weight * self.weights.synonym;
                word.synonyms.iter().filter_map(|synonym| phrase(field.concept, synonym, weight)).collect()
            }
        }
    }
}

fn analysed(schema: &mut SchemaBuilder, number: usize, sought: Sought) -> Analysed {
    let mut field = |form: &str| {
        let indexing = TextFieldIndexing::default()
            .set_tokenizer("whitespace")
            .set_index_option(IndexRecordOption::WithFreqsAndPositions);
        schema.add_text_field(&format!("{form}{number}"), TextOptions::default().set_indexing_options(indexing))
    };
    Analysed { concept: field("concept"), snowball: field("snowball"), exact: field("exact"), sought }
}

fn term(field: Field, text: &str, weight: f32) -> Box<dyn TantivyQuery> {
    let query = TermQuery::new(Term::from_field_text(field, text), IndexRecordOption::WithFreqs);
    Box::new(BoostQuery::new(Box::new(query), weight))
}

fn phrase(field: Field, words: &[String], weight: f32) -> Option<Box<dyn TantivyQuery>> {
    match words {
        [] => None,
        [word] => Some(term(field, word, weight)),
        words => {
            let terms = words.iter().map(|word| Term::from_field_text(field, word)).collect();
            Some(Box::new(BoostQuery::new(Box::new(PhraseQuery::new(terms)), weight)))
        }
    }
}
