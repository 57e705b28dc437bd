//! A customer: who they are, what they are like, by which identifiers systems know them.

use opcx_core::time::Timestamp;

use crate::company::{Branch, Card, Language, Line, Platform, Region};
use crate::heart::Heart;
use crate::random::{Random, mixed};
use crate::scenario::Scenario;

pub(crate) const FIRST_NAMES: [&str; 32] = [
    "Ada", "Ben", "Chi", "Dora", "Emil", "Fatma", "Goran", "Hanna", "Ines", "Jonas", "Kemal", "Lena", "Mara",
    "Nils", "Olga", "Pavel", "Quinn", "Rosa", "Sami", "Tilda", "Ugo", "Vera", "Wanda", "Xenia", "Yusuf",
    "Zoe", "Aylin", "Bruno", "Carla", "David", "Elsa", "Finn",
];
const LAST_NAMES: [&str; 24] = [
    "adler", "becker", "costa", "demir", "engel", "fischer", "garcia", "hoffmann", "ivanov", "jansen",
    "kaya", "lang", "moreau", "novak", "otto", "petit", "quast", "rossi", "schmidt", "torres", "urban",
    "vogel", "weber", "yildiz",
];
/// Of pairs of neighbours, how many share a household and one of its things.
const HOUSEHOLDS_PERMILLE: u64 = 40;

/// A customer's number: the same person for ever.
pub(crate) type Number = u32;

/// What a household shares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shares {
    Nothing,
    /// A tablet on which both shop.
    Tablet,
    /// A telephone in the hall.
    Landline,
}

/// One customer.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) number: Number,
    pub(crate) random: Random,
    pub(crate) heart: Heart,
    pub(crate) trust_at_start: i64,
    pub(crate) region: Region,
    pub(crate) language: Language,
    pub(crate) line: Line,
    pub(crate) platform: Platform,
    pub(crate) card: Card,
    /// The branch around the corner, and how many visits a month, in tenths.
    pub(crate) branch: Branch,
    pub(crate) visits_tenths: u32,
    /// Sessions in shop and app a month, in tenths.
    pub(crate) sessions_tenths: u32,
    /// How much they spend, in permille of the average.
    pub(crate) value_permille: i64,
    /// How readily they say what they feel, in permille.
    pub(crate) outspoken_permille: u32,
    /// How many hours they bear waiting.
    pub(crate) patience_hours: i64,
    pub(crate) has_account: bool,
    pub(crate) is_member: bool,
    pub(crate) has_handle: bool,
    pub(crate) has_second_email: bool,
    /// They give their telephone number when they order.
    pub(crate) gives_phone: bool,
    pub(crate) devices: u8,
    pub(crate) shares: Shares,
    pub(crate) has_machine: bool,
    pub(crate) app_version: u8,
    /// How far their devices' clock is off, in milliseconds.
    pub(crate) skew_millis: i64,
    /// They grant looking at what they browse.
    pub(crate) grants_browsing: bool,
    /// Some system knows already which device or number is theirs.
    pub(crate) has_said_who: bool,
    pub(crate) orders: u32,
    pub(crate) spent_cents: i64,
    pub(crate) left: Option<Timestamp>,
    /// Causes that hurt them, a bit each; the uppermost bit: they saw the higher prices.
    pub(crate) is_hurt_by: u16,
}

impl Person {
    pub(crate) fn new(scenario: &Scenario, seed: u64, number: Number) -> Person {
        let mut random = Random::stream(seed, u64::from(number));
        let regions: Vec<_> = scenario.regions.iter().map(|row| (row, row.customers.millionths())).collect();
        let row = random.weighted(&regions);
        let languages: Vec<_> =
            scenario.languages.iter().map(|row| (row.language, row.customers.millionths())).collect();
        let trust_at_start = (random.normal(180, 160) + i64::from(row.content)).clamp(-600, 800);
        let is_remote = row.content < 0;
        let off = random.between(-3 * 3_600_000, 3 * 3_600_000);
        let is_skewed = random.millionth(scenario.transport.skewed.millionths());
        Person {
            number,
            heart: Heart::new(trust_at_start, random.normal(1000, 220).max(400)),
            trust_at_start,
            region: row.region,
            language: random.weighted(&languages),
            line: if random.permille(if is_remote { 420 } else { 180 }) { Line::Slow } else { Line::Fast },
            platform: if random.permille(550) { Platform::Android } else { Platform::Ios },
            card: random.weighted(&[
                (Card::Credit, 40),
                (Card::Debit, 25),
                (Card::Wallet, 25),
                (Card::Transfer, 10),
            ]),
            branch: random.one_of(&Branch::ALL),
            visits_tenths: random.weighted(&[(0, 30), (5, 30), (15, 25), (40, 15)]),
            sessions_tenths: random.weighted(&[(10, 25), (25, 35), (50, 28), (110, 12)]),
            value_permille: random.weighted(&[(600, 40), (900, 35), (1500, 20), (3500, 5)]),
            outspoken_permille: u32::try_from(random.normal(380, 140).clamp(40, 900)).unwrap_or(380),
            patience_hours: random.normal(20, 9).max(2),
            has_account: random.permille(740),
            is_member: random.permille(420),
            has_handle: random.permille(180),
            has_second_email: random.permille(90),
            gives_phone: random.permille(650),
            devices: u8::try_from(1 + random.below(3)).expect("at most three"),
            shares: household(seed, number),
            has_machine: random.permille(260),
            app_version: 0,
            skew_millis: if is_skewed { off } else { 0 },
            grants_browsing: random.permille(340),
            has_said_who: false,
            orders: 0,
            spent_cents: 0,
            left: None,
            is_hurt_by: 0,
            random,
        }
    }

    pub(crate) fn first_name(&self) -> &'static str {
        FIRST_NAMES[usize::try_from(mixed(u64::from(self.number)) % 32).expect("below 32")]
    }

    fn last_name(&self) -> &'static str {
        LAST_NAMES[usize::try_from(mixed(u64::from(self.number) ^ 0x5EED) % 24).expect("below 24")]
    }

    pub(crate) fn user_id(&self) -> String {
        format!("u-{:05}", self.number)
    }

    pub(crate) fn email(&self) -> String {
        format!("{}.{}{}@mail.example", self.first_name().to_lowercase(), self.last_name(), self.number)
    }

    pub(crate) fn second_email(&self) -> String {
        format!("{}{}@work.example", self.last_name(), self.number)
    }

    /// Their own telephone.
    pub(crate) fn phone(&self) -> String {
        format!("+4915{:08}", 10_000_000 + self.number)
    }

    pub(crate) fn handle(&self) -> String {
        format!("{}_{}", self.first_name().to_lowercase(), self.number)
    }

    /// The id of one of their devices, as a browser or app makes it up.
    pub(crate) fn device(&self, seed: u64, which: u8) -> String {
        let one = mixed(seed ^ mixed(u64::from(self.number) << 8 | u64::from(which)));
        format!("{one:016x}-{:04x}", mixed(one) & 0xFFFF)
    }

    /// The number of the first of the two who live together.
    pub(crate) const fn household(&self) -> Number {
        self.number & !1
    }

    pub(crate) fn tablet(&self, seed: u64) -> String {
        let one = mixed(seed ^ mixed(u64::from(self.household()) | 1 << 40));
        format!("{one:016x}-tab")
    }

    pub(crate) fn landline(&self) -> String {
        format!("+4930{:08}", 20_000_000 + self.household())
    }
}

fn household(seed: u64, number: Number) -> Shares {
    let chance = mixed(seed ^ mixed(u64::from(number & !1) | 1 << 50));
    if chance % 1000 >= HOUSEHOLDS_PERMILLE {
        Shares::Nothing
    } else if chance & 1024 == 0 {
        Shares::Tablet
    } else {
        Shares::Landline
    }
}
