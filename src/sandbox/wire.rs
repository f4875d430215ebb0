//! The socket: loopback connections that can end in the middle of an answer.
//!
//! What is answered is decided in `service.rs`; this only waits, sends and cuts.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;
use std::task::Context;
use std::task::Poll;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::body::to_bytes;
use axum::extract::ConnectInfo;
use axum::extract::Request;
use axum::extract::State;
use axum::extract::connect_info::Connected;
use axum::http::HeaderName;
use axum::http::HeaderValue;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::Response;
use axum::serve::IncomingStream;
use axum::serve::Listener;
use tokio::io::AsyncRead;
use tokio::io::AsyncWrite;
use tokio::io::ReadBuf;
use tokio::net::TcpListener;
use tokio::net::TcpStream;
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::Semaphore;

use crate::sandbox::answer::Refusal;
use crate::sandbox::fault::Fault;
use crate::sandbox::service::Service;

/// The largest body of a request; an account is far smaller.
const BODY_LIMIT: usize = 64 * 1024;

/// How long a body may take to arrive.
const BODY_TIME: Duration = Duration::from_secs(10);

/// Connections open at a time; more wait to be accepted.
const CONNECTIONS: usize = 512;

/// Accepts connections that can be cut.
pub(super) struct Wire {
    listener: TcpListener,
    free: Arc<Semaphore>,
}

impl Wire {
    pub(super) fn new(listener: TcpListener) -> Self {
        Self { listener, free: Arc::new(Semaphore::new(CONNECTIONS)) }
    }
}

impl Listener for Wire {
    type Io = Stream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Stream, SocketAddr) {
        let place = Arc::clone(&self.free).acquire_owned().await.ok();
        let (stream, address) = Listener::accept(&mut self.listener).await;
        // Answers are small and single: waiting to fill a packet only slows them.
        drop(stream.set_nodelay(true));
        (Stream { stream, cut: Cut(Arc::new(AtomicUsize::new(usize::MAX))), _place: place }, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// How many bytes a connection may still send before it ends.
#[derive(Clone)]
pub(super) struct Cut(Arc<AtomicUsize>);

impl Cut {
    fn after(&self, bytes: usize) {
        self.0.store(bytes, Ordering::Release);
    }
}

impl Connected<IncomingStream<'_, Wire>> for Cut {
    fn connect_info(stream: IncomingStream<'_, Wire>) -> Self {
        stream.io().cut.clone()
    }
}

/// A connection that can be cut.
pub(super) struct Stream {
    stream: TcpStream,
    cut: Cut,
    _place: Option<OwnedSemaphorePermit>,
}

impl AsyncRead for Stream {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, into)
    }
}

impl AsyncWrite for Stream {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let left = self.cut.0.load(Ordering::Acquire);
        if left == usize::MAX {
            return Pin::new(&mut self.stream).poll_write(context, bytes);
        }
        if left == 0 {
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        }
        let sent = Pin::new(&mut self.stream).poll_write(context, &bytes[..left.min(bytes.len())]);
        if let Poll::Ready(Ok(sent)) = sent {
            self.cut.after(left.saturating_sub(sent));
        }
        sent
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

/// The routes, all of them one handler: what a path means is the service's to say.
pub(super) fn router(service: Arc<Service>) -> Router {
    Router::new().fallback(handle).with_state(service)
}

async fn handle(State(service): State<Arc<Service>>, ConnectInfo(cut): ConnectInfo<Cut>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = match tokio::time::timeout(BODY_TIME, to_bytes(body, BODY_LIMIT)).await {
        Ok(Ok(bytes)) => Ok(bytes.to_vec()),
        Ok(Err(_too_large)) => {
            Err(Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "TOO_LARGE", "The body is too large or broken."))
        }
        Err(_elapsed) => Err(Refusal::new(StatusCode::REQUEST_TIMEOUT, "TOO_SLOW", "The body did not arrive.")),
    };
    let arrived = service.admit(parts, body);
    let fault = arrived.asked.fault;
    let (stall, latency) = (service.faults.stall, service.latency);
    // A task of its own: what was asked goes on when the caller hangs up.
    let work = tokio::spawn(async move {
        if fault == Some(Fault::StallThenCommit) {
            tokio::time::sleep(stall).await;
        }
        if !latency.is_zero() {
            tokio::time::sleep(latency).await;
        }
        let answer = move || service.answer(&arrived);
        tokio::task::spawn_blocking(answer).await
    });
    let Ok(Ok(answer)) = work.await else {
        let mut broken = Response::new(Body::empty());
        *broken.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        return broken;
    };
    match fault {
        Some(Fault::CommitThenStall) => tokio::time::sleep(stall).await,
        Some(Fault::Cut | Fault::CommitThenCut) => cut.after(0),
        // The head is a little over a hundred bytes and its own headers: all of it goes out, and a part of the body.
        Some(Fault::CommitThenHalf) => {
            let own: usize = answer.headers.iter().map(|(name, value)| name.len() + value.len() + 4).sum();
            cut.after(120 + own + answer.body.len() / 2);
        }
        _ => {}
    }
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() = answer.status;
    let headers = response.headers_mut();
    drop(headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(answer.content_type)));
    for (name, value) in answer.headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            drop(headers.insert(HeaderName::from_static(name), value));
        }
    }
    response
}
