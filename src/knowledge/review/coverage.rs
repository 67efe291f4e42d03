//! What cannot be reached: goals and phases with too few methods, sheets that no goal brings, entries linked to nothing.

use super::super::{Need, Phase};
use super::{Review, sheet_file};

/// Fewer are no choice.
const FEWEST_METHODS: usize = 3;

impl Review<'_> {
    pub fn coverage(&mut self) {
        self.thin_goals();
        self.thin_phases();
        self.out_of_reach();
        self.unlinked();
    }

    fn thin_goals(&mut self) {
        for goal in self.library.goals() {
            let count = self.library.methods().iter().filter(|method| method.goals.contains(&goal.id)).count();
            if count < FEWEST_METHODS {
                let message = format!("l'objectif « {} » n'a que {count} méthode(s)", goal.id);
                let help = "ajoutez-le aux fiches qui le servent, écrivez-en, ou retirez-le";
                self.warn("vocabulary.yaml", &format!("id: {}", goal.id), message, help);
            }
        }
    }

    fn thin_phases(&mut self) {
        let count = |phase: &Phase| self.library.methods().iter().filter(|method| method.phase == phase.id).count();
        let counts: Vec<(&Phase, usize)> = self.library.phases().iter().map(|phase| (phase, count(phase))).collect();
        for (phase, count) in counts.into_iter().filter(|(_, count)| *count < FEWEST_METHODS) {
            let message = format!("la phase « {} » n'a que {count} méthode(s)", phase.id);
            let help = "rangez-y les fiches qui en relèvent, écrivez-en, ou retirez-la";
            self.warn("vocabulary.yaml", &format!("id: {}", phase.id), message, help);
        }
    }

    /// A sheet that is found under none of its own goals.
    fn out_of_reach(&mut self) {
        let library = self.library;
        let mut reached = std::collections::HashSet::new();
        for goal in library.goals() {
            let need = Need { goals: vec![goal.id.clone()], ..Need::default() };
            let found = library.recommend(&need, library.methods().len());
            reached.extend(found.into_iter().map(|advice| advice.method));
        }
        for method in library.methods().iter().filter(|method| !reached.contains(&method.id)) {
            let message = "aucun objectif ne mène à cette fiche".to_owned();
            self.warn(&sheet_file(method), "goals:", message, "citez dans « goals » un objectif qu'elle sert vraiment");
        }
    }

    /// Terms, cases and trainings lead to methods, and are led to by them.
    fn unlinked(&mut self) {
        let library = self.library;
        let terms = library.terms().iter().filter(|term| term.methods.is_empty());
        let terms = terms.map(|term| ("glossary.yaml", format!("term: {}", term.term)));
        let cases = library.cases().iter().filter(|case| case.methods.is_empty());
        let cases = cases.map(|case| ("cases.yaml", format!("id: {}", case.id)));
        let trainings = library.trainings().iter().filter(|training| training.methods.is_empty());
        let trainings = trainings.map(|training| ("trainings.yaml", format!("id: {}", training.id)));
        let all: Vec<(&str, String)> = terms.chain(cases).chain(trainings).collect();
        for (file, here) in all {
            let message = "cette entrée ne mène à aucune méthode".to_owned();
            self.warn(file, &here, message, "ajoutez « methods: [une-methode] », ou retirez l'entrée");
        }
    }
}
