//! The socket: loopback connections that can end in the middle of an answer.
//!
//! What is answered is decided in `service.rs`; this only waits, sends and cuts.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;
use std::task::Context;
use std::task::Poll;
use std::time::Duration;

use axum::Extension;
use axum::Router;
use axum::body::Body;
use axum::body::to_bytes;
use axum::extract::Request;
use axum::extract::State;
use axum::http::HeaderName;
use axum::http::HeaderValue;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::Response;
use axum::serve::Listener;
use tokio::io::AsyncRead;
use tokio::io::AsyncWrite;
use tokio::io::ReadBuf;
use tokio::net::TcpListener;
use tokio::net::TcpStream;
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::Semaphore;
use tokio::sync::watch;

use crate::sandbox::answer::Refusal;
use crate::sandbox::fault::Fault;
use crate::sandbox::service::Service;
use crate::web::serve::connection;

/// The largest body of a request; an account is far smaller.
const BODY_LIMIT: usize = 64 * 1024;

/// How long a body may take to arrive.
const BODY_TIME: Duration = Duration::from_secs(10);

/// Connections open at a time; more wait to be accepted.
const CONNECTIONS: u32 = 512;

/// How long a connection may say nothing, and the head of a request take. Clients keep idle connections for longer, and
/// open another one then.
const HEAD_TIME: Duration = Duration::from_secs(10);

/// Accepts connections that can be cut.
pub(super) struct Wire {
    listener: TcpListener,
    free: Arc<Semaphore>,
    connections: u32,
    head_time: Duration,
}

impl Wire {
    pub(super) fn new(listener: TcpListener) -> Self {
        Self::of(listener, CONNECTIONS, HEAD_TIME)
    }

    fn of(listener: TcpListener, connections: u32, head_time: Duration) -> Self {
        Self { listener, free: Arc::new(Semaphore::new(connections as usize)), connections, head_time }
    }

    async fn accept(&mut self) -> Stream {
        let place = Arc::clone(&self.free).acquire_owned().await.ok();
        // Waits and tries again where no more files may be open.
        let (stream, _) = Listener::accept(&mut self.listener).await;
        // Answers are small and single: waiting to fill a packet only slows them.
        drop(stream.set_nodelay(true));
        Stream { stream, cut: Cut(Arc::new(AtomicUsize::new(usize::MAX))), _place: place }
    }
}

/// Answers until `stop` comes; then the answers that are under way are finished.
pub(super) async fn serve(mut wire: Wire, app: Router, stop: impl Future<Output = ()>) {
    let (tell, stopped) = watch::channel(false);
    let mut stop = std::pin::pin!(stop);
    loop {
        tokio::select! {
            stream = wire.accept() => {
                let given = (wire.head_time, stream.cut.clone());
                tokio::spawn(connection(stream, app.clone(), given, std::future::pending(), stopped.clone()))
            }
            () = &mut stop => break,
        };
    }
    tell.send_replace(true);
    // All places are free when the last connection has ended.
    drop(wire.free.acquire_many(wire.connections).await);
}

/// How many bytes a connection may still send before it ends.
#[derive(Clone)]
pub(super) struct Cut(Arc<AtomicUsize>);

impl Cut {
    fn after(&self, bytes: usize) {
        self.0.store(bytes, Ordering::Release);
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

async fn handle(State(service): State<Arc<Service>>, Extension(cut): Extension<Cut>, request: Request) -> Response {
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

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt as _;
    use tokio::io::AsyncWriteExt as _;

    use super::*;

    #[test]
    fn who_holds_every_connection_and_says_nothing_keeps_nobody_out_for_long() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            let app = Router::new().fallback(|| async { "here" });
            let (stop, told) = tokio::sync::oneshot::channel::<()>();
            let wire = Wire::of(listener, 4, Duration::from_millis(200));
            let server = tokio::spawn(serve(wire, app, async { drop(told.await) }));
            let mut silent = Vec::new();
            for _ in 0..6 {
                silent.push(TcpStream::connect(address).await.unwrap());
            }
            let mut asking = TcpStream::connect(address).await.unwrap();
            asking.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").await.unwrap();
            let mut answer = String::new();
            let read = tokio::time::timeout(Duration::from_secs(10), asking.read_to_string(&mut answer)).await;
            assert!(read.is_ok() && answer.ends_with("here"), "{answer}");
            stop.send(()).unwrap();
            let ended = tokio::time::timeout(Duration::from_secs(10), server).await;
            assert!(ended.is_ok(), "the server does not end");
            drop(silent);
        });
    }
}
