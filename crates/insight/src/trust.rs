//! Trust: whose broke, and why.

use std::cmp::Reverse;

use opcx_core::customer::{Customer, CustomerId};
use opcx_core::definitions::Definitions;
use opcx_core::time::Timestamp;
use opcx_core::trust::{Account, Entry, Ledger, What};
use opcx_store::Store;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::clocks::Clocks;
use crate::ledger::{AccountLevel, LedgerLine, Told, levels};
use crate::page::{Page, rows};
use crate::{At, Figure, InsightError, KnownAs, Mean, Overview, Share};

/// What is asked about trust.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TrustQuestion {
    /// Only falls on this account: `capability`, `reliability`, `humanity` or `transparency`.
    pub account: Option<String>,
    /// How many rows, from 1 to 1,000; 50 unless asked otherwise.
    pub most: Option<u16>,
    /// Where an earlier page ended: its `next`.
    pub after: Option<String>,
}

/// How far customers trust, and who fell furthest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Trust {
    /// The log's latest time: as of when this is so.
    pub as_of: Option<At>,
    /// Account by account, over the customers with any evidence: all of them, or, where there are more than 2,048, a
    /// sample of 1,024 to 2,048 that was drawn by chance.
    pub accounts: Vec<AccountFigures>,
    /// The customers whose trust fell, the furthest first, as it stood when something last moved it; the first 4,096.
    pub page: Page<Fall>,
}

/// How far customers trust on one account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AccountFigures {
    /// The account.
    pub account: String,
    /// The mean level in permille, from 0 to 1000; 500 is "no evidence".
    pub level: Figure<Mean>,
    /// The share of customers below 500: bad outweighs good.
    pub below_neutral: Figure<Share>,
}

/// How far one customer's trust fell, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Fall {
    /// Who.
    pub customer: String,
    /// How they are best called; none of somebody with neither a name nor an identifier.
    pub known_as: Option<KnownAs>,
    /// The account that fell furthest.
    pub account: String,
    /// How far, in permille: from just before the failure at which it stood highest to now.
    pub fall: u16,
    /// Where the four accounts stand now.
    pub levels: Vec<AccountLevel>,
    /// The failure on that account that cost most.
    pub worst: LedgerLine,
    /// Failures that are neither repaired nor corrected.
    pub open_failures: u32,
}

/// How far customers trust, and who fell furthest.
///
/// # Errors
/// The question names an account that there is not, or cannot be read; or the store cannot.
pub fn trust(
    store: &dyn Store,
    overview: &Overview,
    definitions: &Definitions,
    question: &TrustQuestion,
) -> Result<Trust, InsightError> {
    let only = question.account.as_deref().map(account).transpose()?;
    let after = question.after.as_deref().map(parse_place).transpose()?;
    let most = rows(question.most)?;
    let clocks = Clocks::of(&store.progress()?);
    let mut sums = [Sums::default(); 4];
    let (places, more) = {
        let book = overview.trust()?;
        for (clock, ledger) in book.sample.ledgers() {
            let now = clocks.since(clock);
            for (account, sums) in Account::ALL.into_iter().zip(&mut sums) {
                sums.count(ledger.level(account, now).get());
            }
        }
        book.falls.first(only, after, most)
    };
    let mut rows = Vec::with_capacity(places.len());
    for (_, id) in &places {
        // Whoever was erased or repaired since is left out.
        let Some(customer) = store.customer(*id)? else { continue };
        rows.extend(fall(definitions, &customer, clocks.of_customer(&customer), only));
    }
    let next = places.last().filter(|_| more).map(|(Reverse(fall), id)| format!("{fall}.{id}"));
    Ok(Trust {
        as_of: clocks.latest().map(At),
        accounts: Account::ALL.into_iter().zip(sums).map(|(account, sums)| sums.told(account)).collect(),
        page: Page { rows, next },
    })
}

fn account(word: &str) -> Result<Account, InsightError> {
    let known = Account::ALL.into_iter().map(Account::word);
    Account::from_word(word).ok_or_else(|| InsightError::unknown_of("account", word, known))
}

fn parse_place(text: &str) -> Result<(Reverse<u16>, CustomerId), InsightError> {
    let read = || {
        let (fall, id) = text.split_once('.')?;
        Some((Reverse(fall.parse().ok()?), CustomerId::parse(id)?))
    };
    read().ok_or_else(|| InsightError::no_page_after(text))
}

/// How far the customer's trust fell on the account on which it fell furthest, if it did.
fn fall(
    definitions: &Definitions,
    customer: &Customer,
    now: Timestamp,
    only: Option<Account>,
) -> Option<Fall> {
    let ledger = &customer.known.trust;
    let (account, (fall, worst)) = Account::ALL
        .into_iter()
        .zip(falls(ledger, now))
        .filter(|(account, _)| only.is_none_or(|only| only == *account))
        .filter_map(|(account, fall)| Some((account, fall?)))
        .max_by_key(|&(account, (fall, _))| (fall, Reverse(account)))?;
    Some(Fall {
        customer: customer.id.to_string(),
        known_as: KnownAs::of(definitions, customer),
        account: account.word().to_owned(),
        fall,
        levels: levels(ledger, now),
        worst: LedgerLine::of(worst, Told::default()),
        open_failures: ledger.open_failures(),
    })
}

/// How far trust fell on each account, where it did: from just before the failure at which it stood highest to now; and
/// the failure that cost most.
pub(crate) fn falls(ledger: &Ledger, now: Timestamp) -> [Option<(u16, &Entry)>; 4] {
    Account::ALL.map(|account| {
        let failures =
            || ledger.entries().filter(move |entry| is_failure(entry) && entry.evidence.account == account);
        let highest = failures().map(|entry| entry.before().get()).max()?;
        let fall = highest.saturating_sub(ledger.level(account, now).get());
        let worst = failures().min_by_key(|entry| entry.change_permille())?;
        (fall > 0).then_some((fall, worst))
    })
}

fn is_failure(entry: &Entry) -> bool {
    match entry.evidence.what {
        What::BadMoment | What::PromiseBroken => true,
        What::GoodMoment | What::PromiseKept | What::Repaired | What::Corrected { .. } => false,
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    n: u64,
    sum: i64,
    squares: i64,
    below: u64,
}

impl Sums {
    fn count(&mut self, level: u16) {
        self.n += 1;
        self.sum += i64::from(level);
        self.squares += i64::from(level) * i64::from(level);
        self.below += u64::from(level < opcx_core::trust::Trust::NEUTRAL.get());
    }

    fn told(self, account: Account) -> AccountFigures {
        AccountFigures {
            account: account.word().to_owned(),
            level: Mean::of(self.sum, self.squares, self.n, 1),
            below_neutral: Share::of(self.below, self.n),
        }
    }
}
