//! Sorting by time what stands in a file in another order: sorted runs on disk, then merged.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read as _, Seek as _};
use std::path::Path;

use anyhow::{Context as _, bail};
use opcx_company::mapping::Order;
use opcx_core::time::Timestamp;
use opcx_store::{Encoded, EventKey};

use super::feed::Prepared;

/// Bytes of events held in memory; beyond it they are sorted and laid on the disk.
const RUN_BYTES_MAX: usize = 128 << 20;
/// Runs on the disk, each an open file: enough for 32 GB of events.
const RUNS_MAX: usize = 256;
/// What an event takes in memory besides its bytes.
const EVENT_OVERHEAD_BYTES: usize = 96;

/// Where an event stands in the order of time: its time, then its place among those of equal time.
type Place = (Timestamp, i64);

/// Takes events in any order and gives them back in the order of time.
pub(super) struct Sorter<'a> {
    room: &'a Path,
    step: i64,
    next: i64,
    run: Vec<(Place, Prepared)>,
    run_bytes: usize,
    run_bytes_max: usize,
    runs: Vec<File>,
}

impl<'a> Sorter<'a> {
    /// A sorter that uses a folder with room. Of a file that stands backwards events of equal time
    /// stand backwards as well.
    pub(super) fn new(order: Order, room: &'a Path) -> Sorter<'a> {
        let step = match order {
            Order::NewestFirst => -1,
            Order::OldestFirst | Order::Any => 1,
        };
        Sorter {
            room,
            step,
            next: 0,
            run: Vec::new(),
            run_bytes: 0,
            run_bytes_max: RUN_BYTES_MAX,
            runs: Vec::new(),
        }
    }

    pub(super) fn push(&mut self, prepared: Prepared) -> anyhow::Result<()> {
        self.run_bytes += prepared.entry.as_bytes().len() + EVENT_OVERHEAD_BYTES;
        self.run.push(((prepared.at, self.next), prepared));
        self.next += self.step;
        if self.run_bytes >= self.run_bytes_max {
            if self.runs.len() == RUNS_MAX {
                bail!(
                    "the file is too large to be sorted (over {RUNS_MAX} times {} MB); split it by time, oldest part first",
                    self.run_bytes_max >> 20
                );
            }
            let run = self.lay_down().with_context(|| {
                format!(
                    "laying events to be sorted into `{}`; check that the disk has room",
                    self.room.display()
                )
            })?;
            self.runs.push(run);
        }
        Ok(())
    }

    fn lay_down(&mut self) -> io::Result<File> {
        self.run.sort_unstable_by_key(|&(place, _)| place);
        // Without a name, so that nothing stays behind however the import ends.
        let mut file = BufWriter::new(tempfile::tempfile_in(self.room)?);
        for (place, prepared) in self.run.drain(..) {
            write(&mut file, place, &prepared)?;
        }
        self.run_bytes = 0;
        let mut file = file.into_inner()?;
        file.rewind()?;
        Ok(file)
    }

    /// Everything, in the order of time.
    pub(super) fn sorted(mut self) -> io::Result<Sorted> {
        self.run.sort_unstable_by_key(|&(place, _)| place);
        let mut runs = vec![Run::Memory(self.run.into_iter())];
        runs.extend(self.runs.into_iter().map(|file| Run::Disk(BufReader::new(file))));
        let mut sorted = Sorted { heads: Vec::new(), next: BinaryHeap::new(), runs };
        for at in 0..sorted.runs.len() {
            sorted.heads.push(None);
            sorted.fetch(at)?;
        }
        Ok(sorted)
    }
}

enum Run {
    Memory(std::vec::IntoIter<(Place, Prepared)>),
    Disk(BufReader<File>),
}

/// Events in the order of time.
pub(super) struct Sorted {
    runs: Vec<Run>,
    heads: Vec<Option<Prepared>>,
    next: BinaryHeap<Reverse<(Place, usize)>>,
}

impl Sorted {
    fn fetch(&mut self, at: usize) -> io::Result<()> {
        let head = match &mut self.runs[at] {
            Run::Memory(run) => run.next(),
            Run::Disk(run) => read(run)?,
        };
        self.heads[at] = head.map(|(place, prepared)| {
            self.next.push(Reverse((place, at)));
            prepared
        });
        Ok(())
    }
}

impl Iterator for Sorted {
    type Item = io::Result<Prepared>;

    fn next(&mut self) -> Option<io::Result<Prepared>> {
        let Reverse((_, at)) = self.next.pop()?;
        let head = self.heads[at].take()?;
        Some(self.fetch(at).map(|()| head))
    }
}

fn write(file: &mut impl io::Write, (at, number): Place, prepared: &Prepared) -> io::Result<()> {
    let entry = prepared.entry.as_bytes();
    let length = u32::try_from(entry.len()).map_err(io::Error::other)?;
    file.write_all(&at.as_millis().to_le_bytes())?;
    file.write_all(&number.to_le_bytes())?;
    file.write_all(&prepared.key.0)?;
    file.write_all(&length.to_le_bytes())?;
    file.write_all(entry)
}

fn read(file: &mut BufReader<File>) -> io::Result<Option<(Place, Prepared)>> {
    let mut at = [0; 8];
    match file.read_exact(&mut at) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    }
    let (mut number, mut key, mut length) = ([0; 8], [0; 16], [0; 4]);
    file.read_exact(&mut number)?;
    file.read_exact(&mut key)?;
    file.read_exact(&mut length)?;
    let length = usize::try_from(u32::from_le_bytes(length)).map_err(io::Error::other)?;
    let mut entry = vec![0; length];
    file.read_exact(&mut entry)?;
    let at = Timestamp::from_millis(i64::from_le_bytes(at));
    let place = (at, i64::from_le_bytes(number));
    Ok(Some((place, Prepared { at, key: EventKey(key), entry: Encoded::from_bytes(entry) })))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn prepared(at: i64, id: usize) -> Prepared {
        Prepared {
            at: Timestamp::from_millis(at),
            key: EventKey::of("test", &id.to_string()),
            entry: Encoded::from_bytes(id.to_string().into_bytes()),
        }
    }

    proptest! {
        #[test]
        fn sorting_on_disk_and_in_memory_is_a_stable_sort(times in prop::collection::vec(0_i64..9, 0..200), run_bytes in 1_usize..5_000) {
            let room = tempfile::tempdir().unwrap();
            let given: Vec<Prepared> = times.iter().enumerate().map(|(id, &at)| prepared(at, id)).collect();
            for order in [Order::Any, Order::NewestFirst] {
                let mut sorter = Sorter { run_bytes_max: run_bytes, ..Sorter::new(order, room.path()) };
                given.iter().cloned().for_each(|one| sorter.push(one).unwrap());
                let sorted: Vec<Prepared> = sorter.sorted().unwrap().collect::<io::Result<_>>().unwrap();
                let mut expected = given.clone();
                if order == Order::NewestFirst {
                    expected.reverse();
                }
                expected.sort_by_key(|one| one.at);
                prop_assert_eq!(sorted, expected);
            }
        }
    }
}
