//! Candidates that mean harm. Each attack is first seen to work without the sandbox, so that its test can fail.
//!
//! [`attacks`] reach for the machine: the sandbox holds them. [`forgeries`] stay in their process and lie to the tests: the verdict's
//! rule, the gate and the differential check hold them.

mod attacks;
mod forgeries;

use std::process::{Command, Stdio};

use lerp::verify::Status;
use lerp::verify::sandbox::{HELPER, Launch, Limits, Policy};
use lerp::verify::{TestsSetting, Tier};

use super::support::{Shop, processes_in, total_after, wait_for};

/// Tests that start a process themselves.
const WITH_A_CHILD: &str = "import subprocess\nimport shop\n\n\ndef test_child():\n    subprocess.run(['/bin/true'], check=True)\n    assert shop.total([]) == 0\n";

/// Processes are allowed when the tests themselves need them; the number is not.
#[test]
fn a_fork_bomb_is_capped_and_nothing_is_left() {
    let Some(mut shop) = Shop::new() else { return };
    shop.write("tests/test_shop.py", WITH_A_CHILD);
    for namespaces in [true, false] {
        shop.settings.namespaces = namespaces;
        // children that leave the group, so that a signal to the group is not enough
        let bomb = "import os, time\nfor _ in range(200):\n    if os.fork() == 0:\n        os.setsid()\n        time.sleep(600)\ntime.sleep(600)";
        let verdict = shop.verdict(&total_after(bomb));
        assert_eq!(verdict.status, Status::Failed, "{verdict:?}");
        assert!(verdict.reason.as_deref().unwrap_or_default().contains("processes"), "{verdict:?}");
        assert_eq!(processes_in(&shop), [0; 0], "left behind, namespaces: {namespaces}");
    }
}

#[test]
fn a_full_disk_is_not_the_users() {
    let Some(mut shop) = Shop::new() else { return };
    let code =
        "import os\nfor n in range(100_000):\n    open(os.environ['TMPDIR'] + f'/{n}', 'wb').write(b'x' * (1 << 22))";
    for tier in [Tier::T1, Tier::T3] {
        shop.settings.fastest = tier;
        let verdict = shop.verdict(&total_after(code));
        assert_eq!((verdict.status, verdict.tier), (Status::Failed, Some(tier)), "{verdict:?}");
        assert!(verdict.reason.as_deref().unwrap_or_default().contains("disk"), "{verdict:?}");
    }
}

/// lerp killed outright: its end of the control pipe closes, nothing else.
#[test]
fn when_lerp_dies_all_dies() {
    let Some(shop) = Shop::new() else { return };
    let namespaces = shop.verifier().sandbox().namespaces;
    for stage in if namespaces { &["supervise", "init"][..] } else { &["init"] } {
        let scratch = tempfile::tempdir().unwrap().keep();
        let launch = Launch {
            argv: vec!["/bin/sh".to_owned(), "-c".to_owned(), "sleep 600 & setsid sleep 600 & sleep 600".to_owned()],
            env: Vec::new(),
            cwd: shop.root(),
            stdin: String::new(),
            scratch: scratch.clone(),
            limits: Limits::default(),
            policy: Policy {
                confine: true,
                processes: true,
                execute: vec!["/bin".into(), "/usr".into(), "/lib".into(), "/lib64".into()],
                ..Policy::default()
            },
        };
        let mut child = Command::new(env!("CARGO_BIN_EXE_lerp"))
            .args([HELPER, stage])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut control = child.stdin.take().unwrap();
        launch.write_to(&mut control).unwrap();
        wait_for(|| processes_in(&shop).len() >= 3, "the program did not start");
        drop(control);
        wait_for(|| processes_in(&shop).is_empty(), "processes were left");
        child.wait().unwrap();
        assert!(!scratch.exists(), "scratch was left");
    }
}

#[test]
fn without_a_sandbox_nothing_runs() {
    let Some(mut shop) = Shop::new() else { return };
    // a binary that knows no stages stands for a system without a sandbox
    shop.settings.helper = Some("/bin/true".into());
    let verdict = shop.verdict_of(&shop.candidate(&total_after("")), &TestsSetting::Auto);
    assert_eq!(verdict.status, Status::Untested);
    assert!(verdict.reason.unwrap_or_default().contains("no sandbox"));
}
