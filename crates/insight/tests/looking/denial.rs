//! How somebody does not allow their feedback to be looked at.

use opcx_core::consent::{Answer, Proof, Purpose, Statement};
use opcx_core::event::{Category, Origin};
use opcx_core::identity::IdentifierKind;

use crate::world::{Deed, World};

/// Whoever has that handle denies it while choosing a seat.
pub(crate) fn deny_feedback(world: &mut World, handle: &str) {
    let who = [(IdentifierKind::Handle, handle)];
    let deed = Deed { who: &who, kind: "Seat Chosen", facts: &[], said: None, origin: Origin::Customer };
    world.event_with(&deed, vec![feedback_denied()]);
    world.decide();
}

/// That feedback is not to be looked at for service.
pub(crate) fn feedback_denied() -> Statement {
    Statement {
        category: Category::Feedback,
        purpose: Purpose::Service,
        answer: Answer::Denied,
        proof: Proof { actor: "customer".into(), wording: None },
    }
}
