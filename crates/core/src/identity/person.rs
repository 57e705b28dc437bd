use alloc::collections::BTreeSet;
use alloc::vec::Vec;
use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::{Identifier, IdentifierKind};
use crate::log::Position;

/// The identifiers of one person and what joined them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Person {
    /// Their identifiers, ordered, strongest kind first.
    pub identifiers: BTreeSet<Identifier>,
    /// What joined them: a tree over the identifiers, so that between any two there is one path.
    pub links: BTreeSet<Link>,
    /// Pairs that an un-merge keeps apart for good; the smaller one first.
    pub apart: BTreeSet<(Identifier, Identifier)>,
}

/// Why two identifiers are believed to be one person's.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Link {
    /// The record that joined them. First, so that links order by age.
    pub position: Position,
    /// One identifier.
    pub one: Identifier,
    /// The other.
    pub other: Identifier,
    /// Why.
    pub because: Because,
}

/// The reason of a link.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Because {
    /// One event named both.
    OneEvent,
    /// Somebody of the company said so.
    Ordered {
        /// Who.
        by: CompactString,
        /// Why.
        reason: CompactString,
    },
}

/// How many identifiers of each kind one person may have; more is a sign of a shared device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits([u16; 5]);

impl Default for Limits {
    /// One user id (two accounts are never joined by a shared tablet), five of what people have
    /// several of, twenty devices.
    fn default() -> Limits {
        Limits([1, 5, 5, 5, 20])
    }
}

impl Limits {
    /// These limits with another one for `kind`; at least 1.
    #[must_use]
    pub fn with(mut self, kind: IdentifierKind, most: u16) -> Limits {
        self.0[kind as usize] = most.max(1);
        self
    }

    /// Most identifiers of that kind.
    #[must_use]
    pub fn most(&self, kind: IdentifierKind) -> u16 {
        self.0[kind as usize]
    }

    /// The kind of which there would be too many if these two were one person. Of a kind of which
    /// one of them has too many already, the other must only not add to it.
    #[must_use]
    pub fn exceeded_by_joining(&self, one: &Person, other: &Person) -> Option<IdentifierKind> {
        IdentifierKind::ALL.into_iter().find(|&kind| {
            let of_kind = |identifier: &&Identifier| identifier.kind == kind;
            let both = one.identifiers.union(&other.identifiers).filter(of_kind).count();
            let count = |person: &Person| person.identifiers.iter().filter(of_kind).count();
            both > usize::from(self.most(kind)) && both > count(one).max(count(other))
        })
    }
}

impl Person {
    /// Both as one person, without the link that says why: the caller adds it.
    #[must_use]
    pub fn union(&self, other: &Person) -> Person {
        Person {
            identifiers: self.identifiers.union(&other.identifiers).cloned().collect(),
            links: self.links.union(&other.links).cloned().collect(),
            apart: self.apart.union(&other.apart).cloned().collect(),
        }
    }

    /// A pair with one identifier on each side that was told to stay apart.
    #[must_use]
    pub fn kept_apart_from(&self, other: &Person) -> Option<(Identifier, Identifier)> {
        self.apart
            .iter()
            .chain(&other.apart)
            .find(|(a, b)| {
                (self.identifiers.contains(a) && other.identifiers.contains(b))
                    || (self.identifiers.contains(b) && other.identifiers.contains(a))
            })
            .cloned()
    }

    /// The two people that remain when what joined `one` and `other` is taken away: the newest link
    /// on the path between them. Both remember to stay apart. `None` when nothing joins the two.
    #[must_use]
    pub fn split(&self, one: &Identifier, other: &Identifier) -> Option<(Person, Person)> {
        let newest = self.path(one, other)?.into_iter().max()?;
        let mut links = self.links.clone();
        links.remove(&newest);
        let pair = if one < other { (one.clone(), other.clone()) } else { (other.clone(), one.clone()) };
        let side = |from: &Identifier| {
            let identifiers = reach(from, &links);
            Person {
                links: links.iter().filter(|link| identifiers.contains(&link.one)).cloned().collect(),
                apart: self.apart.iter().chain([&pair]).cloned().collect(),
                identifiers,
            }
        };
        Some((side(one), side(other)))
    }

    /// The links between two identifiers; empty for an identifier and itself.
    fn path(&self, from: &Identifier, to: &Identifier) -> Option<Vec<Link>> {
        let mut paths: Vec<(Identifier, Vec<Link>)> = alloc::vec![(from.clone(), Vec::new())];
        let mut seen = BTreeSet::new();
        while let Some((at, path)) = paths.pop() {
            if at == *to {
                return Some(path);
            }
            if !seen.insert(at.clone()) {
                continue;
            }
            for link in &self.links {
                if let Some(next) = link.across(&at) {
                    let mut longer = path.clone();
                    longer.push(link.clone());
                    paths.push((next.clone(), longer));
                }
            }
        }
        None
    }
}

impl Link {
    fn across(&self, from: &Identifier) -> Option<&Identifier> {
        if self.one == *from {
            Some(&self.other)
        } else if self.other == *from {
            Some(&self.one)
        } else {
            None
        }
    }
}

fn reach(from: &Identifier, links: &BTreeSet<Link>) -> BTreeSet<Identifier> {
    let mut reached = BTreeSet::new();
    let mut next = alloc::vec![from.clone()];
    while let Some(at) = next.pop() {
        if reached.insert(at.clone()) {
            next.extend(links.iter().filter_map(|link| link.across(&at)).cloned());
        }
    }
    reached
}
