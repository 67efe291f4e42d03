//! The console on very many conversations: list, filters, search, dashboard, and the memory of the process.
//!
//! `cargo bench --bench console` holds some invented conversations for real, then copies their rows until there are a
//! million, spread over a year. `CONVERSATIONS` gives another number, `DATABASE_URL` an empty PostgreSQL database instead
//! of an SQLite file, which is removed at the end.
#![expect(clippy::unwrap_used, reason = "a measurement stops at the first surprise")]

use std::time::{Duration, Instant};

use declic::clock::Timestamp;
use declic::console::stats;
use declic::content::{self, Sources};
use declic::dialogue::{Content, House};
use declic::knowledge::Language;
use declic::message::PlatformKind;
use declic::store::{Ending, Filter, Rating, Span, Store, day};
use sqlx::{AnyPool, AssertSqlSafe};

/// Held for real, then copied.
const SEEDS: u32 = 400;
/// Of each kind of question.
const ROUNDS: usize = 60;

#[tokio::main]
async fn main() {
    let wanted: u32 = std::env::var("CONVERSATIONS").ok().and_then(|n| n.parse().ok()).unwrap_or(1_000_000);
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let url = std::env::var("DATABASE_URL")
        .unwrap_or_else(|_| format!("sqlite:{}", folder.path().join("console.db").display()));
    let content = content::load_or_explain(&Sources::default(), House::default()).unwrap();
    let now: Timestamp = "2026-11-23T14:05:00Z".parse().unwrap();

    let store = Store::open(&url).await.unwrap();
    let turns = declic::demo::fill(&store, &content, SEEDS, now).await.unwrap();
    store.close().await;
    println!("{SEEDS} conversations held, {turns} turns, {:.1} marks each", marks(&url).await);
    let begun = clock();
    multiply(&url, wanted / SEEDS).await;
    println!("{} conversations after {:.0} s", wanted / SEEDS * SEEDS, begun.elapsed().as_secs_f64());

    let store = Store::open(&url).await.unwrap();
    memory("opened");
    measure(&store, &content, now).await;
    memory("measured");
    store.close().await;
}

/// How many marks a conversation has.
async fn marks(url: &str) -> f64 {
    let pool = AnyPool::connect(url).await.unwrap();
    let (count,): (i64,) = sqlx::query_as("SELECT CAST(COUNT(*) AS BIGINT) FROM mark").fetch_one(&pool).await.unwrap();
    pool.close().await;
    count as f64 / f64::from(SEEDS)
}

/// Copies the rows that the console reads, each copy some days earlier.
async fn multiply(url: &str, times: u32) {
    let pool = AnyPool::connect(url).await.unwrap();
    let mut connection = pool.acquire().await.unwrap();
    let sqlite = url.starts_with("sqlite");
    if sqlite {
        run(&mut connection, "PRAGMA synchronous = OFF").await;
        run(&mut connection, "PRAGMA cache_size = -200000").await;
    }
    run(&mut connection, "CREATE TABLE copy (k BIGINT NOT NULL, days BIGINT NOT NULL)").await;
    for k in 1..times {
        run(&mut connection, &format!("INSERT INTO copy (k, days) VALUES ({k}, {})", k * 7 % 275)).await;
    }
    for statement in [
        "INSERT INTO overview SELECT number + k, conversation || '-' || CAST(k AS TEXT), platform, language, \
             first_at - days * 86400000, last_at - days * 86400000, turns, spoke, step, outcome, goals, phase, rating, \
             wants_person, nothing_found, questions, advised_ms, judges, counted FROM copy CROSS JOIN overview \
             ORDER BY number + k",
        "INSERT INTO mark SELECT term, day - days, number + k FROM copy CROSS JOIN mark \
             ORDER BY term, day - days, number + k",
        "INSERT INTO inbox (conversation, event, platform, ticket, due_at, at, about, input, turn, trace) \
             SELECT conversation || '-' || CAST(k AS TEXT), event, platform, ticket, due_at, at, about, input, turn, '' \
             FROM copy CROSS JOIN inbox WHERE turn = 1",
        "INSERT INTO tally SELECT day - 100 * k, platform, kind, name, count * 5 FROM copy CROSS JOIN tally WHERE k < 4",
        "DROP TABLE copy",
        "ANALYZE",
    ] {
        run(&mut connection, statement).await;
    }
    if !sqlite {
        run(&mut connection, "VACUUM").await;
    }
    drop(connection);
    pool.close().await;
}

async fn run(connection: &mut sqlx::AnyConnection, statement: &str) {
    sqlx::raw_sql(AssertSqlSafe(statement.to_owned())).execute(connection).await.unwrap();
}

/// A kind of question, and the filter of each round.
type Case<'a> = (&'a str, Box<dyn Fn(usize) -> Filter + 'a>);

async fn measure(store: &Store, content: &Content, now: Timestamp) {
    let goals: Vec<_> = content.library.goals().iter().map(|goal| goal.id.clone()).collect();
    let phases: Vec<_> = content.library.phases().iter().map(|phase| phase.id.clone()).collect();
    let all = Filter::default;
    let ago = |round: usize| now - Duration::from_secs(round as u64 * 5 * 24 * 3600);
    let of = |names: &[&str], round: usize| Filter { words: names[round % names.len()].to_owned(), ..all() };
    let one = |round: usize| Filter { goal: Some(goals[round % goals.len()].clone()), ..all() };
    let cases: Vec<Case<'_>> = vec![
        ("list", Box::new(|_| all())),
        ("period", Box::new(move |round| Filter { before: Some(ago(round)), ..all() })),
        ("platform", Box::new(|round| Filter { platform: Some(PlatformKind::ALL[round % 4]), ..all() })),
        ("language", Box::new(|_| Filter { language: Some(Language::English), ..all() })),
        ("outcome", Box::new(|round| Filter { outcome: Some(Ending::ALL[round % 4]), ..all() })),
        ("goal", Box::new(one)),
        ("rating", Box::new(|round| Filter { rating: Some(Rating::ALL[round % 2]), ..all() })),
        ("not reviewed", Box::new(|_| Filter { not_reviewed: true, sampled: true, ..all() })),
        ("tag", Box::new(|_| Filter { tag: Some("à revoir".to_owned()), ..all() })),
        (
            "goal, phase",
            Box::new(|round| Filter { phase: Some(phases[round / goals.len() % phases.len()].clone()), ..one(round) }),
        ),
        (
            "five filters",
            Box::new(|round| Filter {
                platform: Some(PlatformKind::ALL[round % 3]),
                outcome: Some(Ending::Advised),
                rating: Some(Rating::ALL[round % 2]),
                wants_person: round % 5 == 0,
                before: Some(ago(round)),
                ..one(round)
            }),
        ),
        ("a word", Box::new(|round| of(&["usagers", "agents", "équipe", "projet", "réunion", "atelier"], round))),
        ("a slip", Box::new(|round| of(&["usgers", "réunoin", "formulaier", "questionaire", "attelier"], round))),
        (
            "two words",
            Box::new(|round| of(&["usagers accueil", "équipe projet", "réunion agents", "élus habitants"], round)),
        ),
        ("three words", Box::new(|round| of(&["usagers agents équipe", "atelier projet service"], round))),
        (
            "a word, a filter",
            Box::new(|round| Filter { rating: Some(Rating::NotUseful), ..of(&["usagers", "agents"], round) }),
        ),
        ("nothing", Box::new(|_| of(&["xylophoniste"], 0))),
    ];
    println!("\n{:<18}{:>9}{:>9}{:>9}{:>8}", "ms", "p50", "p95", "most", "found");
    for (name, filter) in &cases {
        let mut times = Vec::new();
        let mut found = 0;
        for round in 0..ROUNDS {
            let filter = filter(round);
            let begun = clock();
            let page = store.browse(&filter, None, 50).await.unwrap();
            times.push(begun.elapsed());
            found += page.conversations.len();
            if let Some(next) = page.next {
                let begun = clock();
                store.browse(&filter, Some(next), 50).await.unwrap();
                times.push(begun.elapsed());
            }
        }
        show(name, times, found / ROUNDS);
    }
    let mut times = Vec::new();
    for _ in 0..ROUNDS / 4 {
        let begun = clock();
        let span = Span { first: day(now) - 365, last: day(now), platform: None };
        stats::dashboard(store, content, span).await.unwrap();
        times.push(begun.elapsed());
    }
    show("dashboard, a year", times, 0);
    let number = store.browse(&all(), None, 1).await.unwrap().conversations[0].overview.number;
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        let begun = clock();
        store.reading(number).await.unwrap();
        times.push(begun.elapsed());
    }
    show("one conversation", times, 1);
}

fn show(name: &str, mut times: Vec<Duration>, found: usize) {
    times.sort();
    let at = |part: usize| times[(times.len() - 1) * part / 100].as_secs_f64() * 1e3;
    println!("{name:<18}{:>9.1}{:>9.1}{:>9.1}{found:>8}", at(50), at(95), at(100));
}

fn memory(when: &str) {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let lines = status.lines().filter(|line| line.starts_with("VmRSS") || line.starts_with("VmHWM"));
    println!(
        "{when}: {}",
        lines.map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect::<Vec<_>>().join(", ")
    );
}

#[expect(clippy::disallowed_methods, reason = "a measurement needs the time")]
fn clock() -> Instant {
    Instant::now()
}
