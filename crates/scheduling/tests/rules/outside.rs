//! Calendars that doctors keep elsewhere.

use contracts::scheduling::{ExceptionKind, Scheduling as _};
use platform::db::Db;

use crate::clinic::*;

testkit::db_test! {
    &[];

    /// C10
    async fn busy_times_elsewhere_are_not_free_and_cannot_be_booked(db: Db) {
        let (clinic, siti) = Clinic::with_siti(db).await?;
        let budi = clinic.patient("Budi Santoso").await?;
        let booked = clinic.book(&budi.cx, &budi.id, &siti.offer, monday("09:00")).await?;
        clinic.leave(&siti, tuesday("09:00"), tuesday("12:00")).await?;
        let spans = [(monday("08:50"), monday("09:30")), (monday("10:00"), monday("10:40"))];
        clinic.busy_elsewhere(&siti.id, &spans).await?;
        for (time, free) in [("09:15", false), ("09:30", true), ("09:45", true), ("10:00", false), ("10:30", false), ("10:45", true)] {
            assert_eq!(clinic.is_free(&siti.offer, monday(time)).await?, free, "{time}");
        }
        assert_eq!(word(clinic.book(&budi.cx, &budi.id, &siti.offer, monday("10:15")).await), "not-bookable");
        assert_eq!(clinic.verbs.appointment(&budi.cx, &booked.code).await?.state, booked.state, "what is booked stays");

        // Told again nothing changes; one of two goes, and leave that was entered here stays.
        let absences = async || {
            let all = clinic.verbs.exceptions(&siti.cx, Some(siti.offer.facility.clone()), Some(siti.id.clone()), monday("00:00"), tuesday("23:00")).await.unwrap();
            assert!(all.iter().all(|exception| exception.kind == ExceptionKind::Absent));
            all.into_iter().map(|exception| exception.id.unwrap()).collect::<Vec<_>>()
        };
        let before = absences().await;
        assert_eq!(word(clinic.verbs.remove_exception(&siti.cx, &before[0]).await), "absence-from-outside");
        assert!(!clinic.is_free(&siti.offer, monday("09:15")).await?);
        clinic.busy_elsewhere(&siti.id, &spans).await?;
        assert_eq!((absences().await, before.len()), (before.clone(), 3));
        clinic.busy_elsewhere(&siti.id, &spans[..1]).await?;
        assert!(clinic.is_free(&siti.offer, monday("10:15")).await? && !clinic.is_free(&siti.offer, monday("09:15")).await?);
        clinic.busy_elsewhere(&siti.id, &[]).await?;
        assert!(clinic.is_free(&siti.offer, monday("09:15")).await?);
        assert!(!clinic.is_free(&siti.offer, tuesday("10:00")).await?, "the leave is still there");
        assert_eq!(absences().await.len(), 1);
    }
}
