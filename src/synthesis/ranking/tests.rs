use super::*;

fn read(text: &str) -> Result<Option<Ranking>, String> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(FILE), text).unwrap();
    Ranking::read(folder.path()).map_err(|error| error.to_string())
}

const BUILT_IN: &str = r#""built-in": {"bias": -1, "weights": {"log_probability": 1, "edit_all": 2}, "applies_from": 0.1, "reluctance": -5}"#;
const TAUGHT: &str = r#""taught": {"bias": 0.5, "weights": {"margin": 0.25}, "applies_from": 0.2, "reluctance": -2}"#;

#[test]
fn each_kind_has_its_own_and_a_bundle_may_have_none() {
    let ranking = read(&format!("{{\"split\": \"validation\", {BUILT_IN}, {TAUGHT}}}")).unwrap().unwrap();
    assert_eq!((ranking.of(false).bias, ranking.of(true).bias), (-1.0, 0.5));
    assert_eq!(ranking.of(false).wanted(), Wanted { windows: false, edits: true, own: false });
    assert_eq!(ranking.of(true).wanted(), Wanted { windows: false, edits: false, own: false });
    assert_eq!(Ranking::read(tempfile::tempdir().unwrap().path()).unwrap(), None);
}

#[test]
fn a_file_that_is_not_one_is_named() {
    let check = |text: &str, expect: &str| {
        let said = read(text).unwrap_err();
        assert!(said.contains("ranking.json") && said.contains(expect), "{said}");
    };
    check("", "EOF");
    check("{}", "built-in");
    check(&format!("{{{BUILT_IN}}}"), "taught");
    check(&format!("{{{BUILT_IN}, {TAUGHT}}}").replace("margin", "colour"), "no feature \"colour\"");
    check(&format!("{{{BUILT_IN}, {TAUGHT}}}").replace("0.2", "2"), "applies_from");
    check(&format!("{{{BUILT_IN}, {TAUGHT}}}").replace("0.25", "\"a\""), "invalid type");
}

#[test]
fn candidates_share_one_probability_with_none_of_them() {
    let ranking = read(&format!("{{{BUILT_IN}, {TAUGHT}}}")).unwrap().unwrap();
    let check = |candidates: &[f32], expect: &[f32]| {
        let features: Vec<Features> =
            candidates.iter().map(|lp| vec![("log_probability", *lp), ("steps", 9.0)]).collect();
        let given = ranking.of(false).probabilities(&features);
        assert_eq!(given.len(), expect.len());
        assert!(given.iter().zip(expect).all(|(a, b)| (a - b).abs() < 1e-4), "{given:?}");
    };
    let e = std::f32::consts::E;
    check(&[], &[]);
    check(&[1.0], &[0.5]);
    check(&[1.0, 2.0], &[1.0 / (2.0 + e), e / (2.0 + e)]);
    check(&[400.0, 0.0], &[1.0, 0.0]);
}
