//! PyTorch = ONNX in fp32 = ONNX in int8 = this runtime, on recorded cases (`python -m lerp_training parity`).
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use lerp::codec::{Id, Step, WindowPair};
use lerp::latent::{DecodeOptions, EditVector, ModelSettings, Worker};
use serde::Deserialize;

#[derive(Deserialize)]
struct Case {
    source: Vec<Id>,
    windows: Vec<WindowPair>,
    sign: f32,
    pytorch: Vec<i64>,
    fp32: Vec<i64>,
    int8: Vec<i64>,
}

/// Pointers as training has them: -1 - position.
fn compact(steps: &[Step]) -> Vec<i64> {
    let number = |step: &Step| match step {
        Step::Pointer(position) => -1 - i64::try_from(*position).unwrap(),
        Step::Word(id) => i64::from(*id),
    };
    steps.iter().map(number).collect()
}

#[test]
fn all_write_the_same_scripts() {
    let worker = Worker::start(&ModelSettings::default()).unwrap_or_else(|error| panic!("{error}"));
    let width = worker.bundle.shapes.vector;
    let text = include_str!("parity/cases.jsonl");
    let cases: Vec<Case> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let (mut fp32, mut int8, mut rust) = (0, 0, 0);
    let total = cases.len();
    for case in cases {
        fp32 += usize::from(case.fp32 == case.pytorch);
        int8 += usize::from(case.int8 == case.pytorch);
        let script = worker.run(move |model| {
            let mean = EditVector::mean(&model.edits(&case.windows)?).soft_norm(width);
            let v = EditVector(Vec::new()).plus(case.sign, &mean);
            let locals = model.encode(&case.source)?;
            let decoded = model.scripts(&locals, &v, DecodeOptions { scripts: 1, longest: 96 }, None, &|| false)?;
            let unchanged = vec![-1];
            let script = decoded.scripts.first().map_or(unchanged, |script| compact(&script.steps));
            Ok([&case.int8, &case.fp32].contains(&&script) || case.int8.len() >= 96)
        });
        rust += usize::from(script.unwrap());
    }
    println!("of {total} scripts: fp32 {fp32} and int8 {int8} are PyTorch's, this runtime's {rust} are one of theirs");
    // int8 rounds: where two steps are about as likely, the last bit of a vector decides
    assert!(total >= 20);
    assert!(fp32 * 100 >= total * 95 && int8 * 100 >= total * 90 && rust * 100 >= total * 90);
}

#[test]
fn a_row_does_not_move_with_its_batch_mates() {
    let worker = Worker::start(&ModelSettings::default()).unwrap_or_else(|error| panic!("{error}"));
    let case: Case = serde_json::from_str(include_str!("parity/cases.jsonl").lines().next().unwrap()).unwrap();
    let (alone, together) = worker
        .run(move |model| {
            let locals = model.encode(&case.source)?;
            let v = EditVector::mean(&model.edits(&case.windows)?).soft_norm(96);
            let write = |model: &mut lerp::latent::Model, scripts| {
                model.scripts(&locals, &v, DecodeOptions { scripts, longest: 96 }, None, &|| false)
            };
            Ok((write(model, 2)?, write(model, 8)?))
        })
        .unwrap();
    assert_eq!(alone.unchanged, together.unchanged);
    for script in &alone.scripts {
        let twin = together.scripts.iter().find(|other| other.steps == script.steps);
        let difference = twin.map(|other| (other.log_probability - script.log_probability).abs());
        assert!(difference.is_some_and(|difference| difference < 1e-3), "{difference:?}");
    }
}
