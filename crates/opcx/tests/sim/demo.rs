use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use opcx::look::{Question, Server, View};
use opcx_insight::{CasesQuestion, PulseQuestion};

/// Looks until the live events must have come: each look takes a moment of its own.
const LOOKS_MAX: u32 = 20_000;

#[test]
fn the_demo_shows_a_past_goes_on_live_and_stops_when_told() {
    let folder = tempfile::tempdir().unwrap();
    let company = folder.path().join("company");
    let mut demo = Command::new(env!("CARGO_BIN_EXE_opcx"))
        .args([
            "demo",
            "--customers",
            "80",
            "--days",
            "6",
            "--speed",
            "20000",
            "--listen",
            "127.0.0.1:0",
            "--keep",
        ])
        .arg(&company)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(demo.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut after = |mark: &str| {
        let line = lines.find(|line| line.contains(mark)).unwrap_or_else(|| panic!("no line with {mark}"));
        line.split(mark).nth(1).unwrap().to_owned()
    };
    let address = after("http://").split('/').next().unwrap().parse().unwrap();
    let key = after("OPCX_VIEWER_KEY=");

    let server = Server::new(address, key);
    // Right after the start it still counts what it holds, and says so.
    let ask = |question: &Question| {
        (0..LOOKS_MAX).find_map(|_| server.ask(question).ok()).expect("it has counted what it holds by now")
    };
    let events = || {
        let View::Pulse(pulse) = ask(&Question::Pulse(PulseQuestion::default())) else {
            panic!("a pulse was asked for")
        };
        pulse.history.events
    };
    let past = events();
    assert!(past > 100, "{past} events");
    let View::Cases(cases) = ask(&Question::Cases(CasesQuestion::default())) else {
        panic!("cases were asked for")
    };
    let closed: u64 = cases.teams.iter().map(|team| team.closed).sum();
    assert!(closed > 0, "staff closed nothing in six days: {:?}", cases.teams);
    assert!((0..LOOKS_MAX).any(|_| events() > past), "nothing happened live");

    let told = Command::new("kill").args(["-INT", &demo.id().to_string()]).status().unwrap();
    assert!(told.success());
    assert!(demo.wait().unwrap().success());
}
