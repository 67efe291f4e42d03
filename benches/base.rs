//! How long the base takes to be loaded, checked and indexed: the shipped one, and ten thousand generated sheets.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a benchmark stops at the first surprise, and measures"
)]

use std::hint::black_box;
use std::time::Instant;

use criterion::{Criterion, criterion_group, criterion_main};
use declic::content::{self, Sources};
use declic::knowledge::{Library, SourceFile, Weights};

/// Needs of a generated sheet: as many as a lab would write.
const NEEDS: usize = 20;

/// Copies of the shipped sheets under other names, with a word of their own in every need: names and needs stay apart.
fn generated(shipped: &[SourceFile], sheets: usize) -> Vec<SourceFile> {
    let is_sheet = |file: &&SourceFile| file.path.parent().is_some_and(|folder| folder.ends_with("methods"));
    let (methods, others): (Vec<&SourceFile>, Vec<&SourceFile>) = shipped.iter().partition(is_sheet);
    let copies = sheets.div_ceil(methods.len() / 2);
    let mut files: Vec<SourceFile> = others.into_iter().cloned().collect();
    for copy in 0..copies {
        files.extend(methods.iter().map(|file| renamed(file, copy)));
    }
    files
}

fn renamed(file: &SourceFile, copy: usize) -> SourceFile {
    if copy == 0 {
        return file.clone();
    }
    let name = file.path.file_name().unwrap().to_str().unwrap();
    let (id, kind) = name.split_once('.').unwrap();
    let text = if kind == "md" {
        let text = file.text.replacen(&format!("id: {id}\n"), &format!("id: {id}-v{copy}\n"), 1);
        text.replacen("\nname: ", &format!("\nname: {copy} "), 1).replacen(
            "english_name: ",
            &format!("english_name: {copy} "),
            1,
        )
    } else {
        file.text.lines().take(NEEDS).map(|line| format!("{line} site{copy}\n")).collect()
    };
    SourceFile { path: file.path.with_file_name(format!("{id}-v{copy}.{kind}")), text }
}

fn base(criterion: &mut Criterion) {
    let shipped = content::knowledge_files(&Sources::default()).unwrap();
    let mut group = criterion.benchmark_group("base");
    group.sample_size(10);
    group.bench_function("read the files", |bencher| {
        bencher.iter(|| content::knowledge_files(&Sources::default()).unwrap());
    });
    let library = Library::build(&shipped).0.unwrap();
    let learnt = library.learnt();
    let again = || Library::build_with(black_box(&shipped), Weights::DEFAULT, Some(&learnt));
    group.bench_function("load, check and index, learnt before", |bencher| bencher.iter(again));
    group
        .bench_function("load, check, index and learn", |bencher| bencher.iter(|| Library::build(black_box(&shipped))));
    group.bench_function("review", |bencher| bencher.iter(|| library.review(black_box(&shipped))));
    group.finish();
    let many = generated(&shipped, 10_000);
    // Once: it takes too long to be repeated.
    let started = Instant::now();
    let library = Library::build(black_box(&many)).0.unwrap();
    println!("base/load, check and index {} sheets: {:?}", library.methods().len(), started.elapsed());
}

criterion_group!(benches, base);
criterion_main!(benches);
