//! Invented conversations, held for real: the engine answers, the store keeps. For whoever wants to see the console full,
//! and for tests.
//!
//! The people do not exist. What they ask for is taken from the needs of the base; what they press and type is drawn by
//! chance, always the same for the same number.

use std::time::Duration;

use anyhow::Context as _;

use crate::clock::{Clock, Timestamp};
use crate::dialogue::state::State;
use crate::dialogue::turn::{ChoiceId, Input};
use crate::dialogue::{self, Content};
use crate::inbox::Bells;
use crate::message::{ConversationId, EventId, Incoming, PlatformKind};
use crate::store::{Filter, Outcome, Rubric, Store, Verdict};
use crate::turns::{Answered, Turns};

/// How the address of an invented conversation begins.
pub const PREFIX: &str = "demo-";

/// Over how many days the conversations are spread.
const DAYS: u64 = 90;

/// Fills a store with invented conversations that ended before `now`, and gives how many inputs were answered.
///
/// # Errors
/// When the store holds real conversations: nothing is written then.
pub async fn fill(store: &Store, content: &Content, conversations: u32, now: Timestamp) -> anyhow::Result<usize> {
    anyhow::ensure!(
        !store.holds_others_than(PREFIX).await?,
        "this data folder holds real conversations: give a new one with --data"
    );
    let needs: Vec<String> = content.library.methods().iter().flat_map(|method| method.needs.iter().cloned()).collect();
    let clock = Clock::stopped_at(now - Duration::from_secs(DAYS * 24 * 3600));
    let turns = Turns {
        store: store.clone(),
        clock: clock.clone(),
        bells: Bells::default(),
        platforms: PlatformKind::ALL.to_vec(),
        step: |pending: &crate::store::Pending, now| {
            dialogue::step(content, pending.state.clone(), &pending.event, pending.input.clone(), now)
        },
        apology: |language| content.apology(language),
    };
    let apart = Duration::from_secs(DAYS * 24 * 3600) / conversations.max(1);
    let mut answered = 0;
    for number in 0..conversations {
        clock.set(now - apart * (conversations - number));
        let mut person = Person::new(number, &needs, store.clone(), clock.clone());
        answered += person.talk(&turns).await?;
    }
    judge(store, content, now).await?;
    Ok(answered)
}

/// An invented person in a conversation.
struct Person<'a> {
    conversation: ConversationId,
    chance: Chance,
    needs: &'a [String],
    store: Store,
    clock: Clock,
    events: u32,
}

impl<'a> Person<'a> {
    fn new(number: u32, needs: &'a [String], store: Store, clock: Clock) -> Self {
        let mut chance = Chance(u64::from(number) + 1);
        const PLATFORMS: [PlatformKind; 5] =
            [PlatformKind::Web, PlatformKind::Web, PlatformKind::Matrix, PlatformKind::Matrix, PlatformKind::Discord];
        let platform = PLATFORMS[chance.below(PLATFORMS.len())];
        let conversation = ConversationId::new(platform, &format!("{PREFIX}{number}"));
        Self { conversation, chance, needs, store, clock, events: 0 }
    }

    /// Until the person has had enough; gives how many inputs were answered.
    async fn talk<S, A>(&mut self, turns: &Turns<S, A>) -> anyhow::Result<usize>
    where
        S: Fn(&crate::store::Pending, Timestamp) -> dialogue::turn::Turn,
        A: Fn(crate::knowledge::Language) -> dialogue::turn::Reply,
    {
        let mut answered = 0;
        let mut input = Some(Input::Said { text: self.request() });
        while let Some(happened) = input {
            self.clock.advance(Duration::from_secs(10 + self.chance.below(110) as u64));
            self.receive(happened).await?;
            while turns.answer_next().await? == Answered::One {
                answered += 1;
            }
            self.read_replies().await?;
            input = match self.store.state(&self.conversation).await? {
                Some(state) if self.events < 12 => self.next(&state),
                _ => None,
            };
        }
        Ok(answered)
    }

    async fn receive(&mut self, input: Input) -> anyhow::Result<()> {
        self.events += 1;
        let event = EventId(format!("e{}", self.events));
        let (conversation, at) = (self.conversation.clone(), self.clock.now());
        self.store.receive_all(&[Incoming { conversation, event, input, at }], &[], at).await?;
        Ok(())
    }

    /// The replies reach their person, so that no platform tries to send them later.
    async fn read_replies(&self) -> anyhow::Result<()> {
        let now = self.clock.now();
        while let Some(delivery) = self.store.claim(&PlatformKind::ALL, now).await? {
            self.store.settle(delivery, Outcome::Sent { platform_event: None }, now).await?;
        }
        Ok(())
    }

    /// What is asked for: mostly a need of the base, now and then something that it does not know.
    fn request(&mut self) -> String {
        let need = self.needs.get(self.chance.below(self.needs.len().max(1))).cloned().unwrap_or_default();
        match self.chance.below(20) {
            0 => self.one_of(&OUTSIDE).to_owned(),
            1 => format!("Bonjour, je m’appelle Camille Exemple. {need}"),
            2 => format!("{need} Mon numéro : 01 99 00 00 {:02}.", self.chance.below(100)),
            3..6 => format!("{need} On a {} et on est {}.", self.one_of(&TIMES), 3 + self.chance.below(20)),
            _ => need,
        }
    }

    /// What comes after a reply; `None`: the person leaves.
    fn next(&mut self, state: &State) -> Option<Input> {
        let advised = !state.listed.is_empty();
        let patience = if advised { 6 } else { 14 };
        if self.chance.below(patience) == 0 {
            return None;
        }
        let said = |text: &str| Some(Input::Said { text: text.to_owned() });
        match self.chance.below(12) {
            0 if !advised => said(self.one_of(&TIMES)),
            1 => said(self.one_of(&ASIDES)),
            _ => self.press(state, advised),
        }
    }

    /// One of the choices that are offered. Reminders are left alone: they would fall due in weeks.
    fn press(&mut self, state: &State, advised: bool) -> Option<Input> {
        let offered: Vec<&ChoiceId> =
            state.offered.iter().map(|choice| &choice.id).filter(|id| !id.0.contains("follow-up")).collect();
        if offered.is_empty() {
            let words = if advised { "c’est utile".to_owned() } else { (2 + self.chance.below(18)).to_string() };
            return Some(Input::Said { text: words });
        }
        let useful = offered.iter().find(|id| id.0 == "act:useful").filter(|_| self.chance.below(3) == 0);
        let choice = useful.copied().unwrap_or(offered[self.chance.below(offered.len())]).clone();
        Some(Input::Chose { choice })
    }

    fn one_of(&mut self, words: &[&'static str]) -> &'static str {
        words[self.chance.below(words.len())]
    }
}

const TIMES: [&str; 5] = ["deux heures", "une demi-journée", "trois jours", "2 h 30", "une semaine"];

const OUTSIDE: [&str; 6] = [
    "Quand seront versées les primes de fin d’année ?",
    "Le chauffage du bâtiment B est en panne depuis lundi.",
    "Comment poser mes congés dans le logiciel ?",
    "Le menu de la cantine est toujours le même.",
    "Mon badge de cantine ne marche plus.",
    "Où trouver le plan du parking ?",
];

const ASIDES: [&str; 7] =
    ["pourquoi ?", "c’est quoi un persona ?", "aide", "passer", "humain", "je ne sais pas trop", "résumé"];

/// Two invented coaches judge some of what was recommended.
async fn judge(store: &Store, content: &Content, now: Timestamp) -> anyhow::Result<()> {
    let mut chance = Chance(77);
    let filter = Filter { outcome: Some(crate::store::Ending::Advised), ..Filter::default() };
    let page = store.browse(&filter, None, 60).await?;
    for listed in page.conversations {
        let number = listed.overview.number;
        let reading = store.reading(number).await?.context("a conversation vanished while it was judged")?;
        let coaches = if listed.overview.sampled { 2 } else { chance.below(2) };
        for coach in ["demo-claire", "demo-paul"].into_iter().take(coaches) {
            for exchange in &reading.exchanges {
                for one in exchange.trace.iter().flat_map(|trace| &trace.ranking) {
                    let verdict = [Verdict::Good, Verdict::Good, Verdict::Acceptable, Verdict::Wrong][chance.below(4)];
                    store.judge(number, exchange.turn, &one.method, Some(verdict), coach, now).await?;
                }
            }
            store.assess(number, Rubric::Understood, Some(chance.below(5) > 0), coach, now).await?;
        }
        if chance.below(6) == 0 {
            store.tag(number, 0, "à revoir", true, "demo-claire", now).await?;
            let method = &content.library.methods()[chance.below(content.library.methods().len())];
            let note = format!("J’aurais pensé à « {} ».", method.name);
            store.add_note(number, 1, &note, "demo-claire", now).await?;
        }
    }
    Ok(())
}

/// Numbers that look like chance and are the same in every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or_default() % most.max(1)
    }
}
