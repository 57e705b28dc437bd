//! Addresses written in disguise, in the URL itself.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use opcx::channel::egress::Egress;
use opcx::channel::resolver::Lookup;

use super::{FORBIDDEN_V4, FORBIDDEN_V6, attempt, everything_allowed, is_here, was_refused};
use crate::canary::Canary;
use crate::ip;

/// A way to write an IPv4 address that readers of URLs, as the WHATWG defines them, understand.
type Spelling = (&'static str, fn(Ipv4Addr) -> String);

const SPELLINGS: [Spelling; 24] = [
    ("as usual", |v4| v4.to_string()),
    ("decimal", |v4| v4.to_bits().to_string()),
    ("hexadecimal", |v4| format!("0x{:x}", v4.to_bits())),
    ("hexadecimal in capitals", |v4| format!("0X{:X}", v4.to_bits())),
    ("hexadecimal with zeros before it", |v4| format!("0x000000{:08x}", v4.to_bits())),
    ("octal", |v4| format!("0{:o}", v4.to_bits())),
    ("each part octal", |v4| parts(v4, |part| format!("0{part:o}"))),
    ("each part octal with zeros before it", |v4| parts(v4, |part| format!("000{part:03o}"))),
    ("each part hexadecimal", |v4| parts(v4, |part| format!("0x{part:x}"))),
    ("each part hexadecimal in capitals", |v4| parts(v4, |part| format!("0X{part:02X}"))),
    ("hexadecimal, octal and decimal mixed", |v4| {
        let [a, b, c, d] = v4.octets();
        format!("0x{a:x}.0{b:o}.{c}.0x{d:02x}")
    }),
    ("in three parts", |v4| {
        let [a, b, c, d] = v4.octets();
        format!("{a}.{b}.{}", u16::from_be_bytes([c, d]))
    }),
    ("in two parts", |v4| format!("{}.{}", v4.octets()[0], v4.to_bits() & 0x00ff_ffff)),
    ("in two parts, the second hexadecimal", |v4| {
        format!("{}.0x{:x}", v4.octets()[0], v4.to_bits() & 0x00ff_ffff)
    }),
    ("as a name that ends in a dot", |v4| format!("{v4}.")),
    ("decimal and ending in a dot", |v4| format!("{}.", v4.to_bits())),
    ("in full-width digits", |v4| digits(v4, '０')),
    ("in mathematical bold digits", |v4| digits(v4, '𝟎')),
    ("in mathematical monospace digits", |v4| digits(v4, '𝟶')),
    ("with ideographic full stops", |v4| v4.to_string().replace('.', "。")),
    ("with full-width full stops", |v4| v4.to_string().replace('.', "．")),
    ("with half-width ideographic full stops", |v4| v4.to_string().replace('.', "｡")),
    ("percent-encoded", |v4| v4.to_string().bytes().map(|byte| format!("%{byte:02X}")).collect()),
    ("with soft hyphens, which names ignore", |v4| v4.to_string().replace('.', ".\u{ad}")),
];

/// A way to hide an IPv4 address in an IPv6 one, and what the result is found to be.
type Disguise = (&'static str, &'static str, fn(Ipv4Addr) -> String);

const DISGUISED: &str = "IPv4 in disguise";

const DISGUISES: [Disguise; 16] = [
    ("mapped", DISGUISED, |v4| format!("::ffff:{v4}")),
    ("mapped, in hexadecimal", DISGUISED, |v4| format!("::ffff:{}", hextets(v4))),
    ("mapped, written out", DISGUISED, |v4| format!("0000:0000:0000:0000:0000:FFFF:{}", hextets(v4))),
    ("translated", DISGUISED, |v4| format!("::ffff:0:{v4}")),
    ("NAT64", DISGUISED, |v4| format!("64:ff9b::{v4}")),
    ("NAT64, written out", DISGUISED, |v4| format!("0064:FF9B:0:0:0:0:{}", hextets(v4))),
    ("local NAT64", DISGUISED, |v4| format!("64:ff9b:1::{v4}")),
    ("local NAT64, another prefix", DISGUISED, |v4| format!("64:ff9b:1:fffe::{v4}")),
    ("6to4", DISGUISED, |v4| format!("2002:{}::", hextets(v4))),
    ("6to4, with a host", DISGUISED, |v4| format!("2002:{}::1", hextets(v4))),
    ("Teredo's client", DISGUISED, |v4| {
        format!("2001:0:4136:e378:8000:63bf:{}", hextets(Ipv4Addr::from_bits(!v4.to_bits())))
    }),
    ("Teredo's server", DISGUISED, |v4| format!("2001:0:{}:8000:63bf:3fff:fdd2", hextets(v4))),
    ("ISATAP in a public network", DISGUISED, |v4| format!("2606:4700::5efe:{v4}")),
    ("ISATAP of a public address", DISGUISED, |v4| format!("2606:4700::200:5efe:{v4}")),
    ("ISATAP on the same wire", "link-local", |v4| format!("fe80::5efe:{v4}")),
    ("ISATAP in a private network", "private", |v4| format!("fd00::200:5efe:{v4}")),
];

fn parts(v4: Ipv4Addr, written: fn(u8) -> String) -> String {
    v4.octets().map(written).join(".")
}

/// With the digits of another script, whose zero this is.
fn digits(v4: Ipv4Addr, zero: char) -> String {
    let other = |digit: u32| char::from_u32(u32::from(zero) + digit).expect("ten digits follow each other");
    v4.to_string().chars().map(|letter| letter.to_digit(10).map_or(letter, other)).collect()
}

fn hextets(v4: Ipv4Addr) -> String {
    let [a, b, c, d] = v4.octets();
    format!("{:x}:{:x}", u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]))
}

/// A URL, how its address is written, the address that it is found to hold, and what that is.
type Written = (String, &'static str, IpAddr, &'static str);

fn every_address(port: u16) -> Vec<Written> {
    let mut all = Vec::new();
    for (text, reason) in FORBIDDEN_V4 {
        let v4: Ipv4Addr = text.parse().expect("the table holds addresses");
        for (way, spell) in SPELLINGS {
            all.push((format!("http://{}:{port}/", spell(v4)), way, IpAddr::V4(v4), reason));
        }
        for (way, found, disguise) in DISGUISES {
            let v6: Ipv6Addr = disguise(v4).parse().expect("the disguise is an address");
            all.push((format!("http://[{}]:{port}/", disguise(v4)), way, IpAddr::V6(v6), found));
        }
    }
    for (text, reason) in FORBIDDEN_V6 {
        let v6: Ipv6Addr = text.parse().expect("the table holds addresses");
        let whole = v6.segments().map(|segment| format!("{segment:04X}")).join(":");
        all.push((format!("http://[{v6}]:{port}/"), "as usual", IpAddr::V6(v6), reason));
        all.push((format!("http://[{whole}]:{port}/"), "written out", IpAddr::V6(v6), reason));
    }
    all
}

pub(super) fn urls(port: u16) -> Vec<String> {
    every_address(port).into_iter().map(|(url, ..)| url).collect()
}

/// URLs that look like one thing to a reader and are another, and what becomes of them. Where that
/// is `""`, they lead to this machine and are refused as such.
const TRICKS: [(&str, &str); 44] = [
    ("HTTP://127.0.0.1:PORT/", ""),
    ("hTTp://127.0.0.1:PORT", ""),
    ("http:127.0.0.1:PORT", ""),
    ("http:/127.0.0.1:PORT/", ""),
    ("http:///127.0.0.1:PORT/", ""),
    ("http://///127.0.0.1:PORT/", ""),
    ("http:\\\\127.0.0.1:PORT\\", ""),
    ("http:/\\127.0.0.1:PORT/", ""),
    (" \t http://127.0.0.1:PORT/", ""),
    ("\u{0}\u{1f}http://127.0.0.1:PORT/", ""),
    ("ht\ntp://127.0.0.1:PORT/", ""),
    ("http://127.\r\n0.0.1:PORT/", ""),
    ("http://127.0.\t0.1:PORT/", ""),
    ("http://127.0.0.1:PO\nRT/", ""),
    ("http://127.0.0.1:0PORT/", ""),
    ("http://127.0.0.1:PORT?@example.com/", ""),
    ("http://127.0.0.1:PORT#@example.com/", ""),
    ("http://127.0.0.1:PORT/@example.com/", ""),
    ("http://127.0.0.1:PORT\\@example.com/", ""),
    ("http://127.0.0.1:PORT/http://example.com/", ""),
    ("http://127.0.0.1:PORT//example.com/", ""),
    ("http://127.0.0.1:PORT/%2e%2e/", ""),
    ("http://@127.0.0.1:PORT/", ""),
    ("http://:@127.0.0.1:PORT/", ""),
    ("https://127.0.0.1:PORT/", ""),
    ("http://example.com@127.0.0.1:PORT/", "the url holds a user name or password; "),
    ("http://example.com:80@127.0.0.1:PORT/", "the url holds a user name or password; "),
    ("http://example.com%2f@127.0.0.1:PORT/", "the url holds a user name or password; "),
    ("http://example.com:80:x@127.0.0.1:PORT/", "the url holds a user name or password; "),
    ("http://example.com@example.org@127.0.0.1:PORT/", "the url holds a user name or password; "),
    ("http://:x@127.0.0.1:PORT/", "the url holds a user name or password; "),
    ("http://127.0.0.1%2f:PORT/", "the url cannot be read ("),
    ("http://127.0.0.1%00:PORT/", "the url cannot be read ("),
    ("http://127.0.0.1 :PORT/", "the url cannot be read ("),
    ("http://127.0.0.1:PORT:80/", "the url cannot be read ("),
    ("http://127.0.0.1:-PORT/", "the url cannot be read ("),
    ("http://[::1%25lo]:PORT/", "the url cannot be read ("),
    ("http://[::1%lo]:PORT/", "the url cannot be read ("),
    ("http://[::1]%25lo:PORT/", "the url cannot be read ("),
    ("http://[127.0.0.1]:PORT/", "the url cannot be read ("),
    ("http://[[::1]]:PORT/", "the url cannot be read ("),
    ("http://127.0.0.256:PORT/", "the url cannot be read ("),
    ("http://0x7f.0x0.0x0.0x1g:PORT/", "retry: the receiver cannot be reached: no such host"),
    ("http://127.0.0.1..:PORT/", "retry: the receiver cannot be reached: no such host"),
];

pub(super) fn tricks(port: u16) -> Vec<String> {
    TRICKS.iter().map(|(url, _)| with_port(url, port)).collect()
}

fn with_port(url: &str, port: u16) -> String {
    // One of them breaks the port in two.
    let text = port.to_string();
    let (one, other) = text.split_at(text.len() / 2);
    url.replace("PO\nRT", &format!("{one}\n{other}")).replace("PORT", &text)
}

/// Knows no name.
fn no_such_host() -> Lookup {
    Arc::new(|_| Box::pin(async { Err(std::io::Error::other("no such host")) }))
}

#[tokio::test]
async fn no_spelling_of_an_address_gets_through() {
    let canary = Canary::everywhere().await;
    let (egress, lookup) = (Arc::new(Egress::default()), no_such_host());
    for (url, way, address, reason) in every_address(canary.port) {
        let outcome = attempt(&url, &egress, &lookup).await;
        assert!(was_refused(&outcome, address, reason), "{url}, {way}: {outcome}");
    }
    assert_eq!(canary.reached().await, 0);
}

#[tokio::test]
async fn no_url_that_reads_like_another_gets_through() {
    let canary = Canary::everywhere().await;
    let (egress, lookup) = (Arc::new(Egress::default()), no_such_host());
    for (url, expected) in TRICKS {
        let outcome = attempt(&with_port(url, canary.port), &egress, &lookup).await;
        let expected =
            if expected.is_empty() { "refused: 127.0.0.1 is a loopback address; " } else { expected };
        assert!(outcome.starts_with(expected), "{url}: {outcome}");
    }
    assert_eq!(canary.reached().await, 0);
}

#[tokio::test]
async fn whatever_means_this_machine_reaches_the_canary_once_the_network_is_allowed() {
    let canary = Canary::everywhere().await;
    let (egress, lookup) = (everything_allowed(), no_such_host());
    let mut callers = 0;
    for (url, way, address, _) in every_address(canary.port) {
        if is_here(address.to_canonical()) {
            let outcome = attempt(&url, &egress, &lookup).await;
            assert_eq!(outcome, "delivered, 200", "{url}, {way}");
            callers += 1;
        }
    }
    for (url, expected) in TRICKS {
        if expected.is_empty() && !url.starts_with("https") {
            let outcome = attempt(&with_port(url, canary.port), &egress, &lookup).await;
            assert_eq!(outcome, "delivered, 200", "{url}");
            callers += 1;
        }
    }
    assert!(callers > 80, "{callers}");
    assert_eq!(canary.reached().await, callers);
}

#[test]
fn every_spelling_is_understood_as_the_address_that_it_means() {
    // Where readers of URLs disagree, one checks an address and another calls a different one. Ours is
    // the one that calls.
    for (text, _) in FORBIDDEN_V4 {
        let IpAddr::V4(v4) = ip(text) else { panic!("{text} is in the table of IPv4") };
        for (way, spell) in SPELLINGS {
            let url = reqwest::Url::parse(&format!("http://{}/", spell(v4))).expect("it is understood");
            assert_eq!(url.host_str(), Some(v4.to_string().as_str()), "{way}");
        }
    }
}
