//! How many people: participants, a panel or the team, whichever the text states.

use std::ops::Range;
use std::sync::LazyLock;

use super::cues::{Tie, is_situation};
use super::patterns::{Patterns, Words, words};
use super::persons::{begins_else, is_colleague, is_person, is_unit, noun_end};
use super::tokens::{Token, part_end, part_start, sentence_start, text_at, tokens, value_at};

const MOST: f64 = 100_000.0;
/// « à 2050 » is a year, « nous sommes 4 000 » a population: a size without a noun is small.
const MOST_UNNAMED: f64 = 500.0;
/// A crowd that only stands in the story is not the group.
const MOST_IN_PASSING: f64 = 1_000.0;
/// « avec trois collègues » makes four; « avec vingt-cinq collègues » is said for twenty-five.
const FEW: f64 = 10.0;

/// A size of group, and where it is said.
type Group = (u32, Range<usize>);

/// The size of the group that the agent states for the project.
pub fn stated(tokens: &[Token], means: &[Range<usize>]) -> Option<Group> {
    let found = (0..tokens.len()).find_map(|at| {
        with_speaker(tokens, at, means).or_else(|| ourselves(tokens, at)).or_else(|| counted(tokens, at, means))
    });
    let found = found.or_else(|| (0..tokens.len()).find_map(|at| one(tokens, at, means)));
    match (found, alone(tokens, means)) {
        (Some(group), Some(alone)) if group.1.start < alone.start => Some(group),
        (group, None) => group,
        (_, Some(alone)) => Some((1, alone)),
    }
}

/// The size in an answer to « combien serez-vous ? ».
pub fn answered(text: &str) -> Option<u32> {
    let tokens = tokens(text);
    let together = (0..tokens.len()).find_map(|at| with_speaker(&tokens, at, &[])).map(|(people, _)| people);
    let lone = || NOBODY_ELSE.within(&tokens).then_some(1);
    let number =
        || (0..tokens.len()).filter(|at| !is_unit(text_at(&tokens, at + 1))).find_map(|at| value_at(&tokens, at));
    together.or_else(lone).or_else(|| number().and_then(people)).or_else(|| LONE.within(&tokens).then_some(1))
}

fn people(value: f64) -> Option<u32> {
    let whole = value.round();
    // Lossless: whole and within bounds.
    (1.0..=MOST).contains(&whole).then_some(whole as u32)
}

static NOBODY_ELSE: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "personne d autre",
        "< personne >",
        "rien|juste|seulement que? moi >",
        "que moi >",
        "just|only me",
        "tout|toute seul|seule",
        "nobody|no one? else",
    ])
});

static LONE: LazyLock<Patterns> = LazyLock::new(|| Patterns::new(&["moi|me|myself|seul|seule|solo|alone"]));

/// « moi toute seule », « je suis seul », "just me".
static ALONE: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "je|j suis|serai|serais|travaille|bosse tout|toute? seul|seule",
        "je suis . .? .? seul|seule",
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

fn alone(tokens: &[Token], means: &[Range<usize>]) -> Option<Range<usize>> {
    let others = |range: &Range<usize>| OTHERS.within(&tokens[part_start(tokens, range.start)..range.start]);
    let opens = |range: &Range<usize>| Tie::new(tokens, range.clone(), means).bare();
    ALONE
        .all(tokens)
        .find(|range| !others(range))
        .or_else(|| LONE_WORKER.all(tokens).find(|range| !others(range) && opens(range)))
}

/// « deux jours, un agent, pas de budget ».
fn one(tokens: &[Token], at: usize, means: &[Range<usize>]) -> Option<Group> {
    let counted = matches!(text_at(tokens, at), "un" | "une" | "1") && is_person(text_at(tokens, at + 1));
    let range = at..at + 2;
    let whole = counted && part_start(tokens, at) == at && part_end(tokens, at) == range.end;
    (whole && Tie::new(tokens, range.clone(), means).listed()).then_some((1, range))
}

/// « mes 3 collègues et moi » (4), « avec deux collègues » (3), « ma cheffe et moi » (2).
fn with_speaker(tokens: &[Token], at: usize, means: &[Range<usize>]) -> Option<Group> {
    let (others, after) = companions(tokens, at)?;
    let with_me = matches!(text_at(tokens, after), "et" | "and" | "plus")
        && matches!(text_at(tokens, after + 1), "moi" | "me" | "myself" | "i");
    let told = is_situation(&tokens[sentence_start(tokens, at)..at]);
    if told || !(with_me || follows_me(tokens, at) || accompanied(tokens, at..after, others, means)) {
        return None;
    }
    let end = if with_me { after + 2 } else { after };
    Some((people(others + 1.0)?, at..end))
}

/// « moi et | trois collègues ».
fn follows_me(tokens: &[Token], at: usize) -> bool {
    let Some(joiner) = at.checked_sub(1) else { return false };
    let me = joiner.checked_sub(1).map_or("", |me| text_at(tokens, me));
    matches!(text_at(tokens, joiner), "et" | "and" | "plus" | "avec") && matches!(me, "moi" | "me" | "myself")
}

/// « avec | deux collègues »: the speaker is one more. « avec ma cheffe » alone may be a quarrel.
fn accompanied(tokens: &[Token], range: Range<usize>, others: f64, means: &[Range<usize>]) -> bool {
    let with = range.start.checked_sub(1).is_some_and(|before| matches!(text_at(tokens, before), "avec" | "with"));
    let own = matches!(text_at(tokens, range.start), "mes" | "mon" | "ma" | "my");
    let colleague = own || is_colleague(text_at(tokens, range.end - 1));
    let counted = value_at(tokens, range.start).is_some() || matches!(text_at(tokens, range.start), "mes" | "my");
    let together =
        matches!(text_at(tokens, range.end), "pour" | "on" | "nous" | "en" | "to" | "we") || !means.is_empty();
    with && colleague && others < FEW && (counted || together)
}

/// « mes 3 collègues », « une collègue », « mon chef »: how many, and where they end.
fn companions(tokens: &[Token], at: usize) -> Option<(f64, usize)> {
    let possessive = matches!(text_at(tokens, at), "mes" | "mon" | "ma" | "my");
    let counted = at + usize::from(possessive);
    let (others, noun) = match value_at(tokens, counted) {
        Some(value) => (value, counted + 1),
        None if matches!(text_at(tokens, at), "mon" | "ma" | "my") => (1.0, counted),
        None => return None,
    };
    let noun = noun + usize::from(matches!(text_at(tokens, noun), "autre" | "autres" | "other" | "jeunes"));
    match text_at(tokens, noun) {
        // « trois et moi »
        "et" | "and" | "plus" if noun > at => Some((others, noun)),
        word if is_person(word) || is_colleague(word) => Some((others, noun + 1)),
        // Whatever they are called: « trois CPE et moi ».
        _ if matches!(text_at(tokens, noun + 1), "et" | "and")
            && matches!(text_at(tokens, noun + 2), "moi" | "me" | "i") =>
        {
            Some((others, noun + 1))
        }
        _ => None,
    }
}

static OURSELVES: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "on|onest|kon est|es|sera|serait|etait|serons|e environ|que|plus|deja|seulement|bien|reunis?",
        "on va etre|bosser environ|a?",
        "on n est|sera plus? que",
        "on|nous est|sommes|sera|serons a peu pres",
        "on|nous est|sommes|sera|serons maximum|au|max|maxi plus|max|maximum?",
        "nous ne? sommes|serons|serions|etions environ|que|plus|deja|seulement?",
        "on|nous etre",
        "nous|on sommes|est une? petite? equipe",
        "we are|re|will|ll|would be? about|around|only|just?",
        "there are|will|ll|s be? only|just|about?",
        "nous|on sommes|est au nombre de",
        "mon|notre|l|mes|nos equipe|groupe|service|bureau|collectif|comite|promotion compte|comporte|comprend|reunit|est? de?",
        "soyons|etre",
    ])
});

/// « on est 8 », « à nous trois », "the four of us", « une petite équipe (4) ».
fn ourselves(tokens: &[Token], at: usize) -> Option<Group> {
    let value = value_at(tokens, at)?;
    let end = at + 1;
    let after = text_at(tokens, end);
    let of_us = after == "of" && text_at(tokens, end + 1) == "us";
    let before = at.checked_sub(1)?;
    let all = text_at(tokens, before) == "les"
        && before.checked_sub(1).is_some_and(|all| text_at(tokens, all).starts_with("tou"));
    let we = (all || matches!(text_at(tokens, before), "nous" | "us"))
        && goes_on(tokens, end)
        && (2.0..=50.0).contains(&value);
    // A bracket may stand between: « une petite équipe (4) ».
    let cue = if tokens[before].is_mark() && text_at(tokens, before) == "(" { before } else { at };
    let counted = OURSELVES.before(tokens, cue).is_some() && (goes_on(tokens, end) || noun_end(tokens, end).is_some());
    let small = value <= MOST_UNNAMED || is_person(after);
    let said = of_us || we || (counted && small);
    (said && !is_unit(after)).then(|| people(value)).flatten().map(|people| (people, at..end))
}

static GROUP: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "equipe|groupe|conseil|reseau|panel|collectif|promotion|promo|comite|bureau|service|noyau|brigade|unite|pole|communaute|team|group|network|staff|crew|salle|amphi|assemblee|bande|tablee projet|dur|soudee|reduite|restreint|dediee|entiere|citoyen|citoyenne|consultatif? d|de|of|a",
        "groupe de travail|projet|parole|pilotage|pairs de|d",
        "atelier|reunion|seance|seminaire|session|workshop|meeting a|avec|pour|with|for|of|de",
    ])
});

/// Words that bring a group together: « avec », « réunir », « former » …
static GATHERING: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "avec|with|reunir|rassembler|inviter|mobiliser|former|embarquer|interroger|interviewer|rencontrer|impliquer|associer|convier|asseoir|enfermer|engager|detendre|gather|invite|interview|bring|involve|train|convene que|a|les|mes|nos|environ|about|around|ces|together?",
        "up to",
        "jusqu a",
        "l? ensemble des|de",
        "tous|toutes les|mes|nos",
        "autour d|de la|une? table",
        "on|nous|j attend|attendons|attends",
        "lead|host|facilitate|encadrer|accompagner|occuper|motiver|animer",
        "animer|engager une|un salle|groupe|reunion|atelier de",
        "faire|fair travailler|parle|participer|cogiter|reflechir|bosser|produire|parler|echanger|dialoguer|debattre|collaborer|asseoir|voter les|mes|nos|environ|ces?",
        "j|je|on|nous n? ai|a|avons|aurai|aura|aurons que|qu|deja|seulement|environ?",
        "dispose|disposons de|d",
        "i|we ve? only? have|got about|only?",
        "seulement|only|juste",
    ])
});

static FOR: LazyLock<Patterns> = LazyLock::new(|| Patterns::new(&["pour|pr|for"]));

/// Weaker: they count only with a wish before them.
static GATHERED_FOR: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "pour|pr|entre|chez|a|for|among|avec|par|by|que|mes|nos|les|about|animer|faire|lancer|faut|faudrait|besoin|want|need|get environ|mes|nos|les|de|these?",
    ])
});

/// « 12 personnes », « à 9 », « équipe de 4 », « entre 10 et 15 participants ».
fn counted(tokens: &[Token], at: usize, means: &[Range<usize>]) -> Option<Group> {
    let value = value_at(tokens, at)?;
    let people = people(value)?;
    let after = at + 1;
    if is_unit(text_at(tokens, after)) || matches!(text_at(tokens, at), "un" | "une" | "one") || is_share(tokens, at) {
        return None;
    }
    let noun = noun_end(tokens, after);
    let range = at..noun.unwrap_or(after);
    let tie = Tie::new(tokens, range.clone(), means);
    let together = (at_number(tokens, at) && value <= MOST_UNNAMED) || GROUP.before(tokens, at).is_some();
    if (goes_on(tokens, after) || noun.is_some()) && !tie.told() && value >= 2.0 && together {
        return Some((people, range));
    }
    let is_range = tokens[at].ends().is_some_and(|(low, high)| low < high);
    let aside = is_aside(tokens, at, means);
    let bare_range = is_range
        && tie.bare()
        && value <= MOST_UNNAMED
        && part_start(tokens, at) == at
        && part_end(tokens, at) == after;
    let belongs =
        noun.is_some() && value >= 2.0 && !is_told_of(tokens, &range, &tie) && is_gathered(tokens, at, value, &tie);
    (belongs || bare_range || aside).then_some((people, range))
}

/// « un groupe de parents (une douzaine) », « …, tous réunis, une vingtaine »: a size alone between marks.
fn is_aside(tokens: &[Token], at: usize, means: &[Range<usize>]) -> bool {
    let alone = part_start(tokens, at) == at && part_end(tokens, at) == at + 1;
    let bracketed =
        at.checked_sub(2).is_some_and(|noun| text_at(tokens, at - 1) == "(" && is_person(text_at(tokens, noun)));
    alone && (bracketed || (!means.is_empty() && text_at(tokens, at).ends_with("aine")))
}

/// Whether a counted noun belongs to the project: gathered, wished for, or in a list of means.
fn is_gathered(tokens: &[Token], at: usize, value: f64, tie: &Tie) -> bool {
    let taking_part = text_at(tokens, at + 1).starts_with("participant");
    let gathered = GATHERING.before(tokens, at).is_some()
        || (text_at(tokens, at + 1).starts_with("pers") && FOR.before(tokens, at).is_some());
    let wished = GATHERED_FOR.before(tokens, at).is_some() && tie.wished();
    let bare = tie.bare() && !preceded_by_sur(tokens, at);
    taking_part || gathered || ((wished || bare) && value <= MOST_IN_PASSING)
}

/// « sur cent personnes appelées ».
fn preceded_by_sur(tokens: &[Token], at: usize) -> bool {
    at.checked_sub(1).is_some_and(|before| matches!(text_at(tokens, before), "sur" | "of" | "dans" | "en"))
}

/// « un locataire sur deux », « 3 personnes sur 10 ».
fn is_share(tokens: &[Token], at: usize) -> bool {
    let of = at.checked_sub(1).is_some_and(|before| text_at(tokens, before) == "sur");
    of && at
        .checked_sub(2)
        .is_some_and(|before| is_person(text_at(tokens, before)) || value_at(tokens, before).is_some())
}

/// The people act or are counted in a story, rather than being gathered.
fn is_told_of(tokens: &[Token], range: &Range<usize>, tie: &Tie) -> bool {
    let listed_who = matches!(text_at(tokens, range.end), "qui" | "who") && tie.listed();
    let gathered = GATHERING
        .before(tokens, range.start)
        .is_some_and(|start| !is_situation(&tokens[sentence_start(tokens, start)..start]));
    (acts(tokens, range.end) && !listed_who && !gathered)
        || (tie.told() && !gathered)
        || IDLE.at(tokens, range.end).is_some()
}

static IDLE: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        "absents|malades|manquants|par|per|chaque|/",
        "en arret|conge|moins|retard|attente|colere",
        "sur #",
        "a the? day|week|month|year",
    ])
});

static SPEECH: Words = LazyLock::new(|| {
    words(
        "grace face quant jusqu suite egal proche rapport limite vous ouvre ferme commence debute lundi mardi \
     mercredi jeudi vendredi samedi demain page de en il elle on qui y n chacun chacune ca cela personne passe \
     passes article reduit finit fini horizon contrastees",
    )
});

/// « à deux », « a 9 » at the head of a part or after a verb: not « grâce à deux », « il en a deux », « de cent à cinq ».
fn at_number(tokens: &[Token], at: usize) -> bool {
    let Some(a) = at.checked_sub(1) else { return false };
    let before = a.checked_sub(1).map_or("", |before| text_at(tokens, before));
    let from =
        tokens[part_start(tokens, a)..a].windows(2).any(|pair| pair[0].text == "de" && pair[1].value().is_some());
    let number_before = a.checked_sub(1).is_some_and(|before| value_at(tokens, before).is_some());
    text_at(tokens, a) == "a" && !SPEECH.contains(&before) && !number_before && !from
}

/// After a size without a noun: the end, a mark, or a word that begins something else.
fn goes_on(tokens: &[Token], at: usize) -> bool {
    tokens.get(at).is_none_or(|token| token.is_mark() || token.value().is_some() || begins_else(&token.text))
}

/// A verb follows, adjectives and complements aside: « trois agents d'accueil sont partis ».
fn acts(tokens: &[Token], end: usize) -> bool {
    let stops = |token: &Token| {
        matches!(
            token.text.as_str(),
            "pour" | "pr" | "que" | "qu" | "dont" | "afin" | "ou" | "et" | "to" | "avec" | "a" | "en"
        )
    };
    let rest = &tokens[end.min(tokens.len())..part_end(tokens, end)];
    rest.iter().take(5).take_while(|token| !stops(token)).any(|token| is_finite_verb(&token.text))
}

fn is_finite_verb(word: &str) -> bool {
    let plural = word.len() > 5 && word.ends_with("ent") && !word.ends_with("ment") && word != "present";
    VERBS.contains(&word) || (plural && !WISHING.contains(&word))
}

static VERBS: Words = LazyLock::new(|| {
    words(
        "sont ont vont font ne n se s qui are were have who y me that was keep leave left wait closed expriment \
     demandent ferment dorment reclament forment",
    )
});

/// « deux agents veulent tester » tells of a project, not of a situation.
static WISHING: Words =
    LazyLock::new(|| words("veulent souhaitent voudraient aimeraient doivent peuvent cherchent proposent devraient"));
