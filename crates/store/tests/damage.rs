//! Bits that turn and files that are cut off, anywhere in a store: found or harmless, never served.
//!
//! `make test` takes a sample of a small store; with `OPCX_DAMAGE=all` every bit and every length of it is
//! tried. `OPCX_DAMAGE_FLIPS=100000` turns so many bits of a larger store. `cargo xtask damage` does both.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use opcx_core::log::{Lane, Position};
use opcx_core::promise::PromiseState;
use opcx_store::conformance::sample::{
    case, change, commit, draft, id, identifier, moment, parcel, position, promise, reading, receipt,
    rejected, rollup, rollup_key, time,
};
use opcx_store::disk::RealDisk;
use opcx_store::{
    Assembled, Commit, Embedded, EventKey, Faults, SegmentLog, Settings, Store, StoreError, Trail,
    TreeTables, Written,
};

/// Records of the small store.
const RECORDS: u64 = 48;
/// Bits and lengths tried of each file where not all are.
const SAMPLES: u64 = 8;

/// In memory where the system has such a place: everything is laid out and opened a thousand times.
fn folder() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    let made = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    made.expect("a temporary folder can be made")
}

fn settings() -> Settings {
    // Small enough that tables are written out and the log goes through several segments.
    Settings { segment_bytes: 2_000, memtable_bytes: 4_000, ..Settings::default() }
}

/// Every kind of row.
fn rows(from: u64, to: u64) -> Commit {
    let all = || from..to;
    Commit {
        seen: all().map(|at| EventKey::of("shop", &at.to_string())).collect(),
        readings: Written::each(all().map(|at| (position(at), reading(1)))),
        customers: all().map(|at| change(at, Some((Lane::LIVE, time(1))))).collect(),
        owners: all().map(|at| (identifier(at), id(at))).collect(),
        trails: all().map(|at| Trail::Added(id(at), vec![position(at)])).collect(),
        moments: Written::each(all().map(|at| moment(at, 0))),
        promises: vec![(id(from), promise(from, PromiseState::Open))],
        cases: vec![(id(from), case(u32::try_from(from).unwrap_or(0)))],
        receipts: Written::receipts(all().map(|at| receipt(at, 0))),
        parcels: vec![parcel(u32::try_from(from).unwrap_or(0), "crm", 5)],
        rollups: vec![(rollup_key("pay", from.cast_signed(), None), rollup(1))],
        rejected: vec![(position(from), rejected("no id"))],
        ..commit(from, to)
    }
}

/// A store that was closed in order: some of its state in tables, some in journals. Returns what the state
/// said at each position.
fn write(folder: &Path) -> BTreeMap<Position, String> {
    let mut said = BTreeMap::new();
    let store = Embedded::open(folder, &settings()).expect("a new store opens");
    for from in (0..RECORDS).step_by(12) {
        let drafts: Vec<_> = (from..from + 12).map(|number| draft(number, 40)).collect();
        store.append(&drafts).expect("the disk is sound");
        store.commit(&rows(from, from + 12)).expect("the commit is in order");
        said.insert(position(from + 12), answers(&store).expect("a sound store answers"));
    }
    store.persist().expect("the disk is sound");
    said
}

/// Everything that the state says.
fn answers(store: &impl Store) -> Result<String, StoreError> {
    let all = Position::START..position(u64::MAX);
    let mut told = format!(
        "{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n",
        store.progress()?,
        store
            .ready("crm", time(i64::MAX), 999)?
            .into_iter()
            .map(|id| store.parcel(id))
            .collect::<Result<Vec<_>, _>>()?,
        store.dead(None, 999)?,
        store.rollups(None, time(i64::MIN)..time(i64::MAX))?,
        store.promises(None, 999)?,
        store.cases(None, 999)?,
        store.receipts(all.clone(), 9_999)?,
        store.moments(all, 9_999)?,
        store.customers(None, 999)?,
        store.rejected(None, 999)?,
    );
    told += &format!("{:?}\n", store.due(Lane::LIVE, time(i64::MAX), 999)?);
    for number in 0..RECORDS {
        told += &format!(
            "{number}: {:?} {:?} {:?} {:?} {:?}\n",
            store.customer(id(number))?,
            store.owner(&identifier(number))?,
            store.trail(id(number))?,
            store.seen(&[EventKey::of("shop", &number.to_string())])?,
            store.readings(&[position(number)])?,
        );
    }
    Ok(told)
}

/// Every record that the log still gives, and how many it does not.
fn records(store: &impl Store) -> usize {
    let wanted = |number: u64| draft(number, 40).entry.decode().expect("a sample decodes");
    (0..RECORDS)
        .filter(|&number| match store.read_at(&[position(number)]) {
            Ok(read) => {
                assert_eq!(read[0].record.entry, wanted(number), "record {number} is another one");
                false
            }
            Err(StoreError::Damaged { from, .. }) => {
                assert_eq!(from, position(number), "the error names another record");
                true
            }
            Err(other) => panic!("record {number}: {other}"),
        })
        .count()
}

fn files(folder: &Path, within: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder.join(within)).expect("the store can be listed") {
        let name = within.join(entry.expect("the store can be listed").file_name());
        if folder.join(&name).is_dir() { files(folder, &name, found) } else { found.push(name) }
    }
    found.sort();
}

/// A file's bytes without the zeros that it was made long with.
fn bytes(path: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut file = fs::File::open(path).expect("the file is there");
    let mut piece = vec![0; 1 << 16];
    while let Ok(read @ 1..) = std::io::Read::read(&mut file, &mut piece) {
        if bytes.len() > 1 << 20 && piece[..read].iter().all(|byte| *byte == 0) {
            break;
        }
        bytes.extend_from_slice(&piece[..read]);
    }
    let end = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    bytes.truncate(end);
    bytes
}

/// A store as bytes, to be laid out again and again.
struct Original {
    files: Vec<(PathBuf, Vec<u8>, u64)>,
    answers: String,
    /// What the state said before, by its position.
    before: BTreeMap<Position, String>,
    /// A folder in which it is laid out as it is.
    sound: Cell<Option<tempfile::TempDir>>,
}

impl Original {
    fn new() -> Original {
        let folder = folder();
        let before = write(folder.path());
        let answers = {
            let store = Embedded::open(folder.path(), &settings()).expect("a sound store opens");
            answers(&store).expect("a sound store answers")
        };
        let mut found = Vec::new();
        files(folder.path(), Path::new(""), &mut found);
        let files = found
            .into_iter()
            .map(|name| {
                let path = folder.path().join(&name);
                let length = fs::metadata(&path).expect("the file is there").len();
                (name, bytes(&path), length)
            })
            .collect();
        Original { files, answers, before, sound: Cell::new(None) }
    }

    /// Lays the store out with one file changed.
    fn laid_out(&self, changed: usize, change: impl Fn(&mut Vec<u8>) -> Option<u64>) -> tempfile::TempDir {
        let folder = folder();
        for (number, (name, bytes, length)) in self.files.iter().enumerate() {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().expect("files lie in folders")).expect("a folder can be made");
            let (mut bytes, mut length) = (bytes.clone(), *length);
            if number == changed {
                length = change(&mut bytes).unwrap_or(length);
            }
            fs::write(&path, &bytes).expect("the file can be written");
            fs::File::options()
                .write(true)
                .open(&path)
                .and_then(|file| file.set_len(length))
                .expect("as long");
        }
        folder
    }

    /// Whether fjall by itself, without a look at its files beforehand, serves something else than was written.
    fn is_served_wrong_without_witness(&self, changed: usize, bit: u64) -> bool {
        let folder = self.laid_out(changed, |bytes| turn(bytes, bit));
        let Ok(tables) = TreeTables::open(&folder.path().join("state"), &settings()) else { return false };
        let log = SegmentLog::open(RealDisk, folder.path().join("log"), settings().segment_bytes);
        let store = Assembled::of(log.expect("the log is sound"), tables, Faults::none());
        let store = store.expect("the state is not ahead");
        // An earlier state is no harm: the rest is derived again. A mixture of two is.
        let position = store.progress().expect("it reads").position;
        answers(&store).is_ok_and(|told| Some(&told) != self.before.get(&position))
    }

    /// Whether the state is refused before fjall is let at it: then nothing was changed, and the same folder
    /// serves for the next trial.
    fn is_refused_at_once(&self, changed: usize, change: impl Fn(&mut Vec<u8>) -> Option<u64>) -> bool {
        let folder = self.sound.take().unwrap_or_else(|| self.laid_out(usize::MAX, |_| None));
        let (name, sound, length) = &self.files[changed];
        let path = folder.path().join(name);
        let write = |bytes: &[u8], length| {
            fs::write(&path, bytes).expect("the file can be written");
            fs::File::options()
                .write(true)
                .open(&path)
                .and_then(|file| file.set_len(length))
                .expect("as long");
        };
        let mut bytes = sound.clone();
        let other = change(&mut bytes);
        write(&bytes, other.unwrap_or(*length));
        match Embedded::open_as_it_is(folder.path(), &settings()) {
            Err(StoreError::StateDamaged { what }) if !what.contains("while opening") => {
                write(sound, *length);
                self.sound.set(Some(folder));
                true
            }
            Ok(_) | Err(_) => false,
        }
    }

    /// Lays the store out with one file changed, opens it, and says what came of it.
    fn with(&self, changed: usize, change: impl Fn(&mut Vec<u8>) -> Option<u64>) -> &'static str {
        if is_everything_tried() && self.is_refused_at_once(changed, &change) {
            return "state refused at once";
        }
        let folder = self.laid_out(changed, change);
        let name = self.files[changed].0.display();
        let mut aside = None;
        let store = match Embedded::open_telling(folder.path(), &settings(), &mut |told| {
            aside = Some(told.clone());
        }) {
            Ok(store) => store,
            Err(StoreError::Damaged { .. }) if name.to_string().starts_with("log") => return "log refused",
            Err(StoreError::AheadOfLog { .. }) if name.to_string().starts_with("log") => return "log short",
            Err(StoreError::OtherVersion { .. }) if name.to_string() == "format" => return "format refused",
            Err(other) => panic!("{name}: {other}"),
        };
        let lost = records(&store);
        match (aside, answers(&store)) {
            (Some(aside), Ok(_)) => {
                assert_eq!(store.progress().expect("a new state answers").position, Position::START);
                assert!(aside.to.is_dir(), "what was set aside is kept");
                assert_eq!(lost, 0);
                "state set aside"
            }
            (None, Err(StoreError::StateDamaged { .. })) => {
                drop(store);
                let mut told = false;
                let again = Embedded::open_telling(folder.path(), &settings(), &mut |_| told = true);
                assert!(again.is_ok() && told, "{name}: the next opening sets the state aside");
                "state refused while reading"
            }
            (None, Ok(told)) => {
                assert!(told == self.answers, "{name}: the state says something else");
                if lost == 0 { "harmless" } else { "log refused while reading" }
            }
            (aside, Err(other)) => panic!("{name}: {other}, {aside:?}"),
        }
    }
}

fn turn(bytes: &mut [u8], bit: u64) -> Option<u64> {
    bytes[usize::try_from(bit / 8).expect("files are short")] ^= 1 << (bit % 8);
    None
}

fn is_everything_tried() -> bool {
    std::env::var("OPCX_DAMAGE").is_ok_and(|wanted| wanted == "all")
}

/// The places that are tried in a file. Every bit of a log is turned in `log.rs`, in a thousandth of the time.
fn places(name: &Path, length: u64) -> Vec<u64> {
    if is_everything_tried() && !name.starts_with("log") || length <= SAMPLES {
        return (0..length).collect();
    }
    // Spread over the whole, at places that are no multiples of anything.
    (0..SAMPLES).map(|number| (number * length / SAMPLES + number * 7_919 % 31).min(length - 1)).collect()
}

fn tried(what: &str, one: impl Fn(&Original, usize, u64) -> &'static str, places_per_byte: u64) {
    let original = Original::new();
    for (number, (name, bytes, _)) in original.files.iter().enumerate() {
        let mut came = BTreeMap::<_, u64>::new();
        for place in places(name, bytes.len() as u64 * places_per_byte) {
            *came.entry(one(&original, number, place)).or_default() += 1;
        }
        println!("{what} {} of {} bytes: {came:?}", name.display(), bytes.len());
    }
}

#[test]
fn a_bit_that_turns_anywhere_in_a_store_is_found_or_harmless() {
    tried("bits of", |original, file, bit| original.with(file, |bytes| turn(bytes, bit)), 8);
}

#[test]
fn a_file_of_a_store_cut_off_anywhere_is_found_or_harmless() {
    tried(
        "lengths of",
        |original, file, length| {
            original.with(file, |bytes| {
                bytes.truncate(usize::try_from(length).expect("files are short"));
                Some(length)
            })
        },
        1,
    );
}

/// fjall would make room for so many parts, up to 170 GB of it.
#[test]
fn a_bit_that_turns_in_the_number_of_a_tables_parts_does_not_end_the_program() {
    let original = Original::new();
    let mut tried = 0;
    // Lists of tables end alike, and have another witness; one that is no longer in use may still lie there.
    let is_table = |name: &Path| name.parent().is_some_and(|folder| folder.ends_with("tables"));
    let tables = original.files.iter().enumerate().filter(|(_, (name, ..))| is_table(name));
    for (file, (_, bytes, _)) in tables {
        let list = bytes.windows(4).rposition(|four| four == b"TOC!").expect("a table has a list of parts");
        for bit in (list as u64 + 4) * 8..(list as u64 + 8) * 8 {
            assert_eq!(original.with(file, |bytes| turn(bytes, bit)), "state set aside");
            tried += 1;
        }
    }
    assert!(tried > 100, "{tried} bits were turned");
}

/// The control: if this serves nothing wrong, the witness can go.
#[test]
fn without_the_witness_a_bit_that_turns_in_a_journal_can_be_served() {
    let original = Original::new();
    let is_journal =
        |(name, _, _): &(PathBuf, Vec<u8>, u64)| name.extension().is_some_and(|end| end == "jnl");
    let journal = original.files.iter().position(is_journal).expect("there is a journal");
    // The sequence number of the first batch, which no checksum covers; but for its last byte, which fjall
    // keeps for itself and panics at.
    let wrong = (40..96).filter(|bit| original.is_served_wrong_without_witness(journal, *bit)).count();
    println!("{wrong} of 56 bits served wrong");
    assert!(wrong > 0);
}

/// A larger store: its log in segments of 1 MB, its state in many tables.
fn larger() -> Settings {
    Settings { segment_bytes: 1 << 20, memtable_bytes: 1 << 20, cache_bytes: 1 << 20, ..Settings::default() }
}

/// Records of the larger store, and of one commit to it.
const LARGER_RECORDS: u64 = 20_000;
const LARGER_COMMIT: u64 = 1_000;
/// Of so many turned bits one is in the state, which has to be gone through whole for each.
const LOG_FLIPS_PER_STATE_FLIP: u64 = 100;

#[test]
fn bits_that_turn_anywhere_in_a_larger_store_cost_the_record_they_are_in_and_are_never_served() {
    let wanted = std::env::var("OPCX_DAMAGE_FLIPS").ok().and_then(|flips| flips.parse().ok());
    let flips: u64 = wanted.unwrap_or(200);
    let folder = folder();
    let store = Embedded::open(folder.path(), &larger()).expect("a new store opens");
    for from in (0..LARGER_RECORDS).step_by(1_000) {
        let drafts: Vec<_> = (from..from + LARGER_COMMIT).map(|number| draft(number, 100)).collect();
        store.append(&drafts).expect("the disk is sound");
        store.commit(&rows(from, from + LARGER_COMMIT)).expect("the commit is in order");
    }
    drop(store);
    let mut random = flips;
    let mut below = |bound: u64| {
        // SplitMix64, which is good enough to choose bits.
        random = random.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (random ^ (random >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB) % bound
    };

    // The log: every record's place, and a look at the record that is hit and at its neighbours.
    let mut places: Vec<(PathBuf, u64, u64)> = Vec::new();
    opcx_store::survey(&folder.path().join("log"), &mut |path, offset, raw| {
        places.push((path.to_owned(), offset, opcx_store::frame_bytes(raw) as u64));
        Ok::<_, StoreError>(())
    })
    .expect("the log can be read");
    assert_eq!(places.len() as u64, LARGER_RECORDS);
    let store = Embedded::open(folder.path(), &larger()).expect("a sound store opens");
    for _ in 0..flips {
        let hit = below(LARGER_RECORDS);
        let (path, offset, bytes) = &places[usize::try_from(hit).expect("few")];
        let bit = offset * 8 + below(bytes * 8);
        flip(path, bit);
        for number in hit.saturating_sub(1)..(hit + 2).min(LARGER_RECORDS) {
            match store.read_at(&[position(number)]) {
                Ok(read) => {
                    assert_ne!(number, hit, "bit {bit} of {} is not found", path.display());
                    assert_eq!(Ok(&read[0].record.entry), draft(number, 100).entry.decode().as_ref());
                }
                Err(StoreError::Damaged { from, .. }) => assert_eq!((number, from), (hit, position(hit))),
                Err(other) => panic!("bit {bit} of {}: {other}", path.display()),
            }
        }
        flip(path, bit);
    }
    let sound = opcx_store::digest(&store).expect("a sound state answers");
    drop(store);

    // The state: gone through whole.
    let mut tables = Vec::new();
    files(&folder.path().join("state/keyspaces"), Path::new(""), &mut tables);
    tables.retain(|table| table.components().any(|part| part.as_os_str() == "tables"));
    let (mut found, mut harmless) = (0_u64, 0_u64);
    for _ in 0..flips.div_ceil(LOG_FLIPS_PER_STATE_FLIP) {
        let table = &tables[usize::try_from(below(tables.len() as u64)).expect("few")];
        let path = folder.path().join("state/keyspaces").join(table);
        let bit = below(fs::metadata(&path).expect("it is there").len() * 8);
        flip(&path, bit);
        let digest =
            Embedded::open_as_it_is(folder.path(), &larger()).and_then(|store| opcx_store::digest(&store));
        match digest {
            Ok(digest) => {
                assert_eq!(digest, sound, "bit {bit} of {} is served", path.display());
                harmless += 1;
            }
            Err(StoreError::StateDamaged { .. }) => found += 1,
            Err(other) => panic!("bit {bit} of {}: {other}", path.display()),
        }
        flip(&path, bit);
        // What was noted about the damage, which is no more.
        let _ = fs::remove_file(folder.path().join("state/damaged"));
    }
    println!(
        "{flips} bits of the log found, {found} of the state found, {harmless} harmless to what it says"
    );
}

/// Turns a bit of a file where it lies.
fn flip(path: &Path, bit: u64) {
    use std::os::unix::fs::FileExt as _;
    let file = fs::File::options().read(true).write(true).open(path).expect("the file is there");
    let mut byte = [0];
    file.read_exact_at(&mut byte, bit / 8).expect("the file is as long");
    byte[0] ^= 1 << (bit % 8);
    file.write_all_at(&byte, bit / 8).expect("the file can be written");
}
