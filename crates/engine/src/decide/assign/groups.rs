use hashbrown::HashMap;
use opcx_core::customer::CustomerId;

/// Which customers have to be worked on together.
#[derive(Default)]
pub(super) struct Groups {
    pub(super) nodes: HashMap<CustomerId, usize>,
    pub(super) parents: Vec<usize>,
    /// Who was merged into whom within this batch, or is again somebody of their own.
    pub(super) changed: HashMap<CustomerId, Option<CustomerId>>,
}

impl Groups {
    pub(super) fn add(&mut self, id: CustomerId) -> usize {
        *self.nodes.entry(id).or_insert_with(|| {
            self.parents.push(self.parents.len());
            self.parents.len() - 1
        })
    }

    pub(super) fn join(&mut self, home: CustomerId, other: CustomerId) {
        self.tie(home, other);
        self.changed.insert(other, Some(home));
    }

    /// These two are worked on together, and stay two.
    pub(super) fn tie(&mut self, one: CustomerId, other: CustomerId) {
        let (a, b) = (self.add(one), self.add(other));
        let (a, b) = (self.root(a), self.root(b));
        self.parents[b] = a;
    }

    pub(super) fn node(&self, id: CustomerId) -> Option<usize> {
        self.nodes.get(&id).copied()
    }

    pub(super) fn of(&mut self, id: CustomerId) -> usize {
        let node = self.add(id);
        self.root(node)
    }

    pub(super) fn root(&mut self, node: usize) -> usize {
        let root = root_of(&self.parents, node);
        self.parents[node] = root;
        root
    }
}

pub(super) fn root_of(parents: &[usize], mut node: usize) -> usize {
    while parents[node] != node {
        node = parents[node];
    }
    node
}
