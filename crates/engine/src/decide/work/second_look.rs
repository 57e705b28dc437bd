use std::sync::Arc;

use opcx_core::effects::Moment;
use opcx_core::log::Position;
use opcx_core::reading::Reading;
use opcx_core::record::{Entry, SecondReading};
use opcx_core::step::{Happening, Input, Look, look_again};
use opcx_store::{Logged, StoreError};

use super::{Desk, Doing, Worker};

impl Worker<'_> {
    /// A text was read again: its customer is folded anew with the second reading, and asked what it sets off.
    pub(super) fn look_again(
        &self,
        desk: &mut Desk,
        logged: &Logged,
        second: &SecondReading,
        done: &mut Doing,
    ) -> Result<(), StoreError> {
        let Some(customer) = desk.customer.clone() else { return Ok(()) };
        let Some(first) = self.reading_of(second.of, done)? else { return Ok(()) };
        let Some(event) = self.past.records(&[second.of])?.pop() else { return Ok(()) };
        let Entry::Event(event) = &event.record.entry else { return Ok(()) };
        // It is part of their history, so that it goes when they are erased.
        desk.trail.push(logged.position);
        desk.last = Some(logged.position);
        done.readings.read_again(second, &first);
        if first.found == second.reading.found {
            return Ok(());
        }

        let was = self.moments_of(second.of, done)?;
        let trail = self.trail(customer.id, &desk.trail)?;
        self.take_out(&customer, &trail, done)?;
        let before = customer.known.clone();
        let customer = self.fold_anew(Arc::unwrap_or_clone(customer), &trail, logged.record.at, done)?;
        let is = self.moments_of(second.of, done)?;
        let input = Input {
            position: logged.position,
            lane: logged.record.lane,
            now: logged.record.at,
            mode: logged.record.lane.mode(),
            happening: Happening::Event { event, reading: Some(&second.reading) },
        };
        let look = Look { event, first: (&first, &was), second: (&second.reading, &is) };
        desk.seat(
            self.definitions,
            look_again(self.definitions, customer, &before, &input, &look, &mut done.effects),
        );
        Ok(())
    }

    /// What counts as read in an event's text so far.
    fn reading_of(&self, position: Position, done: &Doing) -> Result<Option<Reading>, StoreError> {
        match done.readings.get(position) {
            Some(reading) => Ok(Some(reading.clone())),
            None => Ok(self.past.whole()?.readings(&[position])?.pop().flatten()),
        }
    }

    /// The moments that an event counts as so far.
    fn moments_of(&self, position: Position, done: &Doing) -> Result<Vec<Moment>, StoreError> {
        if self.is_of_batch(position) {
            let here = done.effects.moments.iter().filter(|moment| moment.position == position);
            return Ok(here.cloned().collect());
        }
        match done.moments_anew.get(&position) {
            Some(moments) => Ok(moments.clone()),
            None => self.past.whole()?.moments_at(&[position]),
        }
    }
}
