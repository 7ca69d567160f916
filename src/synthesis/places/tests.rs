//! Places of scripts that are known, without a model: from two versions of a function.

use super::ties::Groups;
use super::*;
use crate::codec::{ConceptTable, Lexed, SlotTable, align, apply, encode, script};
use crate::syntax::{find_functions, parse};
use crate::synthesis::filter::{self, Expectation, Subject};
use proptest::prelude::*;

/// The edit between two versions of a module's function at a strength. `likely` is the log-probability of each hunk, the last
/// one's of all that follow.
fn at(source: &str, wanted: &str, likely: &[f32], share: f32, together: usize) -> (String, Places) {
    let parsed = parse(source);
    let function = find_functions(&parsed, source).remove(0);
    let lexed = Lexed::at(&parsed, source, function.range.clone()).unwrap();
    let (table, mut slots) = (ConceptTable::default(), SlotTable::default());
    let encoded = encode(source, lexed.start, &lexed.lexemes, &table, &mut slots).unwrap();
    let target_ids = Lexed::new(wanted).unwrap().ids(&table, &mut slots).unwrap();
    let hunks = align(&encoded.ids, &target_ids);
    let steps = script(&encoded.ids, &target_ids, &hunks);
    let mut hunk = 0;
    let mut of_step = |step: &Step| {
        let its = likely[hunk.min(likely.len() - 1)];
        hunk += usize::from(*step == Step::Word(END_HUNK));
        // all of it stands in the hunk's end
        if *step == Step::Word(END_HUNK) { its } else { 0.0 }
    };
    let step_log_probabilities: Vec<f32> = steps.iter().map(&mut of_step).collect();
    let log_probability = step_log_probabilities.iter().sum();
    let script = Script { steps, step_log_probabilities, log_probability, greedy: true };
    let target = Target { source, encoded: &encoded, slots: &slots, concept: &table };
    let subject = Subject::new(source, &parsed, &function);
    let expected = Expectation {
        imports: &[],
        brings: &[],
        changes_signature: false,
        keeps_sense: false,
        detector: None,
        remove: false,
        concept: &table,
        slots: &slots,
    };
    let check = |replaced: &[Replacement]| {
        let edits = merge(&target, replaced).ok_or("no spelling")?;
        let meant = apply(&encoded.ids, replaced);
        filter::check(&subject, edits, &meant, &expected).map_err(|refusal| refusal.to_string())
    };
    let dial = Dial { target: &target, function: function.range.clone(), share, together, check: &check };
    let turned = dial.turn(&script, true).unwrap();
    (turned.passed.source, turned.places)
}

const MANY: &str = "def f(a, b, c, d):\n    if a == None:\n        return 1\n    if b == None:\n        return 2\n    if c == None:\n        return 3\n    return d == None\n";

fn lines_changed(before: &str, after: &str) -> BTreeSet<usize> {
    assert_eq!(before.lines().count(), after.lines().count());
    before.lines().zip(after.lines()).enumerate().filter(|(_, (a, b))| a != b).map(|(number, _)| number).collect()
}

#[test]
fn the_likeliest_places_come_first() {
    let wanted = MANY.replace("==", "is");
    let check = |share: f32, expect: &[usize]| {
        let (text, places) = at(MANY, &wanted, &[-3.0, -1.0, -2.0, -1.0], share, 1);
        assert_eq!(lines_changed(MANY, &text), expect.iter().copied().collect(), "{share}: {text}");
        assert_eq!(places, Places { of: 4, changed: expect.len() });
    };
    check(0.25, &[3]);
    check(0.5, &[3, 7]);
    check(0.75, &[3, 5, 7]);
    check(1.0, &[1, 3, 5, 7]);
    check(0.01, &[3]);
}

proptest! {
    #[test]
    fn what_less_strength_changes_more_strength_changes_too(
        likely in prop::collection::vec(-9.0f32..0.0, 4),
        mut shares in prop::collection::vec(0.01f32..=1.0, 2..6),
    ) {
        shares.sort_by(f32::total_cmp);
        let wanted = MANY.replace("==", "is");
        let changed = shares.iter().map(|share| {
            let (text, places) = at(MANY, &wanted, &likely, *share, 1);
            let lines = lines_changed(MANY, &text);
            assert_eq!(lines.len(), places.changed);
            lines
        });
        let changed: Vec<BTreeSet<usize>> = changed.collect();
        prop_assert!(changed.windows(2).all(|two| two[0].is_subset(&two[1])), "{shares:?}: {changed:?}");
    }
}

#[test]
fn what_belongs_together_is_one_place() {
    let check = |what: &str, before: &str, after: &str, expect: usize| {
        let before = format!("import time\n\ndef f(a, b):\n{before}");
        let after = format!("def f(a, b):\n{after}");
        let (_, places) = at(&before, &after, &[-1.0, -2.0], 0.5, 1);
        assert_eq!(places.of, expect, "{what}");
        assert!(places.changed <= places.of.div_ceil(2).max(1), "{what}: {places:?}");
        assert_eq!(places.strength(), if expect > 1 { "places" } else { "switch" });
    };
    let body = "    a.open()\n    b.open()\n    a.run(b)\n    return a\n";
    let timed = "    start = time.time()\n    a.open()\n    b.open()\n    a.run(b)\n    print(time.time() - start)\n    return a\n";
    check("a name and its use", body, timed, 1);
    let tried = "    try:\n        a.open()\n        b.open()\n        a.run(b)\n    finally:\n        b.close()\n    return a\n";
    check("a block around others", body, tried, 1);
    let moved = "    a.run(b.one, b.two)\n    a.open()\n    b.open()\n    return a\n";
    check("a moved line", "    a.open()\n    b.open()\n    a.run(b.one, b.two)\n    return a\n", moved, 1);
    let sum =
        "    total = 0\n    a.open()\n    for x in b:\n        total += x.size\n    a.close()\n    return total\n";
    let summed = "    a.open()\n    total = sum(x.size for x in b)\n    a.close()\n    return total\n";
    check("a start value and its loop", sum, summed, 1);
    let debugged = "    print(a)\n    a.open()\n    b.open()\n    print(b)\n    a.run(b)\n    return a\n";
    check("two lines that go", debugged, body, 2);
    check("two lines that come", body, debugged, 2);
    let unused = "    a.open()\n    a.run(b)\n    return a\n";
    check("one line that goes", body, unused, 1);
}

#[test]
fn as_many_unlike_hunks_stand_together_as_in_the_pairs() {
    let wanted = MANY.replace("==", "is");
    let at = |together: usize| at(MANY, &wanted, &[-4.0, -4.0, -1.0, -2.0], 0.5, together);
    let lines = |together: usize| lines_changed(MANY, &at(together).0).into_iter().collect::<Vec<_>>();
    assert_eq!((at(2).1, lines(2)), (Places { of: 2, changed: 1 }, vec![5, 7]));
    assert_eq!((at(4).1, lines(4)), (Places { of: 1, changed: 1 }, vec![1, 3, 5, 7]));
    assert_eq!(at(3).1.of, 1, "they do not come out even");
}

#[test]
fn shares_become_numbers_of_places() {
    let check = |share: f32, of: usize, expect: usize| assert_eq!(wanted(share, of), expect, "{share} of {of}");
    check(0.01, 4, 1);
    check(0.25, 4, 1);
    check(0.26, 4, 2);
    check(0.5, 3, 2);
    check(0.1, 10, 1);
    check(0.7, 10, 7);
    check(1.0, 4, 4);
    check(0.3, 1, 1);
    for of in 1..20 {
        let numbers: Vec<usize> = (1..=100).map(|share| wanted(share as f32 / 100.0, of)).collect();
        assert!(numbers.is_sorted() && numbers[99] == of, "{numbers:?}");
    }
}

#[test]
fn groups_are_joined_whichever_way_round() {
    let mut groups = Groups::new(5);
    groups.join(3, 1);
    groups.join(4, 3);
    assert_eq!(groups.all(), [vec![0], vec![1, 3, 4], vec![2]]);
    assert_eq!(groups.count(), 3);
    groups.join_all();
    assert_eq!(groups.all(), [vec![0, 1, 2, 3, 4]]);
}
