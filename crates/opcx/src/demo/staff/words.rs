//! What staff write and how cases end, by the playbook that opened the case.

/// How one kind of case is worked on.
pub(super) struct Matter {
    pub(super) reply: Reply,
    /// Why a case is closed.
    pub(super) why: &'static str,
    /// How it ended.
    pub(super) outcomes: &'static [&'static str],
}

/// What somebody writes while they work on it.
pub(super) enum Reply {
    /// To the customer.
    Letter(&'static [&'static str]),
    /// To colleagues: the customer is reached otherwise, or not at all.
    Note(&'static [&'static str]),
}

/// How cases of that playbook are worked on.
pub(super) fn matter(playbook: &str) -> &'static Matter {
    MATTERS.iter().find(|(name, _)| *name == playbook).map_or(&ANY, |(_, matter)| matter)
}

const ANY: Matter = Matter {
    reply: Reply::Letter(&[
        "I have read what happened and am sorry for it. Write to me here if anything is still open.",
        "Thank you for your patience. I have looked into it and passed it on to those who can mend it.",
    ]),
    why: "looked into",
    outcomes: &["settled", "nothing more to do", "passed on to the team that can mend it"],
};

const MATTERS: [(&str, Matter); 12] = [
    (
        "upset",
        Matter {
            reply: Reply::Letter(&[
                "I am sorry. I have read all of it, and I am looking after this myself until it is solved.",
                "That should not have happened. Tell me which you would rather have, a new one or your money, and I \
                 will see to it today.",
                "You are right, and I am sorry that you had to write to us about it. I am on it.",
            ]),
            why: "talked it over",
            outcomes: &[
                "apologised and replaced",
                "apologised, customer is content",
                "explained what went wrong",
            ],
        },
    ),
    (
        "unanswered",
        Matter {
            reply: Reply::Letter(&[
                "You have waited too long for us. I have your question before me now.",
                "Your message lay with us for too long. Here is my answer, and I will call you as well.",
            ]),
            why: "answered at last",
            outcomes: &[
                "called back and answered",
                "answered in writing",
                "reached the mailbox, wrote instead",
            ],
        },
    ),
    (
        "word-broken",
        Matter {
            reply: Reply::Letter(&[
                "We gave you our word and did not keep it. I am sorry, and I am finding out where it is.",
                "What we promised you is late. I have asked the carrier, and will tell you what they say.",
            ]),
            why: "made good",
            outcomes: &["delivered a day late, customer told", "sent again", "postage paid back"],
        },
    ),
    (
        "trust-lost",
        Matter {
            reply: Reply::Note(&[
                "read the whole story; called, we spoke for a while",
                "called, nobody picked up",
            ]),
            why: "called",
            outcomes: &[
                "spoke, customer stays",
                "spoke, customer wants to think about it",
                "not reached in two tries",
            ],
        },
    ),
    (
        "in-public",
        Matter {
            reply: Reply::Note(&["answered below the post, with my name", "asked for a direct message"]),
            why: "answered in public",
            outcomes: &["answered below the post", "taken on in private"],
        },
    ),
    (
        "bad-review",
        Matter {
            reply: Reply::Letter(&[
                "Thank you for saying so plainly. A coarser grind often helps; if not, send it back to us.",
                "I am sorry that it is not what you hoped for. You may send it back, at our cost.",
            ]),
            why: "answered the review",
            outcomes: &["advised on the grind", "taken back", "passed on to products"],
        },
    ),
    (
        "low-score",
        Matter {
            reply: Reply::Letter(&[
                "You would not recommend us, and I would like to know why. What should we mend first?",
            ]),
            why: "asked why",
            outcomes: &["told us why", "no reply wished", "passed on to the team in question"],
        },
    ),
    (
        "late-parcel",
        Matter {
            reply: Reply::Note(&[
                "asked the depot; it is on the van",
                "carrier has no scan since yesterday, asked them to look",
            ]),
            why: "found the parcel",
            outcomes: &["on the van, arrives today", "found at the depot", "given up as lost, sent again"],
        },
    ),
    (
        "payment-trouble",
        Matter {
            reply: Reply::Letter(&[
                "Your payment did not go through, and nothing was taken. You can pay by transfer or in any branch.",
                "The fault is with our provider. Your basket is kept for two days.",
            ]),
            why: "payment looked into",
            outcomes: &["paid another way", "provider told, customer told", "customer no longer wants it"],
        },
    ),
    (
        "refund-overdue",
        Matter {
            reply: Reply::Note(&[
                "return found in the warehouse, payment started",
                "waiting for the warehouse to book it in",
            ]),
            why: "refund started",
            outcomes: &["paid out", "booked in, paid tomorrow"],
        },
    ),
    (
        "download-trouble",
        Matter {
            reply: Reply::Letter(&[
                "The machine works without the app as well. I will write to you when the download is mended.",
                "Try it over another network, if you have one; the package is large. We are working on a smaller one.",
            ]),
            why: "helped with the download",
            outcomes: &[
                "works over another network",
                "goes on without the app",
                "waiting for the smaller package",
            ],
        },
    ),
    (
        "not-ready",
        Matter {
            reply: Reply::Note(&[
                "told the counter, being packed now",
                "one part is missing, sent over from another branch",
            ]),
            why: "looked for the order",
            outcomes: &["packed and ready", "comes from another branch tomorrow"],
        },
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_playbook_of_the_example_company_that_opens_cases_has_words() {
        let example = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/shop/playbooks");
        for entry in std::fs::read_dir(example).expect("the example company is there") {
            let path = entry.expect("its files can be read").path();
            let text = std::fs::read_to_string(&path).expect("its files can be read");
            let name = path.file_stem().and_then(|name| name.to_str()).expect("a name").to_owned();
            // A queue in a branch needs no words of its own.
            if text.contains("- case:") && name != "bad-branch" {
                assert!(MATTERS.iter().any(|(known, _)| *known == name), "{name}");
            }
        }
    }
}
