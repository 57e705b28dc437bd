//! A secret is changed, as `docs/guide/webhooks.md` says, while parcels are under way.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

use expect_test::expect;
use serde_json::{Value, json};

use crate::SECRET;
use crate::receiver::{Manner, Receiver, Request};
use crate::verification::{NEW_SECRET, verified};

const WRITE_KEY: &str = "write-key-of-the-shop";

const SETTINGS: &str = r#"
    [keys]
    write = "WRITE_KEY"
    [house]
    human_channels = ["chat"]
    [webhooks]
    allow_private = ["127.0.0.1"]
    [channels.crm]
    kind = "webhook"
    url = "http://RECEIVER/hook"
    secrets = SECRETS
"#;
const VOCABULARY: &str = "kinds: { Order Completed: purchase }\nfacts: { order_id: text }\n";
const PLAYBOOK: &str = "playbook: bought\nwhen: event Order Completed\ndo: [{ webhook: crm }]\n";

/// A company that tells its CRM of every order.
struct Company {
    folder: tempfile::TempDir,
    receiver: SocketAddr,
}

impl Company {
    fn new(receiver: SocketAddr) -> Company {
        let folder = tempfile::tempdir().expect("a folder for the test");
        fs::create_dir(folder.path().join("playbooks")).expect("a writable folder");
        fs::write(folder.path().join("vocabulary.yaml"), VOCABULARY).expect("a writable folder");
        fs::write(folder.path().join("playbooks/bought.yaml"), PLAYBOOK).expect("a writable folder");
        Company { folder, receiver }
    }

    /// Writes down which secrets sign, and starts.
    fn serve(&self, secrets: &[&str]) -> Running {
        let settings = SETTINGS
            .replace("RECEIVER", &self.receiver.to_string())
            .replace("SECRETS", &json!(secrets).to_string());
        fs::write(self.folder.path().join("opcx.toml"), settings).expect("a writable folder");
        let mut process = Command::new(env!("CARGO_BIN_EXE_opcx"))
            .arg("serve")
            .arg(self.folder.path())
            .args(["--listen", "127.0.0.1:0"])
            .envs([("WRITE_KEY", WRITE_KEY), ("OLD", SECRET), ("NEW", NEW_SECRET)])
            .stderr(Stdio::piped())
            .spawn()
            .expect("it was just built");
        let mut said = BufReader::new(process.stderr.take().expect("it is piped")).lines();
        let mut heard = String::new();
        let address = loop {
            let Some(Ok(line)) = said.next() else { panic!("it does not start:\n{heard}") };
            if let Some(rest) = line.strip_prefix("opcx listens on http://") {
                break rest.split(' ').next().expect("an address follows").parse().expect("it is one");
            }
            heard += &line;
        };
        // What it says later is read, so that it never waits for a reader.
        std::thread::spawn(move || said.for_each(drop));
        Running { process, address }
    }
}

struct Running {
    process: Child,
    address: SocketAddr,
}

impl Running {
    async fn order(&self, order: &str) {
        let event = json!({ "userId": "ann", "messageId": order, "event": "Order Completed",
            "properties": { "order_id": order } });
        let request = reqwest::Client::builder().no_proxy().build().expect("a client");
        let request = request.post(format!("http://{}/v1/track", self.address)).bearer_auth(WRITE_KEY);
        let reply = request.body(event.to_string()).send().await.expect("it answers");
        assert_eq!(reply.status(), 200);
    }

    /// As if the power were cut.
    fn kill(mut self) {
        self.process.kill().expect("it runs");
        self.process.wait().expect("it is gone");
    }
}

/// Which order a request tells of, under which id, and who can verify it.
fn told(request: &Request) -> String {
    let headers = request.headers.iter().cloned().collect();
    let body: Value = serde_json::from_slice(&request.body).expect("it is JSON");
    let can = |secret| verified(secret, &headers, &request.body).is_ok();
    let order = body["data"]["event"]["facts"]["order_id"].as_str().unwrap_or("nothing");
    let id = request.header("webhook-id").unwrap_or("none");
    format!("{order} as {id}: old {}, new {}\n", can(SECRET), can(NEW_SECRET))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_is_changed_without_a_gap_and_without_losing_a_parcel() {
    // Ours is made first, since it chooses the ciphers of the process.
    drop(crate::client(opcx::channel::resolver::system_lookup(), opcx::channel::client::Limits::default()));
    let hangs = Manner::Stall(String::new());
    let thanks = Manner::KeepAlive("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".into());
    let receiver = Receiver::start(hangs.clone()).await;
    let company = Company::new(receiver.address);

    let opcx = company.serve(&["OLD"]);
    opcx.order("first").await;
    receiver.received(1).await;
    // Cut off in the midst of the first parcel.
    opcx.kill();

    receiver.change(thanks.clone());
    let opcx = company.serve(&["NEW", "OLD"]);
    receiver.received(2).await;
    opcx.order("second").await;
    receiver.received(3).await;
    // The receiver may change to the new secret at any time from here on.
    receiver.change(hangs);
    opcx.order("third").await;
    receiver.received(4).await;
    opcx.kill();

    receiver.change(thanks);
    let opcx = company.serve(&["NEW"]);
    receiver.received(5).await;
    opcx.order("fourth").await;
    receiver.received(6).await;
    opcx.kill();

    let story: String = receiver.requests().iter().map(told).collect();
    expect![[r#"
        first as msg_c0_0: old true, new false
        first as msg_c0_0: old true, new true
        second as msg_c0_2: old true, new true
        third as msg_c0_4: old true, new true
        third as msg_c0_4: old false, new true
        fourth as msg_c0_6: old false, new true
    "#]]
    .assert_eq(&story);
}
