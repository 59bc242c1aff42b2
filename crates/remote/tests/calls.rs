//! Calls between processes, over real connections: proof, deadlines, second tries, replicas that come and go.
#![allow(clippy::unwrap_used, reason = "a test ends where it cannot go on")]

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use async_trait::async_trait;
use contracts::people::{
    AddFamilyMember, Erasure, ErasureId, FamilyConsent, Patient, PatientCard, PatientChanged, PatientForm, PatientId,
    PatientSearch, People, Relation, Sex,
};
use jiff::SignedDuration;
use platform::{
    Actor, Clock, Cx, Error, Id as _, PermissionSet, Result,
    crypto::MasterKey,
    db::Page,
    entropy::Entropy,
    http::{ServeLimits, serve_with},
    i18n::Locale,
};
use remote::{Caller, Passes, RemotePeople, Upstream, router, serve_people};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinHandle,
};

/// A people that does as it is told, and counts.
#[derive(Default)]
struct Odd {
    asked: AtomicUsize,
    written: AtomicUsize,
    /// Answers only after so long.
    slow: Option<Duration>,
    /// Lacks its database.
    broken: bool,
}

impl Odd {
    async fn ask(&self) -> Result<()> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        if let Some(slow) = self.slow {
            let _ = tokio::time::timeout(slow, std::future::pending::<()>()).await;
        }
        if self.broken { Err(Error::Unavailable("database")) } else { Ok(()) }
    }
}

fn unused() -> Error {
    Error::internal("nobody asks this here")
}

#[async_trait]
impl People for Odd {
    async fn check_form(&self, _: &Cx, _: &PatientForm) -> Result<Vec<String>> {
        Err(unused())
    }
    async fn register_self(&self, _: &Cx, _: PatientForm) -> Result<Patient> {
        Err(unused())
    }
    async fn register_patient(&self, _: &Cx, _: PatientForm) -> Result<Patient> {
        Err(unused())
    }
    /// Tells what arrived of the asker.
    async fn my_patients(&self, cx: &Cx) -> Result<Vec<PatientCard>> {
        self.ask().await?;
        let left = cx.deadline.map(|at| at.duration_since(cx.now()));
        assert!(
            left.is_some_and(|left| left > SignedDuration::ZERO && left <= SignedDuration::from_secs(10)),
            "{left:?}"
        );
        Ok(vec![PatientCard {
            id: PatientId::from_parts(cx.now(), [1; 10]),
            name: format!("{} {:?} {} {}", cx.actor_text(), cx.address, cx.request_id, cx.locale),
            birth_date: "1990-01-02".parse().unwrap(),
            sex: Sex::Female,
            patient_type: contracts::people::PatientType::Umum,
            relation: Some(Relation::Own),
        }])
    }
    async fn patient(&self, _: &Cx, _: &PatientId) -> Result<Patient> {
        self.ask().await?;
        Err(Error::NotFound("patient"))
    }
    async fn patient_profile(&self, _: &Cx, _: &PatientId) -> Result<PatientChanged> {
        self.ask().await?;
        Err(Error::NotFound("patient"))
    }
    async fn patients(&self, _: &Cx, _: PatientSearch) -> Result<Page<PatientCard>> {
        Err(unused())
    }
    async fn change_patient(&self, _: &Cx, _: &PatientId, _: i64, _: PatientForm) -> Result<Patient> {
        Err(unused())
    }
    async fn add_family_member(&self, _: &Cx, _: AddFamilyMember) -> Result<PatientCard> {
        Err(unused())
    }
    async fn change_relation(&self, _: &Cx, _: &PatientId, _: Relation) -> Result<PatientCard> {
        Err(unused())
    }
    async fn remove_family_member(&self, _: &Cx, _: &PatientId) -> Result<()> {
        self.ask().await?;
        self.written.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
    async fn family_consents(&self, _: &Cx) -> Result<Vec<FamilyConsent>> {
        Err(unused())
    }
    async fn export(&self, _: &Cx) -> Result<serde_json::Value> {
        Ok(serde_json::Value::String("x".repeat(20 << 20)))
    }
    async fn unregister(&self, _: &Cx) -> Result<Erasure> {
        Err(unused())
    }
    async fn erasure(&self, _: &Cx, _: &ErasureId) -> Result<Erasure> {
        Err(unused())
    }
}

/// A replica that listens.
struct Replica {
    people: Arc<Odd>,
    address: SocketAddr,
    stop: watch::Sender<bool>,
    server: JoinHandle<()>,
}

fn master() -> MasterKey {
    MasterKey::generate(&Entropy::seeded(1))
}

async fn replica(people: Odd) -> Replica {
    replica_at("127.0.0.1:0", people).await
}

async fn replica_at(address: &str, people: Odd) -> Replica {
    let people = Arc::new(people);
    let listener = TcpListener::bind(address).await.unwrap();
    let address = listener.local_addr().unwrap();
    let passes = Passes::new(&master(), "people", Clock::System);
    let routes = router(vec![serve_people(people.clone())], passes, Clock::System, Entropy::System);
    let (stop, mut stopped) = watch::channel(false);
    let ended = async move { drop(stopped.wait_for(|stop| *stop).await) };
    let limits = ServeLimits { grace: Duration::from_millis(50), ..ServeLimits::default() };
    let server = tokio::spawn(serve_with(listener, routes, ended, limits));
    Replica { people, address, stop, server }
}

impl Replica {
    async fn end(self) -> SocketAddr {
        self.stop.send_replace(true);
        self.server.await.unwrap();
        self.address
    }

    fn asked(&self) -> usize {
        self.people.asked.load(Ordering::Relaxed)
    }

    fn written(&self) -> usize {
        self.people.written.load(Ordering::Relaxed)
    }
}

fn calls(addresses: &[SocketAddr]) -> RemotePeople {
    calls_as("web", addresses)
}

fn calls_as(caller: &str, addresses: &[SocketAddr]) -> RemotePeople {
    let names: Vec<String> = addresses.iter().map(ToString::to_string).collect();
    let passes = Passes::new(&master(), caller, Clock::System);
    RemotePeople::new(Caller::new(Upstream::new("people", &names), passes))
}

fn siti() -> Cx {
    Cx {
        actor: Actor::Account { id: "acc_siti".into(), session: "ses_1".into() },
        permissions: PermissionSet(1),
        address: Some("192.0.2.7".parse().unwrap()),
        ..Cx::guest("req_siti", Locale::En, Clock::System, Entropy::System)
    }
}

fn within(limit: SignedDuration) -> Cx {
    let cx = siti();
    Cx { deadline: Some(cx.now() + limit), ..cx }
}

fn patient() -> PatientId {
    PatientId::from_parts(jiff::Timestamp::UNIX_EPOCH, [7; 10])
}

/// An address nobody listens at.
async fn nowhere() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap()
}

#[tokio::test]
async fn who_asks_is_known_and_errors_are_the_same() {
    let one = replica(Odd::default()).await;
    let people = calls(&[one.address]);
    let told = people.my_patients(&siti()).await.unwrap();
    assert_eq!(told[0].name, "acc_siti Some(192.0.2.7) req_siti en");
    assert!(matches!(people.patient(&siti(), &patient()).await, Err(Error::NotFound("patient"))));
    assert!(
        matches!(people.check_form(&siti(), &form()).await, Err(Error::Internal(cause)) if !cause.contains("nobody"))
    );
    one.end().await;
}

fn form() -> PatientForm {
    serde_json::from_value(serde_json::json!({
        "name": "Siti", "birth_place": "Makassar", "birth_date": "1990-01-02", "sex": "female", "patient_type": "umum",
    }))
    .unwrap()
}

/// A service reached with a pass of another house, or as the program by one that only shows pages, refuses.
#[tokio::test]
async fn strangers_and_pages_that_act_as_the_program_are_refused() {
    let one = replica(Odd::default()).await;
    let stranger = Passes::new(&MasterKey::generate(&Entropy::seeded(2)), "web", Clock::System);
    let stranger = RemotePeople::new(Caller::new(Upstream::new("people", &[one.address.to_string()]), stranger));
    let refused = stranger.patient(&siti(), &patient()).await.unwrap_err();
    assert!(refused.status() == 500 && refused.to_string().contains("refused our pass"), "{refused}");
    let program = Cx::system("scheduling", Clock::System, Entropy::System);
    assert!(matches!(
        calls_as("web", &[one.address]).patient_profile(&program, &patient()).await,
        Err(Error::Forbidden(_))
    ));
    assert_eq!(one.asked(), 0);
    let known = calls_as("scheduling", &[one.address]).patient_profile(&program, &patient()).await;
    assert!(matches!(known, Err(Error::NotFound("patient"))));
    one.end().await;
}

#[tokio::test]
async fn replicas_take_turns_and_one_that_is_gone_is_not_noticed() {
    let (one, other) = (replica(Odd::default()).await, replica(Odd::default()).await);
    let people = calls(&[one.address, other.address]);
    for _ in 0..10 {
        people.my_patients(&siti()).await.unwrap();
    }
    assert_eq!((one.asked(), other.asked()), (5, 5));
    let gone = one.end().await;
    for _ in 0..20 {
        people.my_patients(&siti()).await.unwrap();
        people.remove_family_member(&siti(), &patient()).await.unwrap();
    }
    assert_eq!(other.written(), 20, "what was surely not begun is begun elsewhere");
    let back = replica_at(&gone.to_string(), Odd::default()).await;
    let limit = Instant::now() + Duration::from_secs(5);
    while back.asked() == 0 {
        people.my_patients(&siti()).await.unwrap();
        assert!(Instant::now() < limit, "a replica that is back is asked again");
        tokio::task::yield_now().await;
    }
    back.end().await;
    other.end().await;
}

#[tokio::test]
async fn a_read_is_tried_elsewhere_once_and_a_write_never_twice() {
    let broken = || Odd { broken: true, ..Odd::default() };
    let (one, other) = (replica(broken()).await, replica(broken()).await);
    let people = calls(&[one.address, other.address]);
    assert!(matches!(people.patient(&siti(), &patient()).await, Err(Error::Unavailable("database"))));
    assert_eq!((one.asked(), other.asked()), (1, 1));
    assert!(people.remove_family_member(&siti(), &patient()).await.is_err());
    assert_eq!(one.asked() + other.asked(), 3, "a write is not asked again");
    one.end().await;
    other.end().await;
}

#[tokio::test]
async fn the_deadline_is_kept_by_the_caller_and_told_to_the_service() {
    let slow = || Odd { slow: Some(Duration::from_secs(3)), ..Odd::default() };
    let one = replica(slow()).await;
    let people = calls(&[one.address]);
    let began = Instant::now();
    let late = people.remove_family_member(&within(SignedDuration::from_millis(200)), &patient()).await;
    assert!(matches!(late, Err(Error::Late)), "{late:?}");
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
    assert_eq!(one.written(), 0, "the service gave up as well");
    assert!(matches!(people.patient(&within(SignedDuration::ZERO), &patient()).await, Err(Error::Late)));
    assert_eq!(one.asked(), 1, "who is late already is not sent at all");

    // A replica that hangs does not hold a read for long where there is another.
    let quick = replica(Odd::default()).await;
    let people = calls(&[one.address, quick.address]);
    let began = Instant::now();
    for _ in 0..2 {
        assert!(matches!(people.patient(&siti(), &patient()).await, Err(Error::NotFound("patient"))));
    }
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
    one.end().await;
    quick.end().await;
}

/// What takes all replicas a while is answered all the same: the first is left for another, that one is waited for.
#[tokio::test]
async fn a_read_that_is_slow_everywhere_is_waited_for() {
    let slow = || Odd { slow: Some(Duration::from_millis(1_500)), ..Odd::default() };
    let replicas = [replica(slow()).await, replica(slow()).await, replica(slow()).await];
    let people = calls(&[replicas[0].address, replicas[1].address, replicas[2].address]);
    let told = people.patient(&siti(), &patient()).await;
    assert!(matches!(told, Err(Error::NotFound("patient"))), "{told:?}");
    for replica in replicas {
        replica.end().await;
    }
}

/// A stranger who promises much is refused by the first words: nothing is waited for and nothing kept.
#[tokio::test]
async fn who_has_no_pass_is_refused_before_the_body_is_there() {
    let one = replica(Odd::default()).await;
    let mut stranger = TcpStream::connect(one.address).await.unwrap();
    let path = "/internal/people/my_patients";
    let head = format!("POST {path} HTTP/1.1\r\nHost: people\r\nContent-Length: 60000000\r\n\r\n{{");
    stranger.write_all(head.as_bytes()).await.unwrap();
    let mut answer = [0; 12];
    let read = tokio::time::timeout(Duration::from_secs(5), stranger.read_exact(&mut answer)).await;
    read.expect("nobody waits for the rest").unwrap();
    assert_eq!(&answer, b"HTTP/1.1 401");
    one.end().await;
}

#[tokio::test]
async fn nobody_there_is_told_at_once() {
    let people = calls(&[nowhere().await]);
    let began = Instant::now();
    for _ in 0..10 {
        let told = people.patient(&siti(), &patient()).await;
        assert!(matches!(told, Err(Error::Unavailable("people"))), "{told:?}");
    }
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
}

#[tokio::test]
async fn an_answer_without_measure_is_not_read() {
    let one = replica(Odd::default()).await;
    let told = calls(&[one.address]).export(&siti()).await;
    assert!(matches!(told, Err(Error::Unavailable("people"))), "{:?}", told.err());
    one.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_calls_share_a_connection() {
    let one = replica(Odd::default()).await;
    let people = Arc::new(calls(&[one.address]));
    let calls: Vec<_> = (0..1_000)
        .map(|_| {
            let people = people.clone();
            tokio::spawn(async move { people.my_patients(&siti()).await.map(|told| told.len()) })
        })
        .collect();
    for call in calls {
        assert_eq!(call.await.unwrap().unwrap(), 1);
    }
    assert_eq!(one.asked(), 1_000);
    one.end().await;
}

/// A role may call what its work needs; what it never asks is refused, whoever it says is asking.
#[tokio::test]
async fn a_process_may_ask_what_its_roles_ever_ask() {
    let one = replica(Odd::default()).await;
    let scheduling = calls_as("scheduling", &[one.address]);
    assert!(matches!(scheduling.patient_profile(&siti(), &patient()).await, Err(Error::NotFound("patient"))));
    for refused in [
        scheduling.patient(&siti(), &patient()).await.map(drop),
        scheduling.remove_family_member(&siti(), &patient()).await,
        calls_as("gateway", &[one.address]).patient(&siti(), &patient()).await.map(drop),
    ] {
        assert!(matches!(refused, Err(Error::Forbidden("call-between-services"))), "{refused:?}");
    }
    assert_eq!((one.asked(), one.written()), (1, 0));
    one.end().await;
}

/// A process whose clock stands apart learns it from those who refuse its passes, and that it is right again.
#[tokio::test]
async fn a_clock_that_stands_apart_is_known_by_the_answers() {
    let one = replica(Odd::default()).await;
    for (off, right) in [(0, true), (600, false), (-600, false)] {
        let clock = Clock::manual(Clock::System.now() + SignedDuration::from_secs(off));
        let passes = Passes::new(&master(), "web", clock);
        let people =
            RemotePeople::new(Caller::new(Upstream::new("people", &[one.address.to_string()]), passes.clone()));
        assert!(passes.clock_agrees().is_ok(), "nobody was asked yet");
        let told = people.patient(&siti(), &patient()).await.unwrap_err();
        assert_eq!(matches!(told, Error::NotFound(_)), right, "{told}");
        assert_eq!(passes.clock_agrees().is_ok(), right, "{off}");
    }
    one.end().await;
}
