//! The sentences that the engine needs, by name. The words stand in the script; here are only the names and what each
//! one may quote.

use std::collections::BTreeMap;

use super::script::Text;
use crate::knowledge::Language;

macro_rules! phrases {
    ($($variant:ident = $name:literal [$($placeholder:literal),*];)*) => {
        /// A sentence of the script, by what it is for.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Phrase { $($variant,)* }

        impl Phrase {
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// What the sentence may quote, as `{name}`.
            pub fn placeholders(self) -> &'static [&'static str] {
                match self { $(Self::$variant => &[$($placeholder),*],)* }
            }
        }
    };
}

phrases! {
    // Meeting and parting.
    Greeting = "greeting" ["days"];
    GreetingForever = "greeting-forever" [];
    Introduction = "introduction" ["days"];
    IntroductionForever = "introduction-forever" [];
    HelloAgain = "hello-again" [];
    Welcome = "welcome" [];
    Stopped = "stopped" [];
    Help = "help" [];
    // What was understood.
    Understood = "understood" [];
    UnderstoodLittle = "understood-little" [];
    FactLine = "fact-line" ["label", "words"];
    StageLine = "stage-line" ["title", "time", "words"];
    NameLine = "name-line" ["name", "words"];
    Noted = "noted" ["facts"];
    Summary = "summary" [];
    SummaryEmpty = "summary-empty" [];
    LabelProject = "label-project" [];
    LabelGoals = "label-goals" [];
    LabelPhase = "label-phase" [];
    LabelHours = "label-hours" [];
    LabelPeople = "label-people" [];
    LabelBudget = "label-budget" [];
    LabelSkill = "label-skill" [];
    LabelRemote = "label-remote" [];
    LabelEvent = "label-other" [];
    BudgetNone = "budget-none" [];
    BudgetLow = "budget-low" [];
    BudgetMedium = "budget-medium" [];
    BudgetHigh = "budget-high" [];
    SkillBeginner = "skill-beginner" [];
    SkillIntermediate = "skill-intermediate" [];
    SkillExpert = "skill-expert" [];
    RemoteYes = "remote-yes" [];
    RemoteNo = "remote-no" [];
    Minutes = "minutes" ["n"];
    HoursOne = "hours-one" [];
    Hours = "hours" ["n"];
    HoursMinutes = "hours-minutes" ["hours", "minutes"];
    HalfDay = "half-day" [];
    Day = "day" [];
    Days = "days" ["n"];
    Weeks = "weeks" ["n"];
    Months = "months" ["n"];
    Range = "range" ["from", "to"];
    PeopleOne = "people-one" [];
    People = "people" ["n"];
    PeopleRange = "people-range" ["from", "to"];
    PeopleTeam = "people-team" ["people"];
    PeopleRespondents = "people-respondents" ["people"];
    // Asking.
    Retry = "retry" [];
    RetryAgain = "retry-again" [];
    DidYouMean = "did-you-mean" ["label"];
    NoSuchNumber = "no-such-number" ["most"];
    WhyDefault = "why-default" [];
    WhyAdvice = "why-advice" [];
    BackToStart = "back-to-start" [];
    GoneBack = "gone-back" [];
    WhichCorrection = "which-correction" [];
    NothingToCorrect = "nothing-to-correct" [];
    CannotSkip = "cannot-skip" [];
    ResumeQuestion = "resume-question" [];
    // Advice.
    AdviceOne = "advice-one" [];
    Advice = "advice" ["n"];
    AdviceTight = "advice-tight" [];
    AdviceOtherwise = "advice-otherwise" ["method", "why"];
    AdviceChanged = "advice-changed" [];
    AdviceSame = "advice-same" [];
    BackToMethods = "back-to-methods" [];
    OthersHeading = "others" ["n"];
    NoOthers = "no-others" [];
    EnglishSheets = "english-sheets" [];
    JourneyAdvice = "journey-advice" ["name", "summary"];
    JourneyHeading = "journey-heading" ["name", "summary"];
    JourneyStage = "journey-stage" ["n", "method", "hours", "people", "why"];
    JourneyTotal = "journey-total" ["hours", "people"];
    Journeys = "journeys" [];
    NoJourney = "no-journey" [];
    NothingFits = "nothing-fits" [];
    ChooseGoal = "choose-goal" [];
    OtherGoals = "other-goals" [];
    NewWords = "new-words" [];
    NewWordsMore = "new-words-more" [];
    NewWordsOther = "new-words-other" [];
    Added = "added" [];
    NotYet = "not-yet" [];
    NothingToAdvise = "nothing-to-advise" [];
    FactWhy = "fact-why" [];
    FactCaution = "fact-caution" [];
    FactDuration = "fact-duration" [];
    FactGroup = "fact-group" [];
    FactFirstStep = "fact-first-step" [];
    CardSheet = "card-sheet" [];
    FactEnglish = "fact-french-name" [];
    ReasonGoal = "reason-goal" ["goal"];
    ReasonPhase = "reason-phase" ["phase"];
    ReasonNamed = "reason-named" [];
    ReasonSimilar = "reason-similar" ["need"];
    ReasonWords = "reason-words" ["words"];
    ReasonFits = "reason-fits" ["means"];
    FitsHours = "fits-hours" [];
    FitsPeople = "fits-people" [];
    FitsBudget = "fits-budget" [];
    FitsSkill = "fits-skill" [];
    FitsPlace = "fits-place" [];
    WarnHours = "warn-hours" ["needs", "given"];
    WarnTooFew = "warn-too-few" ["needs", "given"];
    WarnTooMany = "warn-too-many" ["most", "given"];
    WarnBudget = "warn-budget" ["needs"];
    WarnSkill = "warn-skill" ["needs"];
    WarnOnSite = "warn-on-site" [];
    WarnRemote = "warn-remote" [];
    BudgetNeedNone = "budget-need-none" [];
    BudgetNeedLow = "budget-need-low" [];
    BudgetNeedMedium = "budget-need-medium" [];
    BudgetNeedHigh = "budget-need-high" [];
    // After the advice.
    WhichMethod = "which-method" [];
    DetailWhen = "detail-when" [];
    DetailOtherwise = "detail-otherwise" [];
    DetailStages = "detail-stages" [];
    DetailOpening = "detail-opening" [];
    DetailMaterials = "detail-materials" [];
    DetailTips = "detail-tips" [];
    DetailRules = "detail-rules" [];
    DetailAdapt = "detail-adapt" [];
    DetailNext = "detail-next" [];
    DetailLinks = "detail-links" [];
    Cases = "cases" ["method"];
    NoCase = "no-case" ["method"];
    Trainings = "trainings" ["method"];
    NoTraining = "no-training" ["method"];
    WhichLess = "which-less" [];
    LessDone = "less-done" ["means"];
    LessNone = "less-none" [];
    UsefulThanks = "useful-thanks" [];
    NotUsefulSorry = "not-useful-sorry" [];
    FollowUpSet = "follow-up-set" [];
    FollowUpAsk = "follow-up-ask" ["methods"];
    FollowUpThanks = "follow-up-thanks" [];
    Person = "person" ["contact"];
    PersonNoContact = "person-no-contact" [];
    // Glossary.
    Definition = "definition" ["term", "definition"];
    DefinitionMethod = "definition-method" ["term", "definition"];
    DefinitionExample = "definition-example" ["example"];
    DefinitionOfficial = "definition-official" ["official"];
    UnknownTerm = "unknown-term" ["term"];
    // Data.
    DataKept = "data-kept" ["days"];
    DataKeptForever = "data-kept-forever" [];
    DataHeading = "data-heading" [];
    DataNothing = "data-nothing" [];
    DataPerson = "data-person" [];
    DataCoach = "data-coach" [];
    ConfirmErase = "confirm-erase" [];
    Erased = "erased" [];
    NotErased = "not-erased" [];
    ConfirmRestart = "confirm-restart" [];
    Restarted = "restarted" [];
    NotRestarted = "not-restarted" [];
    Withdrawn = "withdrawn" [];
    Corrected = "corrected" [];
    // Oddities.
    Thanks = "thanks" [];
    Insult = "insult" [];
    Wordless = "wordless" [];
    TooLong = "too-long" [];
    OtherLanguage = "other-language" [];
    NowFrench = "now-french" [];
    NowEnglish = "now-english" [];
    Unreadable = "unreadable" [];
    Failed = "failed" [];
    Yes = "yes" [];
    No = "no" [];
}

impl Phrase {
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|phrase| phrase.name() == name)
    }
}

/// The authored sentences; a script that passed its check has them all.
#[derive(Debug, Clone, Default)]
pub struct Phrases(pub BTreeMap<Phrase, Text>);

impl Phrases {
    pub fn say(&self, phrase: Phrase, language: Language) -> &str {
        self.0.get(&phrase).map_or("", |text| text.in_language(language))
    }

    /// The sentence with its placeholders replaced, in one pass: what is quoted is never read again.
    pub fn fill(&self, phrase: Phrase, language: Language, quotes: &[(&str, &str)]) -> String {
        let mut filled = String::new();
        let mut rest = self.say(phrase, language);
        while let Some(start) = rest.find('{') {
            let (before, from) = rest.split_at(start);
            filled.push_str(before);
            let Some(end) = from.find('}') else { break };
            let name = &from[1..end];
            filled.push_str(quotes.iter().find(|(key, _)| *key == name).map_or("", |(_, words)| words));
            rest = &from[end + 1..];
        }
        filled.push_str(rest);
        filled
    }
}

/// The `{placeholders}` of a sentence.
pub fn placeholders_in(text: &str) -> Vec<&str> {
    text.split('{').skip(1).filter_map(|part| part.split_once('}')).map(|(name, _)| name).collect()
}
