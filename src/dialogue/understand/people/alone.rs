//! Someone who works alone.

use std::ops::Range;
use std::sync::LazyLock;

use super::super::cues::Tie;
use super::super::patterns::Patterns;
use super::super::tokens::{Token, part_start, text_at};

/// « moi toute seule », « je suis seul », "just me".
static ALONE: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "je|j suis|serai|serais|travaille|bosse tout|toute? seul|seule",
        "je suis . .? .? seul|seule",
        "jsuis|jsui|chuis|chui|jss|jbosse|jtravail* tout|toute|tt|tte|tou|toutes? seul|seule",
        "suis|serai tt|tte|tou seul|seule",
        "suis|serai tout|toute? seul|seule",
        "moi|je tout|toute? seul|seule",
        "< en? solo",
        "rien que moi",
        "< juste|que|seulement moi",
        "< moi >",
        "< just|only me",
        "on my own",
        "all? by myself",
        "< alone >",
        "i am|m|ll|will|work be? alone",
        "< une|1? seule|seul personne|agent >",
    ])
});

/// « seule, une petite heure », « tout seul avec un logiciel »: not « seul le maire décide ».
static LONE_WORKER: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "et|mais|donc|travail? tout|toute? seul|seule >",
        "et|mais|donc|travail? tout|toute? seul|seule a|au|avec|devant|et|en|pour|sur|chez|dans|depuis|face|derriere",
    ])
});

/// Others whose loneliness is not the agent's.
static OTHERS: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "ils|elles|il|elle|usager*|habitant*|patient*|parent*|eleve*|gens|they|users|residents|citizens|qu|que|qui|se|s",
    ])
});

pub fn alone(tokens: &[Token], means: &[Range<usize>]) -> Option<Range<usize>> {
    let others = |range: &Range<usize>| OTHERS.within(&tokens[part_start(tokens, range.start)..range.start]);
    let opens = |range: &Range<usize>| Tie::new(tokens, range.clone(), means).bare();
    // « je suis le seul à savoir »: one of a kind, not alone.
    let unique = |range: &Range<usize>| matches!(text_at(tokens, range.end.saturating_sub(2)), "le" | "la" | "the");
    ALONE
        .all(tokens)
        .find(|range| !others(range) && !unique(range))
        .or_else(|| LONE_WORKER.all(tokens).find(|range| !others(range) && opens(range)))
}
