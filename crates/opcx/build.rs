//! Builds the pages in `web/` and puts them into the program.
//!
//! Runs again only when a source of theirs changed, and installs what they are built with only when the lock
//! file did. `OPCX_PAGES` names a folder with pages that were built elsewhere (packagers), or is `none` for a
//! program without pages: then no Node.js is needed.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::process::{Command, exit};

/// What the pages are made of, in `web/`.
const SOURCES: [&str; 9] = [
    "src",
    "public",
    "index.html",
    "compressed.ts",
    "package.json",
    "package-lock.json",
    "svelte.config.js",
    "tsconfig.json",
    "vite.config.ts",
];

fn main() {
    println!("cargo::rerun-if-env-changed=OPCX_PAGES");
    println!("cargo::rerun-if-changed=build.rs");
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets it"));
    let built = match std::env::var("OPCX_PAGES") {
        Ok(none) if none == "none" => None,
        Ok(folder) => {
            println!("cargo::rerun-if-changed={folder}");
            Some(PathBuf::from(folder))
        }
        Err(_) => Some(build(&out)),
    };
    let table = built.map_or_else(|| "&[]".to_owned(), |folder| table(&folder));
    fs::write(out.join("pages.rs"), table).expect("cargo's folder can be written to");
}

/// Builds the pages; answers with the folder that holds them.
fn build(out: &Path) -> PathBuf {
    let home = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let web = home.join("../../web");
    if !web.join("package.json").is_file() {
        stop(
            "the pages' sources (`web/`) are not here; set OPCX_PAGES to a folder with built pages, or to `none`",
        );
    }
    for source in SOURCES {
        println!("cargo::rerun-if-changed={}", web.join(source).display());
    }
    // Builds of several profiles may run at a time, and install into the same folder.
    let turn = File::create(web.join(".building")).and_then(|file| file.lock().map(|()| file));
    let _turn = turn.unwrap_or_else(|error| stop(&format!("`web/` cannot be written to: {error}")));
    install(&web);
    let folder = out.join("pages");
    run(&web, &["run", "--silent", "build"], &folder);
    folder
}

fn install(web: &Path) {
    let lock = fs::read(web.join("package-lock.json")).unwrap_or_default();
    let mark = web.join("node_modules/.installed-lock");
    if fs::read(&mark).is_ok_and(|installed| installed == lock) {
        return;
    }
    run(web, &["ci", "--loglevel=error"], Path::new("dist"));
    if let Err(error) = fs::write(&mark, lock) {
        stop(&format!("`{}` cannot be written: {error}", mark.display()));
    }
}

fn run(web: &Path, arguments: &[&str], out: &Path) {
    let ran = Command::new("npm").args(arguments).current_dir(web).env("OPCX_PAGES_OUT", out).output();
    match ran {
        Ok(ran) if ran.status.success() => {}
        Ok(ran) => {
            let told = [ran.stdout, ran.stderr].concat();
            stop(&format!(
                "`npm {}` in `web/` failed:\n{}",
                arguments.join(" "),
                String::from_utf8_lossy(&told)
            ));
        }
        Err(error) => stop(&format!(
            "the pages are built by npm, which cannot be run ({error}); install Node.js 20.19 or newer, or set \
             OPCX_PAGES=none to build without pages"
        )),
    }
}

/// The built files as a Rust expression.
fn table(folder: &Path) -> String {
    let mut files = Vec::new();
    find(folder, &mut files);
    files.retain(|file| !matches!(extension(file), "br" | "gz"));
    files.sort();
    if !files.iter().any(|file| file.ends_with("index.html")) {
        stop(&format!(
            "there is no `index.html` in `{}`; OPCX_PAGES names a folder of built pages",
            folder.display()
        ));
    }
    let mut text = String::from("&[\n");
    for file in &files {
        let plain = fs::read(file).unwrap_or_else(|error| stop(&format!("`{}`: {error}", file.display())));
        let path = file.strip_prefix(folder).expect("found in it").to_string_lossy().replace('\\', "/");
        let mut tag = DefaultHasher::new();
        plain.hash(&mut tag);
        let packed = |ending: &str| {
            let packed = PathBuf::from(format!("{}.{ending}", file.display()));
            let packed = packed.is_file().then(|| packed.canonicalize().expect("it is there"));
            packed.map_or("None".to_owned(), |packed| format!("Some(include_bytes!({packed:?}))"))
        };
        writeln!(
            text,
            "File {{ path: \"/{path}\", kind: {:?}, tag: \"\\\"{:016x}\\\"\", plain: include_bytes!({:?}), brotli: {}, gzip: {} }},",
            kind(file),
            tag.finish(),
            file.canonicalize().expect("it is there"),
            packed("br"),
            packed("gz"),
        )
        .expect("memory takes all");
    }
    text.push(']');
    text
}

fn find(folder: &Path, files: &mut Vec<PathBuf>) {
    let entries =
        fs::read_dir(folder).unwrap_or_else(|error| stop(&format!("`{}`: {error}", folder.display())));
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() { find(&path, files) } else { files.push(path) }
    }
}

fn kind(file: &Path) -> &'static str {
    match extension(file) {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "txt" => "text/plain; charset=utf-8",
        other => stop(&format!("the pages hold a `.{other}` file; say in `build.rs` what kind that is")),
    }
}

fn extension(file: &Path) -> &str {
    file.extension().and_then(|extension| extension.to_str()).unwrap_or("")
}

fn stop(what: &str) -> ! {
    eprintln!("{what}");
    exit(1)
}
