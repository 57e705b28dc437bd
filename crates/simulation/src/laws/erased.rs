use std::io;
use std::path::Path;

use opcx_core::log::Position;
use opcx_store::disk::{Disk as _, DiskFile as _, SimulatedDisk, read_full_at};
use opcx_store::parts::{Table, Tables as _, View as _};
use opcx_store::{Encoded, ErasureRow, MemoryTables, SegmentFile};

use crate::broken::{Result, hold, unexplained};
use crate::erased::Leaver;
use crate::words::Words;
use crate::world::World;

const LAW: &str = "of who was erased nothing is left";

/// What an erasure that is done leaves: in the log up to the order nobody is called as they were, and words
/// that nothing later in the log says are in no file, in no table, and in no answer.
pub(crate) fn nothing_is_left(world: &World) -> Result<()> {
    let done: Vec<(Position, ErasureRow)> = unexplained(world.machine.truth.erasures(false, usize::MAX))?
        .into_iter()
        .filter(|(_, row)| matches!(row, ErasureRow::Done(_)))
        .collect();
    if done.is_empty() {
        return Ok(());
    }
    let (in_log, on_disk, in_tables) = (words_of_log(world), words_on_disk(world), words_in_tables(world)?);
    for (position, row) in done {
        let leaver = world.ledger.erased.leavers.get(&position);
        hold(leaver.is_some(), "nothing comes from nowhere", || format!("nobody was erased at {position}"))?;
        let Some(leaver) = leaver else { continue };
        for (logged, words) in
            world.ledger.records.iter().zip(&in_log).take_while(|(logged, _)| logged.position <= position)
        {
            let named = leaver.names.meet(words);
            hold(named.is_none(), LAW, || format!("the record at {} says {named:?}", logged.position))?;
        }
        let mut theirs = leaver.words.clone();
        in_log.iter().for_each(|words| theirs.remove(words));
        for (place, words) in on_disk.iter().chain(&in_tables) {
            let named = theirs.meet(words);
            hold(named.is_none(), LAW, || format!("{place} says {named:?}"))?;
        }
        nothing_answers_for(world, leaver, &row)?;
    }
    Ok(())
}

fn words_of_log(world: &World) -> Vec<Words> {
    let records = world.ledger.records.iter();
    records.map(|logged| Words::of(Encoded::of(&logged.record.entry).as_bytes())).collect()
}

/// As it is, and as a power cut may leave it.
fn words_on_disk(world: &World) -> Vec<(String, Words)> {
    let files = world.machine.disk.contents().into_iter();
    files.map(|(path, bytes)| (path.display().to_string(), Words::of(&unpressed(&bytes)))).collect()
}

/// What a file of the log says, pressed or not.
fn unpressed(bytes: &[u8]) -> Vec<u8> {
    let read = || {
        let file = SimulatedDisk::new().create(Path::new("/file"))?;
        file.write_at(bytes, 0)?;
        let file = SegmentFile::of(file)?;
        let mut whole = vec![0; usize::try_from(file.length()?).map_err(io::Error::other)?];
        read_full_at(&file, &mut whole, 0)?;
        Ok::<_, io::Error>(whole)
    };
    read().expect("a disk without faults in memory")
}

fn words_in_tables(world: &World) -> Result<Vec<(String, Words)>> {
    let tables = &world.machine.tables.tables;
    let mut found = Vec::new();
    let durable: MemoryTables = tables.crash(0);
    for tables in [tables, &durable] {
        let view = tables.view();
        for table in Table::ALL {
            let mut words = Words::default();
            for row in view.range(table, ..) {
                let (key, value) = unexplained(row)?;
                words.read(&key);
                words.read(&value);
            }
            found.push((format!("table {}", table.name()), words));
        }
    }
    Ok(found)
}

fn nothing_answers_for(world: &World, leaver: &Leaver, row: &ErasureRow) -> Result<()> {
    let truth = &world.machine.truth;
    for &id in &leaver.gone {
        let known = unexplained(truth.stands_for(id))?;
        hold(known.is_none(), LAW, || format!("{id} leads to {known:?}"))?;
    }
    let receipts = unexplained(truth.receipts(Position::START..truth.end(), usize::MAX))?;
    for receipt in receipts.iter().filter(|receipt| leaver.gone.contains(&receipt.customer())) {
        let is_the_last = receipt.id == row.erasure().receipt;
        hold(is_the_last, LAW, || format!("there is the receipt {}", receipt.id))?;
    }
    for parcel in world.received.keys().filter(|parcel| leaver.gone.contains(&parcel.0.customer)) {
        let known = unexplained(truth.parcel(*parcel))?;
        hold(known.is_none(), LAW, || format!("there is {parcel}"))?;
    }
    for case in unexplained(truth.cases(None, usize::MAX))? {
        let is_theirs = leaver.gone.contains(&case.case.id.0.customer);
        hold(!is_theirs, LAW, || format!("there is {}", case.case.id))?;
    }
    Ok(())
}
