//! Bodies that do not come at once, or do not come whole.

use std::collections::VecDeque;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use http_body::{Body, Frame};
use tokio::time::{Instant, Sleep};

/// The number of pieces in which a slow body comes.
const PIECES: u32 = 4;

/// A body in pieces, each after a wait. Waits begin when the body is first asked for.
#[derive(Debug)]
struct Pieces {
    left: VecDeque<Bytes>,
    between: Duration,
    wait: Option<Pin<Box<Sleep>>>,
    /// Whether the connection breaks where the pieces end.
    cut: bool,
}

/// The content drips: the last piece comes when all that time has passed.
pub(crate) fn slow(content: &[u8], whole: Duration) -> SdkBody {
    let size = content.len().div_ceil(usize::try_from(PIECES).unwrap_or(1)).max(1);
    let left: VecDeque<Bytes> = content.chunks(size).map(Bytes::copy_from_slice).collect();
    let between = whole / u32::try_from(left.len()).unwrap_or(PIECES).max(1);
    SdkBody::from_body_1_x(Pieces { left, between, wait: None, cut: false })
}

/// Half of the content, then the end of the connection.
pub(crate) fn cut(content: &[u8]) -> SdkBody {
    let half = content.get(..content.len() / 2).unwrap_or_default();
    let left = VecDeque::from([Bytes::copy_from_slice(half)]);
    SdkBody::from_body_1_x(Pieces { left, between: Duration::ZERO, wait: None, cut: true })
}

/// What of a body comes without waiting, and whether the connection breaks behind it: for a server that writes the
/// simulator's answers to a socket of its own. Slow bodies need tokio's runtime and are none of this.
#[must_use]
pub fn spill(body: &mut SdkBody) -> (Vec<u8>, bool) {
    let mut context = Context::from_waker(Waker::noop());
    let mut body = Pin::new(body);
    let mut whole = Vec::new();
    loop {
        match body.as_mut().poll_frame(&mut context) {
            Poll::Ready(Some(Ok(frame))) => {
                whole.extend_from_slice(frame.data_ref().map_or(&[], |data| data));
            }
            Poll::Ready(None) => return (whole, false),
            Poll::Ready(Some(Err(_))) | Poll::Pending => return (whole, true),
        }
    }
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if self.left.is_empty() {
            let broken = || io::Error::from(io::ErrorKind::UnexpectedEof);
            let end = std::mem::take(&mut self.cut).then(|| Err(broken()));
            return Poll::Ready(end);
        }
        if !self.between.is_zero() {
            let at = Instant::now() + self.between;
            let wait = self.wait.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(at)));
            if wait.as_mut().poll(context).is_pending() {
                return Poll::Pending;
            }
            self.wait = None;
        }
        Poll::Ready(self.left.pop_front().map(|piece| Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.left.is_empty() && !self.cut
    }
}
