//! The company of the benchmarks: one journey, two promises, fifty playbooks with conditions.

use std::fmt::Write as _;

use opcx_company::Files;

/// How many playbooks there are.
pub const PLAYBOOKS: usize = 50;

/// How a thousand playbooks listen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listening {
    /// Each to one of the seven kinds of event.
    Spread,
    /// All to `Page Viewed`.
    Alike,
}

/// The folder, with a webhook to `receiver` for events of the kind `Payment Failed`.
#[must_use]
pub fn files(receiver: Option<&str>) -> Files {
    let mut files = with_webhooks(receiver.map(|url| ("receiver".to_owned(), url.to_owned())));
    for number in 0..PLAYBOOKS {
        files.insert(format!("playbooks/p{number:02}.yaml"), playbook(number, receiver.is_some()));
    }
    files
}

/// The folder without playbooks.
#[must_use]
pub fn without_playbooks() -> Files {
    with_webhooks(None)
}

/// The folder with a thousand playbooks in place of the fifty. Their conditions are such that an event
/// fulfils ten of them on average.
#[must_use]
pub fn with_a_thousand_playbooks(listening: Listening) -> Files {
    const KINDS: [&str; 7] = [
        "Page Viewed",
        "Order Completed",
        "Payment Failed",
        "Order Shipped",
        "Order Delivered",
        "Message Received",
        "Message Answered",
    ];
    let mut files = with_webhooks(None);
    for number in 0..1_000_u32 {
        // Values of orders are spread evenly from 1 to 501.
        let (kind, width) = match listening {
            Listening::Spread => (KINDS[number as usize % KINDS.len()], 35.0),
            Listening::Alike => (KINDS[0], 5.0),
        };
        let above = 1.0 + f64::from(number) * (500.0 - width) / 1_000.0;
        let text = format!(
            "playbook: q{number}\nwhen: event {kind}\nif: facts.order_value > {above:.2} && facts.order_value < {:.2} && customer.open_failures < 50\ndo:\n  - note: seen\n",
            above + width
        );
        files.insert(format!("playbooks/q{number}.yaml"), text);
    }
    files
}

/// The folder with one playbook for each of `receivers` and no other: a failed payment in branch `n` is
/// told to the `n`th.
#[must_use]
pub fn with_a_webhook_a_branch(receivers: &[(String, String)]) -> Files {
    let mut files = with_webhooks(receivers.iter().cloned());
    for (number, (endpoint, _)) in receivers.iter().enumerate() {
        let text = format!(
            "playbook: tell-{endpoint}\nwhen: event Payment Failed\nif: facts.branch == \"branch-{number}\"\ndo:\n  - webhook: {endpoint}\n"
        );
        files.insert(format!("playbooks/tell-{endpoint}.yaml"), text);
    }
    files
}

/// The folder without playbooks, with webhooks by endpoint and URL.
fn with_webhooks(receivers: impl IntoIterator<Item = (String, String)>) -> Files {
    let mut files = Files::new();
    let mut settings = String::from(
        "data = \"bench.opcx-data\"\n[keys]\nwrite = \"OPCX_WRITE_KEY\"\nviewer = \"OPCX_VIEWER_KEY\"\n[house]\nhuman_channels = [\"chat\"]\nteams = [\"care\"]\nmessage_channel = \"messages\"\n[channels.messages]\nkind = \"file\"\npath = \"messages.jsonl\"\n[webhooks]\nallow_private = [\"127.0.0.0/8\"]\n",
    );
    for (endpoint, url) in receivers {
        let _ = write!(
            settings,
            "[channels.{endpoint}]\nkind = \"webhook\"\nurl = \"{url}\"\nsecrets = [\"OPCX_BENCH_SECRET\"]\n"
        );
    }
    files.insert("opcx.toml".into(), settings);
    files.insert("vocabulary.yaml".into(), VOCABULARY.into());
    files.insert("journeys/order.yaml".into(), JOURNEY.into());
    files.insert("mappings/bench.yaml".into(), MAPPING.into());
    files.insert("templates/late.md".into(), "Your order {{ promise.facts.order_id }} is late.\n".into());
    files
}

/// Fifty playbooks over all triggers, each with a condition of a few terms.
fn playbook(number: usize, tells_receiver: bool) -> String {
    let (when, action) = match number % 10 {
        0 if number == 0 && tells_receiver => ("event Payment Failed", "  - webhook: receiver\n"),
        0 => ("promise delivered-by at risk", "  - message: late\n"),
        1 => ("moment pay bad", "  - note: payment trouble\n"),
        2 => ("moment contact bad", "  - case: care\n"),
        3 => ("event Order Completed", "  - note: bought\n"),
        4 => ("event Page Viewed", "  - note: looked\n"),
        5 => ("trust capability below 400", "  - note: fell\n"),
        6 => ("promise answered broken", "  - case: { team: care, priority: high }\n"),
        7 => ("event Message Received", "  - note: wrote\n"),
        8 => ("event Order Shipped", "  - note: shipped\n"),
        _ => ("event Order Delivered", "  - note: delivered\n"),
    };
    let condition = match number {
        0 if tells_receiver => String::new(),
        // Time or trust sets these off: no event is at hand.
        _ if matches!(number % 10, 0 | 5 | 6) => format!(
            "if: customer.events > {} && customer.open_failures < 50 && customer.trust.capability < 990\n",
            number % 7
        ),
        _ => format!(
            "if: facts.order_value > {}.0 && facts.branch != \"branch-{}\" && customer.open_failures < 50\n",
            number * 7,
            number % 20
        ),
    };
    format!("playbook: p{number:02}\nwhen: {when}\n{condition}do:\n{action}priority: {number}\n")
}

const VOCABULARY: &str = "\
kinds:
  Page Viewed: service
  Order Completed: purchase
  Payment Failed: purchase
  Order Shipped: service
  Order Delivered: service
  Message Received: feedback
  Message Answered: service
facts:
  order_id: text
  order_value: { type: number, category: purchase }
  branch: text
  sent_nanos: { type: number, category: service }
dimensions: [branch]
";

const JOURNEY: &str = "\
journey: order
owner: shop
one_per: facts.order_id
abandoned_after: 30d
stages:
  - stage: buy
    moments:
      - moment: look
        who: somebody curious
        wants: to find it
        how: [web]
        feels: curious
        account: transparency
        listens: event.kind == \"Page Viewed\"
        way_out: chat
      - moment: pay
        who: somebody about to pay
        wants: to pay
        how: [web]
        feels: tense
        account: capability
        listens: event.kind in [\"Order Completed\", \"Payment Failed\"]
        good: event.kind == \"Order Completed\" && facts.order_value > 1.0
        bad: event.kind == \"Payment Failed\"
        way_out: chat
  - stage: receive
    moments:
      - moment: delivery
        who: somebody who waits
        wants: the parcel
        how: [door]
        feels: hopeful
        account: reliability
        listens: event.kind in [\"Order Shipped\", \"Order Delivered\"]
        good: event.kind == \"Order Delivered\"
        goal: true
        way_out: chat
        promises:
          - promise: delivered-by
            made: event.kind == \"Order Shipped\"
            due: 72h
            at_risk: 12h before
            kept: event.kind == \"Order Delivered\" && facts.order_id == promise.facts.order_id
      - moment: contact
        who: somebody with a question
        wants: an answer
        how: [chat]
        feels: unsure
        account: humanity
        listens: event.kind == \"Message Received\"
        bad: reading.valence == \"negative\"
        way_out: chat
        promises:
          - promise: answered
            made: event.kind == \"Message Received\" && reading.valence == \"negative\"
            due: 72h
            at_risk: at 75%
            kept: event.kind == \"Message Answered\"
";

const MAPPING: &str = "\
format: jsonl
order: oldest first
source: bench
id: \"{id}\"
time: { column: time }
kind:
  column: kind
  cases:
    Page Viewed: Page Viewed
    Order Completed: Order Completed
    Payment Failed: Payment Failed
    Order Shipped: Order Shipped
    Order Delivered: Order Delivered
    Message Received: Message Received
    Message Answered: Message Answered
channel: web
by:
  column: by
  cases:
    staff: staff
    customer: customer
who:
  user_id: user
said: text
facts:
  order_id: order_id
  order_value: order_value
  branch: branch
";
