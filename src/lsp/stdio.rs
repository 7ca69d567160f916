//! Standard input and output of the server, read and written on the loop's own thread where the system can say when they are
//! ready: pipes and sockets on Linux, which is what editors give. Tokio's own hand every message to another thread and back, and
//! on a machine whose processors decode and test each of these waits for its turn.

use std::pin::Pin;
use tokio::io::{AsyncRead, AsyncWrite};

/// Where messages come from.
pub type Input = Pin<Box<dyn AsyncRead + Send>>;
/// Where messages go.
pub type Output = Pin<Box<dyn AsyncWrite + Send>>;

/// Standard input and output; inside a runtime.
pub fn open() -> (Input, Output) {
    #[cfg(target_os = "linux")]
    let (input, output) = (ready::input(), ready::output());
    #[cfg(not(target_os = "linux"))]
    let (input, output) = (None, None);
    let plain_input = || -> Input { Box::pin(tokio::io::stdin()) };
    let plain_output = || -> Output { Box::pin(tokio::io::stdout()) };
    (input.unwrap_or_else(plain_input), output.unwrap_or_else(plain_output))
}

#[cfg(target_os = "linux")]
mod ready {
    use super::{Input, Output};
    use nix::fcntl::{FcntlArg, OFlag, fcntl};
    use nix::sys::stat::{FileStat, fstat};
    use std::fs::File;
    use std::io::{Read, Result, Write, stderr, stdin, stdout};
    use std::os::fd::{AsFd, BorrowedFd};
    use std::pin::Pin;
    use std::task::{Context, Poll, ready};
    use tokio::io::unix::AsyncFd;
    use tokio::io::{AsyncRead, AsyncWrite, Interest, ReadBuf};

    /// A pipe or a socket that does not block, as it was before when it is dropped: it may be shared with who started the server.
    struct Ready {
        file: AsyncFd<File>,
        before: OFlag,
    }

    pub fn input() -> Option<Input> {
        Some(Box::pin(Ready::new(stdin().as_fd(), Interest::READABLE)?))
    }

    pub fn output() -> Option<Output> {
        let (out, errors) = (stdout(), stderr());
        // what is written to standard error must not fail because a pipe is full
        let is_same = same(&status(out.as_fd())?, &status(errors.as_fd())?);
        if is_same { None } else { Some(Box::pin(Ready::new(out.as_fd(), Interest::WRITABLE)?)) }
    }

    fn status(file: BorrowedFd<'_>) -> Option<FileStat> {
        fstat(file).ok()
    }

    fn same(a: &FileStat, b: &FileStat) -> bool {
        (a.st_dev, a.st_ino) == (b.st_dev, b.st_ino)
    }

    impl Ready {
        /// `None` for what is neither pipe nor socket.
        fn new(of: BorrowedFd<'_>, interest: Interest) -> Option<Self> {
            let kind = status(of)?.st_mode & nix::libc::S_IFMT;
            if ![nix::libc::S_IFIFO, nix::libc::S_IFSOCK].contains(&kind) {
                return None;
            }
            let file = File::from(of.try_clone_to_owned().ok()?);
            let before = OFlag::from_bits_retain(fcntl(&file, FcntlArg::F_GETFL).ok()?);
            fcntl(&file, FcntlArg::F_SETFL(before | OFlag::O_NONBLOCK)).ok()?;
            // SAFETY: the descriptor is the file's own, open until the file is dropped, and nothing takes the file out
            let file = unsafe { AsyncFd::register_with_interest(file, interest) };
            file.ok().map(|file| Self { file, before })
        }
    }

    impl Drop for Ready {
        fn drop(&mut self) {
            // nothing can be done about a failure, and the process ends
            let _ = fcntl(self.file.get_ref(), FcntlArg::F_SETFL(self.before));
        }
    }

    impl AsyncRead for Ready {
        fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<Result<()>> {
            loop {
                let mut guard = ready!(self.file.poll_read_ready(cx))?;
                if let Ok(read) = guard.try_io(|file| file.get_ref().read(into.initialize_unfilled())) {
                    return Poll::Ready(read.map(|count| into.advance(count)));
                }
            }
        }
    }

    impl AsyncWrite for Ready {
        fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize>> {
            loop {
                let mut guard = ready!(self.file.poll_write_ready(cx))?;
                if let Ok(written) = guard.try_io(|file| file.get_ref().write(bytes)) {
                    return Poll::Ready(written);
                }
            }
        }

        fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<()>> {
            Poll::Ready(Ok(()))
        }

        fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<()>> {
            Poll::Ready(Ok(()))
        }
    }
}
