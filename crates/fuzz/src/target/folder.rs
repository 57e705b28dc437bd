use std::sync::LazyLock;

use opcx_company::{Files, Loaded, Severity, parse};

/// A company as small as one can be that has one of each kind of file: a folder is read whole every
/// time, and a larger one would be tried less often.
static SMALL: LazyLock<Files> = LazyLock::new(|| {
    let files = [
        (
            "opcx.toml",
            "[house]\nhuman_channels = [\"chat\"]\nteams = [\"care\"]\nmessage_channel = \"out\"\n[channels.out]\nkind = \"log\"\n",
        ),
        ("vocabulary.yaml", VOCABULARY),
        ("calendars/care.yaml", "zone: UTC\nweek: { monday to friday: [\"09:00-17:00\"] }\n"),
        ("journeys/online-order.yaml", JOURNEY),
        (
            "playbooks/late-delivery.yaml",
            "playbook: late-delivery\nwhen: promise delivered-by at risk\ndo: [{ message: late-delivery }]\n",
        ),
        ("templates/late-delivery.md", "Your order {{ promise.facts.order_id }} is late.\n"),
    ];
    let files = files.map(|(path, text)| (path.to_owned(), text.to_owned())).into_iter().collect();
    let loaded = parse(&files);
    assert!(loaded.definitions.is_some(), "{:?}", loaded.faults);
    files
});

const VOCABULARY: &str = "
kinds:
  Payment Failed: purchase
  Order Completed: purchase
  Order Shipped: service
  Order Delivered: service
  Message Received: feedback
facts:
  order_id: text
  order_value: { type: number, category: purchase }
  carrier: text
  promised_at: time
  first_name: { type: text, about: customer }
dimensions: [carrier]
";

const JOURNEY: &str = "
journey: online-order
owner: shop
stages:
  - stage: receive
    moments:
      - moment: delivery
        who: someone who has paid and waits
        wants: to know when the parcel comes
        how: [web]
        feels: looking forward
        account: reliability
        listens: event.kind in [\"Order Shipped\", \"Order Delivered\"]
        way_out: chat
        promises:
          - promise: delivered-by
            made: event.kind == \"Order Shipped\"
            due: facts.promised_at
            at_risk: 12h before
            kept: event.kind == \"Order Delivered\" && facts.order_id == promise.facts.order_id
";

pub(crate) fn check_journey(bytes: &[u8]) {
    check("journeys/online-order.yaml", &String::from_utf8_lossy(bytes));
}

pub(crate) fn check_playbook(bytes: &[u8]) {
    check("playbooks/late-delivery.yaml", &String::from_utf8_lossy(bytes));
}

pub(crate) fn check_mapping(bytes: &[u8]) {
    check("mappings/orders.yaml", &String::from_utf8_lossy(bytes));
}

pub(crate) fn check_calendar(bytes: &[u8]) {
    check("calendars/care.yaml", &String::from_utf8_lossy(bytes));
}

pub(crate) fn check_vocabulary(bytes: &[u8]) {
    check("vocabulary.yaml", &String::from_utf8_lossy(bytes));
}

pub(crate) fn check_template(bytes: &[u8]) {
    check("templates/late-delivery.md", &String::from_utf8_lossy(bytes));
}

pub(crate) fn check_settings(bytes: &[u8]) {
    check("opcx.toml", &String::from_utf8_lossy(bytes));
}

/// The text is the condition of a playbook, however YAML would have it quoted.
pub(crate) fn check_condition(bytes: &[u8]) {
    let condition = serde_json::Value::from(String::from_utf8_lossy(bytes));
    let playbook = format!(
        "playbook: late-delivery\nwhen: promise delivered-by at risk\nif: {condition}\ndo: [{{ case: care }}]\n"
    );
    check("playbooks/late-delivery.yaml", &playbook);
}

fn check(path: &str, text: &str) {
    let mut files = SMALL.clone();
    files.insert(path.to_owned(), text.to_owned());
    let loaded = parse(&files);
    holds(&files, &loaded);
    if loaded.definitions.is_some() {
        // Twice the same: no answer hangs on the order of a table.
        assert_eq!(parse(&files), loaded);
    }
}

fn holds(files: &Files, loaded: &Loaded) {
    let errors = loaded.faults.iter().filter(|fault| fault.severity == Severity::Error).count();
    assert_eq!(loaded.definitions.is_none(), errors > 0, "definitions come exactly without errors");
    for fault in &loaded.faults {
        assert!(fault.place.line > 0 && fault.place.column > 0, "{fault}");
        assert!(!fault.what.is_empty() && !fault.what.ends_with('.'), "{fault}");
        // YAML ends lines with a carriage return as well. What is missing is missing after the last one.
        let lines = |text: &String| text.matches(['\n', '\r']).count() + 2;
        let lines = files.get(&*fault.place.file).map_or(1, lines);
        assert!(usize::try_from(fault.place.line).is_ok_and(|line| line <= lines), "{fault}");
    }
}
