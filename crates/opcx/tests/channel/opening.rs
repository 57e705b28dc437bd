//! From the settings in `opcx.toml` to channels that are open.

use std::collections::BTreeMap;
use std::path::Path;

use expect_test::{Expect, expect};
use opcx::channel::{Settings, Surroundings, open};
use opcx_core::event::Name;

use crate::SECRET;

/// Opens what the settings describe and tells what came of it, machine's own words left out.
#[expect(clippy::needless_pass_by_value, reason = "`expect!` makes values")]
fn check(settings: &str, expected: Expect) {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let settings: BTreeMap<Name, Settings> =
        toml::from_str(settings).expect("the test's settings can be read");
    let environment = |variable: &str| match variable {
        "CRM_SECRET" => Some(SECRET.to_owned()),
        "SHORT_SECRET" => Some("whsec_AQEB".to_owned()),
        _ => None,
    };
    let surroundings = Surroundings { folder: folder.path(), environment: &environment, allow: Vec::new() };
    let story: Vec<String> = match open(&settings, &surroundings) {
        Ok(channels) => channels.keys().map(|name| format!("{name}: open\n")).collect(),
        Err(faults) => faults.iter().map(|(name, fault)| format!("{name}: {fault}\n")).collect(),
    };
    let nowhere = Path::new(folder.path()).display().to_string();
    expected.assert_eq(&story.concat().replace(&nowhere, "acme"));
}

#[test]
fn each_kind_of_channel_opens() {
    check(
        r#"
            [crm]
            kind = "webhook"
            url = "https://crm.example.com/hook"
            secrets = ["CRM_SECRET"]
            [messages]
            kind = "file"
            path = "messages.jsonl"
            [seen]
            kind = "log"
        "#,
        expect![[r#"
            crm: open
            messages: open
            seen: open
        "#]],
    );
}

#[test]
fn all_faults_are_told_at_once_with_their_mend() {
    check(
        r#"
            [a]
            kind = "webhook"
            url = "http://169.254.169.254/"
            secrets = ["CRM_SECRET"]
            [b]
            kind = "webhook"
            url = "https://crm.example.com/hook"
            secrets = ["NO_SUCH_SECRET"]
            [c]
            kind = "webhook"
            url = "https://crm.example.com/hook"
            secrets = ["CRM_SECRET", "SHORT_SECRET"]
            [d]
            kind = "webhook"
            url = "https://crm.example.com/hook"
            secrets = []
            [e]
            kind = "file"
            path = "no/such/folder/messages.jsonl"
            [f]
            kind = "log"
        "#,
        expect![[r#"
            a: 169.254.169.254 is a cloud metadata address; if it is meant, add it to `allow_private` under `[webhooks]`
            b: the environment variable `NO_SUCH_SECRET` is not set; put the endpoint's secret (`whsec_...`) there
            c: the environment variable `SHORT_SECRET` cannot be used: the secret has 3 bytes, allowed are 24 to 64; make another
            d: `secrets` is wrong: 0 secrets for one endpoint, allowed are 1 to 3; name the old and the new one
            e: the file `acme/no/such/folder/messages.jsonl` cannot be opened; make its folder or choose another `path`
        "#]],
    );
}

#[test]
fn what_is_no_setting_is_refused() {
    for text in [
        r#"a = { kind = "pigeon" }"#,
        r#"a = { kind = "file", path = "x", url = "y" }"#,
        r#"a = { kind = "webhook", url = "https://example.com" }"#,
    ] {
        assert!(toml::from_str::<BTreeMap<Name, Settings>>(text).is_err(), "{text}");
    }
}
