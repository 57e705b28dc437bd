//! Addresses handed out by a receiver that is itself allowed: redirects, and other headers that ask to
//! go elsewhere.

use opcx::channel::Channel;
use opcx::channel::client::Limits;

use crate::canary::Canary;
use crate::receiver::Receiver;
use crate::{NOW, line, parcel, webhook};

/// Statuses that ask to go elsewhere, and whether clients that follow do.
const STATUSES: [(&str, bool); 10] = [
    ("201 Created", false),
    ("300 Multiple Choices", false),
    ("301 Moved Permanently", true),
    ("302 Found", true),
    ("303 See Other", true),
    ("304 Not Modified", false),
    ("305 Use Proxy", false),
    ("306 Switch Proxy", false),
    ("307 Temporary Redirect", true),
    ("308 Permanent Redirect", true),
];

/// Headers that name another place. `PORT` is the canary's.
const HEADERS: [&str; 14] = [
    "location: http://127.0.0.1:PORT/",
    "location: http://127.0.0.2:PORT/",
    "location: http://[::1]:PORT/",
    "location: http://[::ffff:127.0.0.1]:PORT/",
    "location: http://2130706433:PORT/",
    "location: http://0x7f.1:PORT/",
    "location: http://0:PORT/",
    "location: //127.0.0.1:PORT/",
    "location: HTTP:\\\\127.0.0.1:PORT\\",
    "location: http://localhost:PORT/",
    "content-location: http://127.0.0.1:PORT/",
    "refresh: 0; url=http://127.0.0.1:PORT/",
    "alt-svc: h2=\"127.0.0.1:PORT\", h3=\":PORT\"",
    "link: <http://127.0.0.1:PORT/>; rel=preconnect",
];

pub(super) fn all() -> Vec<String> {
    STATUSES.iter().flat_map(|(status, _)| HEADERS.map(|header| format!("{status}, {header}"))).collect()
}

#[tokio::test]
async fn nothing_that_a_receiver_answers_leads_anywhere() {
    let canary = Canary::everywhere().await;
    for (status, _) in STATUSES {
        for header in HEADERS {
            let header = header.replace("PORT", &canary.port.to_string());
            let receiver = Receiver::answering(status, &format!("{header}\r\n"), "").await;
            let webhook = webhook(&receiver, Limits::default());
            let expected = if status.starts_with('2') {
                "delivered, 201".to_owned()
            } else if status.starts_with("306") {
                "retry: the receiver answered 306 <unknown status code>, a redirect, which is not followed"
                    .into()
            } else {
                format!("retry: the receiver answered {status}, a redirect, which is not followed")
            };
            // The second attempt would show what was remembered of the first.
            for _ in 0..2 {
                assert_eq!(line(&webhook.send(&parcel("Sorry."), NOW).await), expected, "{header}");
            }
            assert_eq!(receiver.requests().len(), 2, "{status}, {header}");
        }
    }
    assert_eq!(canary.reached().await, 0);
}

#[tokio::test]
async fn a_client_that_follows_would_have_been_led_to_the_canary() {
    let canary = Canary::everywhere().await;
    // Ours is made first, since it chooses the ciphers of the process.
    drop(crate::client(opcx::channel::resolver::system_lookup(), Limits::default()));
    let follows = reqwest::Client::builder().no_proxy().build().expect("a client");
    let mut callers = 0;
    for (status, _) in STATUSES.iter().filter(|(_, followed)| *followed) {
        for header in HEADERS.iter().filter(|header| header.starts_with("location")) {
            let header = header.replace("PORT", &canary.port.to_string());
            let receiver = Receiver::answering(status, &format!("{header}\r\n"), "").await;
            let reply = follows.post(format!("http://{}/", receiver.address)).body("{}").send().await;
            assert_eq!(reply.expect("it is led there").status(), 200, "{status}, {header}");
            callers += 1;
        }
    }
    assert_eq!(canary.reached().await, callers);
}
