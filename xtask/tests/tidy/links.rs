use crate::tree::{TextFile, root, text_files};

#[test]
fn every_link_between_documents_leads_to_a_file() {
    let mut dead = Vec::new();
    for file in text_files().iter().filter(|file| file.has_extension(&["md"])) {
        for link in links(&file.text) {
            let target = link.split('#').next().unwrap_or_default();
            let outside = target.contains("://") || target.starts_with("mailto:");
            if !target.is_empty() && !outside && !leads_somewhere(file, target) {
                dead.push(format!("{}: {link}", file.path));
            }
        }
    }
    assert!(dead.is_empty(), "links to files that do not exist:\n{}", dead.join("\n"));
}

#[test]
fn every_crate_has_its_place_on_the_map() {
    let architecture = read("ARCHITECTURE.md");
    let unmapped: Vec<String> =
        crates().into_iter().filter(|name| !architecture.contains(&format!("### `crates/{name}`"))).collect();
    assert!(unmapped.is_empty(), "ARCHITECTURE.md has no section on {unmapped:?}");
}

#[test]
fn every_guide_can_be_found_from_the_readme() {
    let readme = read("README.md");
    let hidden: Vec<String> = text_files()
        .into_iter()
        .map(|file| file.path)
        .filter(|path| path.starts_with("docs/guide/") && path.ends_with(".md"))
        .filter(|path| !readme.contains(&format!("({path})")))
        .collect();
    assert!(hidden.is_empty(), "README.md does not link to {hidden:?}");
}

fn read(path: &str) -> String {
    text_files().into_iter().find(|file| file.path == path).expect("it is one of the documents").text
}

fn crates() -> Vec<String> {
    let folders = std::fs::read_dir(root().join("crates")).expect("the repository can be read");
    let folders = folders.map(|folder| folder.expect("the repository can be read"));
    let with_manifest = folders.filter(|folder| folder.path().join("Cargo.toml").exists());
    with_manifest.map(|folder| folder.file_name().to_string_lossy().into_owned()).collect()
}

/// The targets of links and pictures: `[…](target)`, and `src="target"` or `srcset="target"`.
/// What stands in blocks of code is no link.
fn links(text: &str) -> Vec<&str> {
    let mut links = Vec::new();
    let mut in_code = false;
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        }
        if in_code {
            continue;
        }
        for (start, end) in [("](", ')'), ("src=\"", '"'), ("srcset=\"", '"')] {
            let parts = line.split(start).skip(1);
            links.extend(parts.filter_map(|rest| rest.split_once(end)).map(|(target, _)| target));
        }
    }
    links
}

fn leads_somewhere(file: &TextFile, target: &str) -> bool {
    let path = root().join(&file.path);
    let folder = path.parent().expect("a file lies in a folder");
    folder.join(target).exists()
}

#[test]
fn links_are_found_outside_of_code_only() {
    let text = "See [the map](map.md#top) and ![it](a.svg).\n```\n[no](link.md)\n```\n<img src=\"b.svg\">\n";
    assert_eq!(links(text), ["map.md#top", "a.svg", "b.svg"]);
}
