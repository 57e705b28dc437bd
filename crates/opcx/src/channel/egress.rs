//! Egress: which addresses a webhook may reach.
//!
//! Whoever may write an endpoint's address must not reach what only our machine can: its own
//! services, the company's network, the cloud's metadata. So everything is refused but the public
//! internet, and what the operator of this machine allowed by name.
//!
//! * **When** – after name resolution, on every address of the answer; the connection goes to an
//!   address that was checked, never to a second answer (`resolver`). An address written in the URL
//!   is checked when the endpoint is read (`target`).
//! * **Source** – IANA's special-purpose address registries for IPv4 and IPv6 (RFC 6890 and its
//!   updates). Of IPv6 only global unicast, `2000::/3`, can pass at all.
//! * **Limit** – a network that translates to IPv4 under a prefix of its own (NAT64 with a
//!   network-specific prefix, RFC 6052) cannot be told from any other; its gateway must not lead to
//!   private addresses.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

use super::Network;

/// Why `address` is not the public internet; nothing if it is.
#[must_use]
pub fn refuse(address: IpAddr) -> Option<Reason> {
    let special = SPECIAL.iter().find(|(network, _)| network.contains(address));
    match (special, address) {
        (Some((_, reason)), _) => Some(*reason),
        (None, IpAddr::V4(_)) => None,
        (None, IpAddr::V6(v6)) if is_isatap(v6) => Some(Reason::Transition),
        (None, IpAddr::V6(_)) if GLOBAL_UNICAST.contains(address) => None,
        (None, IpAddr::V6(_)) => Some(Reason::Reserved),
    }
}

/// Whether the address stands for an IPv4 address behind its network's ISATAP router (RFC 5214,
/// section 6.1), whatever that network is: `…:0:5efe:10.0.0.1`, or `…:200:5efe:` of a public address.
fn is_isatap(v6: Ipv6Addr) -> bool {
    matches!(v6.segments(), [_, _, _, _, 0 | 0x200, 0x5efe, _, _])
}

/// The only IPv6 range that IANA hands out to the public internet.
const GLOBAL_UNICAST: Network = Network::v6(0x2000 << 112, 3);

/// Every range that is not the public internet; of two that hold an address the first names it.
const SPECIAL: [(Network, Reason); 34] = [
    (Network::v4([0, 0, 0, 0], 8), Reason::Unspecified),
    (Network::v4([10, 0, 0, 0], 8), Reason::Private),
    (Network::v4([100, 64, 0, 0], 10), Reason::Carrier),
    (Network::v4([127, 0, 0, 0], 8), Reason::Loopback),
    // Public by number, yet answered inside Azure by the host of the virtual machine.
    (Network::v4([168, 63, 129, 16], 32), Reason::Metadata),
    (Network::v4([169, 254, 169, 254], 32), Reason::Metadata),
    (Network::v4([169, 254, 0, 0], 16), Reason::LinkLocal),
    (Network::v4([172, 16, 0, 0], 12), Reason::Private),
    (Network::v4([192, 0, 0, 0], 24), Reason::Protocol),
    (Network::v4([192, 0, 2, 0], 24), Reason::Documentation),
    (Network::v4([192, 88, 99, 0], 24), Reason::Transition),
    (Network::v4([192, 168, 0, 0], 16), Reason::Private),
    (Network::v4([198, 18, 0, 0], 15), Reason::Benchmarking),
    (Network::v4([198, 51, 100, 0], 24), Reason::Documentation),
    (Network::v4([203, 0, 113, 0], 24), Reason::Documentation),
    (Network::v4([224, 0, 0, 0], 4), Reason::Multicast),
    (Network::v4([240, 0, 0, 0], 4), Reason::Reserved),
    (Network::v6(0, 128), Reason::Unspecified),
    (Network::v6(1, 128), Reason::Loopback),
    // IPv4 in disguise: compatible, mapped, translated, and through NAT64, 6to4 and Teredo. What
    // stands behind is never looked at, since an honest receiver needs none of them.
    (Network::v6(0, 96), Reason::Transition),
    (Network::v6(0xffff << 32, 96), Reason::Transition),
    (Network::v6(0xffff << 48, 96), Reason::Transition),
    (Network::v6(0x0064_ff9b << 96, 96), Reason::Transition),
    (Network::v6(0x0064_ff9b_0001 << 80, 48), Reason::Transition),
    (Network::v6(0x2001 << 112, 32), Reason::Transition),
    (Network::v6(0x2002 << 112, 16), Reason::Transition),
    (Network::v6(0x0100 << 112, 64), Reason::Discard),
    (Network::v6(0x2001_0002 << 96, 48), Reason::Benchmarking),
    (Network::v6(0x2001 << 112, 23), Reason::Protocol),
    (Network::v6(0x2001_0db8 << 96, 32), Reason::Documentation),
    (Network::v6(0x3fff << 112, 20), Reason::Documentation),
    (Network::v6(0xfc00 << 112, 7), Reason::Private),
    (Network::v6(0xfe80 << 112, 9), Reason::LinkLocal),
    (Network::v6(0xff00 << 112, 8), Reason::Multicast),
];

/// What an address is instead of the public internet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// "This network", `0.0.0.0/8` and `::`; many systems take it for the machine itself.
    Unspecified,
    /// The machine itself.
    Loopback,
    /// A company's or a home's own network; in IPv6 unique local.
    Private,
    /// The same wire; in IPv6 also the site-local addresses of old.
    LinkLocal,
    /// Where clouds tell a machine its own credentials.
    Metadata,
    /// Shared by a carrier's customers.
    Carrier,
    /// Kept for protocols' own use.
    Protocol,
    /// For examples in texts.
    Documentation,
    /// For measuring devices.
    Benchmarking,
    /// Stands for an IPv4 address, which it would hide.
    Transition,
    /// Many receivers at once.
    Multicast,
    /// Where packets are thrown away.
    Discard,
    /// Not handed out to anybody.
    Reserved,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Reason::Unspecified => "unspecified",
            Reason::Loopback => "loopback",
            Reason::Private => "private",
            Reason::LinkLocal => "link-local",
            Reason::Metadata => "cloud metadata",
            Reason::Carrier => "carrier-shared",
            Reason::Protocol => "protocol",
            Reason::Documentation => "documentation",
            Reason::Benchmarking => "benchmarking",
            Reason::Transition => "IPv4 in disguise",
            Reason::Multicast => "multicast",
            Reason::Discard => "discard",
            Reason::Reserved => "reserved",
        })
    }
}

/// Which addresses may be reached: the public internet, and what the operator allowed.
#[derive(Debug, Clone, Default)]
pub struct Egress {
    allowed: Vec<Network>,
}

/// An address that may not be reached.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{address} is a {reason} address; if it is meant, add it to `allow_private` under `[webhooks]`")]
pub struct Forbidden {
    /// The address.
    pub address: IpAddr,
    /// What it is instead of the public internet.
    pub reason: Reason,
}

impl Egress {
    /// The public internet and the `allowed` ranges.
    #[must_use]
    pub fn new(allowed: Vec<Network>) -> Egress {
        Egress { allowed }
    }

    /// Whether `address` may be reached.
    ///
    /// # Errors
    /// It is neither the public internet nor allowed.
    pub fn check(&self, address: IpAddr) -> Result<(), Forbidden> {
        match refuse(address) {
            Some(reason) if !self.allowed.iter().any(|network| network.contains(address)) => {
                Err(Forbidden { address, reason })
            }
            Some(_) | None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::net::Ipv4Addr;

    #[test]
    fn ranges_begin_and_end_where_the_registry_says() {
        let refused = |text: &str| refuse(text.parse().expect("the test's address is one"));
        let edges = [
            ("0.255.255.255", "1.0.0.0"),
            ("10.0.0.0", "9.255.255.255"),
            ("10.255.255.255", "11.0.0.0"),
            ("100.64.0.0", "100.63.255.255"),
            ("100.127.255.255", "100.128.0.0"),
            ("127.0.0.0", "126.255.255.255"),
            ("127.255.255.255", "128.0.0.0"),
            ("168.63.129.16", "168.63.129.17"),
            ("169.254.0.0", "169.253.255.255"),
            ("169.254.255.255", "169.255.0.0"),
            ("172.16.0.0", "172.15.255.255"),
            ("172.31.255.255", "172.32.0.0"),
            ("192.0.0.255", "192.0.1.0"),
            ("192.0.2.255", "192.0.3.0"),
            ("192.88.99.0", "192.88.98.255"),
            ("192.168.255.255", "192.169.0.0"),
            ("198.18.0.0", "198.17.255.255"),
            ("198.19.255.255", "198.20.0.0"),
            ("198.51.100.255", "198.51.101.0"),
            ("203.0.113.0", "203.0.112.255"),
            ("224.0.0.0", "223.255.255.255"),
            ("1fff:ffff::", "2000::"),
            ("2001:1ff::", "2001:200::"),
            ("2001:db8:ffff::", "2001:db9::"),
            ("2002::", "2003::"),
            ("3fff:fff::", "3fff:1000::"),
            ("4000::", "3ffe::"),
        ];
        for (inside, outside) in edges {
            assert!(refused(inside).is_some(), "{inside} is not the public internet");
            assert_eq!(refused(outside), None, "{outside} is the public internet");
        }
    }

    #[test]
    fn only_what_the_operator_allowed_is_let_through_besides() {
        let egress = Egress::new(vec!["10.1.0.0/16".parse().expect("a range")]);
        let check = |text: &str| egress.check(text.parse().expect("the test's address is one"));
        assert_eq!(check("10.1.2.3"), Ok(()));
        assert_eq!(check("8.8.8.8"), Ok(()));
        assert!(check("10.2.0.0").is_err());
        assert!(check("::ffff:10.1.2.3").is_err(), "allowing an address does not allow its disguises");
        assert_eq!(
            check("127.0.0.1").map_err(|forbidden| forbidden.to_string()),
            Err("127.0.0.1 is a loopback address; if it is meant, add it to `allow_private` under `[webhooks]`".into())
        );
    }

    proptest! {
        #[test]
        fn whatever_the_standard_library_calls_special_is_refused(bits: u32) {
            let v4 = Ipv4Addr::from_bits(bits);
            let special = v4.is_loopback() || v4.is_private() || v4.is_link_local() || v4.is_multicast()
                || v4.is_broadcast() || v4.is_documentation() || v4.is_unspecified();
            prop_assert!(!special || refuse(v4.into()).is_some());
        }

        #[test]
        fn no_ipv4_address_passes_in_an_ipv6_disguise(bits: u32) {
            let v4 = Ipv4Addr::from_bits(bits);
            let embedded = u128::from(bits);
            let disguises = [
                v4.to_ipv6_mapped(),
                v4.to_ipv6_compatible(),
                Ipv6Addr::from_bits(0xffff_0000_0000_0000 | embedded),
                Ipv6Addr::from_bits((0x0064_ff9b << 96) | embedded),
                Ipv6Addr::from_bits((0x0064_ff9b_0001 << 80) | embedded),
                Ipv6Addr::from_bits((0x2002 << 112) | (embedded << 80)),
                Ipv6Addr::from_bits((0x2001 << 112) | (embedded ^ 0xffff_ffff)),
                Ipv6Addr::from_bits((0x2606_4700 << 96) | (0x5efe << 32) | embedded),
                Ipv6Addr::from_bits((0x2606_4700 << 96) | (0x0200_5efe << 32) | embedded),
            ];
            for disguise in disguises {
                prop_assert!(refuse(disguise.into()).is_some(), "{disguise}");
            }
        }

        #[test]
        fn no_ipv6_address_outside_global_unicast_passes(bits: u128) {
            let v6 = Ipv6Addr::from_bits(bits);
            prop_assert!(bits >> 125 == 1 || refuse(v6.into()).is_some());
        }
    }
}
