//! How long the base takes to build, a request to search, and to rank with reasons or only to compare.
#![expect(clippy::unwrap_used, reason = "a benchmark stops at the first surprise")]

use std::hint::black_box;
use std::path::Path;

use criterion::{Criterion, criterion_group, criterion_main};
use declic::knowledge::{Budget, Library, Means, SourceFile};

fn shipped() -> Vec<SourceFile> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("knowledge");
    let folders = [root.clone(), root.join("methods")];
    let paths = folders.iter().flat_map(|folder| std::fs::read_dir(folder).unwrap()).map(|entry| entry.unwrap().path());
    let files = paths.filter(|path| path.is_file());
    files.map(|path| SourceFile { text: std::fs::read_to_string(&path).unwrap(), path }).collect()
}

const REQUESTS: [&str; 4] = [
    "prioriser",
    "commen on fai un persona svp",
    "On voudrait savoir pourquoi les parents ne répondent jamais aux courriers de l'école",
    "Deux heures, douze collègues qui ne se connaissent pas, sans budget : apprendre à travailler ensemble et se \
     mettre d'accord sur quelques règles avant le lancement du projet de nouvel accueil de la mairie",
];

fn search(criterion: &mut Criterion) {
    let files = shipped();
    let library = Library::build(&files).0.unwrap();
    let means = Means { hours: Some(2.0), people: Some(12), budget: Some(Budget::None), ..Means::default() };

    criterion.bench_function("build", |bencher| bencher.iter(|| Library::build(black_box(&files))));
    for text in REQUESTS {
        let words = text.split(' ').count();
        criterion.bench_function(&format!("search {words} words"), |bencher| {
            bencher.iter(|| library.search(&library.read(black_box(text)), &[], None));
        });
        let evidence = library.search(&library.read(text), &[], None);
        criterion.bench_function(&format!("rank {words} words"), |bencher| {
            bencher.iter(|| library.rank(black_box(&evidence), &means, 3));
        });
        criterion.bench_function(&format!("what if {words} words"), |bencher| {
            bencher.iter(|| library.first(black_box(&evidence), &means, 3));
        });
    }
}

criterion_group!(benches, search);
criterion_main!(benches);
