//! A bucket of a real S3 server (moto, from PyPI, installed into `target/tools` where it is missing).
#![allow(clippy::unwrap_used, reason = "a test ends where it cannot go on")]

use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use platform::{
    Error,
    blobs::{BlobName, Blobs, Bucket, Kind, Settings},
    telemetry::Private,
};

/// A server that ends with its test.
struct Server(Child, u16);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The program of the server; none where it can be neither found nor had.
fn program() -> Option<PathBuf> {
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/tools/moto");
    let program = place.join("bin/moto_server");
    let ran =
        |command: &mut Command| command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|s| s.success());
    let there = program.is_file()
        || ran(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&place))
            && ran(Command::new(place.join("bin/pip")).args(["install", "--quiet", "moto[s3,server]>=5,<6"]));
    there.then_some(program)
}

fn server() -> Option<Server> {
    let mut child = Command::new(program()?)
        .args(["-H", "127.0.0.1", "-p", "0"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let port = lines.find_map(|line| {
        let line = line.ok()?;
        line.split_once("http://127.0.0.1:")?.1.split_whitespace().next()?.parse().ok()
    });
    std::thread::spawn(move || lines.for_each(drop));
    Some(Server(child, port.expect("the server says where it listens")))
}

async fn send(method: &str, host: &str, target: &str) -> (u16, String) {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut stream = tokio::net::TcpStream::connect(host).await.unwrap();
    let request =
        format!("{method} {target} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let text = String::from_utf8_lossy(&answer).into_owned();
    (text.split_whitespace().nth(1).unwrap().parse().unwrap(), text)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_are_kept_in_a_bucket_and_handed_out_by_links_that_end() {
    let Some(server) = server() else {
        eprintln!("not tested: moto can be neither found nor installed (python3 with venv, and PyPI)");
        return;
    };
    let host = format!("127.0.0.1:{}", server.1);
    assert_eq!(send("PUT", &host, "/letters").await.0, 200);
    let settings = Settings {
        url: String::new(),
        region: "us-east-1".to_owned(),
        access_key: "test".to_owned(),
        secret_key: Private::new("test".to_owned()),
        max_bytes: 1000,
    };
    let bucket = Bucket::new(&format!("http://{host}/letters"), &settings).unwrap();
    let content = Bytes::from_static(b"%PDF-1.7 a letter");
    let name = bucket.put(content.clone()).await.unwrap();
    assert_eq!(bucket.get(&name).await.unwrap(), content);
    assert!(matches!(bucket.put(vec![b'x'; 1001].into()).await, Err(Error::TooLarge(1000))));
    assert!(matches!(bucket.put(Bytes::from_static(b"<script>")).await, Err(Error::Unsupported)));
    assert!(matches!(bucket.get(&BlobName::of(b"other")).await, Err(Error::NotFound(_))));

    #[expect(clippy::disallowed_methods, reason = "the server has the time of the world")]
    let now = Timestamp::now();
    let target = |link: String| link.strip_prefix(&format!("http://{host}")).unwrap().to_owned();
    let link = target(bucket.link(&name, Kind::Pdf, now, SignedDuration::from_mins(5)));
    let (status, answer) = send("GET", &host, &link).await;
    assert!(status == 200 && answer.ends_with("a letter"), "{answer}");
    assert!(answer.to_lowercase().contains("content-type: application/pdf"), "{answer}");
    // This server looks at neither signatures nor ends: that they are right is for the known answer of `signing` to say.
    assert!(link.contains("X-Amz-Expires=300"), "{link}");

    bucket.delete(&name).await.unwrap();
    bucket.delete(&name).await.unwrap();
    assert!(matches!(bucket.get(&name).await, Err(Error::NotFound(_))));
}
