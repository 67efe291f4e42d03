//! What agents write, and what is read in it: `phrases.txt` and `passing.txt` beside this file are the tables.

use proptest::prelude::*;

use super::*;

/// Hours, people, budget, skill and place in short: `h3.5 p12 b=low s=expert remote` (or `onsite`).
fn short(means: &Means) -> String {
    let parts = [
        means.hours.map(|hours| format!("h{}", (hours * 100.0).round() / 100.0)),
        means.people.map(|people| format!("p{people}")),
        means.budget.map(|budget| format!("b={budget:?}").to_lowercase()),
        means.skill.map(|skill| format!("s={skill:?}").to_lowercase()),
        means.remote.map(|remote| if remote { "remote" } else { "onsite" }.to_owned()),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// The tables: a phrase and the means that it states.
fn phrases() -> impl Iterator<Item = (&'static str, &'static str)> {
    let lines = include_str!("phrases.txt").lines().chain(include_str!("passing.txt").lines());
    lines
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| line.rsplit_once('|').expect("a bar in each line"))
        .map(|(text, means)| (text.trim(), means.trim()))
}

/// What a text in each spelling is read as: as typed, decomposed, without accents, shouted, with typographic signs.
fn spellings(text: &str) -> [String; 5] {
    use unicode_normalization::UnicodeNormalization;
    use unicode_normalization::char::is_combining_mark;
    let decomposed: String = text.nfd().collect();
    let bare = decomposed.chars().filter(|character| !is_combining_mark(*character)).collect();
    let typographic = text.replace('\'', "’").replace(" h ", "\u{a0}h\u{a0}");
    [text.to_owned(), decomposed, bare, text.to_uppercase(), typographic]
}

#[test]
fn means_are_read_as_stated_in_every_spelling() {
    let wrong: Vec<String> = phrases()
        .flat_map(|(text, expected)| spellings(text).map(|spelling| (spelling, expected)))
        .filter(|(text, expected)| short(&means_in(text)) != *expected)
        .map(|(text, expected)| format!("{text}: {}, not {expected}", short(&means_in(&text))))
        .collect();
    assert!(phrases().count() >= 500);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn answers_about_time() {
    for (text, hours) in [
        ("2", Some(2.0)),
        ("2h", Some(2.0)),
        ("deux jours", Some(14.0)),
        ("une matinée peut-être", Some(3.5)),
        ("pas plus d'une heure", Some(1.0)),
        ("la journée", Some(7.0)),
        ("demi-journée", Some(3.5)),
        ("une heure ou deux", Some(1.5)),
        ("1h à 2h", Some(1.5)),
        ("quelques heures", Some(3.0)),
        ("on peut y passer trois semaines", Some(105.0)),
        ("half a day", Some(3.5)),
        ("about two hours", Some(2.0)),
        ("45 min", Some(0.75)),
        ("de 9h à 12h", Some(3.0)),
        ("300", None),
        ("je ne sais pas", None),
        ("bientôt", None),
        ("", None),
    ] {
        assert_eq!(hours_answer(text), hours, "{text}");
    }
}

#[test]
fn answers_about_people() {
    for (text, people) in [
        ("12", Some(12)),
        ("une vingtaine", Some(20)),
        ("on est 5", Some(5)),
        ("moi", Some(1)),
        ("10-15", Some(13)),
        ("une centaine", Some(100)),
        ("personne d'autre", Some(1)),
        ("juste moi", Some(1)),
        ("moi et deux collègues", Some(3)),
        ("mes 3 collègues et moi", Some(4)),
        ("à peu près trente", Some(30)),
        ("twelve", Some(12)),
        ("just me", Some(1)),
        ("entre 8 et 10 agents", Some(9)),
        ("deux ou trois", Some(3)),
        ("je suis toute seule", Some(1)),
        ("deux heures", None),
        ("je ne sais pas", None),
    ] {
        assert_eq!(people_answer(text), people, "{text}");
    }
}

#[test]
fn answers_about_money() {
    use Budget::{High, Low, Medium};
    for (text, budget) in [
        ("rien", Some(Budget::None)),
        ("non", Some(Budget::None)),
        ("300 euros", Some(Low)),
        ("2k€", Some(Medium)),
        ("un peu", Some(Low)),
        ("oui un petit", Some(Low)),
        ("20 000", Some(High)),
        ("moyen", Some(Medium)),
        ("pas un sou", Some(Budget::None)),
        ("pas beaucoup", Some(Low)),
        ("gros", Some(High)),
        ("no budget", Some(Budget::None)),
        ("0", Some(Budget::None)),
        ("je ne sais pas", None),
    ] {
        assert_eq!(budget_answer(text), budget, "{text}");
    }
}

#[test]
fn answers_about_experience() {
    use Skill::{Beginner, Expert, Intermediate};
    for (text, skill) in [
        ("non", Some(Beginner)),
        ("jamais", Some(Beginner)),
        ("non jamais", Some(Beginner)),
        ("un peu", Some(Intermediate)),
        ("une fois ou deux", Some(Intermediate)),
        ("oui souvent", Some(Expert)),
        ("oui, c'est mon métier", Some(Expert)),
        ("débutante", Some(Beginner)),
        ("pas souvent", Some(Intermediate)),
        ("never", Some(Beginner)),
        ("a few times", Some(Intermediate)),
        ("je ne sais pas", None),
    ] {
        assert_eq!(skill_answer(text), skill, "{text}");
    }
}

#[test]
fn answers_about_place() {
    for (text, remote) in [
        ("visio", Some(true)),
        ("à distance", Some(true)),
        ("ensemble dans une salle", Some(false)),
        ("sur place", Some(false)),
        ("les deux", None),
        ("moitié moitié", None),
        ("on site", Some(false)),
        ("online", Some(true)),
        ("je ne sais pas", None),
    ] {
        assert_eq!(remote_answer(text), remote, "{text}");
    }
}

/// Scraps that agents type, in any order: closer to trouble than random characters.
fn scraps() -> impl Strategy<Value = String> {
    let scrap = prop::sample::select(vec![
        "deux",
        "une",
        "heures",
        "h",
        "30",
        "2h",
        "à",
        "a",
        "entre",
        "et",
        "10",
        "-",
        "15",
        "jours",
        "ans",
        "quinzaine",
        "de",
        "d'",
        "mille",
        "cent",
        "millions",
        "€",
        "k",
        "0",
        "1/2",
        "collègues",
        "moi",
        "avec",
        "agents",
        "on est",
        "budget",
        "sans",
        ",",
        ".",
        "et demie",
        "the",
        "half",
        "of us",
        "quart d'heure",
        "99999999999999999999",
        "0.5",
        "seul",
        "en visio",
        "(",
        ")",
        "/",
        "le",
        "°",
        "3e",
        "01 23 45 67 89",
    ]);
    prop::collection::vec(scrap, 0..14).prop_map(|scraps| scraps.join(" "))
}

fn check_bounds(text: &str) -> Result<(), TestCaseError> {
    let means = means_in(text);
    for hours in [means.hours, hours_answer(text)].into_iter().flatten() {
        prop_assert!(hours > 0.0 && hours <= 5000.0, "{hours} hours");
    }
    for people in [means.people, people_answer(text)].into_iter().flatten() {
        prop_assert!((1..=100_000).contains(&people), "{people} people");
    }
    let _ = (budget_answer(text), skill_answer(text), remote_answer(text));
    Ok(())
}

proptest! {
    #[test]
    fn any_text_is_read_within_bounds(text in any::<String>()) {
        check_bounds(&text)?;
    }

    #[test]
    fn any_heap_of_scraps_is_read_within_bounds(text in scraps()) {
        check_bounds(&text)?;
    }
}
