//! Requests that two programs could take for different ones.

use http::StatusCode;

use crate::world::{Replica, Wire, before, get};

/// What is answered to these bytes, and how many requests a service saw because of them.
async fn sent(text: &str) -> (String, usize) {
    let replica = Replica::echoing().await;
    let gateway = before(&replica, |_| {}).await;
    let answer = Wire::open(gateway.address()).await.send(text).await.rest().await;
    assert_eq!(get(gateway.address(), "/after").await.status, StatusCode::OK, "the gateway lives");
    (answer, replica.seen().len() - 1)
}

/// RFC 9112 §6.3: the length is not believed, and nothing is read from the connection after it.
#[tokio::test]
async fn of_two_lengths_only_chunks_count_and_nothing_follows() {
    for order in ["Content-Length: 4\r\nTransfer-Encoding: chunked", "Transfer-Encoding: chunked\r\nContent-Length: 4"]
    {
        let smuggled = "GET /smuggled HTTP/1.1\r\nHost: a.example\r\n\r\n";
        let (answer, seen) =
            sent(&format!("POST / HTTP/1.1\r\nHost: a.example\r\n{order}\r\n\r\n0\r\n\r\n{smuggled}")).await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        assert_eq!((answer.matches("HTTP/1.1").count(), seen), (1, 1), "{order}");
    }
}

#[tokio::test]
async fn doubtful_requests_are_refused_before_a_service_sees_them() {
    let long = "x".repeat(40_000);
    let many: String = (0..200).fold(String::new(), |all, n| all + &format!("X-{n}: 1\r\n"));
    for (why, text) in [
        ("two lengths", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd".to_owned()),
        ("a list of lengths", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3, 4\r\n\r\nabcd".to_owned()),
        ("a signed length", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +4\r\n\r\nabcd".to_owned()),
        (
            "chunked is not last",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n".to_owned(),
        ),
        ("unknown coding", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n".to_owned()),
        ("chunks in HTTP/1.0", "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n".to_owned()),
        ("a folded line", "GET / HTTP/1.1\r\nHost: a\r\nX-A: b\r\n c\r\n\r\n".to_owned()),
        ("a space before the colon", "GET / HTTP/1.1\r\nHost : a\r\n\r\n".to_owned()),
        ("a NUL", "GET / HTTP/1.1\r\nHost: a\r\nX-A: b\0c\r\n\r\n".to_owned()),
        ("a large header", format!("GET / HTTP/1.1\r\nHost: a\r\nX-A: {long}\r\n\r\n")),
        ("many headers", format!("GET / HTTP/1.1\r\nHost: a\r\n{many}\r\n")),
        ("a long address", format!("GET /{} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", &long[..9000])),
        ("no host", "GET / HTTP/1.1\r\nConnection: close\r\n\r\n".to_owned()),
        ("two hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n".to_owned()),
        ("a target elsewhere", "GET http://evil.example/ HTTP/1.1\r\nHost: a\r\n\r\n".to_owned()),
        ("a tunnel", "CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n".to_owned()),
        ("an asterisk", "OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".to_owned()),
        (
            "a bad chunk",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n".to_owned(),
        ),
    ] {
        let (answer, seen) = sent(&text).await;
        assert!(
            answer.is_empty() || answer.starts_with("HTTP/1.1 4") || answer.starts_with("HTTP/1.0 4"),
            "{why}: {answer}"
        );
        // Of a body that is found broken on its way, the head has been sent already; its service gets no end of it.
        assert!(seen == 0 || why == "a bad chunk", "{why}");
    }
}

/// RFC 9112 §3.2.2: the target's name counts, here the same as the header's; services see the usual form.
#[tokio::test]
async fn an_absolute_target_is_made_an_ordinary_one() {
    let replica = Replica::saying("ok").await;
    let gateway = before(&replica, |_| {}).await;
    let text = "GET http://a.example/x?y HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n";
    let answer = Wire::open(gateway.address()).await.send(text).await.rest().await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert_eq!(
        (replica.seen()[0].target.as_str(), &replica.seen()[0].headers["host"]),
        ("/x?y", &"a.example".parse().unwrap())
    );
}
