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
use tokio::sync::mpsc;
use tokio::time::Sleep;
use tokio_native_tls::TlsAcceptor;
use tokio_native_tls::TlsStream;

use crate::error::Failure;
use crate::web::Tls;
use crate::web::seats::Place;
use crate::web::seats::Seat;
use crate::web::seats::Seats;

/// Connections open at a time; one more waits until one of them ends or loses its place, the rest to be accepted.
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
    queue: Queue,
    secured: Option<Secured>,
}

/// Connections in the order in which they come.
struct Queue {
    listener: TcpListener,
    seats: Arc<Seats>,
    /// The one that waits for a place.
    first: Option<TcpStream>,
}

struct Secured {
    acceptor: TlsAcceptor,
    ready: mpsc::Receiver<Stream>,
    hand_over: mpsc::Sender<Stream>,
}

impl Queue {
    /// The next connection, when there is room for it. Whoever waits for that may stop: none is lost.
    async fn next(&mut self) -> (TcpStream, Place) {
        let stream = match self.first.take() {
            Some(stream) => stream,
            None => accepted(&self.listener).await,
        };
        let mut waiting = Waiting { first: &mut self.first, stream: Some(stream) };
        let place = self.seats.place().await;
        match waiting.stream.take() {
            Some(stream) => (stream, place),
            // It is there until it is taken, which is here.
            None => std::future::pending().await,
        }
    }
}

/// A connection that goes back to the head of the queue where nobody takes it.
struct Waiting<'q> {
    first: &'q mut Option<TcpStream>,
    stream: Option<TcpStream>,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if let Some(stream) = self.stream.take() {
            *self.first = Some(stream);
        }
    }
}

async fn accepted(listener: &TcpListener) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                // Answers are small and single: waiting to fill a packet only slows them.
                drop(stream.set_nodelay(true));
                return stream;
            }
            // Out of descriptors: others will end.
            Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
}

impl Wire {
    pub(super) fn new(listener: TcpListener, acceptor: Option<TlsAcceptor>) -> Self {
        let secured = acceptor.map(|acceptor| {
            let (hand_over, ready) = mpsc::channel(CONNECTIONS as usize);
            Secured { acceptor, ready, hand_over }
        });
        Self { queue: Queue { listener, seats: Seats::new(CONNECTIONS), first: None }, secured }
    }

    /// The next connection that can be read from.
    pub(super) async fn accept(&mut self) -> Stream {
        let Some(secured) = &mut self.secured else {
            let (stream, place) = self.queue.next().await;
            return Stream::new(Kind::Plain(stream), place);
        };
        loop {
            tokio::select! {
                Some(made) = secured.ready.recv() => return made,
                (stream, place) = self.queue.next() => {
                    let (acceptor, hand_over) = (secured.acceptor.clone(), secured.hand_over.clone());
                    // Beside the others: one that says nothing must not keep them waiting.
                    tokio::spawn(async move {
                        let agreed = tokio::select! {
                            agreed = tokio::time::timeout(HANDSHAKE, acceptor.accept(stream)) => agreed,
                            () = place.seat().lost() => return,
                        };
                        if let Ok(Ok(stream)) = agreed {
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
        let Self { queue: Queue { listener, seats, first }, secured } = self;
        drop((listener, first, secured));
        seats.empty().await;
    }
}

/// A connection, which gives its place free when it ends.
pub(super) struct Stream {
    kind: Kind,
    /// Since nothing more can be sent.
    stalled: Option<Pin<Box<Sleep>>>,
    place: Place,
}

impl Stream {
    fn new(kind: Kind, place: Place) -> Self {
        Self { kind, stalled: None, place }
    }

    /// Its place.
    pub(super) fn seat(&self) -> Arc<Seat> {
        Arc::clone(self.place.seat())
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
        if matches!(sent, Poll::Ready(Ok(_))) {
            self.place.seat().goes_on();
        }
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
