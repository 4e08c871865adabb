//! What has a name in a database, found by it.

use std::collections::HashMap;

/// Things by their names. Most databases do not tell names apart by ASCII case, and none of our names differ by it alone;
/// where a database does, somebody else's may.
#[derive(Debug, Clone)]
pub(crate) struct ByName<T> {
    /// By the name in lower case, all that is called so.
    folded: HashMap<String, Vec<(String, T)>>,
}

impl<T> Default for ByName<T> {
    fn default() -> Self {
        ByName { folded: HashMap::new() }
    }
}

impl<T> ByName<T> {
    /// What is called so, or else what differs from it in case alone.
    pub(crate) fn get(&self, name: &str) -> Option<&T> {
        let alike = self.folded.get(&name.to_ascii_lowercase())?;
        let exact = alike.iter().find(|(known, _)| known == name);
        exact.or_else(|| alike.first()).map(|(_, thing)| thing)
    }

    /// What a statement means by this name, in a database that tells names apart by case or does not.
    pub(crate) fn meant(&self, name: &str, by_case: bool) -> Option<&T> {
        let alike = self.folded.get(&name.to_ascii_lowercase())?;
        let mut meant = alike.iter().filter(|(known, _)| !by_case || known == name);
        meant.next().map(|(_, thing)| thing)
    }

    /// As [`get`](Self::get), to be changed.
    pub(crate) fn get_mut(&mut self, name: &str) -> Option<&mut T> {
        let alike = self.folded.get_mut(&name.to_ascii_lowercase())?;
        let place = alike.iter().position(|(known, _)| known == name).unwrap_or(0);
        alike.get_mut(place).map(|(_, thing)| thing)
    }

    /// Adds what has a name that nothing here has.
    pub(crate) fn insert(&mut self, name: String, thing: T) {
        self.folded.entry(name.to_ascii_lowercase()).or_default().push((name, thing));
    }

    /// Forgets what [`get`](Self::get) finds.
    pub(crate) fn remove(&mut self, name: &str) {
        if let Some(alike) = self.folded.get_mut(&name.to_ascii_lowercase()) {
            let place = alike.iter().position(|(known, _)| known == name).unwrap_or(0);
            if place < alike.len() {
                alike.remove(place);
            }
        }
    }

    /// Everything with its name, in no order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &T)> {
        self.folded.values().flatten().map(|(name, thing)| (name.as_str(), thing))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_called_exactly_so_comes_before_what_differs_in_case() {
        let mut things = ByName::default();
        for (number, name) in ["Email", "email", "ID"].into_iter().enumerate() {
            things.insert(name.to_owned(), number);
        }
        for (name, got, meant) in [
            ("email", Some(1), Some(1)),
            ("Email", Some(0), Some(0)),
            ("id", Some(2), None),
            ("EMAIL", Some(0), None),
            ("name", None, None),
        ] {
            assert_eq!(things.get(name).copied(), got, "{name}");
            assert_eq!(things.meant(name, true).copied(), meant, "{name}");
            assert_eq!(things.meant(name, false).is_some(), got.is_some(), "{name}");
        }
        things.remove("email");
        assert_eq!(things.get("email"), Some(&0));
        things.remove("email");
        things.remove("email");
        assert_eq!(things.iter().collect::<Vec<_>>(), [("ID", &2)]);
    }
}
