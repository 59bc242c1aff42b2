//! The verbs of notifications.

use contracts::notifications::{NotificationId, PreferencesForm};
use platform::{Error, Id as _, db::PageAsk};

use crate::near_and_far;

near_and_far! {
    /// G2, G4, C10
    async fn an_inbox_preferences_and_a_calendar_are_ones_own(verbs) {
        let (notifications, guest) = (&verbs.notifications, verbs.guest());
        let doctor = verbs.signed_in("dokter1").await;
        assert!(notifications.inbox(&doctor, PageAsk::default()).await.unwrap().items.is_empty());
        assert_eq!(notifications.unread(&doctor).await.unwrap(), 0);
        assert!(matches!(notifications.unread(&guest).await, Err(Error::Unauthenticated("sign-in-needed"))));
        let unknown = NotificationId::from_parts(guest.now(), [9; 10]);
        assert!(matches!(notifications.mark_read(&doctor, &unknown).await, Err(Error::NotFound("notification"))));
        assert!(matches!(notifications.deliveries(&doctor, &unknown).await, Err(Error::NotFound("notification"))));
        assert_eq!(notifications.mark_all_read(&doctor).await.unwrap(), 0);
        let usual = notifications.preferences(&doctor).await.unwrap();
        let form = PreferencesForm { channels: Vec::new(), reminders: vec![60], quiet: usual.quiet, zone: None };
        let kept = notifications.set_preferences(&doctor, usual.version, form.clone()).await.unwrap();
        assert_eq!((kept.version, kept.reminders), (usual.version + 1, vec![60]));
        assert!(matches!(notifications.set_preferences(&doctor, usual.version, form).await, Err(Error::Stale)));
        assert_eq!(notifications.feed(&doctor).await.unwrap(), None);
        let feed = notifications.renew_feed(&doctor).await.unwrap();
        assert_eq!(notifications.feed(&doctor).await.unwrap().as_ref(), Some(&feed));
        let token = feed.path.trim_start_matches("/calendar/").trim_end_matches(".ics");
        assert!(notifications.calendar(&guest, token).await.unwrap().text.starts_with("BEGIN:VCALENDAR\r\n"));
        notifications.end_feed(&doctor).await.unwrap();
        assert!(matches!(notifications.calendar(&guest, token).await, Err(Error::NotFound("calendar"))));
    }
}
