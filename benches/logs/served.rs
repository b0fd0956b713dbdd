//! The history behind a loopback port, with the few operations that either program asks for.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, BufRead, BufReader, IoSlice, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use percent_encoding::percent_decode_str;
use serde_json::json;

use crate::history::{BUCKET, HOME, History, OWNER, TRAIL};

/// Serves until the process ends; answers at that address, each answer after so long.
pub fn serve(history: Arc<History>, latency: Duration) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            let history = history.clone();
            thread::spawn(move || drop(answer_all(&history, connection, latency)));
        }
    });
    url
}

struct Asked {
    head: bool,
    path: String,
    query: BTreeMap<String, String>,
    target: String,
    body: String,
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

fn read(reader: &mut BufReader<TcpStream>) -> io::Result<Option<Asked>> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut words = line.split_whitespace();
    let (head, url) = (words.next() == Some("HEAD"), words.next().unwrap_or_default().to_owned());
    let (path, query) = url.split_once('?').unwrap_or((&url, ""));
    let pairs = query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let query = pairs.map(|(name, value)| (decoded(name), decoded(&value.replace('+', " "))));
    let (mut length, mut target, mut header) = (0, String::new(), String::new());
    loop {
        header.clear();
        reader.read_line(&mut header)?;
        let Some((name, value)) = header.trim_end().split_once(':') else { break };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.trim().parse().unwrap_or(0),
            "x-amz-target" => target = value.trim().to_owned(),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok(Some(Asked {
        head,
        path: decoded(path),
        query: query.collect(),
        target,
        body: String::from_utf8_lossy(&body).into_owned(),
    }))
}

fn answer_all(history: &History, connection: TcpStream, latency: Duration) -> io::Result<()> {
    connection.set_nodelay(true)?;
    let mut writer = connection.try_clone()?;
    let mut reader = BufReader::new(connection);
    while let Some(asked) = read(&mut reader)? {
        if !latency.is_zero() {
            thread::sleep(latency);
        }
        let (status, headers, body) = answer(history, &asked);
        let length = body.len();
        let region = format!("x-amz-bucket-region: {HOME}\r\n");
        let head =
            format!("HTTP/1.1 {status} -\r\n{region}{headers}content-length: {length}\r\n\r\n");
        // What is served is not copied first: the endpoint works on the same cores as who asks it.
        let body: &[u8] = if asked.head { &[] } else { &body };
        send(&mut writer, head.as_bytes(), body)?;
    }
    Ok(())
}

/// Both parts, in as few writes as the connection takes.
fn send(to: &mut TcpStream, mut head: &[u8], mut body: &[u8]) -> io::Result<()> {
    while !head.is_empty() || !body.is_empty() {
        let written = to.write_vectored(&[IoSlice::new(head), IoSlice::new(body)])?;
        if written == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        let of_head = written.min(head.len());
        (head, body) = (&head[of_head..], &body[written - of_head..]);
    }
    Ok(())
}

type Answer<'a> = (u16, String, Cow<'a, [u8]>);

fn answer<'a>(history: &'a History, asked: &Asked) -> Answer<'a> {
    let json = |value: serde_json::Value| {
        (
            200,
            "content-type: application/x-amz-json-1.1\r\n".to_owned(),
            value.to_string().into_bytes().into(),
        )
    };
    let xml = |text: String| {
        (200, "content-type: application/xml\r\n".to_owned(), text.into_bytes().into())
    };
    match asked.target.rsplit('.').next() {
        Some("DescribeTrails") => {
            return json(json!({ "trailList": [{
                "Name": TRAIL, "S3BucketName": BUCKET, "HomeRegion": HOME, "IsMultiRegionTrail": true,
                "TrailARN": format!("arn:aws:cloudtrail:{HOME}:{OWNER}:trail/{TRAIL}"),
                "IsOrganizationTrail": history.accounts.len() > 1, "LogFileValidationEnabled": true,
                "IncludeGlobalServiceEvents": true, "HasCustomEventSelectors": false, "HasInsightSelectors": false,
            }] }));
        }
        Some("ListPublicKeys") => {
            return json(json!({ "PublicKeyList": [{
                "Fingerprint": history.fingerprint(), "Value": history.public_key(),
                "ValidityStartTime": 1_700_000_000, "ValidityEndTime": 1_900_000_000,
            }] }));
        }
        Some("DescribeOrganization") => {
            return json(
                json!({ "Organization": { "Id": "o-exampleorgid", "MasterAccountId": OWNER } }),
            );
        }
        _ => {}
    }
    if asked.body.contains("GetCallerIdentity") {
        return xml(format!(
            "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>\
             <Arn>arn:aws:iam::{OWNER}:user/bench</Arn><UserId>U</UserId><Account>{OWNER}</Account>\
             </GetCallerIdentityResult></GetCallerIdentityResponse>"
        ));
    }
    let key =
        asked.path.strip_prefix(&format!("/{BUCKET}")).unwrap_or_default().trim_start_matches('/');
    if asked.query.contains_key("location") {
        return xml(
            "<LocationConstraint xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"/>".to_owned()
        );
    }
    if key.is_empty() {
        return if asked.head {
            (200, String::new(), Cow::default())
        } else {
            xml(listing(history, &asked.query))
        };
    }
    match history.objects.get(key) {
        None => (404, String::new(), b"<Error><Code>NoSuchKey</Code></Error>".as_slice().into()),
        Some(object) => {
            let mut headers = "content-type: binary/octet-stream\r\n".to_owned();
            if let Some(signature) = &object.signature {
                let _ = write!(
                    headers,
                    "x-amz-meta-signature: {signature}\r\nx-amz-meta-signature-algorithm: SHA256withRSA\r\n"
                );
            }
            (200, headers, Cow::Borrowed(&*object.bytes))
        }
    }
}

/// Either version of ListObjects: a page of 1000 keys, folded at the delimiter.
fn listing(history: &History, query: &BTreeMap<String, String>) -> String {
    let of = |name: &str| query.get(name).map(String::as_str).unwrap_or_default();
    let (prefix, delimiter) = (of("prefix"), of("delimiter"));
    let most: usize = of("max-keys").parse().unwrap_or(1000);
    let mut after = [of("marker"), of("start-after"), of("continuation-token")]
        .into_iter()
        .max()
        .unwrap()
        .to_owned();
    let (mut lines, mut count, mut truncated) = (String::new(), 0, false);
    loop {
        use std::ops::Bound::{Excluded, Unbounded};
        let from = if after.as_str() < prefix { prefix.to_owned() } else { after.clone() };
        let inclusive = from == prefix && after.as_str() < prefix;
        let start = if inclusive { std::ops::Bound::Included(from) } else { Excluded(from) };
        let Some((key, object)) = history.objects.range((start, Unbounded)).next() else { break };
        if !key.starts_with(prefix) {
            break;
        }
        if count == most {
            truncated = true;
            break;
        }
        count += 1;
        let behind = key.get(prefix.len()..).unwrap_or_default();
        match behind.find('/').filter(|_| delimiter == "/") {
            Some(end) => {
                let folder = key.get(..=prefix.len() + end).unwrap_or_default();
                let _ = write!(lines, "<CommonPrefixes><Prefix>{folder}</Prefix></CommonPrefixes>");
                after = format!("{folder}\u{10ffff}");
            }
            None => {
                let _ = write!(
                    lines,
                    "<Contents><Key>{key}</Key><LastModified>2026-07-01T00:00:00.000Z</LastModified><ETag>\"0\"</ETag>\
                     <Size>{}</Size><StorageClass>STANDARD</StorageClass></Contents>",
                    object.bytes.len()
                );
                after.clone_from(key);
            }
        }
    }
    let next = if truncated {
        format!("<NextContinuationToken>{after}</NextContinuationToken>")
    } else {
        String::new()
    };
    format!(
        "<?xml version=\"1.0\"?><ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>{BUCKET}</Name>\
         <Prefix>{prefix}</Prefix><IsTruncated>{truncated}</IsTruncated>{next}{lines}</ListBucketResult>"
    )
}
