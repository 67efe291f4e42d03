//! Sheets that share whole turns of phrase, and needs that say the same in another order.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::super::french;
use super::super::sheet::Method;
use super::means::body;
use super::{Review, needs_file, sheet_file};

/// Words in a row that two texts share by chance seldom.
const SHINGLE: usize = 5;
/// The share of common turns from which two sheets are one.
const ALIKE: f32 = 0.12;
/// A need of fewer meaningful words says too little to be compared.
const FEWEST: usize = 4;

impl Review<'_> {
    pub fn likeness(&mut self) {
        self.alike_sheets();
        self.alike_needs();
    }

    fn alike_sheets(&mut self) {
        let methods = self.library.methods();
        let shingles: Vec<HashSet<u64>> = methods.iter().map(|method| shingles(&body(method))).collect();
        for (one, other, share) in alike_pairs(&shingles) {
            let (one, other) = (&methods[one], &methods[other]);
            let message =
                format!("cette fiche ressemble à « {} » : {:.0} % de tournures communes", one.id, share * 100.0);
            let help = "dites ce qui est propre à chacune, ou réunissez les deux";
            self.warn_at(&sheet_file(other), 0, message, help);
        }
    }

    /// The same meaningful words, whatever their order and endings.
    fn alike_needs(&mut self) {
        let mut owners: HashMap<Vec<String>, (&Method, &str)> = HashMap::new();
        for method in self.library.methods() {
            for need in &method.needs {
                let gist = gist(need);
                if gist.len() < FEWEST {
                    continue;
                }
                let (owner, first) = *owners.entry(gist).or_insert((method, need));
                if first != need {
                    let message = format!("ce besoin dit la même chose que « {first} » ({})", owner.id);
                    self.warn(&needs_file(method), need, message, "gardez l'un des deux, ou changez la situation");
                }
            }
        }
    }
}

fn gist(need: &str) -> Vec<String> {
    let words = french::words(need);
    let stems: BTreeSet<String> = french::meaningful(&words).iter().map(|word| french::light(word)).collect();
    stems.into_iter().collect()
}

fn shingles(text: &str) -> HashSet<u64> {
    let words = french::words(text);
    words.windows(SHINGLE).map(hash).collect()
}

/// FNV-1a: the same on every machine.
fn hash(words: &[String]) -> u64 {
    let bytes = words.iter().flat_map(|word| word.bytes().chain([b' ']));
    bytes.fold(0xcbf2_9ce4_8422_2325, |state, byte| (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// The pairs that share more than [`ALIKE`], found through their common turns: most pairs have none.
fn alike_pairs(shingles: &[HashSet<u64>]) -> Vec<(usize, usize, f32)> {
    let mut holders: HashMap<u64, Vec<usize>> = HashMap::new();
    for (number, set) in shingles.iter().enumerate() {
        set.iter().for_each(|shingle| holders.entry(*shingle).or_default().push(number));
    }
    let mut shared: HashMap<(usize, usize), u32> = HashMap::new();
    // A turn that half the base uses tells nothing, and would cost the square of its holders.
    for holders in holders.values().filter(|holders| holders.len() <= MOST_HOLDERS) {
        for (place, one) in holders.iter().enumerate() {
            holders[place + 1..].iter().for_each(|other| *shared.entry((*one, *other)).or_default() += 1);
        }
    }
    let mut pairs: Vec<(usize, usize, f32)> = shared
        .into_iter()
        .map(|((one, other), count)| {
            let smaller = shingles[one].len().min(shingles[other].len()).max(1);
            (one, other, count as f32 / smaller as f32)
        })
        .filter(|(.., share)| *share >= ALIKE)
        .collect();
    pairs.sort_by_key(|(one, other, _)| (*one, *other));
    pairs
}

const MOST_HOLDERS: usize = 20;
