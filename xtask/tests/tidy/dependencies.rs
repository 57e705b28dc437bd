use std::collections::{BTreeMap, BTreeSet};

use crate::tree::{TextFile, text_files};

#[test]
fn every_dependency_has_its_reason_and_every_reason_its_dependency() {
    let files = text_files();
    let declared: BTreeSet<String> = declared(&files).into_keys().collect();
    let explained = explained(&files);
    let silent: Vec<&String> = declared.difference(&explained).collect();
    let gone: Vec<&String> = explained.difference(&declared).collect();
    assert!(silent.is_empty(), "say in docs/dependencies.md what for and why: {silent:?}");
    assert!(gone.is_empty(), "strike from docs/dependencies.md, it is no dependency any more: {gone:?}");
}

#[test]
fn versions_are_named_in_one_place() {
    for member in members(&text_files()) {
        for (name, dependency) in dependencies(member) {
            let inherits = dependency.get("workspace").and_then(toml::Value::as_bool) == Some(true);
            // A crate that switches on a feature of its own for its tests.
            let itself = dependency.get("path").and_then(toml::Value::as_str) == Some(".");
            assert!(inherits || itself, "{}: write `{name}.workspace = true`", member.path);
        }
    }
}

#[test]
fn what_is_for_tests_alone_is_in_no_build_that_ships() {
    for member in members(&text_files()) {
        let manifest = parse(member);
        let dependencies = manifest.get("dependencies").and_then(toml::Value::as_table);
        let features =
            dependencies.into_iter().flatten().filter_map(|(_, one)| one.get("features")?.as_array());
        let is_for_tests = features.flatten().any(|feature| feature.as_str() == Some("testing"));
        let is_shipped = manifest["package"].get("publish").and_then(toml::Value::as_bool) != Some(false);
        assert!(!(is_for_tests && is_shipped), "{}: `testing` is for `dev-dependencies`", member.path);
    }
}

/// The dependencies in the workspace's manifest that are not our own crates.
fn declared(files: &[TextFile]) -> BTreeMap<String, toml::Value> {
    let root = files.iter().find(|file| file.path == "Cargo.toml").expect("the workspace has a manifest");
    let manifest = parse(root);
    let all = manifest["workspace"]["dependencies"].as_table().expect("the workspace has dependencies");
    let foreign = all.iter().filter(|(_, dependency)| dependency.get("path").is_none());
    foreign.map(|(name, dependency)| (name.clone(), dependency.clone())).collect()
}

/// The names in the first column of the tables.
fn explained(files: &[TextFile]) -> BTreeSet<String> {
    let document = files.iter().find(|file| file.path == "docs/dependencies.md").expect("it is committed");
    let rows = document.text.lines().filter(|line| line.starts_with("| "));
    let names = rows.filter_map(|row| row.split('|').nth(1)).flat_map(|cell| cell.split(','));
    names.map(|name| name.trim().to_owned()).filter(|name| name != "crate").collect()
}

/// The manifests of the workspace's crates.
fn members(files: &[TextFile]) -> impl Iterator<Item = &TextFile> {
    let manifests = files.iter().filter(|file| file.path.ends_with("/Cargo.toml"));
    manifests.filter(|file| file.path.starts_with("crates/") || file.path.starts_with("xtask/"))
}

/// Everything that a crate depends on, to run, to be tested or to be built.
fn dependencies(member: &TextFile) -> BTreeMap<String, toml::Value> {
    let manifest = parse(member);
    let kinds = ["dependencies", "dev-dependencies", "build-dependencies"];
    let tables = kinds.iter().filter_map(|kind| manifest.get(*kind)).filter_map(toml::Value::as_table);
    tables.flatten().map(|(name, dependency)| (name.clone(), dependency.clone())).collect()
}

fn parse(file: &TextFile) -> toml::Table {
    file.text.parse().unwrap_or_else(|error| panic!("{}: {error}", file.path))
}
