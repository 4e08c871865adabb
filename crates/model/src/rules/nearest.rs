//! The known word nearest to one that is not known.

/// The nearest of `known`, if it is near: no more than a third of the letters differ, or two where that is no more than
/// half of them.
pub(super) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let distances = known.into_iter().map(|candidate| (edit_distance(word, candidate), candidate));
    let (distance, best) = distances.min_by_key(|(distance, _)| *distance)?;
    let letters = word.chars().count();
    (distance <= (letters / 3).max((letters / 2).min(2))).then_some(best)
}

/// Levenshtein distance, in characters.
fn edit_distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in right.iter().enumerate() {
            let substituted = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(row[j + 1] + 1);
        }
    }
    row[right.len()]
}
