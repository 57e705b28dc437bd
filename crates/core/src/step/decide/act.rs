use alloc::boxed::Box;
use alloc::vec::Vec;
use compact_str::{CompactString, format_compact};

use super::Asked;
use crate::case::{Case, CaseId, CaseState};
use crate::customer::{Contact, Customer, Fired, Promised};
use crate::delivery::ParcelId;
use crate::effects::{Content, Effects, EventNews, Parcel};
use crate::event::{Event, Facts, Name};
use crate::playbook::{ActionDefinition, Mode, Priority, TemplateIndex};
use crate::promise::{Promise, PromiseId, PromiseIndex};
use crate::receipt::{Deed, Refused, Verdict};
use crate::step::observe::Noticed;
use crate::step::{Happening, message, promises};
use crate::time::Timestamp;

/// Does what the playbook says. An action that cannot be done is left, with its reason; a playbook of
/// which every action was left has been refused.
pub(super) fn act(customer: &mut Customer, asked: &Asked<'_>, effects: &mut Effects) -> Verdict {
    let shadow = asked.playbook.mode == Mode::Shadow || asked.input.mode == Mode::Shadow;
    let mut desk = Desk { customer, asked, shadow, effects };
    let deeds: Vec<Deed> = asked
        .playbook
        .actions
        .iter()
        .map(|action| desk.carry_out(action).unwrap_or_else(Deed::Left))
        .collect();
    let is_done = |deed: &Deed| match deed {
        Deed::Sent(_) | Deed::Opened(_) | Deed::Promised(_) | Deed::Noted(_) => true,
        Deed::Left(_) => false,
    };
    if !deeds.iter().any(is_done)
        && let Some(Deed::Left(first)) = deeds.first()
    {
        return Verdict::Refused(first.clone());
    }
    if !shadow && asked.playbook.at_most.is_some() {
        let fired = Fired {
            at: asked.input.now,
            position: asked.input.position,
            playbook: asked.playbook.name.clone(),
            customer: customer.id,
        };
        let still_counts = |fired: &Fired| asked.definitions.counts_towards_cap(fired, asked.input.now);
        customer.deeds.note_fired(fired, still_counts);
    }
    Verdict::Acted { shadow, deeds }
}

/// Where one playbook's actions are carried out.
struct Desk<'a> {
    customer: &'a mut Customer,
    asked: &'a Asked<'a>,
    /// Whether nothing is really done.
    shadow: bool,
    effects: &'a mut Effects,
}

impl Desk<'_> {
    fn carry_out(&mut self, action: &ActionDefinition) -> Result<Deed, Refused> {
        match action {
            ActionDefinition::Webhook { endpoint } => {
                let kind = format_compact!("playbook.{}", self.asked.playbook.name);
                let content = self.notice();
                Ok(Deed::Sent(self.send(endpoint, kind, self.asked.input.now, content)))
            }
            ActionDefinition::Message { template, channel } => self.write(*template, channel),
            ActionDefinition::Case { team, priority } => self.open_case(team, *priority),
            ActionDefinition::Promise(index) => self.promise(*index),
            ActionDefinition::Note(text) => Ok(Deed::Noted(text.clone())),
        }
    }

    fn write(&mut self, template: TemplateIndex, channel: &Name) -> Result<Deed, Refused> {
        let (content, not_before) = message::write(self.customer, self.asked, template)?;
        let name = self.asked.definitions.template(template).map_or("", |template| &template.name);
        let id = self.send(channel, format_compact!("message.{name}"), not_before, content);
        if !self.shadow {
            self.customer.deeds.contacted(Contact { at: not_before, id: id.0 });
        }
        Ok(Deed::Sent(id))
    }

    fn open_case(&mut self, team: &Name, priority: Priority) -> Result<Deed, Refused> {
        let Asked { input, playbook, cause, .. } = *self.asked;
        let case = Case {
            id: CaseId(self.customer.deeds.next_id(self.customer.id)),
            matter: cause.matter.clone(),
            playbook: playbook.name.clone(),
            team: team.clone(),
            priority,
            opened: input.now,
            state: CaseState::Open,
            brief: message::brief(self.customer, self.asked),
            notes: Vec::new(),
        };
        let id = case.id;
        if !self.shadow {
            if !self.customer.deeds.open_case(case.clone()) {
                return Err(Refused::Full("cases".into()));
            }
            self.effects.cases.push((self.customer.id, case));
        }
        Ok(Deed::Opened(id))
    }

    fn promise(&mut self, index: PromiseIndex) -> Result<Deed, Refused> {
        let Asked { definitions, input, at_hand, .. } = *self.asked;
        let id = PromiseId::Deed(self.customer.deeds.next_id(self.customer.id));
        let promise =
            promises::promise(definitions, self.customer, index, id, input, input.now, at_hand.event)?;
        if !self.shadow {
            let by_timer = matches!(input.happening, Happening::Time);
            self.customer.deeds.promised(Promised { promise: promise.clone(), by_timer });
            // That it is open now sets nothing off in turn, so that no playbook can follow itself.
            let mut unheeded = Noticed::default();
            promises::add(self.customer, index, promise, input, &mut unheeded, self.effects);
        }
        Ok(Deed::Promised(id))
    }

    fn send(&mut self, to: &Name, kind: CompactString, not_before: Timestamp, content: Content) -> ParcelId {
        let id = ParcelId(self.customer.deeds.next_id(self.customer.id));
        if !self.shadow {
            self.effects.parcels.push(Parcel {
                id,
                customer: self.customer.id,
                to: to.clone(),
                kind,
                decided: self.asked.input.now,
                not_before,
                content,
            });
        }
        id
    }

    /// What another system is told: only what the playbook's purpose may see.
    fn notice(&self) -> Content {
        let Asked { playbook, cause, at_hand, .. } = *self.asked;
        let news = |event: &Event| EventNews {
            kind: event.kind.clone(),
            channel: event.channel.clone(),
            happened: event.happened,
            facts: self.visible(&event.facts),
        };
        let identifiers = &self.customer.person.identifiers;
        Content::Notice {
            playbook: playbook.name.clone(),
            because: cause.words.clone(),
            who: identifiers.iter().map(|identifier| format_compact!("{identifier}")).collect(),
            event: at_hand.event.map(|event| Box::new(news(event))),
            promise: at_hand
                .promise
                .map(|promise| Box::new(Promise { facts: self.visible(&promise.facts), ..promise.clone() })),
        }
    }

    fn visible(&self, facts: &Facts) -> Facts {
        let Asked { definitions, playbook, .. } = *self.asked;
        let allowed = self.customer.known.grants.allowed(playbook.purpose);
        let vocabulary = &definitions.vocabulary.facts;
        facts.only(|name, _| vocabulary.get(name).is_some_and(|fact| allowed.hold(fact.category)))
    }
}
