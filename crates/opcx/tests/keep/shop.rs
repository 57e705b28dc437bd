//! A small shop with a receiver of its webhooks, served by the real program.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

use opcx::house::Company;
use opcx_core::definitions::Definitions;
use opcx_core::delivery::Policy;
use opcx_core::event::{Event, Facts, Origin, Value};
use opcx_core::identity::{Identifier, IdentifierKind};
use opcx_core::log::{Lane, Position};
use opcx_core::record::Entry;
use opcx_core::time::Timestamp;
use opcx_engine::{Acceptor, Budget, Decider, Submission, Submitted};
use opcx_store::{Draft, Embedded, Encoded, Memory, Settings, Store, digest};

const KEY: &str = "write-key-of-the-shop";

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

const SETTINGS: &str = r#"
[keys]
write = "OPCX_KEEP_WRITE_KEY"

[house]
human_channels = ["chat"]

[webhooks]
allow_private = ["127.0.0.0/8"]

[channels.hooks]
kind = "webhook"
url = "http://RECEIVER/hook"
secrets = ["OPCX_KEEP_SECRET"]
"#;

const FILES: [(&str, &str); 3] = [
    ("vocabulary.yaml", include_str!("../../../crash/company/vocabulary.yaml")),
    ("journeys/order.yaml", include_str!("../../../crash/company/journeys/order.yaml")),
    ("playbooks/bought.yaml", include_str!("../../../crash/company/playbooks/bought.yaml")),
];

/// A company's folder.
pub(crate) struct Shop {
    folder: tempfile::TempDir,
    /// The ids of webhooks that arrived, in order.
    arrived: Arc<Mutex<Vec<String>>>,
}

/// What the program said.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) error: String,
}

impl Shop {
    pub(crate) fn open() -> Shop {
        let arrived = Arc::default();
        let settings = SETTINGS.replace("RECEIVER", &receive(&arrived).to_string());
        let shop = Shop { folder: tempfile::tempdir().unwrap(), arrived };
        shop.write("opcx.toml", settings);
        for (path, text) in FILES {
            shop.write(path, text);
        }
        shop
    }

    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn path(&self, within: &str) -> PathBuf {
        self.folder.path().join(within)
    }

    pub(crate) fn folder(&self) -> &str {
        self.folder.path().to_str().unwrap()
    }

    pub(crate) fn company(&self) -> Company {
        Company::load(self.folder.path()).unwrap()
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.company().data()
    }

    /// Runs the program to its end, with this folder's path taken out of what it says.
    pub(crate) fn run(&self, arguments: &[&str]) -> Said {
        let output = program().args(arguments).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace(self.folder(), "shop");
        Said { code: output.status.code().unwrap(), out: text(&output.stdout), error: text(&output.stderr) }
    }

    pub(crate) fn serve(&self, arguments: &[&str]) -> Engine {
        let mut child = program()
            .arg("serve")
            .arg(self.folder.path())
            .args(["--listen", "127.0.0.1:0"])
            .args(arguments)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut said = Vec::new();
        let address = loop {
            let line = lines.next().unwrap_or_else(|| panic!("it ended: {said:?}")).unwrap();
            if let Some(rest) = line.strip_prefix("opcx listens on http://") {
                break rest.split(' ').next().unwrap().parse().unwrap();
            }
            said.push(line);
        };
        // What it says later is not read, but must not stop it.
        std::thread::spawn(move || lines.for_each(drop));
        Engine { child, address, said }
    }

    /// The state's digest as it is in the data directory.
    pub(crate) fn digest(&self) -> [u8; 32] {
        digest(&*self.company().open_store().unwrap()).unwrap()
    }

    /// The ids of what was delivered, in order.
    pub(crate) fn delivered(&self) -> Vec<String> {
        self.arrived.lock().unwrap().clone()
    }

    /// Takes so many orders in without the program, into a log of small segments, and decides on them.
    pub(crate) fn fill(&self, orders: std::ops::Range<u64>) {
        let settings = Settings { segment_bytes: 1_500, ..Settings::default() };
        let store: Arc<dyn Store> = Arc::new(Embedded::open(&self.data(), &settings).unwrap());
        self.company().catch_up(&store, false, &self.data()).unwrap();
        let mut acceptor = Acceptor::new(Arc::clone(&store)).unwrap();
        for number in orders {
            let now = Timestamp::from_millis(1_000_000 + 1_000 * number.cast_signed());
            let entries = vec![Submitted { key: None, entry: Encoded::of(&order(number, now)) }];
            acceptor.append(now, vec![Submission { lane: Lane::LIVE, at: None, entries }]).unwrap();
        }
        self.company().catch_up(&store, true, &self.data()).unwrap();
    }
}

fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_opcx"));
    command.env("OPCX_KEEP_WRITE_KEY", KEY).env("OPCX_KEEP_SECRET", SECRET).stdin(Stdio::null());
    command
}

/// Takes webhooks in as long as the test runs.
fn receive(arrived: &Arc<Mutex<Vec<String>>>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (address, arrived) = (listener.local_addr().unwrap(), Arc::clone(arrived));
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let arrived = Arc::clone(&arrived);
            std::thread::spawn(move || while receive_one(&stream, &arrived).is_some() {});
        }
    });
    address
}

/// Takes one request in; nothing if the connection ends.
fn receive_one(mut stream: &TcpStream, arrived: &Mutex<Vec<String>>) -> Option<()> {
    // The next request comes after the answer to this one, so nothing of it is read ahead.
    let mut reader = BufReader::new(stream);
    let (mut id, mut length) = (None, 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim_end().split_once(": ") {
            Some((name, value)) if name.eq_ignore_ascii_case("webhook-id") => id = Some(value.to_owned()),
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                length = value.parse().ok()?;
            }
            Some(_) => {}
            None if line.trim_end().is_empty() => break,
            None => {}
        }
    }
    reader.read_exact(&mut vec![0; length]).ok()?;
    arrived.lock().unwrap().push(id?);
    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").ok()
}

fn order(number: u64, at: Timestamp) -> Entry {
    Entry::Event(Event {
        source: "shop".into(),
        id: number.to_string().into(),
        happened: at,
        kind: "Order Completed".into(),
        channel: "web".into(),
        who: vec![Identifier::new(IdentifierKind::UserId, &format!("u-{}", number % 7)).unwrap()],
        facts: Facts::from_pairs(vec![("order_id".into(), Value::Text(number.to_string().into()))]).unwrap(),
        said: None,
        reading: None,
        consents: Vec::new(),
        masked: Vec::new(),
        origin: Origin::Customer,
    })
}

/// A running program.
pub(crate) struct Engine {
    child: Child,
    address: SocketAddr,
    /// What it said before it listened.
    pub(crate) said: Vec<String>,
}

impl Engine {
    /// Sends orders, and waits until they are safe.
    pub(crate) fn order(&self, numbers: std::ops::Range<u64>) {
        for number in numbers {
            assert_eq!(self.try_order(number), Some(200));
        }
    }

    /// The status of the answer; none if it breaks off.
    pub(crate) fn try_order(&self, number: u64) -> Option<u16> {
        let body = format!(
            r#"{{"writeKey":"{KEY}","batch":[{{"type":"track","messageId":"{number}","userId":"u-{}","event":"Order Completed","properties":{{"order_id":"{number}"}}}}]}}"#,
            number % 7
        );
        let mut stream = TcpStream::connect(self.address).ok()?;
        let length = body.len();
        let head = format!(
            "POST /v1/batch HTTP/1.1\r\nhost: shop\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
        );
        stream.write_all((head + &body).as_bytes()).ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        answer.split(' ').nth(1)?.parse().ok()
    }

    /// Ends as by `kill -9`.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Ends in order, with everything delivered that is under way.
    pub(crate) fn end(mut self) {
        assert!(
            Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap().success()
        );
        assert!(self.child.wait().unwrap().success());
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        // A test that fails must not leave it running. Gone already is gone.
        let _ = self.child.kill();
    }
}

/// The digest of the state that follows from a log's records before `end`.
pub(crate) fn digest_at(store: &dyn Store, end: Position, definitions: &Arc<Definitions>) -> [u8; 32] {
    let records = store.read(Position::START, usize::MAX, usize::MAX).unwrap();
    let kept = records.iter().filter(|logged| logged.position < end);
    let drafts: Vec<Draft> = kept
        .map(|logged| Draft {
            lane: logged.record.lane,
            at: logged.record.at,
            entry: Encoded::of(&logged.record.entry),
        })
        .collect();
    let memory: Arc<dyn Store> = Arc::new(Memory::new());
    memory.append(&drafts).unwrap();
    let definitions = Arc::clone(definitions);
    let mut decider =
        Decider::new(Arc::clone(&memory), definitions, Policy::default(), Budget::default()).unwrap();
    while decider.advance().unwrap() > 0 {}
    digest(&*memory).unwrap()
}

/// Turns a bit of a file.
pub(crate) fn turn(path: &Path, byte: usize) {
    let mut bytes = fs::read(path).unwrap();
    bytes[byte] ^= 1;
    fs::write(path, bytes).unwrap();
}
