//! The app of the machines: opened in the morning, downloaded when there is a new one.

use opcx_core::time::{Span, Timestamp};

use super::known::Known;
use super::voice::Complaint;
use super::{Step, Told, World};
use crate::company::{APP_VERSIONS, Line};
use crate::heart::{About, Experience};
use crate::message::{Channel, Fact, Kind};
use crate::person::Number;
use crate::rhythm;
use crate::scenario::What;
use crate::texts::Topic;

/// Downloads that break off anyway, and errors when opened; in permille.
const BREAKS_OFF_PERMILLE: u32 = 25;
const ERROR_PERMILLE: u32 = 18;
/// How often the app is opened: about so many days apart.
const OPENED_EVERY_DAYS: i64 = 4;
/// Most tries of one download.
const TRIES_MAX: i64 = 4;

impl World {
    /// When somebody will download the releases still to come.
    pub(super) fn offer_releases(&mut self, number: Number, at: Timestamp) {
        for version in 1..APP_VERSIONS.len() {
            let Some(&day) = self.scenario.app_releases.get(version - 1) else { continue };
            let released = self.scenario.day(day);
            if released < at {
                continue;
            }
            let random = self.random(number);
            let later = released + Span::from_millis(random.waiting(2 * Span::DAY.as_millis()));
            let later = rhythm::at_home(random, later);
            let version = u8::try_from(version).expect("a handful of versions");
            self.wake(number, later, Step::Release(version));
        }
    }

    pub(super) fn open_app(&mut self, number: Number, at: Timestamp) {
        if !self.is_here(number) {
            return;
        }
        let random = self.random(number);
        let next = at
            + Span::HOUR.times(6)
            + Span::from_millis(random.waiting(OPENED_EVERY_DAYS * Span::DAY.as_millis()));
        let next = rhythm::at_home(random, next);
        self.wake(number, next, Step::App);
        let facts = self.app_facts(number);
        let who = self.app_user(number);
        let has_error = self.random(number).permille(ERROR_PERMILLE);
        let kind = if has_error { Kind::AppError } else { Kind::AppOpened };
        let event = self.tell(Told::by_customer(at, kind, Channel::App, who, facts));
        let quality = if has_error { -260 } else { 230 };
        let felt = Experience { about: About::App, quality, weight_permille: 20, cause: None };
        self.feel(number, at, Some(event), felt);
    }

    /// Tries to get a release; on a bad day several times, and in vain.
    pub(super) fn download(&mut self, number: Number, at: Timestamp, version: u8) {
        if !self.is_here(number) {
            return;
        }
        let line = self.person(number).line;
        // Only the second release is the one that is too large.
        let cause = self.struck(
            number,
            at,
            |what| matches!(what, What::DownloadFails { line: of } if *of == line && version == 2),
        );
        let mut now = at;
        let mut last = None;
        let tries = self.random(number).between(2, TRIES_MAX + 1);
        for _ in 0..tries {
            let who = self.app_user(number);
            let mut facts = self.app_facts(number);
            let wanted = APP_VERSIONS[usize::from(version)];
            facts.retain(|(name, _)| *name != "app_version");
            facts.push(("app_version", Fact::Word(wanted)));
            self.tell(Told::by_customer(
                now,
                Kind::DownloadStarted,
                Channel::App,
                who.clone(),
                facts.clone(),
            ));
            let seconds = match line {
                Line::Fast => self.random(number).between(4, 40),
                Line::Slow => self.random(number).between(60, 600),
            };
            now = now + Span::SECOND.times(seconds);
            facts.push(("seconds", Fact::Number(seconds)));
            if cause.is_none() && !self.random(number).permille(BREAKS_OFF_PERMILLE) {
                let done =
                    self.tell(Told::by_customer(now, Kind::DownloadCompleted, Channel::App, who, facts));
                self.person(number).app_version = version;
                let felt = Experience { about: About::App, quality: 220, weight_permille: 30, cause: None };
                self.feel(number, now, Some(done), felt);
                return;
            }
            facts.push(("percent", Fact::Number(self.random(number).between(3, 99))));
            let failed = self.tell(Told::by_customer(now, Kind::DownloadFailed, Channel::App, who, facts));
            let quality = self.random(number).normal(-400, 120);
            let felt = Experience { about: About::App, quality, weight_permille: 70, cause };
            self.feel(number, now, Some(failed), felt);
            last = Some(quality);
            now = now + Span::MINUTE.times(self.random(number).between(1, 30));
        }
        if let Some(quality) = last {
            let complaint = Complaint { topic: Topic::Download, quality, cause, order: 0, product: 8 };
            self.perhaps_complain(number, now, complaint, 900);
        }
    }

    fn app_user(&mut self, number: Number) -> crate::message::Who {
        self.who(number, &[Known::Account, Known::Device])
    }

    fn app_facts(&mut self, number: Number) -> Vec<(&'static str, Fact)> {
        let person = self.person(number);
        vec![
            ("app_version", Fact::Word(APP_VERSIONS[usize::from(person.app_version)])),
            ("platform", Fact::Word(person.platform.word())),
            ("line", Fact::Word(person.line.word())),
            ("region", Fact::Word(person.region.word())),
        ]
    }
}
