mod conditions;
mod journeys;
mod moments;
mod playbooks;
mod promises;
