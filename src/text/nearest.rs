//! The name that was probably meant.

/// The nearest of `names` to `wanted`, when it is near enough to be worth suggesting.
pub fn nearest<'n>(wanted: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let wanted = wanted.to_lowercase().replace('_', "-");
    names
        .into_iter()
        .map(|name| {
            let other = name.to_lowercase().replace('_', "-");
            (strsim::jaro_winkler(&wanted, &other), name)
        })
        .filter(|(likeness, _)| *likeness > 0.8)
        // the first of several equally near ones, so that the answer does not depend on luck
        .fold(None, |best: Option<(f64, &str)>, this| match best {
            Some(best) if best.0 >= this.0 => Some(best),
            _ => Some(this),
        })
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_near_names_are_suggested() {
        let names = ["f-strings", "list-comprehension", "logging"];
        assert_eq!(nearest("fstring", names), Some("f-strings"));
        assert_eq!(nearest("List_Comprehensions", names), Some("list-comprehension"));
        assert_eq!(nearest("loging", names), Some("logging"));
        assert_eq!(nearest("walrus", names), None);
        assert_eq!(nearest("x", []), None);
    }
}
