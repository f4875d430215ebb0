//! The socket: loopback connections, in the clear or by TLS, so many at a time.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Context;
use std::task::Poll;
use std::time::Duration;

use native_tls::Identity;
use tokio::io::AsyncRead;
use tokio::io::AsyncWrite;
use tokio::io::ReadBuf;
use tokio::net::TcpListener;
use tokio::net::TcpStream;
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::Semaphore;
use tokio::sync::mpsc;
use tokio::time::Sleep;
use tokio_native_tls::TlsAcceptor;
use tokio_native_tls::TlsStream;

use crate::error::Failure;
use crate::web::Tls;

/// Connections open at a time; more wait to be accepted.
const CONNECTIONS: u32 = 64;
/// How long whoever asked may read nothing of the answer.
const STALLED: Duration = Duration::from_secs(10);
/// How long a browser may take to agree on keys.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// What TLS needs.
pub(super) fn acceptor(tls: &Tls<'_>) -> Result<TlsAcceptor, Failure> {
    let broken = |error| Failure::bug("the web server cannot use its own certificate").because(error);
    let identity = Identity::from_pkcs8(tls.certificate, tls.key).map_err(broken)?;
    Ok(native_tls::TlsAcceptor::new(identity).map_err(broken)?.into())
}

/// Connections as they come; of those by TLS only ones whose keys are agreed on.
pub(super) struct Wire {
    listener: TcpListener,
    free: Arc<Semaphore>,
    secured: Option<Secured>,
}

struct Secured {
    acceptor: TlsAcceptor,
    ready: mpsc::Receiver<Stream>,
    hand_over: mpsc::Sender<Stream>,
}

impl Wire {
    pub(super) fn new(listener: TcpListener, acceptor: Option<TlsAcceptor>) -> Self {
        let secured = acceptor.map(|acceptor| {
            let (hand_over, ready) = mpsc::channel(CONNECTIONS as usize);
            Secured { acceptor, ready, hand_over }
        });
        Self { listener, free: Arc::new(Semaphore::new(CONNECTIONS as usize)), secured }
    }
}

/// The next connection, when there is room for it.
async fn next(listener: &TcpListener, free: &Arc<Semaphore>) -> (TcpStream, Option<OwnedSemaphorePermit>) {
    let place = Arc::clone(free).acquire_owned().await.ok();
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                // Answers are small and single: waiting to fill a packet only slows them.
                drop(stream.set_nodelay(true));
                return (stream, place);
            }
            // Out of descriptors: others will end.
            Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
}

impl Wire {
    /// The next connection that can be read from.
    pub(super) async fn accept(&mut self) -> Stream {
        let Some(secured) = &mut self.secured else {
            let (stream, place) = next(&self.listener, &self.free).await;
            return Stream::new(Kind::Plain(stream), place);
        };
        loop {
            tokio::select! {
                Some(made) = secured.ready.recv() => return made,
                (stream, place) = next(&self.listener, &self.free) => {
                    let (acceptor, hand_over) = (secured.acceptor.clone(), secured.hand_over.clone());
                    // Beside the others: one that says nothing must not keep them waiting.
                    tokio::spawn(async move {
                        if let Ok(Ok(stream)) = tokio::time::timeout(HANDSHAKE, acceptor.accept(stream)).await {
                            let stream = Stream::new(Kind::Secured(Box::new(stream)), place);
                            hand_over.send(stream).await.ok();
                        }
                    });
                }
            }
        }
    }

    /// Accepts no more, and waits until every connection has ended.
    pub(super) async fn ended(self) {
        let Self { listener, free, secured } = self;
        drop((listener, secured));
        drop(free.acquire_many(CONNECTIONS).await);
    }
}

/// A connection, which gives its place free when it ends.
pub(super) struct Stream {
    kind: Kind,
    /// Since nothing more can be sent.
    stalled: Option<Pin<Box<Sleep>>>,
    _place: Option<OwnedSemaphorePermit>,
}

impl Stream {
    fn new(kind: Kind, place: Option<OwnedSemaphorePermit>) -> Self {
        Self { kind, stalled: None, _place: place }
    }

    /// What came of sending, unless it has waited for too long.
    fn in_time<T>(&mut self, sent: Poll<io::Result<T>>, context: &mut Context<'_>) -> Poll<io::Result<T>> {
        if sent.is_ready() {
            self.stalled = None;
            return sent;
        }
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(tokio::time::sleep(STALLED)));
        stalled.as_mut().poll(context).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

enum Kind {
    Plain(TcpStream),
    Secured(Box<TlsStream<TcpStream>>),
}

impl AsyncRead for Stream {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match &mut self.kind {
            Kind::Plain(stream) => Pin::new(stream).poll_read(context, into),
            Kind::Secured(stream) => Pin::new(stream).poll_read(context, into),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let sent = match &mut self.kind {
            Kind::Plain(stream) => Pin::new(stream).poll_write(context, bytes),
            Kind::Secured(stream) => Pin::new(stream).poll_write(context, bytes),
        };
        self.in_time(sent, context)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let sent = match &mut self.kind {
            Kind::Plain(stream) => Pin::new(stream).poll_flush(context),
            Kind::Secured(stream) => Pin::new(stream).poll_flush(context),
        };
        self.in_time(sent, context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.kind {
            Kind::Plain(stream) => Pin::new(stream).poll_shutdown(context),
            Kind::Secured(stream) => Pin::new(stream).poll_shutdown(context),
        }
    }
}
