//! What each of a hundred ways to write an address that must not be reached is found to be. `evasions`
//! has many more, and a canary.

use opcx::channel::egress::Egress;
use opcx::channel::{Target, TargetError};

/// Reads each URL with the default egress; the second text tells what it is found to be.
fn check(urls: &[(&str, &str)]) {
    for (url, expected) in urls {
        let found = match Target::parse(url, &Egress::default()) {
            Ok(_) => "let through".into(),
            Err(TargetError::Forbidden(forbidden)) => format!("{} {}", forbidden.address, forbidden.reason),
            Err(error) => error.to_string().split_once(';').expect("each error says how to mend").0.into(),
        };
        assert_eq!(found, *expected, "{url}");
    }
}

#[test]
fn loopback_however_it_is_written() {
    check(&[
        ("http://127.0.0.1/", "127.0.0.1 loopback"),
        ("https://127.0.0.1:8443/hook", "127.0.0.1 loopback"),
        ("http://127.1/", "127.0.0.1 loopback"),
        ("http://127.0.1/", "127.0.0.1 loopback"),
        ("http://127.255.255.254/", "127.255.255.254 loopback"),
        ("http://2130706433/", "127.0.0.1 loopback"),
        ("http://0x7f000001/", "127.0.0.1 loopback"),
        ("http://0X7F.1/", "127.0.0.1 loopback"),
        ("http://0x7f.0x0.0x0.0x1/", "127.0.0.1 loopback"),
        ("http://017700000001/", "127.0.0.1 loopback"),
        ("http://0177.0.0.1/", "127.0.0.1 loopback"),
        ("http://0177.0.0.01/", "127.0.0.1 loopback"),
        ("http://00000177.0x0.1/", "127.0.0.1 loopback"),
        ("http://127.0.0.1./", "127.0.0.1 loopback"),
        ("http://%31%32%37.0.0.1/", "127.0.0.1 loopback"),
        ("http://１２７.０.０.１/", "127.0.0.1 loopback"),
        ("http://127。0。0。1/", "127.0.0.1 loopback"),
        ("http://①②⑦.0.0.1/", "127.0.0.1 loopback"),
        ("http:127.0.0.1", "127.0.0.1 loopback"),
        ("http:///127.0.0.1/", "127.0.0.1 loopback"),
        ("http:\\\\127.0.0.1\\", "127.0.0.1 loopback"),
        (" http://127.0.0.1/ ", "127.0.0.1 loopback"),
        ("ht\ntp://127.0.\t0.1/", "127.0.0.1 loopback"),
        ("http://[::1]/", "::1 loopback"),
        ("http://[0:0:0:0:0:0:0:1]/", "::1 loopback"),
        ("http://[0000::0001]:8080/", "::1 loopback"),
        ("http://[::ffff:127.0.0.1]/", "::ffff:127.0.0.1 IPv4 in disguise"),
        ("http://[::ffff:7f00:1]/", "::ffff:127.0.0.1 IPv4 in disguise"),
        ("http://[::127.0.0.1]/", "::7f00:1 IPv4 in disguise"),
        ("http://[::ffff:0:127.0.0.1]/", "::ffff:0:7f00:1 IPv4 in disguise"),
        ("http://[64:ff9b::127.0.0.1]/", "64:ff9b::7f00:1 IPv4 in disguise"),
        ("http://[64:ff9b:1::7f00:1]/", "64:ff9b:1::7f00:1 IPv4 in disguise"),
        ("http://[2002:7f00:1::]/", "2002:7f00:1:: IPv4 in disguise"),
        ("http://[2001:0:0:0:0:0:80ff:fffe]/", "2001::80ff:fffe IPv4 in disguise"),
    ]);
}

#[test]
fn nobody_s_address_which_many_systems_take_for_loopback() {
    check(&[
        ("http://0/", "0.0.0.0 unspecified"),
        ("http://0.0.0.0/", "0.0.0.0 unspecified"),
        ("http://0x0/", "0.0.0.0 unspecified"),
        ("http://00/", "0.0.0.0 unspecified"),
        ("http://0.1/", "0.0.0.1 unspecified"),
        ("http://0.255.255.255/", "0.255.255.255 unspecified"),
        ("http://[::]/", ":: unspecified"),
        ("http://[::0.0.0.0]/", ":: unspecified"),
    ]);
}

#[test]
fn the_company_s_own_network() {
    check(&[
        ("http://10.0.0.1/", "10.0.0.1 private"),
        ("http://10.1/", "10.0.0.1 private"),
        ("http://167772161/", "10.0.0.1 private"),
        ("http://012.0.0.1/", "10.0.0.1 private"),
        ("http://172.16.0.1/", "172.16.0.1 private"),
        ("http://172.31.255.255/", "172.31.255.255 private"),
        ("http://0xac100001/", "172.16.0.1 private"),
        ("http://192.168.0.1/", "192.168.0.1 private"),
        ("http://192.168.257/", "192.168.1.1 private"),
        ("http://0300.0250.0.1/", "192.168.0.1 private"),
        ("http://3232235521/", "192.168.0.1 private"),
        ("http://100.64.0.1/", "100.64.0.1 carrier-shared"),
        ("http://100.127.255.255/", "100.127.255.255 carrier-shared"),
        ("http://[fc00::1]/", "fc00::1 private"),
        ("http://[fd12:3456:789a::1]/", "fd12:3456:789a::1 private"),
        ("http://[::ffff:10.0.0.1]/", "::ffff:10.0.0.1 IPv4 in disguise"),
        ("http://[::ffff:c0a8:1]/", "::ffff:192.168.0.1 IPv4 in disguise"),
        ("http://[64:ff9b::10.0.0.1]/", "64:ff9b::a00:1 IPv4 in disguise"),
        ("http://[2002:a00:1::]/", "2002:a00:1:: IPv4 in disguise"),
        ("http://[2002:c0a8:1::1]/", "2002:c0a8:1::1 IPv4 in disguise"),
    ]);
}

#[test]
fn the_same_wire_and_the_cloud_s_metadata() {
    check(&[
        ("http://169.254.169.254/latest/meta-data/", "169.254.169.254 cloud metadata"),
        ("http://169.254.43518/", "169.254.169.254 cloud metadata"),
        ("http://0xa9fea9fe/", "169.254.169.254 cloud metadata"),
        ("http://2852039166/", "169.254.169.254 cloud metadata"),
        ("http://0251.0376.0251.0376/", "169.254.169.254 cloud metadata"),
        ("http://0xa9.254.0251.254/", "169.254.169.254 cloud metadata"),
        ("http://169.254.0.1/", "169.254.0.1 link-local"),
        ("http://168.63.129.16/", "168.63.129.16 cloud metadata"),
        ("http://100.100.100.200/", "100.100.100.200 carrier-shared"),
        ("http://192.0.0.192/", "192.0.0.192 protocol"),
        ("http://[fe80::1]/", "fe80::1 link-local"),
        ("http://[febf::1]/", "febf::1 link-local"),
        ("http://[fe80::1%25eth0]/", "the url cannot be read (invalid IPv6 address)"),
        ("http://[fec0::1]/", "fec0::1 link-local"),
        ("http://[fd00:ec2::254]/", "fd00:ec2::254 private"),
        ("http://[::ffff:169.254.169.254]/", "::ffff:169.254.169.254 IPv4 in disguise"),
        ("http://[::ffff:a9fe:a9fe]/", "::ffff:169.254.169.254 IPv4 in disguise"),
        ("http://[64:ff9b::a9fe:a9fe]/", "64:ff9b::a9fe:a9fe IPv4 in disguise"),
        ("http://[2002:a9fe:a9fe::]/", "2002:a9fe:a9fe:: IPv4 in disguise"),
    ]);
}

#[test]
fn addresses_that_are_nobody_s_or_everybody_s() {
    check(&[
        ("http://192.0.2.1/", "192.0.2.1 documentation"),
        ("http://198.18.0.1/", "198.18.0.1 benchmarking"),
        ("http://198.19.255.255/", "198.19.255.255 benchmarking"),
        ("http://198.51.100.1/", "198.51.100.1 documentation"),
        ("http://203.0.113.1/", "203.0.113.1 documentation"),
        ("http://192.88.99.1/", "192.88.99.1 IPv4 in disguise"),
        ("http://224.0.0.1/", "224.0.0.1 multicast"),
        ("http://239.255.255.250:1900/", "239.255.255.250 multicast"),
        ("http://240.0.0.1/", "240.0.0.1 reserved"),
        ("http://255.255.255.255/", "255.255.255.255 reserved"),
        ("http://4294967295/", "255.255.255.255 reserved"),
        ("http://[100::1]/", "100::1 discard"),
        ("http://[2001:2::1]/", "2001:2::1 benchmarking"),
        ("http://[2001:10::1]/", "2001:10::1 protocol"),
        ("http://[2001:20::1]/", "2001:20::1 protocol"),
        ("http://[2001:db8::1]/", "2001:db8::1 documentation"),
        ("http://[3fff::1]/", "3fff::1 documentation"),
        ("http://[5f00::1]/", "5f00::1 reserved"),
        ("http://[ff02::1]/", "ff02::1 multicast"),
        ("http://[4000::1]/", "4000::1 reserved"),
        ("http://[::ffff:8.8.8.8]/", "::ffff:8.8.8.8 IPv4 in disguise"),
    ]);
}

#[test]
fn what_is_no_web_address_or_hides_something() {
    check(&[
        ("", "the url cannot be read (relative URL without a base)"),
        ("127.0.0.1", "the url cannot be read (relative URL without a base)"),
        ("//127.0.0.1/", "the url cannot be read (relative URL without a base)"),
        ("http://", "the url cannot be read (empty host)"),
        ("http://256.256.256.256/", "the url cannot be read (invalid IPv4 address)"),
        ("http://4294967296/", "the url cannot be read (invalid IPv4 address)"),
        ("http://0x100000000/", "the url cannot be read (invalid IPv4 address)"),
        ("http://1.2.3.4.5/", "the url cannot be read (invalid IPv4 address)"),
        ("http://127.0.0.09/", "the url cannot be read (invalid IPv4 address)"),
        ("http://[::1/", "the url cannot be read (invalid IPv6 address)"),
        ("http://[::ffff:127.0.0.1.2]/", "the url cannot be read (invalid IPv6 address)"),
        ("http://example.com:99999/", "the url cannot be read (invalid port number)"),
        ("http://exa mple.com/", "the url cannot be read (invalid international domain name)"),
        ("file:///etc/passwd", "the url begins with `file`"),
        ("gopher://127.0.0.1:6379/_FLUSHALL", "the url begins with `gopher`"),
        ("ftp://example.com/", "the url begins with `ftp`"),
        ("unix:/var/run/docker.sock", "the url begins with `unix`"),
        ("javascript:alert(1)", "the url begins with `javascript`"),
        ("http://user@example.com/", "the url holds a user name or password"),
        ("http://user:secret@example.com/", "the url holds a user name or password"),
        ("http://example.com:80@127.0.0.1/", "the url holds a user name or password"),
        ("http://127.0.0.1@example.com/", "the url holds a user name or password"),
        ("https://:secret@example.com/", "the url holds a user name or password"),
    ]);
}

#[test]
fn an_honest_address_is_let_through() {
    for url in [
        "https://example.com/hook?token=1#top",
        "http://example.com:8080",
        "https://8.8.8.8/",
        "https://[2606:4700:4700::1111]/",
        "https://xn--bcher-kva.example/",
    ] {
        assert!(Target::parse(url, &Egress::default()).is_ok(), "{url}");
    }
}

#[test]
fn nothing_quotes_what_may_be_a_secret() {
    for url in
        ["http://user:hunter2@example.com/", "http://exa mple.com/hunter2", "ftp://example.com/hunter2"]
    {
        let error = Target::parse(url, &Egress::default()).expect_err("not an endpoint");
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
    let target = Target::parse("https://example.com:8443/hunter2?token=hunter2", &Egress::default());
    assert_eq!(format!("{target:?}"), "Ok(Target(https://example.com:8443))");
}
