//! The whole folder: file by file, in the order in which they need each other's names.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use opcx_core::calendar::{Calendar, Calendars, Definition};
use opcx_core::definitions::{Definitions, House, Version, Vocabulary};
use opcx_core::event::Name;
use opcx_core::playbook::Playbook;
use opcx_core::playbook::TemplateIndex;

use crate::fault::{Faults, Place};
use crate::file::{self, calendar, journey, mapping, playbook, settings, template, vocabulary};
use crate::folder::{FILE_BYTES_MAX, FILES_MAX, Files};
use crate::mapping::Mapping;
use crate::names::Names;
use crate::settings::{Channel, Settings};
use crate::shape::{self, Shape};
use crate::text::{Node, parse_toml, parse_yaml};
use crate::{Defined, Loaded, What};

/// What was read, with where it stands, for the lints.
pub(crate) struct Company {
    pub(crate) settings: Settings,
    pub(crate) vocabulary: Vocabulary,
    pub(crate) map: journey::Map,
    pub(crate) playbooks: Vec<Playbook>,
    /// Where each playbook stands.
    pub(crate) playbook_nodes: Vec<Node>,
    pub(crate) templates: Vec<template::Read>,
    /// What is known in full, so that what is missing there is really missing.
    pub(crate) known: Known,
}

/// Which parts of the folder could be read in full. Where one could not, nothing that uses its names
/// is held against it: a slip in one file must not be reported in all the others.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Known {
    pub(crate) settings: bool,
    vocabulary: bool,
    journeys: bool,
    pub(crate) playbooks: bool,
}

pub(crate) fn read(files: &Files, mut faults: Faults) -> Loaded {
    let files = within_bounds(files, &mut faults);
    let mut reader =
        Reader { files: &files, names: Names::default(), known: Known::default(), faults: &mut faults };

    let settings_node = reader.settings_node();
    let settings =
        settings_node.as_ref().map_or_else(Settings::default, |node| settings::read(node, reader.faults));
    reader.name_settings(&settings, settings_node.as_ref());
    let vocabulary = reader.vocabulary();
    let calendars = reader.calendars(&settings, settings_node.as_ref());
    let map = reader.map(&vocabulary);
    let templates = reader.templates(&vocabulary);
    let (playbooks, playbook_nodes) = reader.playbooks(&vocabulary, &settings);
    let mappings = reader.mappings(&vocabulary);
    let known = reader.known;

    let company = Company { settings, vocabulary, map, playbooks, playbook_nodes, templates, known };
    crate::lint::lint(&company, &mut faults);
    let defined = company.defined();
    let Company { settings, vocabulary, map, playbooks, templates, .. } = company;

    let definitions = (!faults.any_error()).then(|| {
        Definitions::new(
            version(&files),
            vocabulary,
            map.journeys,
            map.moments,
            map.promises,
            playbooks,
            templates.into_iter().map(|read| read.template).collect(),
            calendars,
            House {
                zone: settings.house.zone.clone(),
                quiet: settings.house.quiet,
                contacts: settings.house.contacts,
                limits: settings.limits,
                seed: settings.house.hold_out_seed,
            },
        )
    });
    Loaded { definitions, settings, mappings, defined, faults: faults.into_sorted() }
}

impl Company {
    fn defined(&self) -> Vec<Defined> {
        let one =
            |what, name: &Name, place: &Place| Defined { what, name: name.clone(), place: place.clone() };
        let map = &self.map;
        let journeys = map.journeys.iter().zip(&map.journey_places);
        let moments = map.moments.iter().zip(&map.moment_nodes);
        let promises = map.promises.iter().zip(&map.promise_nodes);
        let playbooks = self.playbooks.iter().zip(&self.playbook_nodes);
        let mut defined: Vec<Defined> =
            journeys.map(|(journey, place)| one(What::Journey, &journey.name, place)).collect();
        defined.extend(moments.map(|(moment, node)| one(What::Moment, &moment.name, &node.place)));
        defined.extend(promises.map(|(promise, node)| one(What::Promise, &promise.name, &node.place)));
        defined.extend(playbooks.map(|(playbook, node)| one(What::Playbook, &playbook.name, &node.place)));
        defined.extend(
            self.templates
                .iter()
                .map(|read| one(What::Template, &read.template.name, &Place::start_of(&read.file))),
        );
        defined
    }
}

/// The files that may be read; of the others the faults.
fn within_bounds<'a>(files: &'a Files, faults: &mut Faults) -> BTreeMap<&'a str, &'a str> {
    let mut within = BTreeMap::new();
    for (path, text) in files.iter().take(FILES_MAX) {
        if u64::try_from(text.len()).is_ok_and(|bytes| bytes <= FILE_BYTES_MAX) {
            within.insert(path.as_str(), text.as_str());
        } else {
            let what = format!("the file is larger than {FILE_BYTES_MAX} bytes; split it");
            faults.error("too-large", &Place::start_of(path), what);
        }
    }
    within
}

/// Whether a file decides what is decided.
pub(crate) fn decides(path: &str) -> bool {
    !path.starts_with("mappings/")
}

/// A hash over the files that decide what is decided, with their paths and lengths, in order. How
/// files are imported and where messages go changes no decision.
fn version(files: &BTreeMap<&str, &str>) -> Version {
    let mut hasher = blake3::Hasher::new();
    for (path, text) in files.iter().filter(|(path, _)| decides(path)) {
        for part in [path, text] {
            hasher.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_le_bytes());
            hasher.update(part.as_bytes());
        }
    }
    let mut version = [0; 16];
    version.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    Version(version)
}

struct Reader<'a> {
    files: &'a BTreeMap<&'a str, &'a str>,
    names: Names,
    known: Known,
    faults: &'a mut Faults,
}

impl<'a> Reader<'a> {
    fn settings_node(&mut self) -> Option<Node> {
        let Some(text) = self.files.get("opcx.toml") else {
            let what = "the folder has no `opcx.toml`; make one, an empty file will do to begin with";
            self.faults.error("missing-file", &Place::start_of("opcx.toml"), what);
            return None;
        };
        let before = self.faults.count();
        let node = parse_toml(&"opcx.toml".into(), text, self.faults);
        self.known.settings = self.faults.count() == before;
        // What was read of a broken file is guesswork, and so would be faults found in it.
        if !self.known.settings {
            return None;
        }
        shape::check(&node, &Shape::Table(&settings::TABLE), self.faults);
        Some(node)
    }

    fn name_settings(&mut self, settings: &Settings, node: Option<&Node>) {
        for (name, channel) in &settings.channels {
            self.names.channels.insert(name.clone(), ());
            match channel {
                Channel::Webhook { .. } => {
                    self.names.webhooks.insert(name.clone(), ());
                }
                Channel::File { .. } | Channel::Log => {}
            }
        }
        let written = node.and_then(|node| node.get("house")?.get("message_channel"));
        file::parsed("unknown-name", written, self.faults, |name| self.names.channel(name));
        self.names.teams = settings.house.teams.iter().map(|team| (team.clone(), ())).collect();
    }

    fn vocabulary(&mut self) -> Vocabulary {
        let Some(text) = self.files.get("vocabulary.yaml") else {
            let what = "the folder has no `vocabulary.yaml`; list the kinds of event and the facts there";
            self.faults.error("missing-file", &Place::start_of("vocabulary.yaml"), what);
            return Vocabulary::default();
        };
        let Some(node) = parse_yaml(&"vocabulary.yaml".into(), text, self.faults) else {
            return Vocabulary::default();
        };
        self.known.vocabulary = true;
        shape::check(&node, &Shape::Table(&vocabulary::TABLE), self.faults);
        let vocabulary = vocabulary::read(&node, self.faults);
        self.names.kinds = vocabulary.kinds.keys().map(|kind| (kind.clone(), ())).collect();
        vocabulary
    }

    fn calendars(&mut self, settings: &Settings, settings_node: Option<&Node>) -> Calendars {
        // A calendar with faults keeps its name, so that nothing else complains about it.
        self.names.calendars =
            within("calendars", self.files).iter().map(|(path, _)| (stem(path), ())).collect();
        let mut named = BTreeMap::new();
        for (stem, node) in self.trees("calendars", &Shape::Table(&calendar::TABLE)).0 {
            if let Some(calendar) = calendar::read(&node, self.faults) {
                named.insert(stem, calendar);
            }
        }
        let ordinary = match &settings.house.calendar {
            None => always_open(settings),
            Some(name) => {
                let written = settings_node.and_then(|node| node.get("house")?.get("calendar"));
                file::parsed("unknown-name", written, self.faults, |name| self.names.calendar(name));
                named.get(name).cloned().unwrap_or_else(|| always_open(settings))
            }
        };
        Calendars { ordinary, named }
    }

    fn map(&mut self, vocabulary: &Vocabulary) -> journey::Map {
        let mut map = journey::Map::default();
        let (trees, all) = self.trees("journeys", &Shape::Table(&journey::TABLE));
        self.known.journeys = all;
        if !self.known.vocabulary {
            return map;
        }
        for (_, node) in trees {
            journey::read(&node, vocabulary, &mut self.names, &mut map, self.faults);
        }
        map
    }

    fn templates(&mut self, vocabulary: &Vocabulary) -> Vec<template::Read> {
        let mut templates: Vec<template::Read> = Vec::new();
        for (path, text) in within("templates", self.files) {
            let (file, stem) = (Arc::from(path), stem(path));
            if self.names.templates.contains_key(&stem) {
                let what = format!("there is another template `{stem}`; rename one");
                self.faults.error("name-taken", &Place::start_of(path), what);
                continue;
            }
            let index = u16::try_from(self.names.templates.len()).map(TemplateIndex);
            // FILES_MAX is less.
            self.names.templates.insert(stem.clone(), index.expect("fewer templates than files may be"));
            if self.known.vocabulary && self.known.journeys {
                templates.push(template::read(&file, text, stem, vocabulary, &self.names, self.faults));
            }
        }
        templates
    }

    fn playbooks(&mut self, vocabulary: &Vocabulary, settings: &Settings) -> (Vec<Playbook>, Vec<Node>) {
        let message_channel = settings.house.message_channel.as_ref();
        let mut playbooks = Vec::new();
        let mut nodes = Vec::new();
        let before = self.faults.count();
        let (trees, _) = self.trees("playbooks", &Shape::Table(&playbook::TABLE));
        if !(self.known.vocabulary && self.known.journeys && self.known.settings) {
            return (playbooks, nodes);
        }
        for (_, node) in trees {
            let read = playbook::read(&node, vocabulary, &self.names, message_channel, self.faults);
            if let Some(playbook) = read {
                playbook::check_name(&playbook, &node, &playbooks, self.faults);
                playbooks.push(playbook);
                nodes.push(node);
            }
        }
        self.known.playbooks = self.faults.count() == before;
        (playbooks, nodes)
    }

    fn mappings(&mut self, vocabulary: &Vocabulary) -> Vec<Mapping> {
        let (trees, _) = self.trees("mappings", &Shape::Table(&mapping::TABLE));
        if !self.known.vocabulary {
            return Vec::new();
        }
        let names = &self.names;
        let faults = &mut *self.faults;
        trees
            .into_iter()
            .filter_map(|(stem, node)| mapping::read(&node, stem, vocabulary, names, faults))
            .collect()
    }

    /// The YAML files of a directory, each held against its shape, by their names without ending; and
    /// whether those are all.
    fn trees(&mut self, directory: &str, shape: &Shape) -> (Vec<(Name, Node)>, bool) {
        let files = within(directory, self.files);
        let mut trees = Vec::new();
        for (path, text) in &files {
            if let Some(node) = parse_yaml(&Arc::from(*path), text, self.faults) {
                shape::check(&node, shape, self.faults);
                trees.push((stem(path), node));
            }
        }
        let all = trees.len() == files.len();
        (trees, all)
    }
}

fn always_open(settings: &Settings) -> Calendar {
    Calendar::new(Definition { zone: settings.house.zone.clone(), ..Definition::always() })
        .expect("a week that is always open is a calendar in every zone")
}

/// The files of a directory in the order of their names.
fn within<'a>(directory: &str, files: &BTreeMap<&'a str, &'a str>) -> Vec<(&'a str, &'a str)> {
    let belongs = |path: &str| path.strip_prefix(directory).is_some_and(|rest| rest.starts_with('/'));
    files.iter().filter(|(path, _)| belongs(path)).map(|(path, text)| (*path, *text)).collect()
}

fn stem(path: &str) -> Name {
    Path::new(path).file_stem().and_then(|stem| stem.to_str()).unwrap_or(path).into()
}
