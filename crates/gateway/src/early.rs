//! Answers that come before their request was sent as a whole. A service that refuses a body (too large, not signed in)
//! answers and closes the connection; what is still sent to it fails, but its answer has come and can be read. So a
//! connection that takes nothing more is sent into the void until it has been read to its end.

use std::{
    future::Future,
    io,
    pin::Pin,
    task::{Context, Poll},
};

use http::Uri;
use hyper_util::{
    client::legacy::connect::{Connected, Connection},
    rt::TokioIo,
};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Makes connections that are heard out.
#[derive(Clone)]
pub(crate) struct HearOut<C>(pub C);

impl<C, T> tower::Service<Uri> for HearOut<C>
where
    C: tower::Service<Uri, Response = TokioIo<T>, Future: Send + 'static>,
{
    type Response = TokioIo<Heard<T>>;
    type Error = C::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, C::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), C::Error>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, to: Uri) -> Self::Future {
        let connecting = self.0.call(to);
        Box::pin(async move { Ok(TokioIo::new(Heard::new(connecting.await?.into_inner()))) })
    }
}

/// A connection that is heard out.
pub(crate) struct Heard<T> {
    inner: T,
    /// The other side takes nothing more.
    closed: bool,
    /// There is nothing more to read.
    read: bool,
}

impl<T> Heard<T> {
    fn new(inner: T) -> Self {
        Self { inner, closed: false, read: false }
    }

    /// Whether what is sent goes into the void.
    fn is_void(&self) -> bool {
        self.closed && !self.read
    }

    /// What came of sending: while there is something to read, that the other side takes nothing more is no failure.
    fn sent<R>(&mut self, sent: Poll<io::Result<R>>, all: R) -> Poll<io::Result<R>> {
        let is_end =
            |error: &io::Error| matches!(error.kind(), io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset);
        match sent {
            Poll::Ready(Err(error)) if !self.read && is_end(&error) => {
                self.closed = true;
                Poll::Ready(Ok(all))
            }
            other => other,
        }
    }
}

impl<T: Connection> Connection for Heard<T> {
    fn connected(&self) -> Connected {
        self.inner.connected()
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Heard<T> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = into.filled().len();
        let read = Pin::new(&mut this.inner).poll_read(cx, into);
        if let Poll::Ready(read) = &read {
            this.read = read.is_err() || into.filled().len() == before;
        }
        read
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Heard<T> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, from: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if this.is_void() {
            return Poll::Ready(Ok(from.len()));
        }
        let sent = Pin::new(&mut this.inner).poll_write(cx, from);
        this.sent(sent, from.len())
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        from: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let all = from.iter().map(|slice| slice.len()).sum();
        if this.is_void() {
            return Poll::Ready(Ok(all));
        }
        let sent = Pin::new(&mut this.inner).poll_write_vectored(cx, from);
        this.sent(sent, all)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.is_void() {
            return Poll::Ready(Ok(()));
        }
        let sent = Pin::new(&mut this.inner).poll_flush(cx);
        this.sent(sent, ())
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io,
        pin::Pin,
        task::{Context, Poll},
    };

    use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};

    use super::Heard;

    /// Has said something and gone.
    struct Gone(&'static [u8]);

    fn gone<T>() -> Poll<io::Result<T>> {
        Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()))
    }

    impl AsyncRead for Gone {
        fn poll_read(mut self: Pin<&mut Self>, _: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
            let said = std::mem::take(&mut self.0);
            into.put_slice(said);
            if said.is_empty() { gone() } else { Poll::Ready(Ok(())) }
        }
    }

    impl AsyncWrite for Gone {
        fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, _: &[u8]) -> Poll<io::Result<usize>> {
            gone()
        }

        fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            gone()
        }

        fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            gone()
        }
    }

    #[tokio::test]
    async fn what_was_said_is_heard_before_sending_fails() {
        let mut stream = Heard::new(Gone(b"too large"));
        stream.write_all(b"one part").await.unwrap();
        stream.write_all(b"another").await.unwrap();
        stream.flush().await.unwrap();
        let mut said = Vec::new();
        assert!(stream.read_to_end(&mut said).await.is_err());
        assert_eq!(said, b"too large");
        assert!(stream.write_all(b"more").await.is_err(), "with nothing left to hear, it does");
    }
}
