//! The company's folder, read and saved over HTTP. The folder stays the source of truth: what is saved is what is on
//! disk, and nobody overwrites what changed there since they looked.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::sync::Mutex;

use axum::body::Body;
use axum::http::StatusCode;
use axum::response::Response;
use opcx_company::{Fault, Files, Loaded, Severity};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::route::read_body;
use super::{Sight, json};
use crate::http::caller::Caller;
use crate::http::{Problem, body_bytes};

/// The file that is not saved over HTTP: it says where data and secrets are, and what messages go where.
const SETTINGS: &str = "opcx.toml";
/// One at a time looks what there is and writes.
static SAVES: Mutex<()> = Mutex::new(());

/// The files of the company's folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(super) struct FolderView {
    /// Names the definitions that decide now.
    decides: String,
    /// Names the definitions that the files on disk make; null if they have faults. If it is another than `decides`, the
    /// files decide in a second or two; or, if `opcx.toml` changed as well, after a restart.
    on_disk: Option<String>,
    /// What is wrong with the files on disk.
    faults: Vec<FaultLine>,
    /// The files, by their paths.
    files: Vec<FileView>,
}

/// One file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(super) struct FileView {
    /// Its path within the folder, with `/` between its parts.
    path: String,
    /// What is in it.
    text: String,
    /// Names this state of it.
    hash: String,
    /// Whether it may be saved over HTTP.
    editable: bool,
}

/// Something wrong in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(super) struct FaultLine {
    /// The file's path within the folder.
    pub(super) file: String,
    /// The line, from 1.
    pub(super) line: u32,
    /// The column, from 1.
    pub(super) column: u32,
    /// Whether it keeps the files from being used.
    pub(super) error: bool,
    /// The name of the rule that it breaks.
    pub(super) rule: String,
    /// What is wrong, and how to mend it.
    pub(super) what: String,
}

/// Files to be saved.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Saving {
    /// The files.
    files: Vec<SavingFile>,
}

/// One file to be saved.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SavingFile {
    /// Its path within the folder.
    path: String,
    /// What is to be in it; null takes it away.
    text: Option<String>,
    /// The `hash` of the file that was edited; null for a new file.
    was: Option<String>,
}

/// Files were saved, or not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(super) struct Saved {
    /// Whether they were: with errors nothing is.
    saved: bool,
    /// What is wrong with the folder as it would be.
    faults: Vec<FaultLine>,
    /// Names the definitions that decide now.
    decides: String,
    /// Names the definitions that will decide: in a second or two, or after a restart if `opcx.toml` changed as well;
    /// null if nothing was saved. What decides is told live.
    follows: Option<String>,
}

impl FaultLine {
    pub(super) fn of(fault: &Fault) -> FaultLine {
        FaultLine {
            file: fault.place.file.to_string(),
            line: fault.place.line,
            column: fault.place.column,
            error: fault.severity == Severity::Error,
            rule: fault.rule.to_owned(),
            what: fault.what.clone(),
        }
    }
}

/// The folder, if there is one.
pub(super) fn folder<A>(sight: &Sight<A>) -> Result<&Path, Problem> {
    let none = || Problem::new(StatusCode::NOT_FOUND, "this engine was not started from a folder");
    sight.folder.as_deref().ok_or_else(none)
}

fn decides<A>(sight: &Sight<A>) -> String {
    sight.reigning().definitions.version.to_string()
}

pub(super) fn files<A>(sight: &Sight<A>) -> Result<Response, Problem> {
    let files = opcx_company::all_files(folder(sight)?);
    let Loaded { definitions, faults, .. } = opcx_company::parse(&files);
    let view = FolderView {
        decides: decides(sight),
        on_disk: definitions.map(|definitions| definitions.version.to_string()),
        faults: faults.iter().map(FaultLine::of).collect(),
        files: files
            .into_iter()
            .map(|(path, text)| FileView { hash: hash(&text), editable: path != SETTINGS, path, text })
            .collect(),
    };
    Ok(json(StatusCode::OK, &view))
}

pub(super) async fn save<A>(sight: &Sight<A>, caller: &Caller, body: Body) -> Result<Response, Problem> {
    let refused = |what: String| Problem::new(StatusCode::BAD_REQUEST, what);
    let body = body_bytes(body).await.map_err(|error| refused(error.to_string()))?;
    let Saving { files: edited } = read_body(&body).map_err(refused)?;
    let folder = folder(sight)?;
    let _turn = SAVES.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let mut files = opcx_company::all_files(folder);
    for file in &edited {
        check_path(&file.path)?;
        let is = files.get(&file.path).map(|text| hash(text));
        if is != file.was {
            let what = format!("`{}` is not as it was when it was edited; look at it again", file.path);
            return Err(Problem::new(StatusCode::CONFLICT, what));
        }
    }
    for file in &edited {
        put(&mut files, &file.path, file.text.as_deref());
    }
    let Loaded { definitions, faults, .. } = opcx_company::parse(&files);
    let mut saved = Saved {
        saved: false,
        faults: faults.iter().map(FaultLine::of).collect(),
        decides: decides(sight),
        follows: None,
    };
    if let Some(definitions) = definitions {
        for file in &edited {
            write(&folder.join(&file.path), file.text.as_deref()).map_err(|error| {
                let what =
                    format!("`{}` cannot be written ({error}); check the rights of the folder", file.path);
                Problem::new(StatusCode::INTERNAL_SERVER_ERROR, what)
            })?;
        }
        tracing::info!(by = %caller.name, files = edited.len(), "files of the folder were saved");
        saved.saved = true;
        saved.follows = Some(definitions.version.to_string());
        sight.saved.notify_one();
    }
    Ok(json(StatusCode::OK, &saved))
}

/// Whether a file of that path may be edited over HTTP.
pub(super) fn check_path(path: &str) -> Result<(), Problem> {
    let what = match path {
        SETTINGS => "`opcx.toml` is not changed over HTTP; edit it on the machine".to_owned(),
        path if opcx_company::may_hold(path) => return Ok(()),
        path => format!(
            "`{}` is no file of a company's folder; write it like `playbooks/late.yaml`",
            path.chars().take(64).collect::<String>()
        ),
    };
    Err(Problem::new(StatusCode::BAD_REQUEST, what))
}

/// Puts a file among the others, or takes it away.
pub(super) fn put(files: &mut Files, path: &str, text: Option<&str>) {
    match text {
        Some(text) => drop(files.insert(path.to_owned(), text.to_owned())),
        None => drop(files.remove(path)),
    }
}

/// A file is there whole or as it was, also after a power cut.
fn write(path: &Path, text: Option<&str>) -> std::io::Result<()> {
    let Some(text) = text else { return fs::remove_file(path) };
    let directory = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(directory)?;
    let mut file = tempfile::NamedTempFile::new_in(directory)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    if let Ok(before) = fs::metadata(path) {
        file.as_file().set_permissions(before.permissions())?;
    }
    file.persist(path).map_err(|error| error.error)?;
    fs::File::open(directory)?.sync_all()
}

fn hash(text: &str) -> String {
    blake3::hash(text.as_bytes()).to_string()
}
