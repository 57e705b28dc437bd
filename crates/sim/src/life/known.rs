//! By which identifiers a system knows somebody, and which of them were ever told.

use super::World;
use crate::message::Who;
use crate::person::{Number, Shares};

/// One identifier of a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    /// Their account, if they have one.
    Account,
    Email,
    SecondEmail,
    /// The number that they give: their own, or the one in the hall.
    Phone,
    Handle,
    /// One of their devices, or the household's tablet.
    Device,
}

const ACCOUNT: u16 = 1;
const EMAIL: u16 = 1 << 1;
const SECOND_EMAIL: u16 = 1 << 2;
const PHONE: u16 = 1 << 3;
const HANDLE: u16 = 1 << 4;
const LANDLINE: u16 = 1 << 5;
const TABLET: u16 = 1 << 6;
/// The first of the devices; the others follow.
const DEVICE: u16 = 1 << 7;
const DEVICES_MAX: usize = 3;

const SHARED: u16 = LANDLINE | TABLET;

/// How often something shared is used in place of their own, in permille.
const SHARED_USED_PERMILLE: u32 = 350;

impl World {
    /// How a system names somebody.
    pub(super) fn who(&mut self, number: Number, by: &[Known]) -> Who {
        let seed = self.seed;
        let mut told = 0;
        let person = self.person(number);
        let mut who = Who::default();
        for known in by {
            match known {
                Known::Account if person.has_account => {
                    told |= ACCOUNT;
                    who.user_id = Some(person.user_id());
                    who.first_name = Some(person.first_name());
                }
                Known::Account => {}
                Known::Email => {
                    told |= EMAIL;
                    who.email = Some(person.email());
                }
                Known::SecondEmail => {
                    told |= SECOND_EMAIL;
                    who.email = Some(person.second_email());
                }
                Known::Phone => {
                    if person.shares == Shares::Landline && person.random.permille(SHARED_USED_PERMILLE) {
                        told |= LANDLINE;
                        who.phone = Some(person.landline());
                    } else {
                        told |= PHONE;
                        who.phone = Some(person.phone());
                    }
                }
                Known::Handle => {
                    told |= HANDLE;
                    who.handle = Some(person.handle());
                }
                Known::Device => {
                    if person.shares == Shares::Tablet && person.random.permille(SHARED_USED_PERMILLE) {
                        told |= TABLET;
                        who.anonymous_id = Some(person.tablet(seed));
                    } else {
                        let which = person.random.below(u64::from(person.devices));
                        let which = u8::try_from(which).expect("fewer devices than that");
                        told |= DEVICE << which;
                        who.anonymous_id = Some(person.device(seed, which));
                    }
                }
            }
        }
        who.really = (number, told);
        who
    }

    /// A line that names somebody has arrived, and can be read.
    pub(crate) fn reached(&mut self, who: &Who) {
        let (number, told) = who.really;
        let groups = &mut self.known[usize::try_from(number).expect("numbers are places in a list")];
        groups.join(told & !SHARED);
        groups.join(told & SHARED);
    }

    /// The identifiers that were told: those that are theirs alone, in groups of those that events join, and
    /// those that they share.
    pub(super) fn identifiers(&self, number: Number) -> (Vec<Vec<String>>, Vec<String>) {
        let place = usize::try_from(number).expect("numbers are places in a list");
        let (person, groups) = (&self.people[place], &self.known[place]);
        let named = |told: u16| -> Vec<String> {
            let device =
                |which: u8| (DEVICE << which, format!("anonymous_id:{}", person.device(self.seed, which)));
            let fixed = [
                (ACCOUNT, format!("user_id:{}", person.user_id())),
                (EMAIL, format!("email:{}", person.email())),
                (SECOND_EMAIL, format!("email:{}", person.second_email())),
                (PHONE, format!("phone:{}", person.phone())),
                (HANDLE, format!("handle:{}", person.handle())),
                (LANDLINE, format!("phone:{}", person.landline())),
                (TABLET, format!("anonymous_id:{}", person.tablet(self.seed))),
            ];
            let all = fixed.into_iter().chain((0..person.devices).map(device));
            all.filter(|(bit, _)| told & bit != 0).map(|(_, name)| name).collect()
        };
        let shared = groups.iter().filter(|group| group & SHARED != 0).flat_map(&named).collect();
        let alone = groups.iter().filter(|group| group & SHARED == 0).map(&named).collect();
        (alone, shared)
    }
}

/// Identifiers of one customer that were told, a bit each; those that events join in one group.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Groups {
    count: usize,
    /// As many as there are identifiers, should each have been told by itself.
    groups: [u16; DEVICE.ilog2() as usize + DEVICES_MAX],
}

impl Groups {
    fn iter(&self) -> impl Iterator<Item = u16> {
        self.groups[..self.count].iter().copied()
    }

    /// Joins what one event names.
    fn join(&mut self, told: u16) {
        if told == 0 || self.iter().any(|group| group & told == told) {
            return;
        }
        let (mut joined, mut apart) = (told, 0);
        for place in 0..self.count {
            let group = self.groups[place];
            if group & told == 0 {
                self.groups[apart] = group;
                apart += 1;
            } else {
                joined |= group;
            }
        }
        self.groups[apart] = joined;
        self.count = apart + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_event_names_together_is_joined_with_all_that_it_was_joined_with_before() {
        let told = |each: &[u16]| {
            let mut groups = Groups::default();
            each.iter().for_each(|&told| groups.join(told));
            groups.iter().collect::<Vec<_>>()
        };
        assert_eq!(told(&[ACCOUNT, EMAIL | PHONE, ACCOUNT, 0]), [ACCOUNT, EMAIL | PHONE]);
        assert_eq!(
            told(&[ACCOUNT, HANDLE, EMAIL | PHONE, ACCOUNT | EMAIL]),
            [HANDLE, ACCOUNT | EMAIL | PHONE]
        );
        let each: Vec<u16> = (0..10).map(|bit| 1 << bit).collect();
        assert_eq!(told(&each), each);
    }
}
