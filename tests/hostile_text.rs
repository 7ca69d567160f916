//! Mutated and random input: nothing panics, nothing is lost.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use lerp::codec::{
    ConceptTable, Lexed, Pair, SlotTable, apply, concept_of, encode, lesson, relexicalise, replacements,
};
use lerp::syntax::{find_functions, parse, unbound_names};
use proptest::prelude::*;

const SEED: &str = "@dec\nasync def f(a, b: int = 1, *args, **kw) -> None:\n    '''doc'''\n    x = f\"a{b!r:>{w}}\" + 'q %s' % a  # note\n    for i, y in enumerate(a):\n        if y: continue; pass\n        x.append([z for z in y if z])\n    return {\n        'k': (x, b), # c\n    }\n";

fn round_trip(source: &str) {
    let parsed = parse(source);
    for function in find_functions(&parsed, source) {
        let _ = unbound_names(&parsed, source, function.range.clone());
        let Ok(lexed) = Lexed::at(&parsed, source, function.range.clone()) else {
            continue;
        };
        let (concept, mut slots) = (ConceptTable::default(), SlotTable::default());
        let Ok(encoded) = encode(source, lexed.start, &lexed.lexemes, &concept, &mut slots) else {
            continue;
        };
        let layout = encoded.layout_of(source, &slots, &concept);
        let text = relexicalise(&encoded.ids, &layout, &slots, &concept).unwrap();
        assert!(source[function.range.start..].starts_with(&text), "{source:?} gave {text:?}");
    }
}

/// Cuts, doubles and inserts at random character boundaries.
fn mutated() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("\r\n".to_owned()),
        Just("\t".to_owned()),
        Just("\u{feff}".to_owned()),
        Just("\0".to_owned()),
        Just("'''".to_owned()),
        Just("{".to_owned()),
        Just("f\"{".to_owned()),
        Just(";".to_owned()),
        Just("\\\n".to_owned()),
        Just("def g(): pass\n".to_owned()),
        Just("ñ".to_owned()),
        Just("(".to_owned()),
        Just("    # c\n".to_owned()),
        Just("\x0c".to_owned()),
        Just("match x:\n".to_owned()),
    ];
    proptest::collection::vec((0.0..1.0f64, 0usize..12, piece), 0..6).prop_map(|changes| {
        let mut characters: Vec<char> = SEED.chars().collect();
        for (place, cut, piece) in changes {
            let at = (place * characters.len() as f64) as usize;
            let end = (at + cut).min(characters.len());
            characters.splice(at..end, piece.chars());
        }
        characters.into_iter().collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn mutated_code_comes_back(source in mutated()) {
        round_trip(&source);
    }

    #[test]
    fn random_text_does_no_harm(source in "\\PC{0,200}") {
        round_trip(&source);
        round_trip(&format!("def f():\n    {source}\n"));
    }

    #[test]
    fn scripts_of_any_pair_apply(before in mutated(), after in mutated()) {
        if let (Ok(before), Ok(after)) = (Lexed::new(&before), Lexed::new(&after)) {
            let pair = Pair { before, after };
            let concept = concept_of(std::slice::from_ref(&pair));
            if let Ok(lesson) = lesson(&pair, &concept) {
                for question in [lesson.forward, lesson.backward].into_iter().flatten() {
                    let replaced = replacements(&question.source, &question.script).unwrap();
                    prop_assert_eq!(apply(&question.source, &replaced), question.target);
                }
            }
        }
    }
}
