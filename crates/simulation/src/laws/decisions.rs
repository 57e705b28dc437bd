use std::collections::{BTreeMap, BTreeSet};

use opcx_core::case::{Case, CaseChange};
use opcx_core::customer::{CustomerId, DeedId};
use opcx_core::definitions::Definitions;
use opcx_core::log::Position;
use opcx_core::playbook::{Aim, Mode, Playbook, Trigger};
use opcx_core::receipt::{ChainHash, Deed, Receipt, ReceiptHash, Verdict};
use opcx_core::record::{Command, Entry, Order};
use opcx_core::time::Timestamp;
use opcx_store::Store;

use crate::broken::{Result, hold, unexplained};
use crate::world::World;

/// Law 7: the chain holds, no id is given twice, and whatever was done has its receipt and is there.
pub(super) fn have_receipts(world: &World) -> Result<()> {
    let truth = &world.machine.truth;
    let receipts = unexplained(truth.receipts(Position::START..truth.end(), usize::MAX))?;
    let seals: BTreeMap<Option<DeedId>, Vec<ReceiptHash>> =
        unexplained(truth.seals())?.into_iter().map(|seal| (seal.after, seal.receipts)).collect();
    let sealed = |chain: ChainHash, after: Option<DeedId>| {
        seals.get(&after).into_iter().flatten().fold(chain, |chain, hash| chain.after(*hash))
    };
    let (mut chain, mut ids) = (sealed(ChainHash::default(), None), BTreeSet::new());
    let erasures = unexplained(truth.erasures(false, usize::MAX))?;
    let mut decisions: u64 = erasures.iter().map(|(_, row)| row.erasure().remains.counts.decisions).sum();
    let gone: BTreeSet<_> = erasures.iter().flat_map(|(_, row)| &row.erasure().gone).collect();
    let mut deeds: BTreeSet<String> = BTreeSet::new();
    for receipt in &receipts {
        let hash = ReceiptHash::of(&postcard::to_allocvec(receipt).expect("plain data"));
        chain = sealed(chain.after(hash), Some(receipt.id));
        hold(ids.insert(receipt.id), "no id is given twice", || format!("{}", receipt.id))?;
        decisions += receipt.decisions.len() as u64;
        for decision in receipt.decisions.iter() {
            let Verdict::Acted { shadow: false, deeds: done } = decision.verdict else { continue };
            let is_history = world.ledger.lane(receipt.position).mode() == Mode::Shadow;
            hold(!is_history, "history sends nothing", || {
                format!("{} acted at {}", decision.subject, receipt.position)
            })?;
            for deed in done {
                let Some((name, is_there)) = done_and_there(&**truth, deed)? else { continue };
                hold(is_there, "what a receipt says was done is there", || format!("{name} is not"))?;
                hold(deeds.insert(name.clone()), "no id is given twice", || name)?;
            }
        }
    }
    let progress = unexplained(truth.progress())?;
    let law = "every decision has a receipt, in one chain (law 7)";
    hold(chain == progress.chain, law, || "the chain is broken".into())?;
    hold(decisions == progress.totals.decisions, law, || {
        format!("{decisions} decisions are on receipts, {} are counted", progress.totals.decisions)
    })?;
    for parcel in world.received.keys().filter(|parcel| !gone.contains(&parcel.0.customer)) {
        hold(deeds.contains(&parcel.to_string()), law, || format!("{parcel} was sent without one"))?;
    }
    for row in unexplained(truth.cases(None, usize::MAX))? {
        hold(deeds.contains(&row.case.id.to_string()), law, || format!("{} has none", row.case.id))?;
    }
    Ok(())
}

/// The name of something done, and whether its table has it. A promise may be gone again.
fn done_and_there(truth: &dyn Store, deed: &Deed) -> Result<Option<(String, bool)>> {
    Ok(match deed {
        Deed::Sent(parcel) => Some((parcel.to_string(), unexplained(truth.parcel(*parcel))?.is_some())),
        Deed::Opened(case) => Some((case.to_string(), unexplained(truth.case(*case))?.is_some())),
        Deed::Promised(promise) => Some((promise.to_string(), true)),
        Deed::Noted(_) | Deed::Left(_) => None,
    })
}

/// Law 6, and that a held case silences automation on its matter, shadow sends nothing, and caps hold:
/// told from receipts, cases and orders alone, by the ids that customers had when it was decided.
pub(super) fn repair_comes_first(world: &World) -> Result<()> {
    let truth = &world.machine.truth;
    let receipts = unexplained(truth.receipts(Position::START..truth.end(), usize::MAX))?;
    let held = held_cases(world, &receipts)?;
    let mut acted: BTreeMap<(CustomerId, &str), Vec<Timestamp>> = BTreeMap::new();
    for receipt in &receipts {
        for decision in receipt.decisions.iter() {
            let Verdict::Acted { shadow, .. } = decision.verdict else { continue };
            let playbooks = &world.definitions.playbooks;
            let Some(playbook) = playbooks.iter().find(|playbook| playbook.name == *decision.subject) else {
                continue;
            };
            let cases = held.get(&receipt.customer()).into_iter().flatten();
            let mut cases = cases.filter(|held| held.at(receipt.position));
            let who = || format!("{} for {} at {}", playbook.name, receipt.customer(), receipt.position);
            hold(*shadow || playbook.mode == Mode::Live, "what is in shadow sends nothing", who)?;
            hold(playbook.purpose == decision.purpose, "a playbook sees what its purpose may (law 4)", who)?;
            let matter = matter(&world.definitions, playbook);
            if playbook.aim == Aim::Delight {
                hold(cases.next().is_none(), "repair comes before delight (law 6)", who)?;
            } else {
                let same = cases.any(|held| held.case.matter == matter);
                hold(!same, "while a human has a matter, automation is silent on it", who)?;
            }
            if !shadow && playbook.at_most.is_some() {
                acted.entry((receipt.customer(), playbook.name.as_str())).or_default().push(receipt.at);
            }
        }
    }
    for ((customer, name), times) in acted {
        let cap = world.definitions.playbooks.iter().find(|playbook| playbook.name == name);
        let Some(cap) = cap.and_then(|playbook| playbook.at_most) else { continue };
        for at in &times {
            let recent = times.iter().filter(|other| **other <= *at && **other > *at - cap.within).count();
            hold(recent <= usize::from(cap.times), "a playbook acts no more often than its cap", || {
                format!("{name} acted {recent} times for {customer} by {at}")
            })?;
        }
    }
    Ok(())
}

/// A case, and from after which record until which one a human had it.
struct Held {
    case: Case,
    after: Position,
    until: Position,
}

impl Held {
    fn at(&self, position: Position) -> bool {
        self.after < position && position < self.until
    }
}

fn held_cases(world: &World, receipts: &[Receipt]) -> Result<BTreeMap<CustomerId, Vec<Held>>> {
    let mut held: BTreeMap<CustomerId, Vec<Held>> = BTreeMap::new();
    for receipt in receipts {
        for decision in receipt.decisions.iter() {
            let Verdict::Acted { shadow: false, deeds } = decision.verdict else { continue };
            for deed in deeds {
                let Deed::Opened(id) = deed else { continue };
                let Some(row) = unexplained(world.machine.truth.case(*id))? else { continue };
                let closes = world.ledger.records.iter().find(|logged| {
                    matches!(&logged.record.entry, Entry::Command(Command {
                        order: Order::Case(closed, CaseChange::Close { .. }), ..
                    }) if closed == id)
                });
                let until = closes.map_or(Position::new(u64::MAX), |logged| logged.position);
                let known = held.entry(receipt.customer()).or_default();
                known.push(Held { case: row.case, after: receipt.position, until });
            }
        }
    }
    Ok(held)
}

/// What a playbook is about.
fn matter(definitions: &Definitions, playbook: &Playbook) -> String {
    match &playbook.when {
        Trigger::Event(kind) => kind.to_string(),
        Trigger::Moment(index, _) => definitions
            .moment_and_journey(*index)
            .map_or_else(String::new, |(moment, _)| moment.name.to_string()),
        Trigger::Promise(index, _) => {
            definitions.promise(*index).map_or_else(String::new, |promise| promise.name.to_string())
        }
        Trigger::TrustBelow(account, _) | Trigger::TrustAbove(account, _) => account.word().to_owned(),
        Trigger::Silence(_) => "silence".to_owned(),
    }
}
