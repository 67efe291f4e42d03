//! Properties of the engine: total, repeatable, its position replayed from the answers alone.

use declic::clock::Timestamp;
use declic::dialogue::overview::overview;
use declic::dialogue::state::State;
use declic::dialogue::step;
use declic::dialogue::turn::{Effect, Input, Turn};
use declic::message::EventId;
use proptest::prelude::*;

use crate::support::shipped;

/// What people type, sane and less so.
fn anything() -> impl Strategy<Value = String> {
    let typical = prop::sample::select(vec![
        "Les usagers reviennent trois fois parce qu'il manque un papier",
        "trouver des idées avec une quinzaine d'agents, une demi-journée, sans budget",
        "How do we find out what families want?",
        "mon badge ne marche plus",
        "1",
        "2",
        "3",
        "4",
        "9",
        "oui",
        "non",
        "passer",
        "retour",
        "aide",
        "pourquoi",
        "corriger",
        "corriger le temps",
        "corriger le budget : 300 €",
        "en fait on sera 20",
        "résumé",
        "proposer",
        "recommencer",
        "humain",
        "mes données",
        "effacer",
        "stop",
        "autres",
        "plus court",
        "moins cher",
        "moins de monde",
        "un exemple",
        "une formation",
        "détails de la 2",
        "c'est quoi un persona ?",
        "utile",
        "pas utile",
        "objectifs",
        "merci",
        "bonjour",
        "je ne sais pas",
        "en anglais",
        "français",
        "👍",
        "…",
        "une matinée",
        "8",
        "en visio",
        "rien",
        "débutant",
        "brainstorming",
        "vous êtes nul",
        "¿Dónde está la biblioteca, por favor?",
    ])
    .prop_map(str::to_owned);
    prop_oneof![6 => typical, 1 => "\\PC{0,60}", 1 => "[a-zé ]{1,200}", 1 => any::<String>()]
}

fn play(inputs: &[String]) -> (State, Vec<Turn>) {
    let mut state = State::default();
    let mut turns = Vec::new();
    for (index, text) in inputs.iter().enumerate() {
        let event = EventId(format!("m{index}"));
        let turn = step(shipped(), state, &event, Input::Said { text: text.clone() }, Timestamp::UNIX_EPOCH);
        state = turn.state.clone();
        turns.push(turn);
    }
    (state, turns)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    /// From any reachable state, any text gets an answer with words in it.
    #[test]
    fn every_text_is_answered(inputs in prop::collection::vec(anything(), 1..12)) {
        for turn in play(&inputs).1 {
            let said = turn.effects.iter().any(|effect| matches!(effect, Effect::Say(reply) if !reply.blocks.is_empty()));
            prop_assert!(said, "silence in {:?} after {:?}", turn.trace.from, turn.trace.understood);
        }
    }

    /// Saving and loading a state changes nothing, and the same arguments give the same turn.
    #[test]
    fn a_saved_state_goes_on_as_before(inputs in prop::collection::vec(anything(), 1..8), last in anything()) {
        let (state, _) = play(&inputs);
        let loaded: State = serde_json::from_str(&serde_json::to_string(&state).unwrap()).unwrap();
        prop_assert_eq!(&loaded, &state);
        let event = EventId("last".to_owned());
        let go = |state: State| step(shipped(), state, &event, Input::Said { text: last.clone() }, Timestamp::UNIX_EPOCH);
        prop_assert_eq!(go(state), go(loaded));
    }

    /// The position reached step by step is the one replayed from the answers alone.
    #[test]
    fn the_replayed_position_is_the_incremental_one(inputs in prop::collection::vec(anything(), 1..12)) {
        let (state, turns) = play(&inputs);
        let replayed = overview(shipped(), &State { answers: state.answers, ..State::default() });
        prop_assert_eq!(&replayed.step, &turns.last().unwrap().trace.to);
    }

    /// Going back after an answer gives the position before it.
    #[test]
    fn going_back_undoes_one_answer(inputs in prop::collection::vec(anything(), 1..8), answer in anything()) {
        let (before, _) = play(&inputs);
        let event = EventId("answer".to_owned());
        let after = step(shipped(), before.clone(), &event, Input::Said { text: answer }, Timestamp::UNIX_EPOCH).state;
        let only_added = after.answers.len() > before.answers.len() && after.answers.starts_with(&before.answers);
        prop_assume!(only_added && after.aside == declic::dialogue::state::Aside::None);
        let back = EventId("back".to_owned());
        let undone = step(shipped(), after, &back, Input::Said { text: "retour".to_owned() }, Timestamp::UNIX_EPOCH).state;
        prop_assert_eq!(undone.answers, before.answers);
    }
}

#[test]
fn with_a_public_address_the_coach_leads_to_the_pages() {
    use declic::content::{self, Sources};
    use declic::dialogue::House;
    let house = House { public_url: Some("https://declic.example".to_owned()), ..House::default() };
    let content = content::load_or_explain(&Sources::default(), house).unwrap();
    let hear = |state, text: &str| {
        let input = Input::Said { text: text.to_owned() };
        step(&content, state, &EventId("e".to_owned()), input, Timestamp::UNIX_EPOCH)
    };
    let said = |turn: &Turn| {
        let replies =
            turn.effects.iter().filter_map(|effect| if let Effect::Say(reply) = effect { Some(reply) } else { None });
        serde_json::to_string(&replies.collect::<Vec<_>>()).unwrap()
    };
    let first =
        hear(State::default(), "refondre un formulaire avec cinq collègues en trois semaines, sans budget, sur place");
    let at_once = said(&first);
    let told = format!("{at_once}{}", said(&hear(first.state, "proposer")));
    assert!(told.contains("(https://declic.example/parcours/refondre-formulaire)"), "{told}");
    assert!(told.contains("https://declic.example/methodes/"), "{told}");
    assert!(!told.contains("methode:"), "{told}");
}
