//! Every seed keeps its target's promise: the ones to start from, and the ones that once broke it.

use std::fs;
use std::path::{Path, PathBuf};

use opcx_fuzz::TARGETS;

/// Most bytes of all seeds: they are read by people, and cloned by everybody.
const SEEDS_BYTES_MAX: u64 = 100_000;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds")
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let names = entries.map(|entry| entry.expect("the repository can be read").file_name());
    let mut names: Vec<String> = names.map(|name| name.into_string().expect("our names are UTF-8")).collect();
    names.sort();
    names
}

#[test]
fn every_seed_keeps_its_promise() {
    for target in TARGETS {
        let folder = folder().join(target.name);
        let seeds = names(&folder);
        assert!(!seeds.is_empty(), "{} has nothing to start from", target.name);
        for seed in seeds {
            let bytes = fs::read(folder.join(&seed)).expect("the repository can be read");
            println!("{}/{seed}", target.name);
            (target.check)(&bytes);
        }
        (target.check)(b"");
    }
}

#[test]
fn every_folder_of_seeds_has_a_target_and_they_are_small() {
    let mut targets: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
    targets.sort_unstable();
    assert_eq!(names(&folder()), targets);
    let sizes = targets.iter().flat_map(|target| {
        let folder = folder().join(target);
        names(&folder)
            .into_iter()
            .map(move |seed| fs::metadata(folder.join(seed)).map_or(0, |found| found.len()))
    });
    assert!(sizes.sum::<u64>() < SEEDS_BYTES_MAX);
}
