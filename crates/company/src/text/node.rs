use std::sync::Arc;

use crate::fault::Place;

/// A piece of a file.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    /// Where it begins.
    pub(crate) place: Place,
    /// What it holds.
    pub(crate) content: Content,
}

/// What a node holds.
#[derive(Debug, Clone)]
pub(crate) enum Content {
    /// Nothing was written.
    Nothing,
    /// A scalar.
    Scalar(Scalar),
    /// Several nodes.
    List(Vec<Node>),
    /// Named nodes in the order written; no name stands twice.
    Map(Vec<(Node, Node)>),
}

/// A scalar with the places of its characters.
#[derive(Debug, Clone)]
pub(crate) struct Scalar {
    /// The text, without quotes and escapes.
    pub(crate) text: Arc<str>,
    /// Whether it was written in quotes, and so is a text whatever it looks like.
    pub(crate) quoted: bool,
    /// Where stretches of the text stand in the file: byte offset in the text, line, column.
    /// Ordered; never empty.
    pub(crate) stretches: Vec<(usize, u32, u32)>,
}

impl Node {
    pub(crate) fn scalar(&self) -> Option<&Scalar> {
        match &self.content {
            Content::Scalar(scalar) => Some(scalar),
            Content::Nothing | Content::List(_) | Content::Map(_) => None,
        }
    }

    /// The text of a scalar.
    pub(crate) fn text(&self) -> Option<&str> {
        self.scalar().map(|scalar| &*scalar.text)
    }

    /// The nodes of a list; none for anything else.
    pub(crate) fn items(&self) -> &[Node] {
        match &self.content {
            Content::List(list) => list,
            Content::Nothing | Content::Scalar(_) | Content::Map(_) => &[],
        }
    }

    /// The names and nodes of a map; none for anything else.
    pub(crate) fn entries(&self) -> &[(Node, Node)] {
        match &self.content {
            Content::Map(map) => map,
            Content::Nothing | Content::Scalar(_) | Content::List(_) => &[],
        }
    }

    /// The node of that name in a map; none if it is missing or nothing was written.
    pub(crate) fn get(&self, name: &str) -> Option<&Node> {
        self.entries()
            .iter()
            .find(|(key, _)| key.text() == Some(name))
            .map(|(_, node)| node)
            .filter(|node| !matches!(node.content, Content::Nothing))
    }

    /// The text of that name in a map.
    pub(crate) fn text_of(&self, name: &str) -> Option<&str> {
        self.get(name)?.text()
    }

    /// The words for what the node is, with an article.
    pub(crate) fn what(&self) -> &'static str {
        match &self.content {
            Content::Nothing => "nothing",
            Content::Scalar(_) => "a single value",
            Content::List(_) => "a list",
            Content::Map(_) => "a group of keys",
        }
    }

    /// Where the character at byte `offset` of the scalar's text stands.
    pub(crate) fn place_of(&self, offset: usize) -> Place {
        let Some(scalar) = self.scalar() else { return self.place.clone() };
        let mut end = offset.min(scalar.text.len());
        while !scalar.text.is_char_boundary(end) {
            end -= 1;
        }
        let known = scalar.stretches.partition_point(|&(from, ..)| from <= end);
        let Some(&(from, line, column)) = scalar.stretches.get(known.saturating_sub(1)) else {
            return self.place.clone();
        };
        let further = scalar.text.get(from..end).map_or(0, |text| text.chars().count());
        let column = column.saturating_add(u32::try_from(further).unwrap_or(u32::MAX));
        Place { file: self.place.file.clone(), line, column }
    }
}
