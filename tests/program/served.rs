//! The simulated organization behind a loopback port: every request of the real program goes over real HTTP.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Duration;

use aws_smithy_runtime_api::client::http::HttpConnector;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use tokio::runtime::Runtime;
use trailproof_sim::{Call, Description, Fault, Simulator};

/// An answer that takes longer is none.
const SILENCE: Duration = Duration::from_secs(600);

/// A simulator with an address. It serves until it is dropped.
pub struct Served {
    pub simulator: Simulator,
    pub url: String,
    ended: Arc<AtomicBool>,
}

impl Served {
    pub fn new(description: Description) -> Self {
        Self::with_faults(description, Vec::new())
    }

    pub fn with_faults(description: Description, faults: Vec<Fault>) -> Self {
        Self::of(faults.into_iter().fold(Simulator::new(description), Simulator::with_fault))
    }

    /// Any simulator, also one that takes its time.
    pub fn of(simulator: Simulator) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let ended = Arc::new(AtomicBool::new(false));
        let (answering, ending) = (simulator.clone(), Arc::clone(&ended));
        // Keeps the time that answers take; made once, since many tests need none.
        let clock = Arc::new(OnceLock::new());
        thread::spawn(move || {
            for connection in listener.incoming() {
                if ending.load(Ordering::Relaxed) {
                    break;
                }
                let (simulator, clock) = (answering.clone(), Arc::clone(&clock));
                let connection = connection.unwrap();
                // A client may go away at any time; that ends its own connection only.
                thread::spawn(move || drop(serve((&simulator, &clock), connection)));
            }
        });
        Self { simulator, url, ended }
    }

    /// What was asked so far, in an order that does not depend on the program's concurrency.
    pub fn calls(&self) -> Vec<Call> {
        let unknown = self.simulator.unknown_operations();
        assert!(unknown.is_empty(), "the simulator was asked what it does not know: {unknown:?}");
        let mut calls = self.simulator.calls();
        calls.sort();
        calls
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        // Wakes the listener, which then sees that it has ended.
        let _ = TcpStream::connect(self.url.trim_start_matches("http://"));
    }
}

/// Answers one connection's requests, in order, until either side ends it.
fn serve(
    (simulator, clock): (&Simulator, &OnceLock<Runtime>),
    connection: TcpStream,
) -> io::Result<()> {
    connection.set_nodelay(true)?;
    let mut writer = connection.try_clone()?;
    let mut reader = BufReader::new(connection);
    while let Some(request) = read(&mut reader)? {
        let clock = clock.get_or_init(|| {
            tokio::runtime::Builder::new_multi_thread()
                .worker_threads(1)
                .enable_time()
                .build()
                .unwrap()
        });
        let answer =
            clock.block_on(async { tokio::time::timeout(SILENCE, simulator.call(request)).await });
        match answer {
            Ok(Ok(mut response)) => {
                let (body, breaks) =
                    clock.block_on(async { trailproof_sim::spill(response.body_mut()) });
                writer.write_all(&written(&response, &body))?;
                if breaks {
                    break;
                }
            }
            // Closed without an answer, as a broken connection is.
            Ok(Err(_)) => break,
            // Silent until the client gives up.
            Err(_) => return reader.read_to_end(&mut Vec::new()).map(drop),
        }
    }
    Ok(())
}

/// The next request of a connection; none where the client closed it.
fn read(reader: &mut BufReader<TcpStream>) -> io::Result<Option<HttpRequest>> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut words = line.split_whitespace();
    let (method, target) = (words.next().unwrap().to_owned(), words.next().unwrap().to_owned());
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let header = |name: &str| headers.iter().find(|(key, _)| key == name).map(|(_, value)| value);
    assert_eq!(header("transfer-encoding"), None, "this server reads bodies of known length only");
    let length = header("content-length").map_or(0, |length| length.parse().unwrap());
    let host = header("host").unwrap().clone();
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let mut request = HttpRequest::new(SdkBody::from(body));
    request.set_method(method.as_str()).unwrap();
    request.set_uri(format!("http://{host}{target}")).unwrap();
    for (name, value) in headers {
        request.headers_mut().append(name, value);
    }
    Ok(Some(request))
}

fn written(response: &HttpResponse, body: &[u8]) -> Vec<u8> {
    let mut bytes = format!("HTTP/1.1 {} -\r\n", response.status().as_u16()).into_bytes();
    for (name, value) in response.headers() {
        bytes.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
    }
    bytes.extend_from_slice(b"\r\n");
    bytes.extend_from_slice(body);
    bytes
}
