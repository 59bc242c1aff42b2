//! What contexts promise each other (crates/contracts), kept in this process and from another: every test runs on both,
//! and together they call every verb.
#![allow(clippy::unwrap_used, reason = "a test ends where it cannot go on")]

mod auth;
mod directory;
#[path = "../program/house.rs"]
#[allow(dead_code, reason = "this binary needs a part of it")]
mod house;
mod notifications;
mod people;
mod scheduling;

use std::sync::Arc;

use contracts::{
    auth::Auth, directory::Directory, notifications::Notifications, people::People, scheduling::Scheduling,
};
use platform::{Actor, Clock, Cx, crypto::MasterKey, db::Engine, entropy::Entropy, i18n::Locale};
use remote::{
    Caller, Passes, RemoteAuth, RemoteDirectory, RemoteNotifications, RemotePeople, RemoteScheduling, Upstream,
    serve_auth, serve_directory, serve_notifications, serve_people, serve_scheduling,
};
use tokio::{net::TcpListener, task::JoinHandle};

use crate::house::App;

/// The verbs of a house, near or far.
pub struct Verbs {
    pub app: App,
    pub auth: Arc<dyn Auth>,
    pub people: Arc<dyn People>,
    pub directory: Arc<dyn Directory>,
    pub scheduling: Arc<dyn Scheduling>,
    pub notifications: Arc<dyn Notifications>,
    tasks: Vec<JoinHandle<()>>,
}

impl Verbs {
    /// In this process.
    async fn near() -> Self {
        let app = App::start(Engine::Sqlite).await;
        let house = &app.running.house;
        let (auth, people, directory, scheduling) =
            (house.auth(), house.people(), house.directory(), house.scheduling());
        let notifications = house.notifications();
        Self { app, auth, people, directory, scheduling, notifications, tasks: Vec::new() }
    }

    /// Over a connection to a listener.
    async fn far() -> Self {
        let mut verbs = Self::near().await;
        let clock = verbs.app.running.house.world.clock.clone();
        let passes = |caller: &str| Passes::new(&MasterKey::generate(&Entropy::seeded(1)), caller, clock.clone());
        let services = vec![
            serve_auth(verbs.auth.clone()),
            serve_people(verbs.people.clone()),
            serve_directory(verbs.directory.clone()),
            serve_scheduling(verbs.scheduling.clone()),
            serve_notifications(verbs.notifications.clone()),
        ];
        let routes = remote::router(services, passes("all"), clock.clone(), Entropy::System);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let place = [listener.local_addr().unwrap().to_string()];
        verbs.tasks.push(tokio::spawn(platform::http::serve(listener, routes, std::future::pending())));
        let caller = |service| Caller::new(Upstream::new(service, &place), passes("scheduling+web"));
        let scheduling = Arc::new(RemoteScheduling::new(caller("scheduling")));
        let follower = scheduling.clone();
        verbs.tasks.push(tokio::spawn(async move { follower.follow(false).await }));
        verbs.auth = Arc::new(RemoteAuth::new(caller("auth")));
        verbs.people = Arc::new(RemotePeople::new(caller("people")));
        verbs.directory = Arc::new(RemoteDirectory::new(caller("directory")));
        verbs.scheduling = scheduling;
        verbs.notifications = Arc::new(RemoteNotifications::new(caller("notifications")));
        verbs
    }

    fn clock(&self) -> Clock {
        self.app.running.house.world.clock.clone()
    }

    /// The program itself.
    fn program(&self) -> Cx {
        Cx::system("test", self.clock(), Entropy::System)
    }

    /// Somebody who is not signed in.
    fn guest(&self) -> Cx {
        let cx = Cx::guest("req_contract", Locale::Id, self.clock(), Entropy::System);
        Cx { address: Some("192.0.2.9".parse().unwrap()), ..cx }
    }

    /// Whoever signs in with that name before `@contoh.example`.
    async fn signed_in(&self, name: &str) -> Cx {
        let ask =
            contracts::auth::LogIn { login: house::email(name), password: house::PASSWORD.to_owned(), code: None };
        let tokens = self.auth.log_in(&self.guest(), ask, "contract").await.unwrap();
        let known = self.auth.identify_bearer(&tokens.access_token).await.unwrap();
        assert!(matches!(&known.actor, Actor::Account { id, .. } if **id == *tokens.account.id.to_string()));
        Cx {
            actor: known.actor,
            permissions: known.permissions,
            facilities: known.facilities,
            locale: known.locale,
            ..self.guest()
        }
    }

    async fn close(self) {
        self.tasks.iter().for_each(JoinHandle::abort);
        drop((self.auth, self.people, self.directory, self.scheduling, self.notifications));
        self.app.close().await;
    }
}

/// Declares tests that run near and far.
macro_rules! near_and_far {
    ($($(#[$about:meta])* async fn $name:ident($verbs:ident) $body:block)+) => {$(
        $(#[$about])*
        mod $name {
            use super::*;

            async fn test($verbs: &crate::Verbs) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn near() {
                let verbs = crate::Verbs::near().await;
                test(&verbs).await;
                verbs.close().await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn far() {
                let verbs = crate::Verbs::far().await;
                test(&verbs).await;
                verbs.close().await;
            }
        }
    )+};
}
pub(crate) use near_and_far;
