//! Names: what the parts of a folder call each other by.

use std::collections::BTreeMap;

use opcx_core::event::Name;
use opcx_core::map::MomentIndex;
use opcx_core::playbook::TemplateIndex;
use opcx_core::promise::PromiseIndex;

use crate::nearest::mend_or_mean;

/// Every name that something else in the folder may use.
#[derive(Debug, Default)]
pub(crate) struct Names {
    pub(crate) kinds: BTreeMap<Name, ()>,
    pub(crate) moments: BTreeMap<Name, MomentIndex>,
    pub(crate) promises: BTreeMap<Name, PromiseIndex>,
    pub(crate) templates: BTreeMap<Name, TemplateIndex>,
    pub(crate) calendars: BTreeMap<Name, ()>,
    pub(crate) channels: BTreeMap<Name, ()>,
    pub(crate) webhooks: BTreeMap<Name, ()>,
    pub(crate) teams: BTreeMap<Name, ()>,
}

impl Names {
    pub(crate) fn kind(&self, name: &str) -> Result<Name, String> {
        find(&self.kinds, name, "the kind of event", "vocabulary.yaml").map(|()| name.into())
    }

    pub(crate) fn moment(&self, name: &str) -> Result<MomentIndex, String> {
        find(&self.moments, name, "the moment", "journeys/")
    }

    pub(crate) fn promise(&self, name: &str) -> Result<PromiseIndex, String> {
        find(&self.promises, name, "the promise", "journeys/")
    }

    pub(crate) fn template(&self, name: &str) -> Result<TemplateIndex, String> {
        find(&self.templates, name, "the template", "templates/")
    }

    pub(crate) fn calendar(&self, name: &str) -> Result<Name, String> {
        find(&self.calendars, name, "the calendar", "calendars/").map(|()| name.into())
    }

    pub(crate) fn channel(&self, name: &str) -> Result<Name, String> {
        find(&self.channels, name, "the channel", "opcx.toml").map(|()| name.into())
    }

    pub(crate) fn webhook(&self, name: &str) -> Result<Name, String> {
        find(&self.webhooks, name, "the webhook", "opcx.toml").map(|()| name.into())
    }

    pub(crate) fn team(&self, name: &str) -> Result<Name, String> {
        find(&self.teams, name, "the team", "opcx.toml (`[house] teams`)").map(|()| name.into())
    }
}

fn find<T: Copy>(known: &BTreeMap<Name, T>, name: &str, what: &str, home: &str) -> Result<T, String> {
    known.get(name).copied().ok_or_else(|| {
        let shown: String = name.chars().take(80).collect();
        let mend = mend_or_mean("add it there", name, known.keys().map(Name::as_str));
        format!("{what} `{shown}` is not in {home}; {mend}")
    })
}
