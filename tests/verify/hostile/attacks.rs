//! Attacks on the machine: files, processes, network, kernel. None may get through, in namespaces or without.

use std::fs;
use std::process::Command;

use lerp::verify::{Status, TestsSetting, Tier, Verdict, Verifier};

use super::super::support::{Shop, total_after};
use super::WITH_A_CHILD;

/// How an attack is seen to work where nothing holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Seen {
    /// As a candidate, in a run without the sandbox.
    Free,
    /// The same, on machines whose system lets the user do it: a plain Python is asked first.
    FreeIfAllowed,
    /// In a plain Python: lerp takes the means away from every run, confined or not.
    Plain,
}
use Seen::{Free, FreeIfAllowed, Plain};

/// Name, code that calls `breach` when it got what it wanted, and where that is seen.
const ATTACKS: &[(&str, &str, Seen)] = &[
    // files
    ("write into the tree", "open(ROOT + '/planted', 'w').write('x'); breach()", Free),
    ("change the tested file", "open(ROOT + '/shop.py', 'a').write('# x\\n'); breach()", Free),
    ("write outside", "open(OUTSIDE + '/planted', 'w').write('x'); breach()", Free),
    ("remove a file", "os.remove(OUTSIDE + '/secret'); breach()", Free),
    ("remove a folder", "import shutil; shutil.rmtree(ROOT + '/tests'); breach()", Free),
    ("rename a file", "os.rename(OUTSIDE + '/secret', OUTSIDE + '/gone'); breach()", Free),
    ("make a folder", "os.mkdir(OUTSIDE + '/folder'); breach()", Free),
    ("make a pipe in the tree", "os.mkfifo(ROOT + '/pipe'); os.remove(ROOT + '/pipe'); breach()", Free),
    ("make a link in the tree", "os.symlink('/etc', ROOT + '/link'); breach()", Free),
    ("link into scratch", "os.link(OUTSIDE + '/secret', TMP + '/secret'); breach()", Free),
    ("link out of scratch", "open(TMP + '/x', 'w').close(); os.link(TMP + '/x', ROOT + '/x'); breach()", Free),
    ("move out of scratch", "open(TMP + '/x', 'w').close(); os.rename(TMP + '/x', ROOT + '/x'); breach()", Free),
    (
        "exchange two files",
        "open(TMP + '/x', 'w').close(); syscall({'x86_64': 316, 'aarch64': 276}, -100, (TMP + '/x').encode(), -100, (OUTSIDE + '/secret').encode(), 2)",
        Free,
    ),
    ("read by a symbolic link", "os.symlink(OUTSIDE + '/secret', TMP + '/s'); open(TMP + '/s').read(); breach()", Free),
    (
        "write by a symbolic link",
        "os.symlink(OUTSIDE, TMP + '/s'); open(TMP + '/s/planted', 'w').write('x'); breach()",
        Free,
    ),
    (
        "climb by an open folder",
        "up = os.open('..', os.O_PATH); os.close(os.open('outside/secret', os.O_RDONLY, dir_fd=up)); breach()",
        Free,
    ),
    (
        "open for writing what is open for reading",
        "one = os.open(ROOT + '/shop.py', os.O_RDONLY); os.write(os.open(f'/proc/self/fd/{one}', os.O_WRONLY | os.O_APPEND), b'# x'); breach()",
        Free,
    ),
    (
        "write through memory",
        "import mmap; file = open(ROOT + '/shop.py', 'r+b'); mmap.mmap(file.fileno(), 0)[0:1] = b'#'; breach()",
        Free,
    ),
    ("truncate while reading", "os.close(os.open(OUTSIDE + '/secret', os.O_RDONLY | os.O_TRUNC)); breach()", Free),
    ("truncate by path", "os.truncate(OUTSIDE + '/secret', 0); breach()", Free),
    (
        "change a mode",
        "os.chmod(ROOT + '/shop.py', 0o640); breach() if os.stat(ROOT + '/shop.py').st_mode & 0o777 == 0o640 else None",
        Free,
    ),
    (
        "change a time",
        "os.utime(ROOT + '/shop.py', (1, 1)); breach() if os.stat(ROOT + '/shop.py').st_mtime == 1 else None",
        Free,
    ),
    ("change an owner", "os.chown(ROOT + '/shop.py', 65534, 65534); breach()", FreeIfAllowed),
    ("set an attribute", "os.setxattr(ROOT + '/shop.py', 'user.planted', b'x'); breach()", FreeIfAllowed),
    ("make a device", "os.mknod(TMP + '/null', 0o20600, os.makedev(1, 3)); breach()", FreeIfAllowed),
    (
        "shared memory of the machine",
        "open('/dev/shm/lerp-planted', 'w').close(); os.remove('/dev/shm/lerp-planted'); breach()",
        FreeIfAllowed,
    ),
    ("a file beyond the cap", "open(TMP + '/x', 'wb').truncate(1 << 32); breach()", Plain),
    // secrets
    ("read a secret", "open(OUTSIDE + '/secret').read(); breach()", Free),
    ("list a folder", "os.listdir(OUTSIDE); breach()", Free),
    ("list the home folder", "import pwd; os.listdir(pwd.getpwuid(os.getuid()).pw_dir); breach()", FreeIfAllowed),
    ("read the machine's passwords", "open('/etc/shadow').read(); breach()", FreeIfAllowed),
    ("read the surroundings", "breach() if 'LERP_TEST_SECRET' in os.environ else None", Plain),
    ("read another process", "open(f'/proc/{os.getppid()}/status').read(); breach()", Free),
    ("read another's surroundings", "open(f'/proc/{os.getppid()}/environ').read(); breach()", Free),
    ("read another's memory", "open(f'/proc/{os.getppid()}/mem', 'rb').close(); breach()", FreeIfAllowed),
    ("list another's open files", "os.listdir(f'/proc/{os.getppid()}/fd'); breach()", Free),
    (
        "list all processes",
        "breach() if os.path.exists('/proc/1/status') and open('/proc/1/status').read() else None",
        Free,
    ),
    (
        "take another's descriptor",
        "pid = os.pidfd_open(os.getppid()); syscall({'x86_64': 438, 'aarch64': 438}, pid, 0, 0)",
        FreeIfAllowed,
    ),
    (
        "watch a folder",
        "notes = ctypes.CDLL(None).inotify_init1(0); breach() if ctypes.CDLL(None).inotify_add_watch(notes, OUTSIDE.encode(), 2) > 0 else None",
        Free,
    ),
    // signals and other processes
    ("signal the parent", "os.kill(os.getppid(), 0); breach()", Free),
    ("signal the parent's group", "os.killpg(os.getpgid(os.getppid()), 0); breach()", Free),
    ("signal the first process", "os.kill(1, 0); breach()", FreeIfAllowed),
    ("signal a thread of the parent", "up = os.getppid(); syscall({'x86_64': 234, 'aarch64': 131}, up, up, 0)", Free),
    ("signal by descriptor", "import signal; signal.pidfd_send_signal(os.pidfd_open(os.getppid()), 0); breach()", Free),
    ("be traced", "syscall({'x86_64': 101, 'aarch64': 117}, 0, 0, 0, 0)", Free),
    ("trace the parent", "syscall({'x86_64': 101, 'aarch64': 117}, 0x4206, os.getppid(), 0, 0)", FreeIfAllowed),
    ("slow the parent down", "os.setpriority(os.PRIO_PROCESS, os.getppid(), 1); breach()", Free),
    (
        "limit the parent",
        "import resource as r; up = os.getppid(); r.prlimit(up, r.RLIMIT_CORE, r.prlimit(up, r.RLIMIT_CORE)); breach()",
        Free,
    ),
    ("move the parent", "up = os.getppid(); os.sched_setaffinity(up, os.sched_getaffinity(up)); breach()", Free),
    ("outlive the parent", "breach() if ctypes.CDLL(None).prctl(1, 0, 0, 0, 0) == 0 else None", Free),
    // new processes
    ("fork", "os.fork() or os._exit(0); breach()", Free),
    ("fork with a terminal", "os.forkpty()[0] or os._exit(0); breach()", FreeIfAllowed),
    ("posix_spawn", "os.posix_spawn('/bin/true', ['true'], {}); breach()", Free),
    ("a shell", "os.system('true') == 0 and breach()", Free),
    ("subprocess", "import subprocess; subprocess.run(['/bin/true']); breach()", Free),
    (
        "multiprocessing",
        "import multiprocessing as m; p = m.get_context('fork').Process(target=print); p.start(); breach()",
        Free,
    ),
    ("exec", "os.execv('/bin/sh', ['sh', '-c', 'echo x > executed'])", Free),
    (
        "exec from memory",
        "one = os.memfd_create('x'); os.write(one, open('/bin/sh', 'rb').read()); os.execve(one, ['sh', '-c', 'echo x > executed'], {})",
        Free,
    ),
    (
        "clone3",
        "result = ctypes.CDLL(None).syscall({'x86_64': 435, 'aarch64': 435}[platform.machine()], ctypes.create_string_buffer(b'\\0' * 32 + (17).to_bytes(8, 'little') + b'\\0' * 48, 88), 88)\n    os._exit(0) if result == 0 else breach() if result > 0 else None",
        Free,
    ),
    ("raise a limit", "import resource as r; r.setrlimit(r.RLIMIT_NOFILE, (100, 100)); breach()", Free),
    ("many open files", "kept = [open('/dev/null') for _ in range(600)]; breach()", Plain),
    ("much memory", "import mmap; mmap.mmap(-1, 9 << 30, mmap.MAP_PRIVATE, mmap.PROT_READ); breach()", Plain),
    // network
    ("listen on a port", "import socket; socket.create_server(('127.0.0.1', 0)); breach()", Free),
    ("make a datagram socket", "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM); breach()", Free),
    ("make a Unix socket", "import socket; socket.socket(socket.AF_UNIX); breach()", Free),
    ("make a datagram pair", "import socket; socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM); breach()", Free),
    (
        "ask the kernel for its network",
        "import socket; socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0); breach()",
        Free,
    ),
    (
        "listen to packets",
        "import socket; socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0); breach()",
        FreeIfAllowed,
    ),
    ("make a socket of the newer kind", "import socket; socket.socket(socket.AF_INET6); breach()", FreeIfAllowed),
    (
        "follow the network namespace",
        "open('/proc/self/ns/net').fileno(); import socket; socket.socket(); breach()",
        Free,
    ),
    // the kernel
    ("new user namespace", "syscall({'x86_64': 272, 'aarch64': 97}, 0x10000000)", FreeIfAllowed),
    (
        "another's namespace",
        "syscall({'x86_64': 308, 'aarch64': 268}, os.open('/proc/self/ns/uts', os.O_RDONLY), 0)",
        FreeIfAllowed,
    ),
    ("io_uring", "syscall({'x86_64': 425, 'aarch64': 425}, 1, ctypes.create_string_buffer(256))", FreeIfAllowed),
    (
        "bpf",
        "syscall({'x86_64': 321, 'aarch64': 280}, 0, ctypes.create_string_buffer(b'\\2\\0\\0\\0\\4\\0\\0\\0\\4\\0\\0\\0\\1\\0\\0\\0', 128), 72)",
        FreeIfAllowed,
    ),
    ("keyring", "syscall({'x86_64': 250, 'aarch64': 219}, 0, -3, 1)", FreeIfAllowed),
    (
        "perf events",
        "syscall({'x86_64': 298, 'aarch64': 241}, ctypes.create_string_buffer(b'\\1\\0\\0\\0\\x80\\0\\0\\0', 128), 0, -1, -1, 0)",
        FreeIfAllowed,
    ),
    ("page faults", "syscall({'x86_64': 323, 'aarch64': 282}, 1)", FreeIfAllowed),
    ("another personality", "syscall({'x86_64': 135, 'aarch64': 92}, 0x0040000)", Free),
    ("change root", "os.chroot('/'); breach()", FreeIfAllowed),
    ("become another user", "os.setresgid(-1, 65534, -1); breach()", FreeIfAllowed),
    ("the machine's name", "import socket; socket.sethostname(socket.gethostname()); breach()", FreeIfAllowed),
    (
        "the kernel's log",
        "syscall({'x86_64': 103, 'aarch64': 116}, 3, ctypes.create_string_buffer(64), 64)",
        FreeIfAllowed,
    ),
];

/// A text that runs attacks, each in a function of its own, and raises an assertion when one called `breach`.
fn armed(shop: &Shop, attacks: &[(&str, &str)]) -> String {
    let mut text = format!(
        "import ctypes, os, platform, tempfile\nclass Breach(BaseException): pass\ndef breach(): raise Breach\nROOT, OUTSIDE = {:?}, {:?}\ndef syscall(numbers, *rest):\n    if ctypes.CDLL(None).syscall(numbers[platform.machine()], *rest) >= 0: breach()\ndef held(name, attack):\n    try:\n        attack(tempfile.mkdtemp(dir=os.environ['TMPDIR']))\n    except Breach:\n        raise AssertionError('BREACH: ' + name)\n    except (OSError, ValueError, MemoryError) as error:\n        print('held:', name, error)\n",
        shop.root(),
        shop.outside()
    );
    for (name, code) in attacks {
        text += &format!("def attack(TMP):\n    {code}\nheld({name:?}, attack)\n");
    }
    text
}

/// Runs code in `total`. `None` when the system's refusal was all that came of it, else the verdict, which tells.
fn attack(shop: &Shop, verifier: &Verifier, code: &str) -> Option<String> {
    let candidate = shop.candidate(&total_after(&armed(shop, &[("it", code)])));
    let verdict = verifier.verify(&candidate, &TestsSetting::Auto, &|| false);
    (verdict.status != Status::Passed).then(|| format!("{verdict:?}"))
}

/// Whether a plain Python, run by the user, can do it.
fn works_in_plain_python(shop: &Shop, verifier: &Verifier, code: &str) -> bool {
    let tmp = shop.folder.path().join("tmp");
    fs::create_dir_all(&tmp).unwrap();
    let output = Command::new(&verifier.project().interpreter.executable)
        .args(["-c", &armed(shop, &[("it", code)])])
        .current_dir(shop.root())
        .env("TMPDIR", &tmp)
        .env("LERP_TEST_SECRET", "1")
        .output()
        .unwrap();
    fs::remove_dir_all(tmp).unwrap();
    String::from_utf8_lossy(&output.stderr).contains("BREACH") || shop.root().join("executed").exists()
}

#[test]
fn there_are_enough_of_them_and_none_twice() {
    let names: std::collections::BTreeSet<&str> = ATTACKS.iter().map(|(name, ..)| *name).collect();
    assert_eq!(names.len(), ATTACKS.len());
    assert!(names.len() >= 50, "{}", names.len());
}

#[test]
fn attacks_work_without_the_sandbox() {
    let Some(mut shop) = Shop::new() else { return };
    shop.settings.unsandboxed = true;
    let verifier = shop.verifier();
    let mut shown = 0;
    for (name, code, seen) in ATTACKS {
        shop.reset();
        if *seen != Free {
            let works = works_in_plain_python(&shop, &verifier, code);
            assert!(
                works || *seen == FreeIfAllowed,
                "{name} does not even work in a plain Python, so its test can not fail"
            );
            if *seen == Plain || !works {
                eprintln!(
                    "{name}: {}",
                    if works { "works in a plain Python" } else { "not allowed to this user at all" }
                );
                shown += usize::from(works);
                continue;
            }
            shop.reset();
        }
        let said = attack(&shop, &verifier, code).unwrap_or_default();
        let works = said.contains("BREACH") || shop.root().join("executed").exists();
        assert!(works, "{name} does not even work outside, so its test can not fail: {said}");
        shown += 1;
    }
    eprintln!("{shown} of {} attacks work without the sandbox", ATTACKS.len());
    assert!(shown >= 50, "{shown}");
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

/// All attacks but some, one after the other in one candidate.
fn all_at_once(shop: &Shop, left_out: &[&str]) -> Verdict {
    let attacks: Vec<(&str, &str)> =
        ATTACKS.iter().map(|(name, code, _)| (*name, *code)).filter(|(name, _)| !left_out.contains(name)).collect();
    let before = shop.tree();
    let verdict = shop.verdict(&total_after(&armed(shop, &attacks)));
    if shop.settings.unsandboxed {
        return verdict;
    }
    assert_eq!(shop.tree(), before, "the tree was written");
    assert_eq!(fs::read_to_string(shop.outside().join("secret")).unwrap(), "a secret");
    assert_eq!(fs::read_dir(shop.outside()).unwrap().count(), 1);
    verdict
}

/// The tests above run attacks one by one, in whatever serves them first, which is a fork of collected tests.
#[test]
fn attacks_are_held_in_every_tier() {
    let Some(mut shop) = Shop::new() else { return };
    for namespaces in [true, false] {
        shop.settings.namespaces = namespaces;
        for tier in [Tier::T1, Tier::T2, Tier::T3] {
            shop.settings.fastest = tier;
            let verdict = all_at_once(&shop, &[]);
            assert_eq!((verdict.status, verdict.tier), (Status::Passed, Some(tier)), "{namespaces}: {verdict:?}");
        }
    }
    shop.settings.unsandboxed = true;
    let verdict = all_at_once(&shop, &[]);
    assert_eq!((verdict.status, verdict.tier), (Status::Failed, Some(Tier::T3)), "{verdict:?}");
}

/// What needs no process of its own is held as well where the project's own tests start some.
#[test]
fn attacks_are_held_where_tests_start_processes() {
    const OF_PROCESSES: &[&str] = &[
        "fork",
        "fork with a terminal",
        "posix_spawn",
        "a shell",
        "subprocess",
        "multiprocessing",
        "exec",
        "exec from memory",
        "clone3",
    ];
    let Some(mut shop) = Shop::new() else { return };
    shop.write("tests/test_shop.py", WITH_A_CHILD);
    for namespaces in [true, false] {
        shop.settings.namespaces = namespaces;
        let verdict = all_at_once(&shop, OF_PROCESSES);
        assert_eq!((verdict.status, verdict.tier), (Status::Passed, Some(Tier::T3)), "{namespaces}: {verdict:?}");
    }
}
