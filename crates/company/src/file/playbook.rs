//! `playbooks/*.yaml`: when this happens, if that holds, do these actions.

use opcx_core::consent::Purpose;
use opcx_core::definitions::Vocabulary;
use opcx_core::event::Name;
use opcx_core::playbook::{ActionDefinition, Aim, Mode, Playbook, Priority, Trigger};
use opcx_core::promise::PromiseState;
use opcx_core::reading::Permille;

use super::journey::taken;
use super::{name, parsed, phrase, whole};
use crate::condition::{self, Scope};
use crate::fault::Faults;
use crate::names::Names;
use crate::shape::{Shape, Table, optional, required};
use crate::text::Node;

pub(crate) const TABLE: Table = Table {
    what: "a playbook",
    keys: &[
        required("playbook", Shape::Text, "the playbook's name, unique in the company"),
        required(
            "when",
            Shape::Text,
            "what sets it off: `event KIND`, `moment NAME bad`, `promise NAME at risk`, \
             `trust ACCOUNT below 400` or `silence 14d`",
        ),
        optional("if", Shape::Condition, "what must hold besides"),
        required("do", Shape::List(&Shape::Table(&ACTION)), "what it does, in order"),
        optional(
            "aim",
            Shape::Word(&["repair", "inform", "delight"]),
            "what it is for; `repair` if left out",
        ),
        optional(
            "purpose",
            Shape::Word(&["service", "personalisation", "marketing"]),
            "what it looks at data for; `service` if left out, `marketing` if its aim is delight",
        ),
        optional("priority", Shape::Whole(0, 100), "of several the higher one goes first; 50 if left out"),
        optional("at_most", Shape::Text, "how often, like `1 per customer per 7d`"),
        optional("hold_out", Shape::Text, "the share of customers for whom it never acts, like `5%`"),
        optional(
            "mode",
            Shape::Word(&["live", "shadow"]),
            "`shadow` decides and delivers nothing; `live` if left out",
        ),
    ],
};

const ACTION: Table = Table {
    what: "an action",
    keys: &[
        optional(
            "message",
            Shape::Either(&Shape::Text, &Shape::Table(&MESSAGE)),
            "writes to the customer: a template",
        ),
        optional("case", Shape::Either(&Shape::Text, &Shape::Table(&CASE)), "gives a team the matter"),
        optional("webhook", Shape::Text, "tells another system: a channel of kind webhook"),
        optional("promise", Shape::Text, "promises something: a promise's name"),
        optional("note", Shape::Text, "leaves a note in the customer's history"),
    ],
};

const MESSAGE: Table = Table {
    what: "a message",
    keys: &[
        required("template", Shape::Text, "what is written: a template's name"),
        optional("channel", Shape::Text, "through which channel of opcx.toml; `message_channel` if left out"),
    ],
};

const CASE: Table = Table {
    what: "a case",
    keys: &[
        required("team", Shape::Text, "who gets it: one of `teams` of opcx.toml"),
        optional("priority", Shape::Word(&["low", "normal", "high"]), "how soon; `normal` if left out"),
    ],
};

/// Of several playbooks the one with the higher number goes first; most need no number.
const PRIORITY: u8 = 50;

/// Most actions of one playbook.
const ACTIONS_MAX: usize = 16;

/// What is at hand when a playbook is set off.
pub(crate) fn scope(when: &Trigger) -> Scope {
    match when {
        Trigger::Event(_) | Trigger::Moment(..) => Scope::EVENT,
        Trigger::Promise(_, PromiseState::Open | PromiseState::Kept | PromiseState::Released) => {
            Scope::EVIDENCE
        }
        // Time passing brings these about.
        Trigger::Promise(_, PromiseState::AtRisk | PromiseState::Broken) => {
            Scope { event: false, promise: true }
        }
        // Trust moves by events and by time.
        Trigger::TrustBelow(..) | Trigger::TrustAbove(..) | Trigger::Silence(_) => {
            Scope { event: false, promise: false }
        }
    }
}

pub(crate) fn read(
    node: &Node,
    vocabulary: &Vocabulary,
    names: &Names,
    message_channel: Option<&Name>,
    faults: &mut Faults,
) -> Option<Playbook> {
    let name = node.get("playbook").and_then(|node| name(node, faults));
    let when = parsed("when", node.get("when"), faults, |text| phrase::trigger(text, names));
    // Without a trigger the condition is still looked through, with everything at hand.
    let scope = when.as_ref().map_or(Scope::EVIDENCE, scope);
    let condition = node
        .get("if")
        .map(|node| condition::read(node, vocabulary, scope, faults).unwrap_or_else(super::journey::unread));
    let aim = match node.text_of("aim") {
        Some("inform") => Aim::Inform,
        Some("delight") => Aim::Delight,
        _ => Aim::Repair,
    };
    let purpose =
        node.text_of("purpose").and_then(|word| Purpose::ALL.into_iter().find(|p| p.word() == word));
    let actions = actions(node, names, message_channel, faults);
    let at_most = parsed("cap", node.get("at_most"), faults, phrase::cap);
    let hold_out = parsed("share", node.get("hold_out"), faults, phrase::share);
    Some(Playbook {
        name: name?,
        when: when?,
        condition,
        actions,
        purpose: purpose.unwrap_or(match aim {
            Aim::Repair | Aim::Inform => Purpose::Service,
            Aim::Delight => Purpose::Marketing,
        }),
        aim,
        priority: whole(node, "priority").and_then(|number| u8::try_from(number).ok()).unwrap_or(PRIORITY),
        at_most,
        hold_out: hold_out.unwrap_or(Permille::new(0)),
        mode: if node.text_of("mode") == Some("shadow") { Mode::Shadow } else { Mode::Live },
    })
}

fn actions(
    node: &Node,
    names: &Names,
    message_channel: Option<&Name>,
    faults: &mut Faults,
) -> Vec<ActionDefinition> {
    let Some(list) = node.get("do") else { return Vec::new() };
    if list.items().is_empty() && list.text().is_none() {
        faults.error("playbook-does-nothing", &list.place, "the playbook does nothing; add an action");
    }
    if list.items().len() > ACTIONS_MAX {
        let what =
            format!("{} actions, at most {ACTIONS_MAX} are taken; split the playbook", list.items().len());
        faults.error("too-many", &list.place, what);
    }
    list.items().iter().filter_map(|item| action(item, names, message_channel, faults)).collect()
}

fn action(
    node: &Node,
    names: &Names,
    message_channel: Option<&Name>,
    faults: &mut Faults,
) -> Option<ActionDefinition> {
    let [(key, value)] = node.entries() else {
        if !matches!(node.content, crate::text::Content::Scalar(_)) {
            let what = "an action is one of `message`, `case`, `webhook`, `promise` and `note`; begin each with a \
                        `-` of its own";
            faults.error("action", &node.place, what);
        }
        return None;
    };
    match key.text()? {
        "message" => message(value, names, message_channel, faults),
        "case" => {
            let team = value.get("team").or(Some(value));
            let team = parsed("unknown-name", team, faults, |text| names.team(text))?;
            let priority = match value.text_of("priority") {
                Some("low") => Priority::Low,
                Some("high") => Priority::High,
                _ => Priority::Normal,
            };
            Some(ActionDefinition::Case { team, priority })
        }
        "webhook" => parsed("unknown-name", Some(value), faults, |text| names.webhook(text))
            .map(|endpoint| ActionDefinition::Webhook { endpoint }),
        "promise" => parsed("unknown-name", Some(value), faults, |text| names.promise(text))
            .map(ActionDefinition::Promise),
        "note" => value.text().map(|text| ActionDefinition::Note(text.trim().into())),
        _ => None,
    }
}

fn message(
    node: &Node,
    names: &Names,
    message_channel: Option<&Name>,
    faults: &mut Faults,
) -> Option<ActionDefinition> {
    let template = node.get("template").or(Some(node));
    let template = parsed("unknown-name", template, faults, |text| names.template(text));
    let channel = match node.get("channel") {
        Some(channel) => parsed("unknown-name", Some(channel), faults, |text| names.channel(text)),
        None => {
            if message_channel.is_none() {
                let what = "no channel is named for this message; add `channel`, or `message_channel` under \
                            `[house]` in opcx.toml";
                faults.error("message-without-channel", &node.place, what);
            }
            message_channel.cloned()
        }
    };
    Some(ActionDefinition::Message { template: template?, channel: channel? })
}

/// Whether another playbook has the name already.
pub(crate) fn check_name(playbook: &Playbook, node: &Node, known: &[Playbook], faults: &mut Faults) {
    if known.iter().any(|other| other.name == playbook.name) {
        taken(node.get("playbook"), "playbook", &playbook.name, faults);
    }
}
