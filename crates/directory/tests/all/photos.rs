//! Photos of doctors: whose they are, what becomes of their files, and how they travel over HTTP.

use std::sync::Arc;

use axum::{
    Extension, Router,
    body::{Body, Bytes, to_bytes},
};
use contracts::{
    Permission,
    directory::{Directory, Doctor, DoctorForm, DoctorSearch, Facility, LARGEST_PHOTO, Service},
};
use directory::DirectoryContext;
use http::{HeaderMap, Request, StatusCode, header};
use platform::{
    Cx, Error, Id as _, Result,
    blobs::{BlobName, Blobs, Folder, Kind, Links},
    db::{Db, Engine},
    jobs,
};
use testkit::PHOTO;
use tower::ServiceExt as _;

use crate::follow::soon;
use crate::world::{MIGRATIONS, World, account, is_missing, refused, texts};

/// A clinic, a doctor who signs in, and a place for files.
struct Studio {
    world: World,
    directory: Arc<DirectoryContext>,
    facility: Facility,
    service: Service,
    doctor: Doctor,
    folder: tempfile::TempDir,
}

impl Studio {
    async fn new(db: Db) -> Result<Self> {
        let world = World::new(db.clone()).await?;
        let facility = world.facility("Klinik").await;
        let service = world.service(&facility).await;
        let folder = tempfile::tempdir().unwrap();
        let files = Folder::open(folder.path(), 1 << 20, Links::new("/files", [1; 32])).await;
        // Opened after the clinic is there: this directory, not the world's, is asked from now on.
        let directory = Arc::new(DirectoryContext::open(db, texts()).await?.with_files(Arc::new(files)));
        let form = world.doctor_form("dr. Sitti Khadijah, Sp.A", &service).await;
        let doctor = directory.add_doctor(&world.all, DoctorForm { account: Some(account(1)), ..form }).await?;
        Ok(Self { world, directory, facility, service, doctor, folder })
    }

    /// The doctor, signed in.
    fn own(&self) -> Cx {
        self.world.account(account(1).as_str(), &[Permission::DoctorOwn], Some(&[]))
    }

    async fn set(&self, cx: &Cx, picture: &[u8]) -> Result<Doctor> {
        self.directory.set_doctor_photo(cx, &self.doctor.id, picture.to_vec()).await
    }

    async fn photo(&self, name: &str) -> Result<Vec<u8>> {
        self.directory.photo(&self.world.guest(), name).await
    }

    /// The files there are.
    fn files(&self) -> usize {
        let folders = std::fs::read_dir(self.folder.path()).unwrap().map(|folder| folder.unwrap().path());
        folders.map(|folder| std::fs::read_dir(folder).unwrap().count()).sum()
    }

    /// Files that no doctor shows, as the database knows them.
    async fn noted(&self) -> i64 {
        let counted: Option<(i64,)> =
            self.world.db.read(async |tx| tx.one("select count(*) from photo_file", &[]).await).await.unwrap();
        counted.unwrap().0
    }
}

testkit::db_test! {
    &MIGRATIONS;

    /// B2
    async fn a_doctor_gives_replaces_and_takes_away_their_photo(db: Db) {
        let studio = Studio::new(db).await?;
        let (own, guest) = (studio.own(), studio.world.guest());
        let first = studio.set(&own, PHOTO).await?;
        assert_eq!(first.version, studio.doctor.version + 1);
        let photo = first.photo.clone().unwrap();
        for (name, side) in [(&photo.small, 160_u16), (&photo.large, 320)] {
            let file = studio.photo(name).await?;
            let picture = image::load_from_memory(&file).unwrap();
            assert_eq!((picture.width(), picture.height()), (side.into(), side.into()));
            assert_eq!(BlobName::of(&file).as_str(), name);
        }
        // Whoever looks finds it, and others are told.
        let directory = &studio.directory;
        assert_eq!(directory.doctor(&guest, &first.slug).await?.photo, first.photo);
        assert_eq!(directory.search_doctors(&guest, DoctorSearch::default()).await?.items[0].photo.as_ref(), Some(&photo.small));
        assert!(studio.world.said(first.id.as_str()).await.contains(&"directory.doctor_changed.v1".to_owned()));

        // The same picture once more has files of its own, and those before are gone.
        let second = studio.set(&own, PHOTO).await?.photo.unwrap();
        assert_ne!(second, photo);
        assert!(is_missing(&studio.photo(&photo.small).await));
        assert_eq!((studio.files(), studio.noted().await), (2, 0));

        // What else is changed leaves it as it is.
        let form = DoctorForm { str_number: first.str_number.clone(), ..studio.world.doctor_form("dr. Sitti Khadijah, Sp.A", &studio.service).await };
        let version = directory.doctor(&own, &first.slug).await?.version;
        let changed = directory.change_doctor(&studio.world.all, &first.id, version, form).await?;
        assert_eq!(changed.photo.as_ref(), Some(&second));
        assert_eq!(directory.doctor(&guest, &first.slug).await?.photo.as_ref(), Some(&second));

        let gone = directory.remove_doctor_photo(&own, &first.id).await?;
        assert_eq!((gone.photo.as_ref(), studio.files(), studio.noted().await), (None, 0, 0));
        assert!(directory.search_doctors(&guest, DoctorSearch::default()).await?.items[0].photo.is_none());
        assert_eq!(directory.remove_doctor_photo(&own, &first.id).await?.version, gone.version, "nothing to take away");
    }

    /// A4, B2
    async fn r_a4_a_photo_is_changed_by_the_doctor_and_their_staff_alone(db: Db) {
        let studio = Studio::new(db).await?;
        let elsewhere = studio.world.facility("Klinik Lain").await;
        let other = studio.world.account(account(2).as_str(), &[Permission::DoctorOwn], Some(&[]));
        for stranger in [other.clone(), studio.world.admin(&elsewhere)] {
            assert!(matches!(studio.set(&stranger, PHOTO).await, Err(Error::Forbidden(_))));
            assert!(matches!(studio.directory.remove_doctor_photo(&stranger, &studio.doctor.id).await, Err(Error::Forbidden(_))));
        }
        assert!(matches!(studio.set(&studio.world.guest(), b"no matter what").await, Err(Error::Unauthenticated(_))));
        let staff = studio.world.admin(&studio.facility);
        studio.set(&staff, PHOTO).await?;
        // Whom strangers do not find has no photo for them either.
        let doctor = studio.directory.doctor(&staff, &studio.doctor.slug).await?;
        studio.directory.retire_doctor(&staff, &doctor.id, doctor.version).await?;
        assert!(is_missing(&studio.set(&other, PHOTO).await));
        assert_eq!(studio.files(), 2);
        let nobody = contracts::directory::DoctorId::from_parts(jiff::Timestamp::UNIX_EPOCH, [9; 10]);
        assert!(is_missing(&studio.directory.set_doctor_photo(&staff, &nobody, PHOTO.to_vec()).await));
    }

    /// B2
    async fn what_is_no_photo_changes_nothing(db: Db) {
        let studio = Studio::new(db).await?;
        let own = studio.own();
        for other in [&b""[..], b"%PDF-1.7", b"<html>", &PHOTO[..100]] {
            assert_eq!(refused(studio.set(&own, other).await), ["photo"]);
        }
        let large = [PHOTO, &vec![0; LARGEST_PHOTO]].concat();
        assert!(matches!(studio.set(&own, &large).await, Err(Error::TooLarge(most)) if most == LARGEST_PHOTO as u64));
        assert_eq!((studio.files(), studio.noted().await), (0, 0));
        assert_eq!(studio.directory.doctor(&own, &studio.doctor.slug).await?.version, studio.doctor.version);
        // A directory that has no place for files says so.
        let without = studio.world.directory.set_doctor_photo(&own, &studio.doctor.id, PHOTO.to_vec()).await;
        assert!(matches!(without, Err(Error::Unavailable("files"))));
    }

    /// B2, J6
    async fn a_file_nobody_shows_is_swept(db: Db) {
        db.migrate("jobs", jobs::MIGRATIONS).await?;
        let studio = Studio::new(db).await?;
        let files = Folder::open(studio.folder.path(), 1 << 20, Links::new("/files", [1; 32])).await;
        let left = files.put(Bytes::from_static(b"\xFF\xD8\xFF left by a program that ended")).await?;
        let (name, now) = (left.as_str().to_owned(), studio.world.all.now());
        studio.world.db.write(async move |tx| tx.exec("insert into photo_file (name, since) values ($1, $2)", &[&name, &now]).await).await?;
        let kept = studio.set(&studio.own(), PHOTO).await?.photo.unwrap();
        let jobs = studio.directory.clone().jobs().start(studio.world.all.clock.clone(), studio.world.all.entropy.clone()).await?;
        jobs.run_due().await?;
        assert_eq!(studio.files(), 3, "it may still be on its way in");
        studio.world.all.clock.advance(jiff::SignedDuration::from_mins(61));
        jobs.run_due().await?;
        assert_eq!((studio.files(), studio.noted().await), (2, 0));
        assert!(studio.photo(&kept.large).await.is_ok());
        jobs.stop().await;
    }

    /// B2, J4
    async fn a_photo_travels_over_http(db: Db) {
        let studio = Studio::new(db).await?;
        let path = format!("/api/v1/doctors/{}/photo", studio.doctor.id);
        let (own, guest) = (site(&studio, studio.own()), site(&studio, studio.world.guest()));
        assert_eq!(send(&guest, "GET", &path, None, &[]).await.0, StatusCode::NOT_FOUND);
        assert_eq!(send(&guest, "PUT", &path, None, PHOTO).await.0, StatusCode::UNAUTHORIZED);
        assert_eq!(send(&own, "PUT", &path, None, b"<svg/>").await.0, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(send(&own, "PUT", &path, None, &vec![0; LARGEST_PHOTO + 1]).await.0, StatusCode::PAYLOAD_TOO_LARGE);
        let (status, headers, body) = send(&own, "PUT", &path, None, PHOTO).await;
        assert_eq!((status, headers[header::ETAG].to_str().unwrap()), (StatusCode::OK, "\"2\""));
        let told: serde_json::Value = serde_json::from_slice(&body).unwrap();

        let by_slug = format!("/api/v1/doctors/{}/photo?size=small", studio.doctor.slug);
        let (status, headers, file) = send(&guest, "GET", &by_slug, None, &[]).await;
        assert_eq!((status, headers[header::CONTENT_TYPE].to_str().unwrap()), (StatusCode::OK, "image/jpeg"));
        assert_eq!(Kind::of(&file), Some(Kind::Jpeg));
        let tag = headers[header::ETAG].to_str().unwrap().to_owned();
        assert_eq!(told["photo"]["small"], tag.trim_matches('"'));
        let (status, headers, file) = send(&guest, "GET", &by_slug, Some(&tag), &[]).await;
        assert_eq!((status, file.len(), headers[header::ETAG].to_str().unwrap()), (StatusCode::NOT_MODIFIED, 0, tag.as_str()));
        assert_eq!(send(&guest, "GET", &path, Some(&tag), &[]).await.0, StatusCode::OK, "the large one is another");
        assert_eq!(send(&guest, "GET", &format!("{path}?size=huge"), None, &[]).await.0, StatusCode::UNPROCESSABLE_ENTITY);

        assert_eq!(send(&guest, "DELETE", &path, None, &[]).await.0, StatusCode::UNAUTHORIZED);
        let (status, headers, _) = send(&own, "DELETE", &path, None, &[]).await;
        assert_eq!((status, headers[header::ETAG].to_str().unwrap()), (StatusCode::OK, "\"3\""));
        assert_eq!(send(&guest, "GET", &path, None, &[]).await.0, StatusCode::NOT_FOUND);
    }
}

/// B5, J5
#[test]
fn every_replica_shows_a_new_photo_within_a_second() {
    testkit::db::run(Engine::Postgres, "directory", &MIGRATIONS, async |db| {
        let studio = Studio::new(db.clone()).await?;
        let other = DirectoryContext::open(db, texts()).await?;
        let guest = studio.world.guest();
        let shown = async || other.doctor(&guest, &studio.doctor.slug).await.unwrap().photo;
        assert_eq!(shown().await, None);
        let photo = studio.set(&studio.own(), PHOTO).await?.photo;
        soon("the photo is shown", async || shown().await == photo).await;
        let found =
            async || other.search_doctors(&guest, DoctorSearch::default()).await.unwrap().items[0].photo.clone();
        let small = photo.map(|photo| photo.small);
        soon("it is found with the photo", async || found().await == small).await;
        studio.directory.remove_doctor_photo(&studio.own(), &studio.doctor.id).await?;
        soon("it is gone", async || shown().await.is_none()).await;
        Ok(())
    });
}

/// The routes as somebody sees them.
fn site(studio: &Studio, cx: Cx) -> Router {
    let directory: Arc<dyn Directory> = studio.directory.clone();
    directory::http::routes(directory).split_for_parts().0.layer(Extension(cx))
}

async fn send(
    site: &Router,
    method: &str,
    path: &str,
    known: Option<&str>,
    body: &[u8],
) -> (StatusCode, HeaderMap, Bytes) {
    let mut request = Request::builder().method(method).uri(path);
    if let Some(known) = known {
        request = request.header(header::IF_NONE_MATCH, known);
    }
    let response = site.clone().oneshot(request.body(Body::from(body.to_vec())).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    (parts.status, parts.headers, to_bytes(body, 1 << 20).await.unwrap())
}
