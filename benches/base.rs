//! How long the base takes to be loaded, checked and indexed: the shipped one, and ten thousand generated sheets.
#![expect(clippy::unwrap_used, reason = "a benchmark stops at the first surprise")]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use declic::content::{self, Sources};
use declic::knowledge::{Library, SourceFile};

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
        file.text.lines().map(|line| format!("{line} site{copy}\n")).collect()
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
    group.bench_function("load, check and index", |bencher| bencher.iter(|| Library::build(black_box(&shipped))));
    let library = Library::build(&shipped).0.unwrap();
    group.bench_function("review", |bencher| bencher.iter(|| library.review(black_box(&shipped))));
    let many = generated(&shipped, 10_000);
    group.bench_function("load, check and index 10,000 sheets", |bencher| {
        bencher.iter(|| Library::build(black_box(&many)).0.unwrap().methods().len());
    });
    group.finish();
}

criterion_group!(benches, base);
criterion_main!(benches);
