//! The starter: a small working company, an online shop, for `opcx init`. Newcomers read it first.

use crate::folder::Files;

macro_rules! starter {
    ($($path:literal),* $(,)?) => {
        [$(($path, include_str!(concat!("../starter/", $path)))),*]
    };
}

/// The files of a new company, by their paths in its folder, with the JSON Schemas that editors use.
#[must_use]
pub fn starter() -> Files {
    let files = starter![
        ".gitignore",
        "opcx.toml",
        "vocabulary.yaml",
        "calendars/care.yaml",
        "journeys/online-order.yaml",
        "playbooks/answer-overdue.yaml",
        "playbooks/bad-feeling.yaml",
        "playbooks/late-delivery.yaml",
        "playbooks/payment-trouble.yaml",
        "playbooks/welcome-back.yaml",
        "templates/late-delivery.md",
        "templates/thank-you.md",
        "mappings/orders.yaml",
    ];
    let mut all: Files = files.into_iter().map(|(path, text)| (path.to_owned(), text.to_owned())).collect();
    for (name, schema) in crate::schemas() {
        all.insert(format!(".opcx/schemas/{name}"), schema);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_starter_loads_without_a_fault_or_a_warning() {
        let loaded = crate::parse(&starter());
        let shown: Vec<String> = loaded.faults.iter().map(ToString::to_string).collect();
        assert_eq!(shown, Vec::<String>::new());
        let definitions = loaded.definitions.expect("a folder without faults has definitions");
        assert_eq!(definitions.moments.len(), 6);
        assert_eq!(definitions.promises.len(), 3);
        assert_eq!(definitions.playbooks.len(), 5);
        assert_eq!(loaded.mappings.len(), 1);
    }

    #[test]
    fn every_file_of_the_starter_names_a_schema_that_is_written_beside_it() {
        let files = starter();
        for (path, text) in files.iter().filter(|(path, _)| path.ends_with(".yaml")) {
            let first = text.lines().next().unwrap_or("");
            let schema = first.rsplit_once(".opcx/schemas/").map(|(_, name)| name);
            let known = schema.is_some_and(|name| files.contains_key(&format!(".opcx/schemas/{name}")));
            assert!(known, "{path} begins with `{first}`");
        }
    }
}
