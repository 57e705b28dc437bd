use opcx_core::playbook::{ActionDefinition, Claim, Piece, Trigger};

use super::{place, playbooks};
use crate::company::Company;
use crate::fault::{Faults, Place};
use crate::file::playbook::scope;

pub(super) fn lint(company: &Company, faults: &mut Faults) {
    let mut sent = vec![false; company.templates.len()];
    for (playbook, node) in playbooks(company) {
        for action in &playbook.actions {
            let ActionDefinition::Message { template: index, .. } = action else { continue };
            let at = usize::from(index.0);
            let Some(template) = company.templates.get(at).map(|read| &read.template) else { continue };
            if let Some(sent) = sent.get_mut(at) {
                *sent = true;
            }
            let at_hand = scope(&playbook.when);
            for piece in &template.body {
                let Piece::Hole(field) = piece else { continue };
                if let Some(why) = at_hand.lacks(field) {
                    let what = format!(
                        "the template `{}` needs `{}`, but {why}; use another template, or another trigger",
                        template.name,
                        field.words()
                    );
                    faults.error("template-cannot-be-filled", place(node, "do"), what);
                }
            }
            for claim in &template.claims {
                if let (Claim::Promise(claimed, says), Trigger::Promise(promise, state)) =
                    (claim, &playbook.when)
                    && claimed == promise
                    && says != state
                {
                    let what = format!(
                        "the template `{}` claims that the promise is {}, but it is {} when this is set off, so \
                         nothing is ever sent; use another template, or another trigger",
                        template.name,
                        says.word(),
                        state.word()
                    );
                    faults.error("claim-never-true", place(node, "do"), what);
                }
            }
        }
    }
    if !company.known.playbooks {
        return;
    }
    for (read, _) in company.templates.iter().zip(&sent).filter(|(_, sent)| !**sent) {
        let what =
            format!("no playbook sends the template `{}`; send it, or remove the file", read.template.name);
        faults.warning("unreachable-template", &Place::start_of(&read.file), what);
    }
}
