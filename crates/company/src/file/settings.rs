//! `opcx.toml`: this machine, the channels, the house rules.

use std::net::SocketAddr;

use opcx_core::calendar::{Opening, QuietHours, Zone};
use opcx_core::event::Name;
use opcx_core::identity::{IdentifierKind, Limits};

use super::{name, parsed, phrase, whole};
use crate::fault::Faults;
use crate::settings::{Channel, HouseSettings, Network, Person, PersonRole, PublicAddress, Settings};
use crate::shape::{Shape, Table, optional, required};
use crate::text::Node;

pub(crate) const TABLE: Table = Table {
    what: "opcx.toml",
    keys: &[
        optional("listen", Shape::Text, "the address to listen on; `127.0.0.1:7700` if left out"),
        optional("data", Shape::Text, "the data directory; `live.opcx-data` in the folder if left out"),
        optional(
            "memory_mb",
            Shape::Whole(600, 1_000_000),
            "memory that the program keeps to at the cost of speed, in megabytes, 600 at least; 1000 if left out",
        ),
        optional(
            "public",
            Shape::Text,
            "where browsers reach it when something stands in front, like `https://cx.example.org`; with `https`, cookies travel over TLS only",
        ),
        optional("keys", Shape::Table(&KEYS), "environment variables that hold the keys of the HTTP API"),
        optional("people", Shape::Named(&Shape::Table(&PERSON)), "who signs in under their own name"),
        optional("channels", Shape::Named(&Shape::Table(&CHANNEL)), "where messages and notices go, by name"),
        optional("webhooks", Shape::Table(&WEBHOOKS), "rules for all webhooks"),
        optional("house", Shape::Table(&HOUSE), "rules for everybody"),
        optional("identity", Shape::Table(&IDENTITY), "how many identifiers one person may have"),
    ],
};

const KEYS: Table = Table {
    what: "keys",
    keys: &[
        optional("write", Shape::Text, "the variable that holds the key for sending events"),
        optional("viewer", Shape::Text, "the variable that holds the key for looking"),
        optional("agent", Shape::Text, "the variable that holds the key for looking and working on cases"),
        optional(
            "operator",
            Shape::Text,
            "the variable that holds the key for what an agent may, and for merging, releasing, sending again, changing playbooks",
        ),
        optional(
            "admin",
            Shape::Text,
            "the variable that holds the key for everything, erasing and exporting customers included",
        ),
    ],
};

const PERSON: Table = Table {
    what: "a person",
    keys: &[
        required(
            "role",
            Shape::Word(&["viewer", "agent", "operator", "admin"]),
            "what they may do: `viewer`, `agent`, `operator` or `admin`",
        ),
        required("key", Shape::Text, "the variable that holds their key"),
    ],
};

const CHANNEL: Table = Table {
    what: "a channel",
    keys: &[
        required("kind", Shape::Word(&["webhook", "file", "log"]), "its kind: `webhook`, `file` or `log`"),
        optional("url", Shape::Text, "webhook: its address"),
        optional(
            "secrets",
            Shape::List(&Shape::Text),
            "webhook: environment variables that hold its signing secrets, two while they are changed",
        ),
        optional("path", Shape::Text, "file: its path"),
    ],
};

const WEBHOOKS: Table = Table {
    what: "webhooks",
    keys: &[optional(
        "allow_private",
        Shape::List(&Shape::Text),
        "networks that webhooks may reach besides the public internet, like `10.0.0.0/8`",
    )],
};

/// Most secrets of one webhook: the old one and the new one.
const SECRETS_MAX: usize = 2;

const HOUSE: Table = Table {
    what: "the house",
    keys: &[
        optional("zone", Shape::Text, "the time zone of customers whose own is not known; `UTC` if left out"),
        optional("quiet", Shape::Text, "when customers are left in peace, like `21:00-08:00`"),
        optional(
            "contacts",
            Shape::Text,
            "most messages from all playbooks together, like `3 per customer per 7d`",
        ),
        optional("calendar", Shape::Text, "the calendar that counts where a due time names none"),
        optional("human_channels", Shape::List(&Shape::Text), "channels on which a human answers"),
        optional("teams", Shape::List(&Shape::Text), "teams that cases go to"),
        optional("message_channel", Shape::Text, "the channel of messages that name none"),
        optional("hold_out_seed", Shape::Whole(0, i64::MAX), "changes who is held out; `0` if left out"),
    ],
};

const IDENTITY: Table = Table {
    what: "identity",
    keys: &[
        optional("user_id", Shape::Whole(1, 1_000), "most user ids of one person; 1 if left out"),
        optional("email", Shape::Whole(1, 1_000), "most e-mail addresses of one person; 5 if left out"),
        optional("phone", Shape::Whole(1, 1_000), "most telephone numbers of one person; 5 if left out"),
        optional("handle", Shape::Whole(1, 1_000), "most public handles of one person; 5 if left out"),
        optional("anonymous_id", Shape::Whole(1, 1_000), "most devices of one person; 20 if left out"),
    ],
};

pub(crate) fn read(node: &Node, faults: &mut Faults) -> Settings {
    let mut settings = Settings::default();
    let listen = parsed("listen", node.get("listen"), faults, |text| {
        text.parse::<SocketAddr>()
            .map_err(|_| format!("`{text}` is not an address with a port; write it like `127.0.0.1:7700`"))
    });
    settings.listen = listen.unwrap_or(settings.listen);
    if let Some(data) = node.text_of("data") {
        data.clone_into(&mut settings.data);
    }
    if let Some(megabytes) = whole(node, "memory_mb").and_then(|given| u32::try_from(given).ok()) {
        settings.memory_mb = megabytes;
    }
    if let Some(keys) = node.get("keys") {
        settings.keys.write = variable(keys.get("write"), faults);
        settings.keys.viewer = variable(keys.get("viewer"), faults);
        settings.keys.agent = variable(keys.get("agent"), faults);
        settings.keys.operator = variable(keys.get("operator"), faults);
        settings.keys.admin = variable(keys.get("admin"), faults);
    }
    settings.public = parsed("public", node.get("public"), faults, str::parse::<PublicAddress>);
    for (key, value) in node.get("people").map_or(&[][..], Node::entries) {
        if let (Some(name), Some(person)) = (name(key, faults), person(value, faults)) {
            settings.people.insert(name, person);
        }
    }
    for (key, value) in node.get("channels").map_or(&[][..], Node::entries) {
        if let (Some(name), Some(channel)) = (name(key, faults), channel(value, faults)) {
            settings.channels.insert(name, channel);
        }
    }
    let allowed = node.get("webhooks").and_then(|node| node.get("allow_private"));
    settings.allow_private = allowed
        .map_or(&[][..], Node::items)
        .iter()
        .filter_map(|item| parsed("network", Some(item), faults, str::parse::<Network>))
        .collect();
    if let Some(house) = node.get("house") {
        settings.house = read_house(house, faults);
    }
    if let Some(identity) = node.get("identity") {
        settings.limits = limits(identity);
    }
    settings
}

fn read_house(node: &Node, faults: &mut Faults) -> HouseSettings {
    let names = |key: &str, faults: &mut Faults| -> Vec<Name> {
        let items = node.get(key).map_or(&[][..], Node::items);
        items.iter().filter_map(|item| name(item, faults)).collect()
    };
    HouseSettings {
        zone: parsed("zone", node.get("zone"), faults, Zone::new).unwrap_or(Zone::UTC),
        quiet: parsed("quiet", node.get("quiet"), faults, |text| {
            let hours = text.parse::<Opening>().map_err(|error| error.to_string())?;
            QuietHours::new(hours).map_err(|error| error.to_string())
        }),
        contacts: parsed("cap", node.get("contacts"), faults, phrase::cap),
        calendar: node.get("calendar").and_then(|node| name(node, faults)),
        human_channels: names("human_channels", faults),
        teams: names("teams", faults),
        message_channel: node.get("message_channel").and_then(|node| name(node, faults)),
        hold_out_seed: whole(node, "hold_out_seed").and_then(|seed| seed.try_into().ok()).unwrap_or(0),
    }
}

fn person(node: &Node, faults: &mut Faults) -> Option<Person> {
    // Where the word is another, or missing, the shape has said so.
    let word = node.text_of("role")?;
    let role = PersonRole::ALL.into_iter().find(|role| role.word() == word)?;
    Some(Person { role, key: variable(node.get("key"), faults)? })
}

fn limits(node: &Node) -> Limits {
    IdentifierKind::ALL.into_iter().fold(Limits::default(), |limits, kind| {
        match whole(node, kind.word()).and_then(|most| u16::try_from(most).ok()) {
            Some(most) => limits.with(kind, most),
            None => limits,
        }
    })
}

fn channel(node: &Node, faults: &mut Faults) -> Option<Channel> {
    let kind = node.text_of("kind")?;
    let own: &[&str] = match kind {
        "webhook" => &["kind", "url", "secrets"],
        "file" => &["kind", "path"],
        "log" => &["kind"],
        _ => return None,
    };
    for (key, _) in node.entries() {
        if let Some(name) = key.text()
            && !own.contains(&name)
            && CHANNEL.keys.iter().any(|known| known.name == name)
        {
            let what = format!("a channel of kind `{kind}` has no `{name}`; leave it out or change the kind");
            faults.error("channel", &key.place, what);
        }
    }
    match kind {
        "webhook" => webhook(node, faults),
        "file" => match node.text_of("path") {
            Some(path) => Some(Channel::File { path: path.to_owned() }),
            None => {
                let what = "a channel of kind `file` needs a path; add `path = \"messages.jsonl\"`";
                faults.error("channel", &node.place, what);
                None
            }
        },
        _ => Some(Channel::Log),
    }
}

fn webhook(node: &Node, faults: &mut Faults) -> Option<Channel> {
    let written = node.get("secrets").map_or(&[][..], Node::items);
    let secrets: Vec<String> = written.iter().filter_map(|item| variable(Some(item), faults)).collect();
    if written.is_empty() || written.len() > SECRETS_MAX {
        let what = "a webhook needs a signing secret, or two while they are changed; name the environment \
                    variable that holds it, like `secrets = [\"CRM_SECRET\"]`";
        faults.error("channel", &node.place, what);
    }
    let Some(written) = node.get("url") else {
        let what = "a webhook needs an address; add `url = \"https://...\"`";
        faults.error("channel", &node.place, what);
        return None;
    };
    let url = parsed("url", Some(written), faults, |text| {
        let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
        match rest {
            Some(rest)
                if !rest.is_empty() && !rest.starts_with('/') && !text.contains(char::is_whitespace) =>
            {
                Ok(text.to_owned())
            }
            _ => Err(format!("`{text}` is not a web address; write it like `https://crm.example.org/hooks`")),
        }
    })?;
    Some(Channel::Webhook { url, secrets })
}

/// The name of an environment variable. A value that cannot be one is probably the secret itself.
fn variable(node: Option<&Node>, faults: &mut Faults) -> Option<String> {
    parsed("variable", node, faults, |text| {
        let fits = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
        if !text.is_empty() && text.chars().all(fits) && !text.starts_with(|c: char| c.is_ascii_digit()) {
            Ok(text.to_owned())
        } else {
            // What stands there is not repeated: it may be the secret.
            Err(
                "here belongs the name of an environment variable, like `OPCX_WRITE_KEY`, never the secret itself",
            )
        }
    })
}
