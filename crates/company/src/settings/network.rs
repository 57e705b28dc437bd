use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// A range of addresses that share their first bits, written `10.0.0.0/8` or, for one, `10.1.2.3`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    first: IpAddr,
    prefix: u8,
}

/// Why a text is no range of addresses.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NetworkError {
    /// Not an address with an optional number of bits.
    #[error("`{text}` is no range of addresses; write it as `10.0.0.0/8` or `fd00::/8`")]
    Malformed {
        /// The text.
        text: String,
    },
    /// An address within the range instead of its first: it is unclear which was meant.
    #[error("`{text}` is an address inside a range; write `{first}/{prefix}`, or the address alone")]
    NotFirst {
        /// The text.
        text: String,
        /// The first address of the range.
        first: IpAddr,
        /// The bits in common.
        prefix: u8,
    },
}

impl Network {
    /// The IPv4 range of addresses that agree with `first` in the leading `prefix` bits.
    #[must_use]
    pub const fn v4(first: [u8; 4], prefix: u8) -> Network {
        let [a, b, c, d] = first;
        Network { first: IpAddr::V4(Ipv4Addr::new(a, b, c, d)), prefix }
    }

    /// The IPv6 range of addresses that agree with `first` in the leading `prefix` bits.
    #[must_use]
    pub const fn v6(first: u128, prefix: u8) -> Network {
        Network { first: IpAddr::V6(Ipv6Addr::from_bits(first)), prefix }
    }

    /// Whether `address` is in the range. An IPv4 address is in no IPv6 range, however it is written.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.first, address) {
            (IpAddr::V4(_), IpAddr::V4(_)) | (IpAddr::V6(_), IpAddr::V6(_)) => {
                first_of(address, self.prefix) == self.first
            }
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }
}

/// `address` with all but its leading `prefix` bits cleared.
fn first_of(address: IpAddr, prefix: u8) -> IpAddr {
    match address {
        IpAddr::V4(v4) => {
            let mask = u32::MAX.checked_shl(32 - u32::from(prefix)).unwrap_or(0);
            IpAddr::V4(Ipv4Addr::from_bits(v4.to_bits() & mask))
        }
        IpAddr::V6(v6) => {
            let mask = u128::MAX.checked_shl(128 - u32::from(prefix)).unwrap_or(0);
            IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & mask))
        }
    }
}

impl FromStr for Network {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Network, NetworkError> {
        let malformed = || NetworkError::Malformed { text: text.into() };
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| malformed())?;
        let whole = if address.is_ipv4() { 32 } else { 128 };
        let prefix = match bits {
            None => whole,
            Some(bits) => bits.parse().ok().filter(|prefix| *prefix <= whole).ok_or_else(malformed)?,
        };
        let first = first_of(address, prefix);
        if first != address {
            return Err(NetworkError::NotFirst { text: text.into(), first, prefix });
        }
        Ok(Network { first, prefix })
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.first, self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contains(network: &str, address: &str) -> bool {
        let network: Network = network.parse().expect("the test's network is one");
        network.contains(address.parse().expect("the test's address is one"))
    }

    #[test]
    fn a_range_ends_where_its_bits_do() {
        assert!(contains("172.16.0.0/12", "172.31.255.255"));
        assert!(!contains("172.16.0.0/12", "172.32.0.0"));
        assert!(contains("10.1.2.3", "10.1.2.3"));
        assert!(!contains("10.1.2.3", "10.1.2.4"));
        assert!(contains("fd00::/8", "fdff::1"));
        assert!(!contains("fd00::/8", "fe00::1"));
    }

    #[test]
    fn a_range_of_everything_holds_one_family_only() {
        assert!(contains("0.0.0.0/0", "255.255.255.255"));
        assert!(!contains("0.0.0.0/0", "::ffff:10.0.0.1"));
        assert!(contains("::/0", "::ffff:10.0.0.1"));
        assert!(!contains("::/0", "10.0.0.1"));
    }

    #[test]
    fn what_is_no_range_is_refused_with_the_mend() {
        let shown = |text: &str| match text.parse::<Network>() {
            Ok(network) => network.to_string(),
            Err(error) => error.to_string(),
        };
        assert_eq!(shown("10.0.0.0/8"), "10.0.0.0/8");
        assert_eq!(
            shown("10.1.2.3/8"),
            "`10.1.2.3/8` is an address inside a range; write `10.0.0.0/8`, or the address alone"
        );
        for text in ["", "10", "10.0.0.0/33", "10.0.0.0/", "::/129", "::/-1", "localhost"] {
            let error = format!("`{text}` is no range of addresses; write it as `10.0.0.0/8` or `fd00::/8`");
            assert_eq!(shown(text), error);
        }
    }
}
