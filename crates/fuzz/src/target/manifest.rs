use std::path::{Component, Path};

use opcx::keep::Manifest;

/// The bytes are a manifest's JSON; whoever forges one has its checksum right.
pub(crate) fn check(bytes: &[u8]) {
    let _ = Manifest::parse(bytes);
    let Ok(text) = str::from_utf8(bytes) else { return };
    let json = text.lines().next().unwrap_or("");
    let whole = format!("{json}\n{}\n", blake3::hash(json.as_bytes()));
    let Ok(manifest) = Manifest::parse(whole.as_bytes()) else { return };
    for file in &manifest.files {
        let within = |part: Component<'_>| matches!(part, Component::Normal(_));
        assert!(!file.path.is_empty() && Path::new(&file.path).components().all(within), "{}", file.path);
    }
    assert_eq!(Manifest::parse(&manifest.to_bytes()).as_ref(), Ok(&manifest));
}
