//! A group that meets in one place.

use std::ops::Range;
use std::sync::LazyLock;

use super::super::cues::is_situation;
use super::super::patterns::Patterns;
use super::super::tokens::{Token, part_start, sentence_start};
use super::remote::refusal;

/// Where the text says that the group meets in one place.
pub fn together(tokens: &[Token], means: &[Range<usize>]) -> Option<Range<usize>> {
    let told = |range: &Range<usize>| is_situation(&tokens[sentence_start(tokens, range.start)..range.start]);
    let opens = |range: &Range<usize>| !means.is_empty() && part_start(tokens, range.start) == range.start;
    let here = |range: &Range<usize>| {
        !told(range) && ELSEWHERE.at(tokens, range.end).is_none() && NOBODY.before(tokens, range.start).is_none()
    };
    TOGETHER
        .all(tokens)
        .find(here)
        .or_else(|| HERE.all(tokens).find(opens))
        .or_else(|| at_hand(tokens, means))
        .or_else(|| refusal(tokens))
}

/// A place that the group has, or where the people just counted are.
fn at_hand(tokens: &[Token], means: &[Range<usize>]) -> Option<Range<usize>> {
    let told = |start: usize| is_situation(&tokens[sentence_start(tokens, start)..start]);
    let waiting = |range: &Range<usize>| WAITING.at(tokens, range.end).is_some();
    let had = || HAD_PLACE.all(tokens).find(|range| !waiting(range) && !told(range.start));
    let listed = |range: &Range<usize>| {
        let opens = part_start(tokens, range.start) == range.start && !means.is_empty();
        opens && !waiting(range) && !told(range.start)
    };
    let follows = |range: &Range<usize>| {
        let near = |mean: &Range<usize>| mean.end <= range.start && range.start - mean.end <= 4;
        means.iter().any(|mean| near(mean) && part_start(tokens, range.start) <= mean.start) && !waiting(range)
    };
    had()
        .or_else(|| PLACE.all(tokens).find(listed))
        .or_else(|| IN_PLACE.all(tokens).find(follows))
        .or_else(|| OUTSIDE.all(tokens).find(follows))
}

static TOGETHER: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "sur place",
        "en presentiel",
        "en presence >",
        "< presentiel|presentiels >",
        "en salle",
        "sur|on site",
        "onsite",
        "dans|ds nos|notre locaux|bureaux|salle",
        "dans|ds une|la|les|un meme salle|piece|lieu|endroit|local",
        "dans|ds une|la salle",
        "meme salle|piece",
        "tous|toutes reunis|reunies",
        "in person",
        "face to face",
        "in a|the|one|same|our same? room",
        "in our|the|same same? office|offices|premises|building",
        "autour d une grande|meme? table",
        "around|round a|one|our big? table",
        "en face a face",
    ])
});

/// « en salle d'attente », « sur site internet ».
static ELSEWHERE: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "d attente|accueil",
        "dattente",
        "de|des pause|soins|garde|classe|cours|sport|fetes|bain",
        "internet|web",
    ])
});

static WAITING: LazyLock<Patterns> =
    LazyLock::new(|| Patterns::new(&["d attente|accueil", "dattente", "pleine|bondee|vide"]));

static NOBODY: LazyLock<Patterns> =
    LazyLock::new(|| Patterns::new(&["n|pas|jamais est|etre|sommes?", "personne n est", "mettre"]));

static HERE: LazyLock<Patterns> =
    LazyLock::new(|| Patterns::new(&["ici au|a|aux|dans|chez|meme|en|>", "here at|in|>"]));

/// « j'ai la salle », « un local nous est prêté », « la salle est réservée ».
static HAD_PLACE: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "j|on|nous ai|a|avons|aurai|aura|aurons reserve|bloque|loue|obtenu|trouve|emprunte la|le|l|une|un|notre grand|grande|petit|petite? salle|local|gymnase|refectoire|hall|amphi|amphitheatre|auditorium|preau|chapiteau|hangar|bibliotheque|mediatheque|cafeteria|cantine|cour|cloitre|theatre|peniche|grange|foyer",
        "j|on|nous ai|a|avons|aurai|aura|aurons la|le|l|une|un|notre grand|grande|petit|petite|vieux|vieille? salle|local|gymnase|refectoire|hall|amphi|amphitheatre|auditorium|preau|chapiteau|hangar|bibliotheque|mediatheque|cafeteria|cantine|lieu|cour|cloitre|theatre|peniche|grange|atelier|foyer|parvis",
        "me|nous|m prete|laisse|reserve|ouvre|confie|loue la|le|l|une|un|sa|son|leur grand|grande|petit|petite? salle|local|gymnase|refectoire|hall|amphi|amphitheatre|auditorium|preau|chapiteau|hangar|bibliotheque|mediatheque|cafeteria|cantine|lieu|cour|cloitre|theatre|peniche|grange|atelier|foyer|parvis",
        "salle|local|gymnase|refectoire|hall|amphi|amphitheatre|auditorium|preau|chapiteau|hangar|bibliotheque|mediatheque|cafeteria|cantine|lieu|cour|cloitre|theatre|peniche|grange|atelier|foyer|parvis . .? .? .? nous|m est|sera prete*|reserve*|ouvert*",
        "salle|local|gymnase|refectoire|hall|amphi|amphitheatre|auditorium|preau|chapiteau|hangar|bibliotheque|mediatheque|cafeteria|cantine|lieu|cour|cloitre|theatre|peniche|grange|atelier|foyer|parvis|bureau|ecole|maison|ferme|eglise|gare|magasin nous|m est|sera prete*|reserve*|ouvert*",
        "bureau|ecole|maison|ferme|eglise|gare|magasin . .? .? .? nous|m est|sera prete*|reserve*|ouvert*",
        "salle|amphi|gymnase|amphitheatre|hall . .? .? est|sera reserve|reservee|bloquee|bloque",
        "salle|amphi|gymnase|amphitheatre|hall est|sera reserve|reservee|bloquee|bloque",
        "i|we ve? have|got|booked the|a big|small|large? room|gym|hall|theatre|barn|canteen|library|auditorium",
    ])
});

/// In a list of means: « un grand lieu », « salle des fêtes ».
static PLACE: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "avec|et? un|une|le|la? grand|grande|vaste|beau|belle|petit|petite? salle|local|gymnase|refectoire|amphi|amphitheatre|auditorium|preau|chapiteau|hangar",
        "un|le? grand|vaste|beau lieu",
        "a|one big|large|small? room|hall|gym",
    ])
});

/// Just after those who are there: « debout dans un hangar », « en gradins ».
static IN_PLACE: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "dans|ds|sous un|une|la|le|l|notre|ma grand|grande|petit|petite|meme? salle|local|gymnase|refectoire|hall|amphi|amphitheatre|auditorium|preau|chapiteau|hangar|bibliotheque|mediatheque|cafeteria|cantine|lieu|cour|cloitre|theatre|peniche|grange|atelier|foyer|parvis|bus|car|couloir",
        "en gradins|amphi|amphitheatre|cercle",
        "en plein air",
        "au gymnase|refectoire|foyer|theatre",
        "in a|the|our big|small? room|gym|hall|barn|theatre|auditorium|canteen|library",
    ])
});

/// Out of the office, but all together: « une journée dehors », "out for a day".
static OUTSIDE: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&["dehors|outdoors|outside", "hors les murs", "au vert", "out for a|an|one|two|the"])
});
