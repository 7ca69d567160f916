//! Candidates that mean harm. Each attack is first seen to work without the sandbox, so that the test can fail.

use std::fs;
use std::process::{Command, Stdio};

use lerp::verify::sandbox::{HELPER, Launch, Limits, Policy};
use lerp::verify::{Status, TestsSetting, Verifier};

use super::support::{Shop, processes_in, total_after, wait_for};

/// Name, code that raises `Breach` when it got what it wanted, and whether it is shown to work without the sandbox.
const ATTACKS: &[(&str, &str, bool)] = &[
    ("write into the tree", "open(ROOT + '/planted', 'w').write('x'); breach()", true),
    ("change the tested file", "open(ROOT + '/shop.py', 'a').write('# x\\n'); breach()", true),
    ("write outside", "open(OUTSIDE + '/planted', 'w').write('x'); breach()", true),
    ("remove a file", "os.remove(OUTSIDE + '/secret'); breach()", true),
    ("rename a file", "os.rename(OUTSIDE + '/secret', OUTSIDE + '/gone'); breach()", true),
    ("make a folder", "os.mkdir(OUTSIDE + '/folder'); breach()", true),
    ("link into scratch", "os.link(OUTSIDE + '/secret', os.environ['TMPDIR'] + '/secret'); breach()", true),
    (
        "read by a symbolic link",
        "os.symlink(OUTSIDE + '/secret', os.environ['TMPDIR'] + '/s'); open(os.environ['TMPDIR'] + '/s').read(); breach()",
        true,
    ),
    ("truncate while reading", "os.close(os.open(OUTSIDE + '/secret', os.O_RDONLY | os.O_TRUNC)); breach()", true),
    ("truncate by path", "os.truncate(OUTSIDE + '/secret', 0); breach()", true),
    (
        "change a mode",
        "os.chmod(ROOT + '/shop.py', 0o640); breach() if os.stat(ROOT + '/shop.py').st_mode & 0o777 == 0o640 else None",
        true,
    ),
    (
        "change a time",
        "os.utime(ROOT + '/shop.py', (1, 1)); breach() if os.stat(ROOT + '/shop.py').st_mtime == 1 else None",
        true,
    ),
    ("read a secret", "open(OUTSIDE + '/secret').read(); breach()", true),
    ("list a folder", "os.listdir(OUTSIDE); breach()", true),
    ("read another process", "open(f'/proc/{os.getppid()}/status').read(); breach()", true),
    ("signal the parent", "os.kill(os.getppid(), 0); breach()", true),
    ("signal the parent's group", "os.killpg(os.getpgid(os.getppid()), 0); breach()", true),
    ("listen on a port", "import socket; socket.create_server(('127.0.0.1', 0)); breach()", true),
    ("make a datagram socket", "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM); breach()", true),
    ("make a Unix socket", "import socket; socket.socket(socket.AF_UNIX); breach()", true),
    ("make a datagram pair", "import socket; socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM); breach()", true),
    ("fork", "os.fork() or os._exit(0); breach()", true),
    ("posix_spawn", "os.posix_spawn('/bin/true', ['true'], {}); breach()", true),
    ("subprocess", "import subprocess; subprocess.run(['/bin/true']); breach()", true),
    (
        "multiprocessing",
        "import multiprocessing as m; p = m.get_context('fork').Process(target=print); p.start(); breach()",
        true,
    ),
    ("exec", "open(ROOT + '/executed', 'w').close(); os.execv('/bin/true', ['true'])", false),
    ("raise a limit", "import resource as r; r.setrlimit(r.RLIMIT_NOFILE, (100, 100)); breach()", true),
    ("be traced", "syscall({'x86_64': 101, 'aarch64': 117}, 0, 0, 0, 0)", true),
    ("new user namespace", "syscall({'x86_64': 272, 'aarch64': 97}, 0x10000000)", false),
    ("io_uring", "syscall({'x86_64': 425, 'aarch64': 425}, 1, ctypes.create_string_buffer(256))", false),
    (
        "clone3",
        "syscall({'x86_64': 435, 'aarch64': 435}, ctypes.create_string_buffer(b'\\0' * 32 + (17).to_bytes(8, 'little') + b'\\0' * 48, 88), 88)",
        false,
    ),
    ("bpf", "syscall({'x86_64': 321, 'aarch64': 280}, 0, 0, 0)", false),
    ("keyring", "syscall({'x86_64': 250, 'aarch64': 219}, 0, -3, 1)", false),
    ("perf events", "syscall({'x86_64': 298, 'aarch64': 241}, ctypes.create_string_buffer(128), 0, -1, -1, 0)", false),
    ("outlive the parent", "breach() if ctypes.CDLL(None).prctl(1, 0, 0, 0, 0) == 0 else None", true),
    ("read the surroundings", "breach() if 'CARGO_MANIFEST_DIR' in os.environ else None", false),
    (
        "follow the network namespace",
        "open('/proc/self/ns/net').fileno(); import socket; socket.socket(); breach()",
        true,
    ),
];

/// Runs code in `total`. `None` when the system's refusal was all that came of it, else the verdict, which tells.
fn attack(shop: &Shop, verifier: &Verifier, code: &str) -> Option<String> {
    let code = format!(
        "import ctypes, os, platform\nclass Breach(BaseException): pass\ndef breach(): raise Breach\nROOT, OUTSIDE = {:?}, {:?}\ndef syscall(numbers, *rest):\n    if ctypes.CDLL(None).syscall(numbers[platform.machine()], *rest) >= 0: breach()\ntry:\n    {code}\nexcept Breach:\n    raise AssertionError('BREACH')\nexcept (OSError, ValueError) as error:\n    print('held:', error)",
        shop.root(),
        shop.outside()
    );
    let candidate = shop.candidate(&total_after(&code));
    let verdict = verifier.verify(&candidate, &TestsSetting::Auto, &|| false);
    (verdict.status != Status::Passed).then(|| format!("{verdict:?}"))
}

#[test]
fn attacks_work_without_the_sandbox() {
    let Some(mut shop) = Shop::new() else { return };
    shop.settings.unsandboxed = true;
    let verifier = shop.verifier();
    for (name, code, _) in ATTACKS.iter().filter(|(_, _, shown)| *shown) {
        shop.reset();
        let said = attack(&shop, &verifier, code).unwrap_or_default();
        assert!(said.contains("BREACH"), "{name} does not even work outside, so its test can not fail: {said}");
    }
}

fn attacks_are_held(namespaces: bool) {
    let Some(mut shop) = Shop::new() else { return };
    shop.settings.namespaces = namespaces;
    let verifier = shop.verifier();
    let before = shop.tree();
    for (name, code, _) in ATTACKS {
        assert_eq!(attack(&shop, &verifier, code), None, "{name} was not held");
        assert_eq!(shop.tree(), before, "{name}");
        assert_eq!(fs::read_to_string(shop.outside().join("secret")).unwrap(), "a secret", "{name}");
        assert_eq!(fs::read_dir(shop.outside()).unwrap().count(), 1, "{name}");
    }
}

#[test]
fn attacks_are_held_with_namespaces() {
    attacks_are_held(true);
}

#[test]
fn attacks_are_held_without_namespaces() {
    attacks_are_held(false);
}

/// Processes are allowed when the tests themselves need them; the number is not.
#[test]
fn a_fork_bomb_is_capped_and_nothing_is_left() {
    let Some(mut shop) = Shop::new() else { return };
    shop.write(
        "tests/test_shop.py",
        "import subprocess\nimport shop\n\n\ndef test_child():\n    subprocess.run(['/bin/true'], check=True)\n    assert shop.total([]) == 0\n",
    );
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
    let Some(shop) = Shop::new() else { return };
    let code =
        "import os\nfor n in range(100_000):\n    open(os.environ['TMPDIR'] + f'/{n}', 'wb').write(b'x' * (1 << 22))";
    let verdict = shop.verdict(&total_after(code));
    assert_eq!(verdict.status, Status::Failed, "{verdict:?}");
    assert!(verdict.reason.as_deref().unwrap_or_default().contains("disk"), "{verdict:?}");
}

/// Processes whose working directory is the project: the tests' and their children.
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
