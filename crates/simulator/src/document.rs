//! Documents while they are generated: a tree with borrowed names and words, several times cheaper than
//! `serde_json::Value`, in which each name is an allocation and a hash.

use std::borrow::Cow;
use std::ops::{Index, IndexMut};

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;

/// A JSON value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Node {
    Null,
    Boolean(bool),
    Signed(i64),
    Unsigned(u64),
    Float(f64),
    Text(Cow<'static, str>),
    List(Vec<Node>),
    Object(Members),
}

/// The members of an object in the order they were added; whoever adds them adds each name once.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Members(Vec<(Cow<'static, str>, Node)>);

impl Members {
    /// Room for a large document, so that it is not moved while it grows.
    pub(crate) fn with_capacity(capacity: usize) -> Members {
        Members(Vec::with_capacity(capacity))
    }

    /// Adds a member.
    pub(crate) fn push(&mut self, name: impl Into<Cow<'static, str>>, value: impl Into<Node>) {
        self.0.push((name.into(), value.into()));
    }

    /// A member, to change it.
    pub(crate) fn get_mut(&mut self, name: &str) -> Option<&mut Node> {
        self.0.iter_mut().find(|(other, _)| other == name).map(|(_, value)| value)
    }

    /// Adds the members of another object.
    pub(crate) fn extend(&mut self, more: Node) {
        if let Node::Object(more) = more {
            self.0.extend(more.0);
        }
    }

    /// Leaves out members without a value.
    pub(crate) fn drop_nulls(&mut self) {
        self.0.retain(|(_, value)| *value != Node::Null);
    }

    /// Leaves out a member.
    pub(crate) fn remove(&mut self, name: &str) {
        self.0.retain(|(other, _)| other != name);
    }
}

impl Node {
    /// A member of an object.
    pub(crate) fn get(&self, name: &str) -> Option<&Node> {
        match self {
            Node::Object(members) => {
                members.0.iter().find(|(other, _)| other == name).map(|(_, value)| value)
            }
            _ => None,
        }
    }

    /// The words, if it is a text.
    pub(crate) fn as_text(&self) -> Option<&str> {
        match self {
            Node::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The elements, if it is a list.
    pub(crate) fn elements(&self) -> impl Iterator<Item = &Node> {
        let elements = if let Node::List(elements) = self { elements.as_slice() } else { &[] };
        elements.iter()
    }

    /// As bytes of JSON.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("names are text and nothing else can fail")
    }

    /// As others hold JSON.
    pub(crate) fn to_value(&self) -> Value {
        serde_json::to_value(self).expect("names are text and nothing else can fail")
    }
}

impl Index<&str> for Node {
    type Output = Node;

    fn index(&self, name: &str) -> &Node {
        self.get(name).unwrap_or(&Node::Null)
    }
}

impl IndexMut<&'static str> for Node {
    /// The member with this name, added if there is none.
    fn index_mut(&mut self, name: &'static str) -> &mut Node {
        if !matches!(self, Node::Object(_)) {
            *self = Node::Object(Members::default());
        }
        let Node::Object(members) = self else { unreachable!("it was made an object a line above") };
        let position = members.0.iter().position(|(other, _)| other == name).unwrap_or_else(|| {
            members.push(name, Node::Null);
            members.0.len() - 1
        });
        &mut members.0[position].1
    }
}

impl Serialize for Node {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Node::Null => serializer.serialize_unit(),
            Node::Boolean(value) => serializer.serialize_bool(*value),
            Node::Signed(value) => serializer.serialize_i64(*value),
            Node::Unsigned(value) => serializer.serialize_u64(*value),
            Node::Float(value) => serializer.serialize_f64(*value),
            Node::Text(value) => serializer.serialize_str(value),
            Node::List(elements) => serializer.collect_seq(elements),
            Node::Object(members) => {
                let mut map = serializer.serialize_map(Some(members.0.len()))?;
                for (name, value) in &members.0 {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
        }
    }
}

/// Conversions that wrap a value as it is.
macro_rules! wrap {
    ($($from:ty => $variant:ident),* $(,)?) => {
        $(impl From<$from> for Node {
            fn from(value: $from) -> Node {
                Node::$variant(value.into())
            }
        })*
    };
}

wrap!(bool => Boolean, i32 => Signed, i64 => Signed, u32 => Unsigned, u64 => Unsigned, f64 => Float,
    &'static str => Text, String => Text);

impl From<&'static &'static str> for Node {
    fn from(value: &'static &'static str) -> Node {
        (*value).into()
    }
}

impl From<usize> for Node {
    fn from(value: usize) -> Node {
        Node::Unsigned(value as u64)
    }
}

impl From<&Value> for Node {
    fn from(value: &Value) -> Node {
        match value {
            Value::Null => Node::Null,
            Value::Bool(value) => Node::Boolean(*value),
            Value::Number(number) => number
                .as_i64()
                .map(Node::Signed)
                .or_else(|| number.as_u64().map(Node::Unsigned))
                .unwrap_or_else(|| Node::Float(number.as_f64().unwrap_or_default())),
            Value::String(text) => Node::Text(text.clone().into()),
            Value::Array(elements) => Node::List(elements.iter().map(Node::from).collect()),
            Value::Object(object) => {
                let mut members = Members::with_capacity(object.len());
                object.iter().for_each(|(name, value)| members.push(name.clone(), value));
                Node::Object(members)
            }
        }
    }
}

impl From<Members> for Node {
    fn from(members: Members) -> Node {
        Node::Object(members)
    }
}

impl<T: Into<Node>> From<Option<T>> for Node {
    fn from(value: Option<T>) -> Node {
        value.map_or(Node::Null, Into::into)
    }
}

impl<T: Into<Node>> From<Vec<T>> for Node {
    fn from(elements: Vec<T>) -> Node {
        elements.into_iter().collect()
    }
}

impl<T: Into<Node>> FromIterator<T> for Node {
    fn from_iter<I: IntoIterator<Item = T>>(elements: I) -> Node {
        Node::List(elements.into_iter().map(Into::into).collect())
    }
}

/// Writes a [`Node`] as JSON is written; members and elements may be expressions, which are moved into it.
macro_rules! node {
    (@members $members:ident) => {};
    (@members $members:ident $name:literal : null $(, $($rest:tt)*)?) => {
        $members.push($name, $crate::document::Node::Null);
        $(node!(@members $members $($rest)*);)?
    };
    (@members $members:ident $name:literal : { $($inner:tt)* } $(, $($rest:tt)*)?) => {
        $members.push($name, node!({ $($inner)* }));
        $(node!(@members $members $($rest)*);)?
    };
    (@members $members:ident $name:literal : [ $($inner:tt)* ] $(, $($rest:tt)*)?) => {
        $members.push($name, node!([ $($inner)* ]));
        $(node!(@members $members $($rest)*);)?
    };
    (@members $members:ident $name:literal : $value:expr $(, $($rest:tt)*)?) => {
        $members.push($name, $value);
        $(node!(@members $members $($rest)*);)?
    };
    ({}) => { $crate::document::Node::Object($crate::document::Members::default()) };
    ([]) => { $crate::document::Node::List(Vec::new()) };
    ({ $($inner:tt)+ }) => {{
        let mut members = $crate::document::Members::with_capacity(8);
        node!(@members members $($inner)+);
        $crate::document::Node::Object(members)
    }};
    ([ $($element:tt),+ $(,)? ]) => { $crate::document::Node::List(vec![$(node!($element)),+]) };
    ([ $element:expr ]) => { $crate::document::Node::List(vec![$crate::document::Node::from($element)]) };
    ($value:expr) => { $crate::document::Node::from($value) };
}

pub(crate) use node;
