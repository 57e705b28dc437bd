use std::sync::LazyLock;

use opcx::import::{File, RECORD_BYTES_MAX, Records};
use opcx_company::mapping::Mapping;
use opcx_core::record::Entry;
use opcx_store::Encoded;

/// Conversations: several events of one line.
const TURNS: &str = r#"
format: jsonl
order: any
source: care
each: turns
id: "{record.session}-{#}"
time: at
kind:
  column: role
  cases: { client: Message Received, agent: Message Answered }
  otherwise: skip
by:
  column: role
  cases: { agent: staff }
  otherwise: customer
channel: chat
who:
  handle: { first: author, where: { role: client } }
said: text
facts:
  order_id: record.order
  order_value: value
  promised_at: due
"#;

static ORDERS: LazyLock<Mapping> = LazyLock::new(|| mapping("orders"));
static CONVERSATIONS: LazyLock<Mapping> = LazyLock::new(|| mapping("turns"));

fn mapping(name: &str) -> Mapping {
    let mut files = opcx_company::starter();
    files.insert("mappings/turns.yaml".to_owned(), TURNS.to_owned());
    let loaded = opcx_company::parse(&files);
    assert!(loaded.definitions.is_some(), "{:?}", loaded.faults);
    loaded.mappings.into_iter().find(|mapping| mapping.name == name).expect("it was just written")
}

pub(crate) fn check_csv(bytes: &[u8]) {
    check(bytes, &ORDERS);
}

pub(crate) fn check_json_lines(bytes: &[u8]) {
    check(bytes, &CONVERSATIONS);
}

fn check(bytes: &[u8], mapping: &Mapping) {
    // Files that say they are packed are `request`'s matter, and `of_text` takes text.
    let text = String::from_utf8_lossy(bytes).into_owned();
    let Some(mut records) = open(text, mapping) else { return };
    let mut last_line = 0;
    while let Ok(Some(line)) = records.advance() {
        assert!(line >= last_line, "line {line} comes after line {last_line}");
        last_line = line;
        let read = records.events(mapping);
        for event in &read.events {
            let entry = Entry::Event(event.clone());
            assert_eq!(Encoded::of(&entry).decode(), Ok(entry));
        }
        for refusal in &read.refused {
            assert!(!refusal.to_string().is_empty());
        }
        if read.refused.is_empty() {
            continue;
        }
        // As from the rejected list. There a mark of byte order before it is no part of it.
        let raw = records.raw();
        if raw.starts_with('\u{feff}') {
            continue;
        }
        assert!(raw.len() <= RECORD_BYTES_MAX * 3);
        let mut again = open(raw.clone(), mapping).expect("the record has what the file had");
        assert!(again.advance().is_ok_and(|line| line.is_some()), "{raw:?}");
        assert_eq!(again.events(mapping), read, "{raw:?}");
    }
}

fn open(text: String, mapping: &Mapping) -> Option<Records> {
    let file = File::of_text("rows".to_owned(), text).ok()?;
    Records::open(file, mapping).ok()
}
