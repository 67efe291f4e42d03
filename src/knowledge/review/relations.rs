//! Relations between sheets. Written on either sheet they hold on both (see `load`), so what remains to be found is what
//! two sheets say against one another.

use super::super::MethodId;
use super::super::sheet::Method;
use super::{Review, sheet_file};

impl Review<'_> {
    pub fn relations(&mut self) {
        for method in self.library.methods() {
            self.check_itself(method);
            for other in method.before.iter().filter(|id| method.after.contains(id) && method.id < **id) {
                self.report_both_ways(method, other);
            }
        }
    }

    fn check_itself(&mut self, method: &Method) {
        let lists = [("before", &method.before), ("after", &method.after), ("related", &method.related)];
        for (field, _) in lists.iter().filter(|(_, ids)| ids.contains(&method.id)) {
            let message = format!("la fiche se cite elle-même dans « {field} »");
            self.warn(&sheet_file(method), &format!("{field}:"), message, "retirez cet identifiant");
        }
    }

    fn report_both_ways(&mut self, method: &Method, other: &MethodId) {
        let message = format!("« {other} » vient à la fois avant et après cette fiche");
        let help =
            format!("relisez « before » et « after » ici et dans {other}.md : gardez un seul sens, ou « related »");
        self.warn(&sheet_file(method), "before:", message, help);
    }
}
